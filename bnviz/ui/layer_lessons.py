"""The small lessons of the layer lab: the row of them, and the sentence with what was measured."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import streamlit as st

from bnviz.core.batches_facts import dragged, miss, scaled, undone, variances
from bnviz.core.layer_lab import LESSONS, LayerLab, Scene
from bnviz.core.microscope import Phases, examine
from bnviz.plots.theme import number, plain_number
from bnviz.ui import layer_state as state
from bnviz.ui.hiding import ask
from bnviz.ui.messages import text


def lesson_pills() -> None:
    """The row of lessons; at most one is open."""
    key = "layer.w.lesson"
    opened = state.lab().lesson
    st.session_state[key] = None if opened == "none" else opened
    ask(
        st.pills,
        text("layer.lessons"),
        LESSONS,
        key=key,
        format_func=lambda lesson: text(f"layer.lesson.{lesson}"),
        on_change=state.then(state.choose_lesson, key),
        help=text("layer.lesson_help"),
    )


def told(lab: LayerLab, scene: Scene, phases: Phases) -> str:
    """What the open lesson has measured on the batch on screen."""
    say = {
        "undo": _undo, "drag": _drag, "two": _two, "one": _one, "constant": _constant, "eps": _eps, "far": _far,
        "weights": _weights,
    }[lab.lesson]  # fmt: skip
    return say(lab, scene, phases)


def small(value: float) -> str:
    """A measured number with three digits."""
    return number(value, 3)


def _undo(lab: LayerLab, scene: Scene, phases: Phases) -> str:
    if scene.case.kind != "batch":
        return text("layer.told.undo_row")
    if phases.refused:
        return text("layer.told.one")
    first = max(lab.undo, 0)
    own = replace(scene.plain, h=scene.batches(first)).cast(lab.precision)
    second = scene.batches(first + 1)
    said = text("layer.told.undo", **{name: small(value) for name, value in asdict(undone(own, second)).items()})
    return said + text("layer.told.undo_now", batch=lab.batch, now=small(miss(scene.case)))


def _drag(_lab: LayerLab, scene: Scene, phases: Phases) -> str:
    if phases.refused:
        return text("layer.told.one")
    if np.array_equal(scene.plain.h, scene.case.h):
        return text("layer.told.no_drag")
    found = dragged(scene.plain, scene.case, scene.row, scene.feature)
    key = "layer.told.drag" if scene.case.kind == "batch" else "layer.told.drag_row"
    feature = scene.feature_names[scene.feature]
    return text(key, moved=found.moved, rows=found.rows, most=small(found.most), feature=feature)


def _two(_lab: LayerLab, scene: Scene, phases: Phases) -> str:
    if phases.refused:
        return text("layer.told.one")
    if scene.case.kind != "batch":
        return text("layer.told.column_only")
    if len(scene.case.h) != 2:
        return text("layer.told.not_two", rows=len(scene.case.h))
    apart = np.ptp(scene.case.h, axis=0) > 0
    alike = "" if apart.all() else text("layer.told.two_alike")
    if not apart.any():
        return alike.strip()
    return text("layer.told.two", most=small(float(np.abs(np.abs(phases.x_hat[:, apart]) - 1).max()))) + alike


def _one(_lab: LayerLab, scene: Scene, phases: Phases) -> str:
    if phases.refused:
        return text("layer.told.one")
    return text("layer.told.not_one" if scene.case.kind == "batch" else "layer.told.column_only")


def _constant(lab: LayerLab, scene: Scene, phases: Phases) -> str:
    if phases.refused:
        return text("layer.told.one")
    if scene.case.kind != "batch":
        return text("layer.told.column_only")
    plain, place = replace(scene.case, h=_exact_h(lab, scene)), scene.feature
    feature = scene.feature_names[place]
    if np.ptp(plain.h[:, place]):
        return text("layer.told.not_constant", feature=feature, var=small(float(plain.h[:, place].var())))
    found = {precision: examine(plain.cast(precision)) for precision in ("float32", "float64")}
    hats = {precision: float(one.x_hat[0, place]) for precision, one in found.items()}
    if not any(hats.values()):
        return text("layer.told.constant_exact", feature=feature)
    worst = max(hats, key=lambda precision: abs(hats[precision]))
    # The mean's error, and what it is multiplied by, in the precision in which it can be seen.
    off = float(found[worst].mean[0, place]) - float(plain.cast(worst).h[0, place])
    factor = 1 / np.sqrt(float(found[worst].var[0, place]) + scene.case.eps)
    said = {"off": small(off), "factor": small(factor), **{name: small(hat) for name, hat in hats.items()}}
    return text("layer.told.constant", feature=feature, worst=worst, **said)


def _exact_h(lab: LayerLab, scene: Scene) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The batch by hand before it was rounded to the precision on screen."""
    return np.array(lab.hand) if lab.source == "hand" and lab.batch == 0 else scene.case.h.astype(np.float64)


def _eps(_lab: LayerLab, scene: Scene, phases: Phases) -> str:
    if phases.refused:
        return text("layer.told.one")
    if scene.case.kind != "batch":
        return text("layer.told.column_only")
    column = scene.feature
    return text(
        "layer.told.eps",
        feature=scene.feature_names[column],
        measured=small(float(phases.x_hat[:, column].var())),
        var=small(float(scene.case.h[:, column].var())),
        eps=plain_number(scene.case.eps),
    )


def _far(lab: LayerLab, scene: Scene, _phases: Phases) -> str:
    ways = variances(_exact_h(lab, scene)[:, scene.feature])
    found = {name: number(value, 5) for name, value in ways.items()}
    return text("layer.told.far", feature=scene.feature_names[scene.feature], **found)


def _weights(lab: LayerLab, scene: Scene, phases: Phases) -> str:
    if phases.refused:
        return text("layer.told.one")
    found = scaled(scene.plain, scene.linear, lab.factor)
    key = "layer.told.weights" if scene.case.kind == "batch" else "layer.told.weights_row"
    said = {name: small(value) for name, value in asdict(found).items()}
    own = "" if lab.source == "run" else text("layer.told.weights_own")
    return text(key, factor=plain_number(lab.factor), inverse=plain_number(1 / lab.factor), **said) + own
