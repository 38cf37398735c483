"""The notation panel under a formula, alone (as on a page without symbols) or not, with a count of the page's runs."""

import streamlit as st

from bnviz.ui import notation

st.session_state.runs = st.session_state.get("runs", 0) + 1
st.write(f"Run {st.session_state.runs}: {notation.average_formula()}")
if "alone" in st.query_params:
    notation.notation_panel_alone()
else:
    notation.notation_panel()
