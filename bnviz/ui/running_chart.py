"""A figure without frames on a page."""

from __future__ import annotations

import streamlit as st

from bnviz.core import describe
from bnviz.plots.figure import Figure
from bnviz.ui import figure_files
from bnviz.ui.running_settings import current

COLUMN = 48


def draw(figure: Figure) -> None:
    """A figure with its heading, its files, its sentence and what a screen reader says."""
    experiment = current().experiment
    figure_files.headed(figure, stem=describe.file_stem(experiment), settings=describe.words(experiment))
    spec = figure.spec_at(width="container")
    st.vega_lite_chart(spec, width="stretch", theme=None, alt=str(figure.alt))
    st.caption(figure.caption_at(0))
