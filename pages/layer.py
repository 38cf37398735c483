"""Inside the layer: a norm under the microscope, forwards and backwards, on batches of all kinds."""

import streamlit as st

from bnviz.ui import layer
from bnviz.ui.frame import begin
from bnviz.ui.messages import text
from bnviz.ui.notation import notation_panel
from bnviz.ui.quiz import quiz_panel
from bnviz.ui.scenario_panel import guide
from bnviz.ui.share import head

begin()
head("layer")
place = st.container()
layer.show()
with place:
    guide("layer", intro=text("layer.intro"))
quiz_panel("layer")
notation_panel()
