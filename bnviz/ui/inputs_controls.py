"""The settings of the inputs lab, and their widgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import streamlit as st

from bnviz.core.data import feature_names
from bnviz.core.experiment import DRAWN, PREPROCESSES, SCALES, SELECTABLE, TABLE_ROWS, TOYS, Data
from bnviz.core.fields import Choice, FieldError, Number, check_fields, setting
from bnviz.ui import own_data
from bnviz.ui.hiding import ask, group
from bnviz.ui.messages import text

PAGE, OWN = "inputs", "own"
SETS = (*SCALES, *TOYS, *SELECTABLE)
# Two columns of each table that teach something: apart in scale, or strongly correlated.
PAIRS = {"wine": (0, 12), "breast_cancer": (3, 4), "diabetes": (4, 5)}
USUAL = Data("ranges")
_LAST = "inputs.last"
FACTORS = [m * 10.0**power for power in range(5) for m in (1, 2, 5)] + [1e5]
SHIFTS = [-1e5, -1e4, -1e3, -100.0, -10.0, -1.0, 0.0, 1.0, 10.0, 100.0, 1e3, 1e4, 1e5]
TIMES = [1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0]


@dataclass(frozen=True)
class Inputs:
    """What the inputs lab shows besides its data.

    Attributes:
        source: set: a set by name; own: the reader's table.
        axes: equal: one unit is as long across as upwards; fitted: each axis fits its feature.
        outlier: where one point more is added, in ranges of the first feature above its least value.
        seed: of the draw and the split.
    """

    source: str = setting("set", Choice(("set", OWN)))
    axes: str = setting("equal", Choice(("equal", "fitted")))
    outlier: float = setting(10.0, Number(1.0, 1000.0))
    seed: int = setting(0, Number(0, 2**31 - 1, integer=True))

    def __post_init__(self) -> None:
        check_fields(self, PAGE)


def key_of(name: str) -> str:
    """The session key of a widget of this page."""
    return f"{PAGE}.{name}"


def usual(name: str) -> Data:
    """A set as the page first shows it."""
    return Data(name, features=PAIRS.get(name, ()))


def last() -> tuple[Data, Inputs]:
    """The last settings that could be shown."""
    found: tuple[Data, Inputs] = st.session_state.get(_LAST, (USUAL, Inputs()))
    return found


def show(data: Data, view: Inputs) -> None:
    """Let every widget show these settings."""
    st.session_state[_LAST] = (data, view)
    state = st.session_state
    state[key_of("set")] = OWN if view.source == OWN else data.name
    for item in fields(view):
        if item.name != "source":
            state[key_of(item.name)] = getattr(view, item.name)
    for name in ("noise", "balance", "test_fraction", "preprocess"):
        state[key_of(name)] = getattr(data, name)
    state[key_of("n")] = data.rows
    pair = data.features or PAIRS.get(data.name, (0, 1))
    for place in (0, 1):
        state[key_of(f"feature{place}")] = pair[place]
        state[key_of(f"scale{place}")] = data.scale[place] if len(data.scale) > place else 1.0
        state[key_of(f"offset{place}")] = data.offset[place] if len(data.offset) > place else 0.0


def restore() -> None:
    """After a visit to another page, which drops the widgets' values, show the last settings again."""
    if key_of("set") not in st.session_state:
        show(*last())


def _another_set() -> None:
    """Another set starts with all its rows, two telling features and no stretch."""
    name = st.session_state[key_of("set")]
    view = last()[1]
    data = replace(last()[0], scale=(), offset=()) if name == OWN else usual(name)
    show(data, Inputs(OWN if name == OWN else "set", view.axes, view.outlier, view.seed))


def controls() -> tuple[Data, Inputs]:
    """Show all controls of the data; what cannot be used is explained and the last settings count."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    with row:
        name = ask(
            st.selectbox, text("inputs.set"), [*SETS, OWN], key=key_of("set"), persist_state="session",
            on_change=_another_set,
            format_func=lambda word: text(f"train.options.name.{word}"), help=text("inputs.help.set"), width=340,
        )  # fmt: skip
    if name == OWN:
        with group("own", st.container):
            own_data.choose()
        if own_data.is_fresh():
            st.session_state[key_of("feature0")], st.session_state[key_of("feature1")] = 0, 1
    with row:
        if name in SELECTABLE:
            _features(feature_names(name))
        elif name == OWN and len(own_data.feature_names()) > 1:
            _features(own_data.feature_names())
        ask(
            st.segmented_control, text("inputs.axes"), ["equal", "fitted"],
            key=key_of("axes"), persist_state="session", required=True,
            format_func=lambda word: text(f"inputs.options.axes.{word}"), help=text("inputs.help.axes"),
        )  # fmt: skip
    left, right = st.columns(2)
    with left:
        _stretch(name)
    with right:
        _draw(name)
    try:
        found = _read(name)
    except FieldError as error:
        st.error(f"{error.problem} {text('inputs.kept')}", icon=":material/info:")
        return last()
    st.session_state[_LAST] = found
    return found


def own_columns() -> tuple[int, int]:
    """The two chosen columns of the reader's table."""
    return st.session_state[key_of("feature0")], st.session_state[key_of("feature1")]


