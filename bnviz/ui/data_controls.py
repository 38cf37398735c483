"""The controls of the data: which set, how many rows, which features, how prepared."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bnviz.core.data import feature_names
from bnviz.core.experiment import DRAWN, OWN, PREPROCESSES, SELECTABLE, TABLE_ROWS, TOYS, Data
from bnviz.ui import own_data, own_labs
from bnviz.ui.fields import key_of, pick_number, pick_word
from bnviz.ui.hiding import ask, group
from bnviz.ui.messages import text


def data_controls(slots: dict[str, DeltaGenerator]) -> None:
    """Show the controls of the data; `slots` is filled with places for messages."""
    label, icon = text("train.labels.data"), ":material/scatter_plot:"
    with group("data", lambda: st.expander(label, icon=icon, expanded=True)):
        name = pick_word("data.name", _sets(), on_change=_all_rows)
        drawn = name in DRAWN
        most = 5000 if drawn else usual_data().rows
        st.session_state[key_of("data.n")] = min(st.session_state[key_of("data.n")], most)
        ask(
            st.number_input,
            text("train.labels.n" if drawn else "train.labels.rows_of_table"),
            min_value=16,
            max_value=most,
            step=50,
            key=key_of("data.n"),
            persist_state="session",
            help=text("train.help.n" if drawn else "train.help.rows_of_table"),
        )
        slots["data.n"] = slots["data"] = st.container()
        if name in (*SELECTABLE, OWN):
            _features(name)
        if drawn:
            pick_number("data.noise", [0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0])
        if name in TOYS:
            pick_number("data.balance", [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
        pick_word("data.preprocess", PREPROCESSES)
        pick_number("data.test_fraction", [0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 0.95])


def _sets() -> list[str]:
    """All sets; the reader's own table where this session has one."""
    return [*([OWN] if own_labs.name() else []), *TABLE_ROWS, *DRAWN]


def usual_data() -> Data:
    """The chosen set with all its rows."""
    name = st.session_state[key_of("data.name")]
    return own_labs.usual(pair=False) if name == OWN else Data(name)


def _features(name: str) -> None:
    names = own_data.feature_names() if name == OWN else feature_names(name)
    ask(
        st.multiselect,
        text("train.labels.features"),
        list(range(len(names))),
        key=key_of("data.features"),
        persist_state="session",
        format_func=lambda place: names[place],
        placeholder=text("train.labels.all_features"),
        help=text("train.help.features"),
    )


def _all_rows() -> None:
    """Another data set starts with all its rows and features."""
    usual = usual_data()
    st.session_state[key_of("data.features")] = list(usual.features)
    st.session_state[key_of("data.n")] = usual.rows
    st.session_state[key_of("data.table")] = usual.table
    if usual.name == OWN:
        rows = replace(usual, test_fraction=st.session_state[key_of("data.test_fraction")]).train_rows
        batch = key_of("training.batch_size")
        st.session_state[batch] = own_labs.batch_for(rows, st.session_state[batch])
