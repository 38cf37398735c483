"""The batch that a reader types: a table that takes anything, explains what it cannot use, keeps the last good one."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from bnviz.core.batches_hand import MOST_FEATURES, TOO_LONG, BatchError, BatchKind, Rows, read_rows, resized
from bnviz.ui import layer_state as state
from bnviz.ui.messages import text

BASE, VERSION = "layer_editor.base", "layer_editor.version"


def table_of(rows: Rows) -> pd.DataFrame:
    """A batch as texts, so that whatever is typed arrives and can be explained."""
    columns = [str(place + 1) for place in range(len(rows[0]))]
    return pd.DataFrame([[repr(x).removesuffix(".0") for x in row] for row in rows], columns=columns, dtype="string")


def read_table(table: pd.DataFrame) -> Rows:
    """The batch in an edited table.

    Raises:
        BatchError: when it cannot be used.
    """
    return read_rows([[None if _missing(cell) else cell for cell in row] for row in table.to_numpy(dtype=object)])


def _missing(cell: Any) -> bool:
    return cell is None or cell is pd.NA or (isinstance(cell, float) and cell != cell)


def batch_editor() -> str | None:
    """Show the table. Returns why its content cannot be used, or None when it is the batch on screen."""
    lab = state.lab()
    _feature_count(len(lab.hand[0]))
    table = st.data_editor(
        _base(lab.hand),
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        key=f"layer.w.editor.{st.session_state[VERSION]}",
        column_config={str(place + 1): _column(place) for place in range(MOST_FEATURES)},
    )
    st.caption(text("layer.help.editor"))
    if BatchKind().write(lab.hand) == TOO_LONG:
        st.info(text("layer.too_long"), icon=":material/link_off:")
    try:
        rows = read_table(table)
    except BatchError as error:
        return f"{error} {text('layer.kept')}"
    if rows != lab.hand:
        st.session_state[BASE] = (st.session_state[BASE][0], rows)
        state.change(hand=rows, row=min(lab.row, len(rows) - 1))
        st.rerun()
    return None


def _column(place: int) -> Any:
    return st.column_config.TextColumn(str(place + 1), width="small")


def _base(hand: Rows) -> pd.DataFrame:
    """The table that the edits are counted from: it must stay the same while the reader types.

    A batch that comes from elsewhere (a lesson, a link, another number of features) begins a new table.
    """
    begun, last = st.session_state.get(BASE, (None, None))
    alive = f"layer.w.editor.{st.session_state.get(VERSION, 0)}" in st.session_state
    if begun is None or last != hand or not alive:
        begun = hand
        st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1
        st.session_state[BASE] = (begun, hand)
    return table_of(begun)


def _feature_count(now: int) -> None:
    key = "layer.w.features"
    st.session_state[key] = now

    def resize() -> None:
        state.change(hand=resized(state.lab().hand, int(st.session_state[key])), feature=0)
        state.turn()

    st.number_input(text("layer.labels.features"), 1, MOST_FEATURES, step=1, key=key, on_change=resize)
