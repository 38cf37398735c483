"""Widgets to an experiment, and an experiment to widgets."""

from __future__ import annotations

import random
from contextlib import nullcontext
from dataclasses import fields
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bnviz.core.experiment import (
    ACTIVATIONS,
    MAX_DEPTH,
    MAX_WIDTH,
    OPTIMIZERS,
    ORDERS,
    SUBSET_ORDERS,
    WITH_SUBSETS,
    Arm,
    Data,
    Experiment,
    Network,
    Training,
)
from bnviz.core.fields import FieldError
from bnviz.ui import own_labs
from bnviz.ui.arms import edit_arms, seed_arms
from bnviz.ui.data_controls import data_controls, usual_data
from bnviz.ui.fields import key_of, log_steps, pick_number, pick_segment, pick_word
from bnviz.ui.hiding import ask, group, shown
from bnviz.ui.messages import text
from bnviz.ui.network_controls import network_controls

_EXPERIMENT = "train.experiment"
BATCHES = [1, 2, 4, 8, 10, 16, 32, 60, 64, 100, 128, 256]
STEPS = [1, 12, 25, 50, 100, 200, 300, 400, 500, 800, 1000, 2000, 4000]
MAIN_ROW = {"learning_rate": 5, "activation": 9, "depth": 4}  # how wide they are, beside each other


def show_experiment(experiment: Experiment) -> None:
    """Let every widget show this experiment."""
    st.session_state[_EXPERIMENT] = experiment
    for part in ("data", "network", "training"):
        value = getattr(experiment, part)
        for item in fields(value):
            st.session_state[key_of(f"{part}.{item.name}")] = getattr(value, item.name)
    st.session_state[key_of("data.n")] = experiment.data.rows
    st.session_state[key_of("data.features")] = list(experiment.data.features)
    hidden = experiment.network.hidden
    st.session_state[key_of("depth")] = len(hidden)
    st.session_state[key_of("width")] = hidden[0] if hidden else 64
    st.session_state[key_of("uneven")] = len(set(hidden)) > 1
    st.session_state[key_of("widths")] = ", ".join(str(width) for width in hidden)
    st.session_state[key_of("seed")] = experiment.seed
    seed_arms(experiment.arms)


def current() -> Experiment:
    """The last experiment that could be run."""
    experiment = st.session_state.get(_EXPERIMENT)
    return experiment if isinstance(experiment, Experiment) else Experiment()


def restore() -> None:
    """After a visit to another page, which drops the widgets' values, show the last experiment again."""
    if own_labs.stale(current().data):  # another table, or another target, has been chosen in the inputs lab
        show_experiment(own_labs.renewed(current()))
    elif key_of("training.learning_rate") not in st.session_state:
        show_experiment(current())


def experiment_controls(marks: list[str]) -> Experiment:
    """Show all controls; what cannot be used is explained beside its control.

    Args:
        marks: Markdown, the line and the name of each arm.

    Returns:
        The experiment that the controls describe, or the last one that could be run.
    """
    slots: dict[str, DeltaGenerator] = {}
    _main_row(slots)
    with st.sidebar:
        with group("arms", st.container):
            st.subheader(text("train.labels.arms"), help=text("train.help.norm"), anchor=False)
            arms = edit_arms(st.session_state[key_of("depth")], slots=slots, marks=marks)
        _training(slots)
        network_controls(slots)
        data_controls(slots)
        _seed()
    try:
        experiment = _read(arms)
    except FieldError as error:
        _explain(error, slots)
        return current()
    st.session_state[_EXPERIMENT] = experiment
    return experiment


def _explain(error: FieldError, slots: dict[str, DeltaGenerator]) -> None:
    name = error.field.split(".")[0] if error.field.startswith("arms[") else error.field
    slot = slots.get(name) or slots.get(error.field.split(".")[0]) or slots["main"]
    slot.error(f"{error.problem} {text('train.state.kept')}", icon=":material/info:")


