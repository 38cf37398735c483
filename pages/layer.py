"""Inside the layer: a norm under the microscope, forwards and backwards, on batches of all kinds."""

import streamlit as st

from bnviz.ui import layer
from bnviz.ui.frame import begin
from bnviz.ui.messages import text
from bnviz.ui.quiz import quiz_panel
from bnviz.ui.scenario_panel import guide
from bnviz.ui.share import head

begin()
head("layer")
st.caption(text("layer.intro"))
place = st.container()
layer.show()
with place:
    guide("layer")
quiz_panel("layer")
