"""The ravine that becomes a bowl: the true loss over two weights, and descent on it."""

from bnviz.ui import ravine
from bnviz.ui.frame import begin
from bnviz.ui.messages import text
from bnviz.ui.notation import notation_panel_alone
from bnviz.ui.quiz import quiz_panel
from bnviz.ui.ravine_controls import controls
from bnviz.ui.scenario_panel import guide
from bnviz.ui.share import head

begin()
head("ravine")
ravine.take_link()
guide("ravine", intro=text("ravine.intro"))
ravine.show(controls())
ravine.show_ways_on()
ravine.write_link()
quiz_panel("ravine")
notation_panel_alone()
