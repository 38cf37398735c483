"""The reader's own table: loaded from a file or pasted, kept in the session and nowhere else."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, cast

import numpy as np
import streamlit as st

from bnviz.core.data import Dataset, Ints, Table, dataset_of, split
from bnviz.core.experiment import Data
from bnviz.core.prepared import Pair, prepare
from bnviz.core.tables import OwnTable, read_csv
from bnviz.core.tables_text import TableError
from bnviz.ui.messages import plain, text

# None of these keys begins with the name of a page: a table is no part of any link.
_TABLE, _SEEN, _PROBLEM, _PAIR = "own.table", "own.seen", "own.problem", "own.pair"
_FILE, _PASTED, _TARGET, _FRESH = "own.file", "own.pasted", "own.target", "own.fresh"


def table() -> OwnTable | None:
    """This session's table, if it has loaded one."""
    found = st.session_state.get(_TABLE)
    return found if isinstance(found, OwnTable) else None


def is_fresh() -> bool:
    """Whether a table has come since this was last asked."""
    return bool(st.session_state.pop(_FRESH, False))


def feature_names() -> tuple[str, ...]:
    """The columns that can be features."""
    own = table()
    return own.names if own is not None else ()


def target() -> int:
    """Which of the table's targets is chosen."""
    own, chosen = table(), st.session_state.get(_TARGET, 0)
    return chosen if own is not None and chosen < len(own.targets) else 0


def choose() -> None:
    """Show how a table is loaded, what came of it, and which column is to be predicted."""
    own = table()
    with st.expander(text("inputs.own.load"), icon=":material/upload_file:", expanded=own is None):
        st.caption(text("inputs.own.words"))
        file = st.file_uploader(text("inputs.own.file"), key=_FILE, max_upload_size=5)
        if file is not None and st.session_state.get(_SEEN) != file.file_id:
            st.session_state[_SEEN] = file.file_id
            take(file.getvalue())
        st.text_area(text("inputs.own.paste"), key=_PASTED, height=120, placeholder=text("inputs.own.example"))
        st.button(text("inputs.own.use"), key="own.use", on_click=_take_pasted)
    own = table()
    problem = st.session_state.get(_PROBLEM)
    if problem:
        kept = text("inputs.own.kept" if own is not None else "inputs.own.none_yet")
        st.error(f"{plain(problem)} {kept}", icon=":material/info:")
    if own is None:
        return
    rows, columns = own.x.shape
    st.caption(" ".join([text("inputs.own.loaded", rows=f"{rows:,}", columns=columns), *map(plain, own.notes)]))
    if st.session_state.get(_TARGET, 0) >= len(own.targets):
        st.session_state[_TARGET] = 0
    st.selectbox(
        text("inputs.own.target"), list(range(len(own.targets))), key=_TARGET, persist_state="session", width=340,
        format_func=lambda place: _target_words(own, place),
    )  # fmt: skip


def _target_words(own: OwnTable, place: int) -> str:
    chosen = own.targets[place]
    count = len(chosen.class_names)
    kind = text("inputs.own.classes", count=count) if count else text("inputs.own.number")
    return f"{chosen.name} ({kind})"


def _take_pasted() -> None:
    take(str(st.session_state.get(_PASTED, "")))


def take(given: bytes | str) -> None:
    """Use a table from now on; what cannot be used is told, and the table of before stays."""
    try:
        own = read_csv(given)
    except TableError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    for key in (_PROBLEM, _PAIR):
        st.session_state.pop(key, None)
    st.session_state[_TABLE] = own
    st.session_state[_FRESH] = True
    st.session_state[_TARGET] = 0


def pair(own: OwnTable, columns: tuple[int, int], data: Data, seed: int) -> Pair:
    """Two features of the table, stretched, split and prepared like those of any set; kept until a choice changes.

    Args:
        own: the table.
        columns: of its features.
        data: gives the factors, the offsets and the share of test rows.
        seed: of the split.
    """
    wanted: Any = (columns, target(), data.scale, data.offset, data.test_fraction, seed)
    known = st.session_state.get(_PAIR)
    if known is not None and known[0] == wanted:
        return cast(Pair, known[1])
    found = prepare(*_rows(own, columns, data, seed), (0, 1))
    st.session_state[_PAIR] = (wanted, found)
    return found


def dataset(columns: tuple[int, int], data: Data, seed: int) -> Dataset | None:
    """The same two features as any other set is handed to a model, for a page of this session; None without a table.

    Args:
        columns: of the table's features.
        data: gives the preprocessing, the factors, the offsets and the share of test rows.
        seed: of the split.
    """
    own = table()
    if own is None:
        return None
    whole, parts = _rows(own, columns, data, seed)
    return dataset_of(whole, parts, data.preprocess)


def _rows(own: OwnTable, columns: tuple[int, int], data: Data, seed: int) -> tuple[Table, tuple[Ints, Ints]]:
    """Two features, stretched, and the row numbers for training and for testing."""
    whole = own.table(columns, target())
    scale, offset = data.scale or (1.0, 1.0), data.offset or (0.0, 0.0)
    stretched = replace(whole, x=whole.x * np.array(scale) + np.array(offset))
    rows = len(whole.x)
    tests = min(rows - 2, math.ceil(rows * data.test_fraction - 1e-9))
    return stretched, split(rows, rows - tests, tests, seed)
