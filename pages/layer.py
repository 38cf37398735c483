"""Inside the layer: a norm under the microscope, forwards and backwards, on batches of all kinds."""

import streamlit as st

from bnviz.ui import layer
from bnviz.ui.frame import begin
from bnviz.ui.messages import text
from bnviz.ui.scenario_panel import guide

begin()
st.title(text("layer.title"))
st.caption(text("layer.intro"))
place = st.container()
layer.show()
with place:
    guide("layer")
