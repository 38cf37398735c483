"""Noise and small batches: how noisy batch statistics are, when that helps, and when it hurts."""

from bnviz.ui import noise_settings
from bnviz.ui.frame import begin, is_dark
from bnviz.ui.messages import text
from bnviz.ui.noise_controls import choose
from bnviz.ui.noise_parts import show_part
from bnviz.ui.notation import notation_panel
from bnviz.ui.quiz import quiz_panel
from bnviz.ui.scenario_panel import guide_parts
from bnviz.ui.share import head

begin()
head("noise")
noise_settings.take_link()
guide_parts("noise", intro=text("noise.intro"))
settings = choose()
show_part(settings, dark=is_dark())
noise_settings.write_link(settings)  # after the questions: what the page has drawn by then is no move of the reader
quiz_panel("noise")
notation_panel()
