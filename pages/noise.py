"""Noise and small batches: how noisy batch statistics are, when that helps, and when it hurts."""

import streamlit as st

from bnviz.ui import noise_settings
from bnviz.ui.frame import begin, is_dark
from bnviz.ui.messages import text
from bnviz.ui.noise_controls import choose
from bnviz.ui.noise_parts import show_part
from bnviz.ui.notation import notation_panel

begin()
st.title(text("app.noise_title"))
st.caption(text("noise.intro"))
noise_settings.take_link()
settings = choose()
noise_settings.write_link(settings)
show_part(settings, dark=is_dark())
notation_panel()
