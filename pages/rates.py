"""Rates, initialization, depth: many runs at once, as heat maps, and what they say about the claims."""

from bnviz.ui import rates, rates_state
from bnviz.ui.frame import begin, is_dark
from bnviz.ui.messages import text
from bnviz.ui.notation import notation_panel
from bnviz.ui.quiz import quiz_panel
from bnviz.ui.rates_controls import choose
from bnviz.ui.scenario_panel import guide_parts
from bnviz.ui.share import head

begin()
head("rates")
rates_state.take_link()
guide_parts("rates", intro=text("rates.intro"))
chosen = rates.show_part(choose(), dark=is_dark())
rates_state.write_link(chosen)
quiz_panel("rates")
notation_panel()
