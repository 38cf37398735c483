"""All claims: found by their words, their article or their lab, each with a link that sets the controls."""

import streamlit as st

from bnviz.ui import all_claims
from bnviz.ui.frame import begin
from bnviz.ui.messages import text
from bnviz.ui.share import head

begin()
head("claims")
st.caption(text("claims.intro"))
all_claims.take_link()
all_claims.show(all_claims.choose())
