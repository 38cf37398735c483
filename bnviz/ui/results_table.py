"""The table of results of one run or several: numbers that can be sorted, written as everywhere else."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
import streamlit as st

from bnviz.plots.table import DASH
from bnviz.plots.theme import loss_text, percent

STATUS = {"status": st.column_config.TextColumn(width=180)}
"""The column that says "training, 1000 of 4000" in full."""


def show(results: pd.DataFrame) -> None:
    """The table on the page.

    Args:
        results: one row an arm, as `bnviz.plots.results` gives them.
    """
    st.dataframe(
        results.style.format({name: _writer(name) for name in results.columns}),
        hide_index=True,
        width="stretch",
        column_config=STATUS,
    )


def _writer(name: str) -> Callable[[object], str]:
    """How the numbers of a column are written; words stay as they are."""
    write = percent if "accuracy" in name else _whole if name.startswith("updates") else loss_text

    def written(value: object) -> str:
        if not isinstance(value, int | float):
            return str(value)
        return write(value) if math.isfinite(value) else DASH

    return written


def _whole(value: float) -> str:
    return f"{value:,.0f}"
