"""Rates, initialization, depth: many runs at once, as heat maps, and what they say about the claims."""

import streamlit as st

from bnviz.ui import rates, rates_state
from bnviz.ui.frame import begin, is_dark
from bnviz.ui.lesson_panel import lesson_panel
from bnviz.ui.messages import text
from bnviz.ui.notation import notation_panel
from bnviz.ui.quiz import quiz_panel
from bnviz.ui.rates_controls import choose
from bnviz.ui.scenario_panel import close_named
from bnviz.ui.share import head

begin()
head("rates")
rates_state.take_link()
close_named("rates")
if not lesson_panel("rates"):
    st.caption(text("rates.intro"))
chosen = rates.show_part(choose(), dark=is_dark())
rates_state.write_link(chosen)
quiz_panel("rates")
notation_panel()
