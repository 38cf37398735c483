"""The controls of the page on shift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from bnviz.ui import shift_settings as state
from bnviz.ui.hiding import ask
from bnviz.ui.messages import text
from bnviz.ui.scenarios import scenario
from bnviz.ui.shift_settings import ACTIVATIONS, CLASSIFIERS, MOST_SEEDS, PARTS, Settings, current, key_of

RATES = (0.01, 0.03, 0.1, 0.2, 0.5, 1.0, 2.0)
BATCHES = (4, 8, 16, 32, 64, 128)
NOISES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
DEPTHS = (7, 13, 19, 25, 30)


def choose() -> Settings:
    """Show which part and claim is open, and the controls that all claims share."""
    _segment("part", tuple(PARTS), "shift.parts", changed=_first_claim)
    part = st.session_state[key_of("part")]
    if part == "internal":
        st.markdown(text("shift.internal_words"))
    _segment("claim", PARTS[part], "", changed=None)
    with st.sidebar:
        st.subheader(text("shift.labels.measure"), anchor=False)
        _scale("seeds", range(2, MOST_SEEDS + 1))
        ask(
            st.number_input, text("shift.labels.seed"), min_value=0, max_value=2**31 - 1 - MOST_SEEDS, step=1,
            key=key_of("seed"),
            persist_state="session", help=text("shift.help.seed"),
        )  # fmt: skip
        ask(
            st.button, text("shift.labels.reset"), key="shift_reset", name="reset", on_click=state.show,
            args=(Settings(),),
        )  # fmt: skip
    return current()


def choose_for_claim(settings: Settings) -> Settings:
    """Show the controls that only the open claim has."""
    with st.container(key="shift_claim_controls"):
        if settings.claim == "F3":
            _segment("classifier", CLASSIFIERS, "shift.classifiers", changed=None, label=True)
            columns = st.columns(3, gap="large")
            for column, name, options in zip(
                columns, ("learning_rate", "batch_size", "noise"), (RATES, BATCHES, NOISES), strict=True
            ):
                with column:
                    _scale(name, options)
        if settings.claim in ("E2", "E4"):
            _segment("activation", ACTIVATIONS, "train.options.activation", changed=None, label=True)
        if settings.claim == "E3":
            _scale("depth", DEPTHS)
        if settings.claim == "E1":
            ask(
                st.number_input, text("shift.labels.unit"), min_value=1, max_value=100, step=1,
                key=key_of("unit"), width=170,
                persist_state="session", help=text("shift.help.unit"),
            )  # fmt: skip
    return current()


def _first_claim() -> None:
    """Another part opens with its first claim."""
    st.session_state[key_of("claim")] = PARTS[st.session_state[key_of("part")]][0]


def _segment(name: str, options: Sequence[str], words: str, *, changed: Any, label: bool = False) -> None:
    """A row of words of which one is chosen; claims are called by their titles."""
    ask(
        st.segmented_control,
        text(f"shift.labels.{name}"),
        list(options),
        key=key_of(name),
        format_func=lambda word: text(f"{words}.{word}") if words else scenario(word).title,
        required=True,
        on_change=changed,
        label_visibility="visible" if label else "collapsed",
        persist_state="session",
    )


def _scale(name: str, options: Sequence[Any]) -> None:
    """A slider over round numbers; a value that a link brought is among them."""
    value = st.session_state.get(key_of(name))
    listed = list(options) if value is None or value in options else sorted([*options, value])
    ask(
        st.select_slider,
        text(f"shift.labels.{name}"),
        listed,
        key=key_of(name),
        format_func=lambda one: f"{one:g}",
        help=text(f"shift.help.{name}"),
        persist_state="session",
    )
