"""The page on smoothness by itself, so that its tests need no other page."""

from pathlib import Path

import streamlit as st

from bnviz.ui.frame import _STARTED

st.session_state[_STARTED] = True
st.set_page_config(layout="wide")
st.navigation([st.Page(Path(__file__).resolve().parents[2] / "pages" / "smoothness.py", default=True)]).run()