def _main_row(slots: dict[str, DeltaGenerator]) -> None:
    widths = {name: width for name, width in MAIN_ROW.items() if shown(name)}
    places = dict(zip(widths, st.columns(list(widths.values())) if widths else (), strict=True))
    with places.get("learning_rate", nullcontext()):
        pick_number("training.learning_rate", log_steps(-4, 1))
    with places.get("activation", nullcontext()):
        pick_segment("network.activation", ACTIVATIONS, label=text("train.activation"))
    with places.get("depth", nullcontext()):
        ask(
            st.slider,
            text("train.depth"),
            0,
            MAX_DEPTH,
            key=key_of("depth"),
            persist_state="session",
            help=text("train.help.depth"),
        )
    slots["main"] = st.container()


def _training(slots: dict[str, DeltaGenerator]) -> None:
    label, icon = text("train.labels.training"), ":material/fitness_center:"
    with group("training", lambda: st.expander(label, icon=icon, expanded=True)):
        pick_number("training.batch_size", BATCHES)
        slots["training.batch_size"] = slots["training"] = st.container()
        pick_number("training.steps", STEPS)
        pick_word("training.optimizer", OPTIMIZERS)
        pick_number("training.dropout", [0.0, 0.1, 0.2, 0.3, 0.5, 0.7])
        pick_number("training.weight_decay", [0.0, 1e-5, 1e-4, 1e-3, 5e-3, 1e-2, 1e-1])
        pick_number("training.input_noise", [0.0, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0])
        _order()


def _order() -> None:
    """The orders that fit the data; another data set starts with shuffled batches where the order does not fit it."""
    fitting = (*ORDERS, *SUBSET_ORDERS) if st.session_state[key_of("data.name")] in WITH_SUBSETS else ORDERS
    if st.session_state[key_of("training.order")] not in fitting:
        st.session_state[key_of("training.order")] = ORDERS[0]
    pick_word("training.order", fitting)


def _another_seed() -> None:
    st.session_state[key_of("seed")] = random.randrange(1, 10_000)


def _default() -> None:
    show_experiment(Experiment())


def _seed() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ask(
            st.number_input,
            text("train.labels.seed"),
            0,
            2**31 - 1,
            step=1,
            key=key_of("seed"),
            persist_state="session",
            help=text("train.help.seed"),
        )
        if shown("seed"):
            st.button(
                text("train.labels.new_seed"), icon=":material/casino:", on_click=_another_seed, key="train.new_seed"
            )
    ask(
        st.button,
        text("train.labels.reset"),
        icon=":material/restart_alt:",
        on_click=_default,
        key="train.reset",
        width="stretch",
    )


def _hidden() -> tuple[int, ...]:
    """The widths that the controls ask for."""
    depth: int = st.session_state[key_of("depth")]
    if not st.session_state[key_of("uneven")]:
        return (st.session_state[key_of("width")],) * depth
    written = st.session_state[key_of("widths")]
    try:
        widths = [int(part) for part in written.replace(";", ",").split(",") if part.strip()]
    except ValueError:
        widths = []
    if not widths or not all(1 <= width <= MAX_WIDTH for width in widths):
        raise FieldError("network.hidden", text("train.state.widths_unread", text=written))
    return tuple((widths + widths[-1:] * MAX_DEPTH)[:depth])


def _group(kind: type[Any], name: str, **given: Any) -> Any:
    values = {f.name: st.session_state[key_of(f"{name}.{f.name}")] for f in fields(kind) if f.name not in given}
    return kind(**values, **given)


def _arm(place: int, values: dict[str, Any]) -> Arm:
    try:
        return Arm(**values)
    except FieldError as error:
        raise FieldError(error.field.replace("arm.", f"arms[{place}].", 1), error.problem) from None


def _read(arms: list[dict[str, Any]]) -> Experiment:
    """The experiment that the widgets describe.

    Raises:
        FieldError: when it cannot be run.
    """
    rows = st.session_state[key_of("data.n")]
    return Experiment(
        data=_group(Data, "data", n=0 if rows == usual_data().rows else rows),
        network=_group(Network, "network", hidden=_hidden()),
        arms=tuple(_arm(place, values) for place, values in enumerate(arms)),
        training=_group(Training, "training"),
        seed=st.session_state[key_of("seed")],
    )
