"""Covariate shift, and the internal one that is contested."""

from bnviz.ui import shift_settings
from bnviz.ui.frame import begin, is_dark
from bnviz.ui.messages import text
from bnviz.ui.notation import notation_panel
from bnviz.ui.quiz import quiz_panel
from bnviz.ui.scenario_panel import guide_parts
from bnviz.ui.share import head
from bnviz.ui.shift_controls import choose
from bnviz.ui.shift_parts import show_part

begin()
head("shift")
shift_settings.take_link()
guide_parts("shift", intro=text("shift.intro"))
settings = show_part(choose(), dark=is_dark())
shift_settings.write_link(settings)
quiz_panel("shift")
notation_panel()
