"""Home: what this is, a run that plays by itself, and the ways in."""

import streamlit as st

from bnviz.ui import home
from bnviz.ui.frame import begin, is_dark
from bnviz.ui.messages import text

begin()
home.take_link()
st.title(text("home.headline"), anchor=False)
home.show_top(dark=is_dark())
home.show_labs()
