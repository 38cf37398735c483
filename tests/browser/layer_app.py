"""The layer lab beside the training lab, as the app shows them."""

from pathlib import Path

import streamlit as st

PAGES = Path(__file__).resolve().parents[2] / "pages"
st.session_state["frame.started"] = True
st.set_page_config(layout="wide")
st.navigation([st.Page(PAGES / "train.py"), st.Page(PAGES / "layer.py")], position="top").run()
