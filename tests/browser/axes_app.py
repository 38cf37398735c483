"""The lab of the axes by itself, as the app shows it."""

from pathlib import Path

import streamlit as st

from bnviz.ui import frame

ROOT = Path(__file__).resolve().parents[2]
st.session_state[frame._STARTED] = True
st.set_page_config(layout="wide")
st.navigation([st.Page(ROOT / "pages" / "axes.py", title="Axes", default=True)], position="hidden").run()
