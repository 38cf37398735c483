"""The lab of rates and the training lab by themselves, so that their tests need no other page."""

from pathlib import Path

import streamlit as st

from bnviz.ui.frame import _STARTED

PAGES = Path(__file__).resolve().parents[2] / "pages"

st.session_state[_STARTED] = True
st.set_page_config(layout="wide")
st.navigation([st.Page(PAGES / "rates.py", default=True), st.Page(PAGES / "train.py")]).run()
