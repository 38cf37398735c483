"""Training and inference: batch norm's running averages, and what comes of them."""

import streamlit as st

from bnviz.ui import running_settings
from bnviz.ui.frame import begin, is_dark
from bnviz.ui.messages import text
from bnviz.ui.notation import notation_panel
from bnviz.ui.quiz import quiz_panel
from bnviz.ui.running_controls import choose
from bnviz.ui.running_parts import run_in_words, show_part
from bnviz.ui.running_run import study_of
from bnviz.ui.scenario_panel import guide
from bnviz.ui.share import head

begin()
head("running")
running_settings.take_link()
guide("running", intro=text("running.intro"))
settings = choose()
running_settings.write_link(settings)  # for a reader who moves on before the study is made
study = study_of(settings.experiment)
settings = show_part(study, settings, dark=is_dark())
st.caption(run_in_words(study, settings))
running_settings.write_link(settings)
quiz_panel("running")
notation_panel()
