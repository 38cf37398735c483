"""Smoothness: what normalization does to the loss near the weights, claim by claim."""

import streamlit as st

from bnviz.runs.studies import shared_studies
from bnviz.ui import smoothness_settings as state
from bnviz.ui.frame import begin, is_dark
from bnviz.ui.longwork import show_work
from bnviz.ui.messages import text
from bnviz.ui.notation import notation_panel
from bnviz.ui.quiz import quiz_panel
from bnviz.ui.scenario_panel import guide_parts
from bnviz.ui.share import head
from bnviz.ui.smoothness_controls import choose
from bnviz.ui.smoothness_results import show_results

begin()
head("smoothness")
state.take_link()
guide_parts("smoothness", intro=text("smoothness.intro"))
settings, expected = choose()
experiment = state.experiment_of(settings)
problem, dark = state.state_problem(settings, experiment), is_dark()
if problem:
    st.info(problem, icon=":material/info:")
else:
    show_work(
        shared_studies(),
        state.study_of(settings, experiment),
        lambda run: show_results(run, settings, experiment, expected=expected, dark=dark),
        key="smoothness.study",
        unit=text("smoothness.labels.unit"),
    )
state.write_link(settings)
quiz_panel("smoothness")
notation_panel()
