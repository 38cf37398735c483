"""The controls of the page on training and inference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from bnviz.core import averages
from bnviz.core.experiment import ORDERS, Data
from bnviz.core.watch import looked_at
from bnviz.ui import running_settings as state
from bnviz.ui.hiding import ask, group
from bnviz.ui.messages import text
from bnviz.ui.running_settings import PARTS, PRESETS, SETS, Settings, current, key_of

MOMENTA = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.99, 1.0)
RATES = (0.01, 0.03, 0.1, 0.2, 0.5, 1.0, 2.0)
BATCHES = (2, 4, 8, 16, 32, 64, 128, 256)
UPDATES = (10, 25, 50, 100, 200, 300, 500, 1000)
WIDTHS = (4, 8, 16, 32, 64, 128)


def choose() -> Settings:
    """Show the controls that all parts share, and say what they say."""
    _presets()
    _sidebar()
    left, right = st.columns(2, gap="large")
    with left:
        _scale("momentum", MOMENTA, shown=both_conventions)
    with right:
        _after()
    part = key_of("part")
    ask(
        st.segmented_control,
        text("running.labels.part"),
        PARTS,
        key=part,
        format_func=lambda name: text(f"running.parts.{name}"),
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    return current()


def both_conventions(momentum: float) -> str:
    """A momentum as torch and as Keras (and article 001) state it."""
    return text("running.labels.both", torch=f"{momentum:g}", keras=f"{averages.keras(momentum):g}")


def _presets() -> None:
    with group("presets", lambda: st.container(horizontal=True, gap="small", vertical_alignment="center")):
        for name, settings in PRESETS.items():
            ask(
                st.button,
                text(f"running.presets.{name}"),
                key=f"running_preset_{name}",
                help=text(f"running.preset_help.{name}"),
                on_click=state.show,
                args=(settings,),
            )


def _with(options: Sequence[Any], name: str) -> list[Any]:
    """The options, and the current value among them even if a link brought one that is not listed."""
    value = st.session_state.get(key_of(name))
    return list(options) if value is None or value in options else sorted([*options, value])


def _scale(
    name: str,
    options: Sequence[Any],
    *,
    shown: Callable[[Any], str] | None = None,
    changed: Callable[[], None] | None = None,
) -> None:
    """A slider over round numbers."""
    ask(
        st.select_slider,
        text(f"running.labels.{name}"),
        _with(options, name),
        key=key_of(name),
        format_func=shown or (lambda value: f"{value:g}"),
        help=text(f"running.help.{name}"),
        on_change=changed,
        persist_state="session",
    )


def _after() -> None:
    """A slider over the update counts at which the network was kept."""
    steps = list(looked_at(st.session_state[key_of("updates")]))
    key = key_of("after")
    st.session_state[key] = max(step for step in steps if step <= max(0, st.session_state[key]))
    _scale("after", steps)


def _sidebar() -> None:
    with st.sidebar:
        st.subheader(text("running.labels.run"), help=text("running.help.run"), anchor=False)
        _word("data", SETS, "train.options.name", changed=_fit)
        _scale("learning_rate", RATES)
        rows = Data(st.session_state[key_of("data")]).train_rows
        _scale("batch_size", [size for size in BATCHES if size <= rows])
        _scale("updates", UPDATES, changed=_to_the_end)
        _word("order", ORDERS, "train.options.order")
        _scale("layers", range(1, state.MOST_LAYERS + 1))
        _scale("width", WIDTHS)
        ask(
            st.number_input,
            text("running.labels.seed"), min_value=0, max_value=2**31 - 1, step=1, key=key_of("seed"),
            persist_state="session", help=text("train.help.seed"),
        )  # fmt: skip
        ask(
            st.button, text("running.labels.reset"), key="running_reset", name="reset", on_click=state.show,
            args=(Settings(),),
        )  # fmt: skip


def _word(name: str, options: Sequence[str], words: str, *, changed: Callable[[], None] | None = None) -> None:
    """A list to choose one word from."""
    ask(
        st.selectbox,
        text(f"running.labels.{name}"),
        list(options),
        key=key_of(name),
        format_func=lambda word: text(f"{words}.{word}"),
        help=text(f"running.help.{name}"),
        on_change=changed,
        persist_state="session",
    )


def _fit() -> None:
    """Another data set has other numbers of rows."""
    state.show(current())


def _to_the_end() -> None:
    """A run of another length is looked at after its last update."""
    st.session_state[key_of("after")] = st.session_state[key_of("updates")]


def choose_unit(settings: Settings, *, biased: bool = True) -> None:
    """Which layer and unit, and (where it is asked) which variance is averaged."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        st.session_state[key_of("layer")] = settings.layer
        ask(
            st.segmented_control,
            text("running.labels.layer"), list(range(1, settings.layers + 1)), key=key_of("layer"), required=True,
            persist_state="session",
        )  # fmt: skip
        _number("unit", settings.unit, settings.width)
        if not biased:
            return
        ask(
            st.toggle,
            text("running.labels.biased"), key=key_of("biased"), help=text("running.help.biased"),
            persist_state="session",
        )  # fmt: skip


def choose_row(settings: Settings) -> None:
    """Which test row is put into the batches."""
    _number("row", settings.row, Data(settings.data).test_rows)


def _number(name: str, value: int, most: int) -> None:
    st.session_state[key_of(name)] = value
    ask(
        st.number_input,
        text(f"running.labels.{name}"), min_value=1, max_value=most, step=1, key=key_of(name), width=150,
        help=text(f"running.help.{name}"), persist_state="session",
    )  # fmt: skip


def choose_change() -> None:
    """How the test rows are changed."""
    for name, column, low, high in zip(
        ("factor", "offset"), st.columns(2, gap="large"), (0.1, -2.0), (2.0, 2.0), strict=True
    ):
        ask(
            column.slider,
            text(f"running.labels.{name}"), low, high, step=0.1 if name == "factor" else 0.25, key=key_of(name),
            help=text(f"running.help.{name}"), persist_state="session",
        )  # fmt: skip
