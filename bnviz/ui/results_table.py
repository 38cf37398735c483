"""The table of results of one run or several: numbers that can be sorted, written as everywhere else."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from bnviz.plots.table import DASH
from bnviz.plots.theme import loss_text, percent
from bnviz.ui.messages import text

TO_90 = "updates to 90 %"
WIDTHS = {"status": 150, "train loss": 82, "test loss": 78, "test R²": 78, "test accuracy": 102,
          "best test accuracy": 104, TO_90: 122, "cost of an update": 94, "updates per second": 90}  # fmt: skip
"""In px, so that all columns are in sight beside the sidebar of a usual window."""
SHORT = {"best test accuracy": "best", "cost of an update": "cost", "updates per second": "speed"}
"""Column -> the message with its shorter heading."""


def show(results: pd.DataFrame) -> None:
    """The table on the page.

    Args:
        results: one row an arm, as `bnviz.plots.results` gives them.
    """
    never = text("train.results.never")
    if TO_90 in results and pd.api.types.is_numeric_dtype(results[TO_90]):
        results = results.assign(**{TO_90: results[TO_90].astype(float).fillna(math.inf)})  # sorted behind all others
    writers: dict[Any, Any] = {name: _writer(name, never if name == TO_90 else DASH) for name in results.columns}
    st.dataframe(
        results.style.format(writers), hide_index=True, width="stretch", column_config=_columns(), placeholder=DASH
    )


def _columns() -> dict[Any, Any]:
    short = {name: text(f"train.results.{key}") for name, key in SHORT.items()}
    return {name: st.column_config.Column(short.get(name), width=width) for name, width in WIDTHS.items()}


def _writer(name: str, missing: str) -> Callable[[object], str]:
    """How the numbers of a column are written, and what stands where there is none; words stay as they are."""
    write = percent if "accuracy" in name else _whole if name.startswith("updates") else loss_text

    def written(value: object) -> str:
        if not isinstance(value, int | float):
            return str(value)
        return write(value) if math.isfinite(value) else missing

    return written


def _whole(value: float) -> str:
    return f"{value:,.0f}"
