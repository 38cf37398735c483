"""The controls of the layer lab: which batch, and what is done with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from bnviz.core.data import load
from bnviz.core.experiment import PREPROCESSES, TABLE_ROWS, TOYS, Data, Experiment
from bnviz.core.labels import arm_labels
from bnviz.core.layer_lab import SEED, SOURCES, LayerLab, normed_layers
from bnviz.core.microscope import PRECISIONS
from bnviz.plots.theme import plain_number
from bnviz.ui import layer_state as state
from bnviz.ui.frame import ROOT
from bnviz.ui.hiding import ask, shown
from bnviz.ui.layer_editor import batch_editor
from bnviz.ui.layer_message import MOST_FEATURES, MOST_ROWS, WINDOW_FEATURES, WINDOW_ROWS
from bnviz.ui.messages import text

EPSILONS = [float(f"1e{power}") for power in range(-12, 1)]
FACTORS = [0.01, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0]
SIZES = [2, 4, 8, 12, 16, 32, 64, 128, 256]


def source_choice(experiment: Experiment) -> None:
    """The row of sources."""
    key = "layer.w.source"
    st.session_state[key] = state.lab().source
    ask(
        st.segmented_control,
        text("layer.source"),
        SOURCES,
        key=key,
        required=True,
        format_func=lambda source: text(f"layer.sources.{source}"),
        on_change=state.then(state.choose_source, key, experiment),
        help=text("layer.help.source"),
    )


def sidebar(experiment: Experiment) -> str | None:
    """Everything about the batch. Returns why an edited batch cannot be used, or None."""
    lab, problem = state.lab(), None
    with st.sidebar:
        if lab.source == "hand":
            if shown("editor"):
                st.subheader(text("layer.labels.editor"), anchor=False)
                problem = batch_editor()
            if problem:
                st.error(problem, icon=":material/info:")
        elif lab.source == "data":
            _data_controls(lab)
        else:
            _run_controls(lab, experiment)
        _arithmetic(lab)
    return problem


def _data_controls(lab: LayerLab) -> None:
    _pick_data("name", (*TABLE_ROWS, *TOYS))
    _pick_data("preprocess", PREPROCESSES)
    most = len(load(state.data(), SEED).x_train)
    sizes = [size for size in sorted({*SIZES, lab.size}) if size <= most]
    ask(
        st.select_slider,
        text("layer.labels.size"),
        sizes,
        **state.bound("size", lab.size if lab.size in sizes else sizes[-1]),
        help=text("layer.help.size"),
    )


def _pick_data(field: str, options: tuple[str, ...]) -> None:
    key = f"layer.w.data.{field}"
    st.session_state[key] = getattr(state.data(), field)
    ask(
        st.selectbox,
        text("layer.labels.data" if field == "name" else "layer.labels.preprocess"),
        options,
        key=key,
        on_change=_change_data,
        args=(field, key),
        format_func=lambda word: text(f"train.options.{field}.{word}"),
    )


def _change_data(field: str, key: str) -> None:
    """Another data set starts with all its rows and features; another preprocessing keeps them."""
    value = st.session_state[key]
    st.session_state[state.DATA] = Data(value) if field == "name" else replace(state.data(), preprocess=value)
    state.change(batch=0, feature=0, first_feature=0, first_row=0, gamma=(), beta=(), undo=-1)
    state.turn()


def _run_controls(lab: LayerLab, experiment: Experiment) -> None:
    arms, labels = normed_layers(experiment), arm_labels(experiment)
    label, icon = text("layer.labels.open_train"), ":material/arrow_back:"
    if ask(st.button, label, icon=icon, key="layer_open_train", name="open_train"):
        st.switch_page(ROOT / "pages" / "train.py")
    if not arms:
        return
    arm = lab.arm if lab.arm in arms else next(iter(arms))
    layer = lab.layer if lab.layer in arms[arm] else arms[arm][0]
    ask(st.selectbox, text("layer.labels.arm"), list(arms), format_func=lambda a: labels[a], **state.bound("arm", arm))
    ask(
        st.selectbox,
        text("layer.labels.layer"),
        arms[arm],
        format_func=lambda place: str(place + 1),
        **state.bound("layer", layer),
    )
    total = experiment.training.steps
    ask(
        st.slider,
        text("layer.labels.step"),
        0,
        total,
        **state.bound("step", min(lab.step, total)),
        help=text("layer.help.step"),
    )


def _arithmetic(lab: LayerLab) -> None:
    chosen = 1e-5 if lab.eps is None else lab.eps
    options = sorted({*EPSILONS, chosen})
    ask(
        st.select_slider,
        text("layer.labels.eps"),
        options,
        format_func=plain_number,
        **state.bound("eps", chosen),
        help=text("layer.help.eps"),
    )
    ask(
        st.segmented_control,
        text("layer.labels.precision"),
        list(PRECISIONS),
        required=True,
        **state.bound("precision", lab.precision),
        help=text("layer.help.precision"),
    )


def window_controls(lab: LayerLab, shape: tuple[int, ...]) -> None:
    """Which part of a large batch is on screen."""
    rows, features = shape
    if rows <= MOST_ROWS and features <= MOST_FEATURES:
        return
    with st.sidebar:
        for field, there, most, usual in (
            ("first_row", rows, MOST_ROWS, WINDOW_ROWS),
            ("first_feature", features, MOST_FEATURES, WINDOW_FEATURES),
        ):
            if there > most:
                label = text("layer.labels.rows_shown" if field == "first_row" else "layer.labels.features_shown")
                _place_slider(label, field, min(getattr(lab, field), there - usual), there - usual)


def _place_slider(label: str, field: str, value: int, most: int) -> None:
    """A slider that counts from 1 for a place that counts from 0."""
    key = f"layer.w.{field}"
    st.session_state[key] = value + 1

    def moved() -> None:
        extra: dict[str, Any] = {"feature": st.session_state[key] - 1} if field == "first_feature" else {}
        state.change(**{field: st.session_state[key] - 1}, **extra)
        state.turn()

    ask(st.slider, label, 1, most + 1, key=key, on_change=moved)


def factor_slider(lab: LayerLab) -> None:
    """How much the weights are multiplied by, in the lesson about them."""
    ask(
        st.select_slider,
        text("layer.labels.factor"),
        sorted({*FACTORS, lab.factor}),
        format_func=plain_number,
        **state.bound("factor", lab.factor),
        help=text("layer.labels.factor"),
    )
