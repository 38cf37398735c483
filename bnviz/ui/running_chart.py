"""A figure without frames on a page."""

from __future__ import annotations

import streamlit as st

from bnviz.plots.figure import Figure

COLUMN = 48


def draw(figure: Figure) -> None:
    """A figure with its heading, its sentence and what a screen reader says."""
    st.markdown(f"**{figure.title}**")
    spec = figure.spec_at(width="container")
    st.vega_lite_chart(spec, width="stretch", theme=None, alt=str(figure.alt))
    st.caption(figure.caption_at(0))
