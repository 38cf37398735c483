"""One widget for one setting. Its key is the setting's dotted name, so that a link, a message and a widget agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from bnviz.ui.hiding import ask
from bnviz.ui.messages import text

MANTISSAS = (1.0, 1.6, 2.0, 3.0, 4.0, 6.0, 8.0)


def key_of(field: str) -> str:
    """The session key of a setting's widget."""
    return f"train.{field}"


def log_steps(low: int, high: int) -> list[float]:
    """Round numbers from 10^low to 10^high, seven a decade."""
    numbers = [float(f"{m}e{power}") for power in range(low, high) for m in MANTISSAS]
    return [*numbers, float(f"1e{high}")]


def with_value(options: Sequence[Any], field: str) -> list[Any]:
    """The options, and the current value among them even if a link brought one that is not listed."""
    value = st.session_state.get(key_of(field))
    return list(options) if value is None or value in options else sorted([*options, value])


def shown(number: float) -> str:
    """A number as a slider shows it."""
    return f"{number:g}"


def pick_number(field: str, options: Sequence[Any], *, disabled: bool = False) -> Any:
    """A slider over round numbers."""
    name = field.split(".")[-1]
    return ask(
        st.select_slider,
        text(f"train.labels.{name}") if name != "learning_rate" else text("train.learning_rate"),
        with_value(options, field),
        key=key_of(field),
        persist_state="session",
        format_func=shown,
        help=text(f"train.help.{name}"),
        disabled=disabled,
    )


def pick_word(field: str, options: Sequence[str], *, on_change: Callable[[], None] | None = None) -> Any:
    """A list to choose one word from."""
    name = field.split(".")[-1]
    return ask(
        st.selectbox,
        text(f"train.labels.{name}"),
        list(options),
        key=key_of(field),
        persist_state="session",
        on_change=on_change,
        format_func=lambda word: text(f"train.options.{name}.{word}"),
        help=text(f"train.help.{'data' if name == 'name' else name}"),
    )


def pick_segment(field: str, options: Sequence[str], *, label: str) -> Any:
    """A row of buttons of which exactly one is chosen."""
    name = field.split(".")[-1]
    return ask(
        st.segmented_control,
        label,
        list(options),
        key=key_of(field),
        persist_state="session",
        format_func=lambda word: text(f"train.options.{name}.{word}"),
        help=text(f"train.help.{name}"),
        required=True,
    )