def show_columns(columns: Sequence[int]) -> None:
    """Let the two lists of columns show these."""
    for place in (0, 1):
        st.session_state[key_of(f"feature{place}")] = columns[place]


def _features(names: Sequence[str]) -> None:
    """Two lists of columns; the second leaves out what the first has chosen."""
    places = list(range(len(names)))
    for place in (0, 1):
        taken = st.session_state[key_of("feature0")] if place else None
        options = [one for one in places if one != taken]
        key = key_of(f"feature{place}")
        if st.session_state.get(key) not in options:
            st.session_state[key] = options[0]
        ask(
            st.selectbox, text(f"inputs.feature{place}"), options, key=key, persist_state="session",
            format_func=lambda column: names[column], width=220,
        )  # fmt: skip


def _slider(name: str, label: str, options: list[float]) -> None:
    value = st.session_state.get(key_of(name))
    shown = options if value is None or value in options else sorted([*options, value])
    ask(st.select_slider, label, shown, key=key_of(name), persist_state="session", format_func=_short)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:g}"


def _stretch(name: str) -> None:
    """A factor and an offset for each feature."""
    label, icon = text("inputs.stretch"), ":material/open_in_full:"
    with group("stretch", lambda: st.expander(label, icon=icon, expanded=name in TOYS)):
        st.caption(text("inputs.stretch_words"))
        for column, place in zip(st.columns(2), (0, 1), strict=True):
            with column:
                _slider(f"scale{place}", text("inputs.scale", place=place + 1), FACTORS)
                _slider(f"offset{place}", text("inputs.offset", place=place + 1), SHIFTS)


def _draw(name: str) -> None:
    """How many rows, how noisy, how split."""
    with group("more", lambda: st.expander(text("inputs.more"), icon=":material/tune:")):
        left, right = st.columns(2)
        with left:
            if name != OWN:
                most = TABLE_ROWS.get(name, 5000)
                st.session_state[key_of("n")] = min(st.session_state[key_of("n")], most)
                ask(st.number_input, text("inputs.n"), 16, most, step=50, key=key_of("n"), persist_state="session")
            if name in DRAWN:
                _slider("noise", text("train.labels.noise"), [0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0])
        with right:
            _slider("test_fraction", text("train.labels.test_fraction"), [0.05, 0.1, 0.25, 0.4, 0.5, 0.75])
            ask(
                st.number_input, text("train.labels.seed"), 0, 2**31 - 1, step=1,
                key=key_of("seed"), persist_state="session",
                help=text("inputs.help.seed"),
            )  # fmt: skip


def _per_feature(name: str, neutral: float) -> tuple[float, ...]:
    values = tuple(float(st.session_state[key_of(f"{name}{place}")]) for place in (0, 1))
    return () if values == (neutral, neutral) else values


def _read(name: str) -> tuple[Data, Inputs]:
    """The settings that the widgets describe.

    Raises:
        FieldError: when they cannot be shown.
    """
    state: Any = st.session_state
    view = Inputs(
        source=OWN if name == OWN and own_data.table() is not None else "set",
        axes=state[key_of("axes")],
        outlier=state[key_of("outlier")],
        seed=state[key_of("seed")],
    )
    base = last()[0].name if name == OWN else name
    rows = state[key_of("n")]
    data = Data(
        name=base,
        n=0 if rows == Data(base).rows else rows,
        noise=state[key_of("noise")],
        balance=state[key_of("balance")],
        preprocess=state[key_of("preprocess")],
        test_fraction=state[key_of("test_fraction")],
        scale=_per_feature("scale", 1.0),
        offset=_per_feature("offset", 0.0),
        features=(state[key_of("feature0")], state[key_of("feature1")]) if name in SELECTABLE else (),
    )
    return data, view


def choose_preprocess() -> None:
    """Which preprocessing goes along to the other labs."""
    ask(
        st.segmented_control, text("inputs.carry"), list(PREPROCESSES), key=key_of("preprocess"), required=True,
        persist_state="session", format_func=lambda word: text(f"train.options.preprocess.{word}"),
    )  # fmt: skip


def choose_outlier() -> None:
    """Where one point more is added."""
    _slider("outlier", text("inputs.outlier"), TIMES)
