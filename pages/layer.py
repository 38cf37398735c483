"""Inside the layer: a norm under the microscope, forwards and backwards, on batches of all kinds."""

import streamlit as st

from bnviz.ui import layer
from bnviz.ui.frame import begin
from bnviz.ui.messages import text
from bnviz.ui.quiz import quiz_panel
from bnviz.ui.share import head

begin()
head("layer")
st.caption(text("layer.intro"))
layer.show()
quiz_panel("layer")
