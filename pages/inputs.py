"""Inputs: what scaling does to data, and what it does not."""

from bnviz.ui import inputs
from bnviz.ui.frame import begin
from bnviz.ui.inputs_controls import controls
from bnviz.ui.messages import text
from bnviz.ui.notation import notation_panel_alone
from bnviz.ui.quiz import quiz_panel
from bnviz.ui.scenario_panel import guide
from bnviz.ui.share import head

begin()
head("inputs")
inputs.take_link()
guide("inputs", intro=text("inputs.intro"))
data, view = controls()
pair = inputs.pair_of(data, view)
inputs.show_clouds(pair, data, view)
inputs.show_table(pair, data, view)
inputs.show_moves(pair, data, view)
inputs.show_limits(pair, data, view)
inputs.show_ways_on(data, view)
inputs.write_link(data, view)
quiz_panel("inputs")
notation_panel_alone()
