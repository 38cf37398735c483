"""The controls of the page on noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from bnviz.core.experiment import ACTIVATIONS
from bnviz.ui import noise_settings as state
from bnviz.ui.hiding import ask
from bnviz.ui.messages import text
from bnviz.ui.noise_settings import PARTS, TASKS, Settings, current, key_of

SCALES: dict[str, Sequence[Any]] = {
    "seeds": (1, 2, 3, 5, 8, 12, 16, 24),
    "depth_seeds": (1, 2, 3, 5, 8),
    "updates": (1, 50, 100, 200, 300, 500, 1000),
    "learning_rate": (0.01, 0.03, 0.1, 0.2, 0.5, 1.0),
    "layer": (1, 2, 3),
    "digit_rows": (64, 128, 256, 512),
    "moon_rows": (32, 64, 128, 256),
    "moon_noise": (0.1, 0.2, 0.3, 0.4, 0.5),
    "epochs": (1, 2, 3, 4, 5),
    "small_rate": (0.03, 0.05, 0.1, 0.2, 0.3),
    "input_rows": (64, 128, 256, 512, 1024),
    "level": (0.25, 0.5, 1.0, 2.0, 4.0),
    "dropout": (0.1, 0.2, 0.3, 0.5),
    "blocks": (5, 10, 20, 30, 40),
    "width": (16, 32, 64),
}
OF_PART: dict[str, tuple[str, ...]] = {
    "spread": ("updates", "learning_rate", "layer"),
    "ghosts": ("digit_rows",),
    "moons": ("moon_rows", "moon_noise"),
    "sizes": ("digit_rows",),
    "small": ("epochs", "small_rate"),
    "input": ("input_rows", "level", "dropout"),
    "starts": ("activation",),
    "depth": ("blocks", "width"),
}


def choose() -> Settings:
    """Show the controls, and say what they say."""
    _segments("part", PARTS)
    settings = current()
    if settings.part == "regularization":
        _segments("task", TASKS)
        settings = current()
    with st.sidebar:
        st.subheader(text("noise.labels.measurement"), help=text("noise.help.measurement"), anchor=False)
        _scale("depth_seeds" if settings.part == "depth" else "seeds")
        ask(
            st.number_input, text("noise.labels.first_seed"), min_value=0, max_value=2**30, step=1,
            key=key_of("first_seed"), persist_state="session", help=text("noise.help.first_seed"),
        )  # fmt: skip
        for name in OF_PART[settings.task if settings.part == "regularization" else settings.part]:
            if name == "activation":
                _activation()
            else:
                _scale(name)
        ask(
            st.toggle,
            text("noise.labels.ahead"),
            key=key_of("ahead"),
            persist_state="session",
            help=text("noise.help.ahead"),
        )
        ask(st.button, text("noise.labels.reset"), key="noise.reset", on_click=_reset)
    return current()


def _reset() -> None:
    """All settings as they are on arrival, in the part that is open."""
    now = current()
    state.show(Settings(part=now.part, task=now.task))


def _segments(name: str, options: Sequence[str]) -> None:
    ask(
        st.segmented_control,
        text(f"noise.labels.{name}"),
        options,
        key=key_of(name),
        format_func=lambda word: text(f"noise.{name}s.{word}"),
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )


def _activation() -> None:
    ask(
        st.segmented_control,
        text("noise.labels.activation"),
        ACTIVATIONS,
        key=key_of("activation"),
        format_func=lambda word: text(f"train.options.activation.{word}"),
        required=True,
        help=text("noise.help.activation"),
        persist_state="session",
    )


def _scale(name: str, shown: Callable[[Any], str] = lambda value: f"{value:g}") -> None:
    """A slider over round numbers, and the current value among them even if a link brought another."""
    value = st.session_state[key_of(name)]
    options = list(SCALES[name]) if value in SCALES[name] else sorted([*SCALES[name], value])
    ask(
        st.select_slider,
        text(f"noise.labels.{name}"),
        options,
        key=key_of(name),
        format_func=shown,
        help=text(f"noise.help.{name}"),
        persist_state="session",
    )
