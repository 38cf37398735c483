"""How the numbers are checked, and the check itself, run now."""

import streamlit as st

from bnviz.ui.check import show
from bnviz.ui.frame import begin
from bnviz.ui.messages import text
from bnviz.ui.share import head

begin()
head("check")
st.caption(text("check.intro"))
show()
