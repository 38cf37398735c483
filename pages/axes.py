"""Which axes are averaged: the cells of one mean, lit in a block of a real convolutional network."""

from bnviz.ui import axes, axes_notes
from bnviz.ui.frame import begin, is_dark
from bnviz.ui.messages import text
from bnviz.ui.notation import notation_panel
from bnviz.ui.quiz import quiz_panel
from bnviz.ui.scenario_panel import guide
from bnviz.ui.share import head

begin()
head("axes")
axes.take_link()
guide("axes", intro=text("axes.intro"))
choices = axes.controls()
axes_notes.show(choices, dark=is_dark())
axes.write_link(choices)
quiz_panel("axes")
notation_panel()
