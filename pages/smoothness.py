"""Smoothness: what normalization does to the loss near the weights, claim by claim."""

import streamlit as st

from bnviz.ui import smoothness_settings as state
from bnviz.ui.frame import begin, is_dark
from bnviz.ui.messages import text
from bnviz.ui.notation import notation_panel
from bnviz.ui.quiz import quiz_panel
from bnviz.ui.scenario_panel import guide_parts
from bnviz.ui.share import head
from bnviz.ui.smoothness_controls import choose
from bnviz.ui.smoothness_work import show_measured

begin()
head("smoothness")
state.take_link()
guide_parts("smoothness", intro=text("smoothness.intro"))
settings, expected = choose()
problem = state.state_problem(settings, state.experiment_of(settings))
if problem:
    st.info(problem, icon=":material/info:")
else:
    show_measured(settings, expected=expected, dark=is_dark())
state.write_link(settings)
quiz_panel("smoothness")
notation_panel()
