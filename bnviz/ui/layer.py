"""The layer lab: a batch, what a norm makes of it, and the words beside it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bnviz.core.experiment import Experiment
from bnviz.core.export_labs import layer_table
from bnviz.core.followed import followed
from bnviz.core.labels import arm_labels
from bnviz.core.layer_lab import LayerLab, Scene, normed_layers, scene
from bnviz.core.microscope import Phases, against_torch, examine
from bnviz.core.reached import Progress
from bnviz.core.snapshot import snapshot
from bnviz.plots.theme import loss_text, number
from bnviz.runs import compiled, shared_store
from bnviz.ui import controls, figure_files, links, live
from bnviz.ui import layer_state as state
from bnviz.ui.frame import is_dark
from bnviz.ui.hiding import shown
from bnviz.ui.layer_controls import factor_slider, sidebar, source_choice, window_controls
from bnviz.ui.layer_files import origin_of
from bnviz.ui.layer_hands import hands
from bnviz.ui.layer_lessons import lesson_pills, small, told
from bnviz.ui.layer_message import message, window
from bnviz.ui.messages import text
from bnviz.ui.microscope import Rest, microscope
from bnviz.ui.notation import signed

PLAYER = "layer.player"


def take_link() -> None:
    """Show what the address names if it says something new; explain what of it could not be used."""
    links.show_problems(state.take_link())


def show() -> None:
    """The whole lab."""
    experiment = controls.current()
    source_choice(experiment)
    problem = sidebar(experiment)
    if problem:
        st.error(problem, icon=":material/info:")
    lesson_pills()
    lab = _possible(state.lab(), experiment)
    state.write_link(experiment)  # for a reader who moves on before the run is repeated: the old link is not read again
    with _repeating() as progress:
        on_stage = scene(lab, experiment, state.data(), engine=_engine(lab, experiment), progress=progress)
    window_controls(lab, on_stage.case.h.shape)
    phases = examine(on_stage.case)
    state.note(followed(on_stage, phases))
    _lesson(lab, on_stage, phases)
    told_now = message(lab, on_stage, phases, visit=state.visit(), dark=is_dark())
    origin = origin_of(lab, on_stage, experiment)
    left_out = [name for name in ("phases", "formula", "code") if not shown(name)]
    rest = microscope({**told_now, "origin": origin.told(), "left_out": left_out}, key=PLAYER)
    _take(rest, lab, on_stage)
    hands(on_stage)
    if shown("sentences"):
        _captions(lab, on_stage, phases, experiment)
    figure_files.numbers(partial(layer_table, on_stage.case, phases), origin)
    state.write_link(experiment)


@contextmanager
def _repeating() -> Iterator[Progress]:
    """How far the run is that is trained again, as soon as that takes longer than a moment."""
    bars: list[DeltaGenerator] = []
    begun, over = time.monotonic(), False

    def told(made: int, wanted: int) -> None:
        st.session_state.get(PLAYER)  # here Streamlit may leave, when the reader has moved on
        if over or time.monotonic() - begun < live.MOMENT:
            return
        if not bars:
            bars.append(st.progress(0.0))
        bars[0].progress(made / wanted, text("layer.repeating", made=made, wanted=wanted))

    yield told
    over = True
    for bar in bars:
        bar.empty()


def _possible(lab: LayerLab, experiment: Experiment) -> LayerLab:
    """The choices, with the batch by hand where the run has no norm to look into."""
    if lab.source == "run" and not normed_layers(experiment):
        st.info(text("layer.no_norm"), icon=":material/info:")
        state.choose_source("hand", experiment)
        return state.lab()
    return lab


def _engine(lab: LayerLab, experiment: Experiment) -> str:
    """The engine that has made the run on screen in the training lab, so that the last digits agree."""
    if lab.source != "run":
        return "torch"
    run = shared_store().find(experiment)
    made_by = compiled.engine_for(experiment) if run is None else run.engine
    return "kernel" if made_by == "kernel" and compiled.usable() else "torch"


def _lesson(lab: LayerLab, on_stage: Scene, phases: Phases) -> None:
    if lab.lesson == "none" or not shown("told"):
        return
    with st.container(border=True):
        st.markdown(signed(told(lab, on_stage, phases)))
        if lab.lesson == "weights":
            factor_slider(lab)


def _take(rest: Rest, lab: LayerLab, on_stage: Scene) -> None:
    """What the reader has reached in the microscope becomes part of the address."""
    if rest.phase is not None and rest.phase != state.lab().phase:
        state.change(phase=rest.phase)
    if rest.feature is None:
        return
    feature = window(lab, on_stage.case.h.shape).features.start + rest.feature
    if feature != on_stage.feature:
        state.change(feature=feature, drag=None)
        st.rerun()


def _captions(lab: LayerLab, on_stage: Scene, phases: Phases, experiment: Experiment) -> None:
    lines = [] if lab.source != "run" else [_of_the_run(lab, experiment)]
    lines.append(_of_the_batch(lab, on_stage, phases))
    differences = against_torch(on_stage.case, phases)
    if differences:
        parts = ", ".join(f"{name} {small(value)}" for name, value in differences.items())
        lines.append(text("layer.caption.torch", differences=parts))
    st.caption(signed("  \n".join(lines)))


def _of_the_batch(lab: LayerLab, on_stage: Scene, phases: Phases) -> str:
    case, column = on_stage.case, on_stage.feature
    rows, features = case.h.shape
    shown = window(lab, case.h.shape)
    part = ""
    if (shown.rows.stop - shown.rows.start, shown.features.stop - shown.features.start) != (rows, features):
        part = text(
            "layer.caption.window",
            first_row=shown.rows.start + 1,
            last_row=shown.rows.stop,
            first_feature=shown.features.start + 1,
            last_feature=shown.features.stop,
        )
    if phases.refused:
        return text("layer.caption.refused", rows=rows, features=features)
    if case.kind != "batch":
        row = phases.x_hat[0]
        hats = {"mean_hat": _near(row.mean()), "var_hat": number(row.var(), 4)}
        return text("layer.caption.rows", rows=rows, features=features, **hats) + part
    return _column(on_stage, phases, column) + part


def _column(on_stage: Scene, phases: Phases, column: int) -> str:
    case = on_stage.case
    rows, features = case.h.shape
    return text(
        "layer.caption.batch",
        rows=rows,
        features=features,
        feature=on_stage.feature_names[column],
        mean=number(float(phases.mean[0, column]), 4),
        var=number(float(phases.var[0, column]), 4),
        mean_hat=_near(phases.x_hat[:, column].mean()),
        var_hat=number(float(phases.x_hat[:, column].var()), 4),
        mean_y=_near(phases.y[:, column].mean()),
        std_y=number(float(phases.y[:, column].std()), 4),
    )


def _near(value: float) -> str:
    """A mean, with four digits; what only rounding has left is 0."""
    return "0" if abs(value) < 1e-6 else number(float(value), 4)


def _of_the_run(lab: LayerLab, experiment: Experiment) -> str:
    arms = normed_layers(experiment)
    arm = lab.arm if lab.arm in arms else next(iter(arms))
    layer = lab.layer if lab.layer in arms[arm] else arms[arm][0]
    moment = snapshot(
        experiment, arm, min(lab.step, experiment.training.steps), ahead=lab.batch, engine=_engine(lab, experiment)
    )
    said = text(
        "layer.caption.run",
        arm=arm_labels(experiment)[arm].capitalize(),
        layer=layer + 1,
        step=moment.step,
        next=moment.step + lab.batch + 1,
        loss=loss_text(moment.loss),
    )
    if moment.diverged_at >= 0:
        said += text("layer.caption.diverged", at=moment.diverged_at)
    if experiment.network.kind == "conv":
        said += text("layer.caption.positions")
    extras = {"batch_ghost": "ghost", "batch_noisy": "noisy"}
    norm = experiment.arms[arm].norm
    return said + (text(f"layer.caption.{extras[norm]}") if norm in extras else "")
