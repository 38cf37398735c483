"""Rates, initialization, depth: many runs at once, as heat maps, and what they say about the claims."""

import streamlit as st

from bnviz.ui import rates, rates_state
from bnviz.ui.frame import begin, is_dark
from bnviz.ui.messages import text
from bnviz.ui.notation import notation_panel
from bnviz.ui.rates_controls import choose

begin()
st.title(text("app.rates_title"))
st.caption(text("rates.intro"))
rates_state.take_link()
chosen = rates.show_part(choose(), dark=is_dark())
rates_state.write_link(chosen)
notation_panel()
