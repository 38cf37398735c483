"""The controls of the lab of rates, initialization and depth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from bnviz.core.experiment import ACTIVATIONS, MAX_DEPTH
from bnviz.core.rates import ARMS, MEASURES, MOST_SEEDS, MOST_VALUES, PARTS, QUANTITIES, SETS, Choices
from bnviz.core.start_signal import MOST_LAYERS
from bnviz.ui import rates_state as state
from bnviz.ui.hiding import ask
from bnviz.ui.messages import text
from bnviz.ui.rates_state import choices_of, claims_of, current, key_of
from bnviz.ui.scenarios import scenario

RATES = (0.001, 0.003, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.8, 0.9, 1.6, 3.2, 6.4, 12.8, 25.0)
SCALES = (0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1.0, 1.5, 2.0, 3.2, 4.0, 5.0, 10.0, 30.0)
BATCHES = (2, 4, 8, 16, 32, 60, 64, 128, 256)
UPDATES = (10, 25, 50, 100, 200, 300, 400, 500, 800, 1000)
WIDTHS = (4, 8, 16, 32, 50, 64, 100, 128, 200, 256)
TARGETS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.97)


def choose() -> Choices:
    """Show the switch, the claims and the controls; say what they say."""
    part = str(st.session_state[key_of("part")])
    ask(
        st.segmented_control, text("rates.labels.part"), PARTS, key=key_of("part"), required=True,
        label_visibility="collapsed",
        format_func=lambda name: text(f"rates.parts.{name}"), on_change=_to_part, persist_state="session",
    )  # fmt: skip
    st.caption(text(f"rates.about.{part}"))
    _claims(part)
    with st.sidebar:
        st.subheader(text("rates.labels.measurement"), anchor=False)
        _norms(part)
        _axis(part)
        _network(part)
        _training(part)
        _seeds(part)
        ask(st.button, text("rates.labels.reset"), key="rates_reset", name="reset", on_click=_to_part)
    return current()


def choose_measure() -> None:
    """Which number the map shows."""
    _segments("measure", MEASURES, "rates.measures")


def choose_inside(layers: int) -> None:
    """What is drawn of the runs, and of which layer."""
    with st.container(horizontal=True, gap="medium"):
        _segments("along", ("rate", "scale"), "rates.along")
        _segments("arm", tuple(ARMS), "rates.arms")
        _segments("quantity", QUANTITIES, "rates.quantities")
        key = key_of("layer")
        st.session_state[key] = min(st.session_state[key], layers)
        ask(
            st.segmented_control,
            text("rates.labels.layer"),
            list(range(1, layers + 1)),
            key=key,
            required=True,
            persist_state="session",
        )


def _claims(part: str) -> None:
    """The claims of this part as a row of choices; one sets every control."""
    there = [one.id for one in claims_of(part)]
    if not there:
        st.session_state[key_of("claim")] = st.session_state[key_of("claim")]
        return
    there.sort(key=list(ORDER).index)
    ask(st.pills, text("rates.labels.claim"), there, key=key_of("claim"), required=True,
        format_func=lambda name: scenario(name).title, on_change=_to_claim, persist_state="session",
    )  # fmt: skip


ORDER = ("C5", "C4", "C7", "C8", "C1", "C6", "C3", "C3b", "D5", "C2", "D4")


def _to_part() -> None:
    state.to_part(str(st.session_state[key_of("part")]))


def _to_claim() -> None:
    state.show(choices_of(str(st.session_state[key_of("claim")])))


def _norms(part: str) -> None:
    if part != "inside":
        _several("arms", tuple(ARMS), lambda name: text(f"rates.arms.{name}"))


def _several(name: str, options: Sequence[Any], shown: Callable[[Any], str]) -> None:
    """Any number of options but none: the last one cannot be switched off."""
    key = key_of(name)
    st.session_state[key] = list(getattr(current(), name))
    ask(st.pills, text(f"rates.labels.{name}"), list(options), key=key, selection_mode="multi", format_func=shown,
        help=_help(name), persist_state="session",
    )  # fmt: skip


def _axis(part: str) -> None:
    """What is varied."""
    along = st.session_state[key_of("along")] if part == "inside" else part
    if along == "rate":
        _ends("low", "high", RATES)
        _whole("values", 2, MOST_VALUES)
    elif along in ("init", "scale"):
        _ends("scale_low", "scale_high", SCALES)
        _whole("scales", 2, MOST_VALUES)
    elif along == "depth":
        _several("depths", range(1, MAX_DEPTH + 1), str)
        _several("kinds", ACTIVATIONS, _activation)
    else:
        _whole("deep", 2, MOST_LAYERS)


def _activation(name: str) -> str:
    return text(f"train.options.activation.{name}")


def _network(part: str) -> None:
    _select("data", SETS, lambda name: text(f"train.options.name.{name}"))
    if part != "depth":
        _segments("activation", ACTIVATIONS, "train.options.activation")
    if part not in ("depth", "start"):
        _whole("layers", 1, MAX_DEPTH)
    _scale("width", WIDTHS)
    along = st.session_state[key_of("along")] if part == "inside" else part
    if along not in ("init", "scale"):
        _scale("gain", SCALES)
    if part != "start" and along != "rate":
        _scale("learning_rate", RATES)


def _training(part: str) -> None:
    if part == "start":
        return
    _scale("batch_size", BATCHES)
    _scale("updates", UPDATES)
    if part != "inside":
        _scale("target", TARGETS, shown=lambda value: f"{100 * value:g}\u00a0%")


def _seeds(part: str) -> None:
    if part != "inside":
        _whole("seeds", 1, MOST_SEEDS)
    ask(
        st.number_input, text("rates.labels.seed"), min_value=0, max_value=2**31 - 1 - MOST_SEEDS, step=1,
        key=key_of("seed"),
        help=text("train.help.seed"), persist_state="session",
    )  # fmt: skip


def _help(name: str) -> str | None:
    try:
        return text(f"rates.help.{name}")
    except KeyError:
        return None


def _whole(name: str, low: int, high: int) -> None:
    ask(st.slider, text(f"rates.labels.{name}"), low, high, key=key_of(name), help=_help(name), persist_state="session")


def _with(options: Sequence[Any], *names: str) -> list[Any]:
    """The options, and the current values among them even if a link brought one that is not listed."""
    return sorted({*options, *(st.session_state[key_of(name)] for name in names)})


def _scale(
    name: str,
    options: Sequence[Any],
    *,
    shown: Callable[[Any], str] = "{:g}".format,
    changed: Callable[[], None] | None = None,
) -> None:
    ask(
        st.select_slider, text(f"rates.labels.{name}"), _with(options, name), key=key_of(name),
        format_func=shown, help=_help(name), on_change=changed,
        persist_state="session",
    )  # fmt: skip


def _ends(low: str, high: str, options: Sequence[float]) -> None:
    """Two sliders for the two ends, side by side; where they would meet, both show what is used."""
    for column, name in zip(st.columns(2), (low, high), strict=True):
        with column:
            _scale(name, options, changed=lambda: state.put(current()))


def _segments(name: str, options: Sequence[str], words: str) -> None:
    ask(
        st.segmented_control, text(f"rates.labels.{name}"), list(options), key=key_of(name), required=True,
        help=_help(name),
        format_func=lambda word: text(f"{words}.{word}"), persist_state="session",
    )  # fmt: skip


def _select(name: str, options: Sequence[str], shown: Callable[[str], str]) -> None:
    ask(
        st.selectbox,
        text(f"rates.labels.{name}"),
        list(options),
        key=key_of(name),
        format_func=shown,
        persist_state="session",
    )
