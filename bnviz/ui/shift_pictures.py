"""The pictures of the claims on the page on shift, and numbers of each arm in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st

from bnviz.core.data import load
from bnviz.core.shift_effects import run_of
from bnviz.core.study import Study
from bnviz.plots import shift
from bnviz.plots.shift_orders import order_figures
from bnviz.plots.stills import Mark, Words
from bnviz.plots.theme import ORDER_DASHES, number, percent
from bnviz.runs.studies import StudyRun, study_name
from bnviz.ui import charts
from bnviz.ui.charts import shift as draw
from bnviz.ui.kept import MESSAGES
from bnviz.ui.messages import text
from bnviz.ui.origin import Origin
from bnviz.ui.payload import Playback, pack
from bnviz.ui.pictures import picture
from bnviz.ui.player import mount
from bnviz.ui.shift_settings import LAYER, ORDERS_SHOWN, TOLERANCE, Settings

IDLE = 0.2
"""A test accuracy below this, with ten classes, is that of a network that has learned nothing."""
Result = dict[str, Any]


def _first(run: StudyRun | None) -> Result | None:
    """The result of the only seed, once it is there."""
    return run.results[0][0] if run is not None and run.results[0] else None


def show_pictures(settings: Settings, dark: bool, run: StudyRun | None) -> None:
    """What was measured on the one seed of a claim, once it is there."""
    result = _first(run)
    if result is None:
        return
    makers = {"F3": _roses, "F4": _sorted, "E1": _tracks, "E4": _noisy, "E2": _gradients, "E3": _gradients}
    makers[settings.claim](settings, result, dark)


def order_labels() -> dict[str, str]:
    """What the orders are called where several stand side by side."""
    return {name: text(f"shift.orders.{name}") for name in (*ORDERS_SHOWN, "by_class")}


def _roses(settings: Settings, result: Result, dark: bool) -> None:
    name = study_name(settings.shown)
    run_id = f"{name}-{'dark' if dark else 'light'}"
    study, origin = settings.shown, charts.shift_origin()
    # A study is a value, and what is told of it is small: the message is kept for the kind, until there is too much.
    made = MESSAGES.get(Study, (study, dark, run_id, origin), lambda: _packed(study, dark, run_id, origin, result))
    mount(made, rest={"run": run_id, "visit": 0, "step": None}, key="shift.player.orders")
    st.caption(reached([result]))


def _packed(study: Study, dark: bool, run_id: str, origin: Origin, found: Result) -> bytes:
    experiment = study.seeded(0)
    data = load(experiment.data, experiment.seed)
    figures = order_figures(found, data, order_labels(), dark=dark)
    training = experiment.training
    playback = Playback(
        run_id=run_id,
        steps=found["steps"],
        total_steps=training.steps,
        steps_per_epoch=len(data.x_train) // training.batch_size,
        finished=True,
        origin=origin.told(),
    )
    return pack(playback, [picture(figure) for figure in figures])


def reached(results: Sequence[Result]) -> str:
    """How many updates each order needs until nearly all test flowers are right."""
    told = []
    for order, label in order_labels().items():
        if order not in ORDERS_SHOWN:
            continue
        found = [run_of(result, order)["reached"] for result in results]
        known = sorted(value for value in found if value is not None)
        if not known:
            told.append(text("shift.reached.never", order=label))
            continue
        middle = f"{float(np.median(known)):g}"
        never = len(found) - len(known)
        missed = text("shift.reached.missed", count=never) if never else ""
        between = f" ({known[0]} to {known[-1]})" if len(known) > 1 else ""
        told.append(f"{label} {middle}{between}{missed}")
    return text("shift.reached.words", share=percent(TOLERANCE), told="; ".join(told))


def _sorted(settings: Settings, result: Result, dark: bool) -> None:
    marks, orders = shift.arm_marks(settings.experiment, dark=dark), order_labels()
    drawn, values, told = [], [], []
    for order in ("by_class", "shuffled"):
        for arm, mark in enumerate(marks):
            label = f"{mark.label}, {orders[order]}"
            drawn.append(Mark(label, mark.color, ORDER_DASHES[order]))
            values.append(run_of(result, order, arm)["accuracy"])
            told.append(f"{label} {percent(values[-1][-1])}")
    caption = text("shift.captions.sorted", steps=result["steps"][-1], told="; ".join(told))
    words = Words("shift-sorted", text("shift.titles.sorted"), caption, f"{text('shift.titles.sorted')}. {caption}")
    draw(shift.lines(words, drawn, result["steps"], values, axis=("test accuracy", "share"), dark=dark))


def _tracks(settings: Settings, result: Result, dark: bool) -> None:
    bands = [arm["track"] for arm in result["arms"]]
    figures = shift.tracks(settings.experiment, result["steps"], bands, settings.unit, dark=dark)
    for column, figure in zip(st.columns(len(figures), gap="medium"), figures, strict=True):
        with column:
            draw(figure)
    st.markdown(text("shift.captions.travel", told=_by_arm(settings, result, "travel")))
    st.caption(text("shift.captions.construction"))


def _noisy(settings: Settings, result: Result, dark: bool) -> None:
    marks = shift.arm_marks(settings.experiment, dark=dark)
    told = _by_arm(settings, result, "instability")
    caption = text("shift.captions.drift", layer=LAYER["E4"], told=told)
    words = Words("shift-drift", text("shift.titles.drift"), caption, f"{text('shift.titles.drift')}. {caption}")
    values = [arm["drift"] for arm in result["arms"]]
    draw(shift.lines(words, marks, result["steps"][1:], values, axis=("drift, in std", "log"), dark=dark))
    _accuracies(settings, result)


def _gradients(settings: Settings, result: Result, dark: bool) -> None:
    marks = shift.arm_marks(settings.experiment, dark=dark)
    panels = [("size", "|G − G′| / |G|", "plain"), ("cos", "cosine of G and G′", "cos")]
    for column, (name, axis, kind) in zip(st.columns(2, gap="medium"), panels, strict=True):
        told = _by_arm(settings, result, f"{name}s")
        caption = text(f"shift.captions.{name}", told=told)
        title = text(f"shift.titles.{name}")
        with column:
            values = [arm[name] for arm in result["arms"]]
            words = Words(f"shift-{name}", title, caption, f"{title}. {caption}")
            draw(shift.lines(words, marks, result["steps"], values, axis=(axis, kind), dark=dark))
    if settings.claim == "E2":
        _accuracies(settings, result)
        return
    caption = text("shift.captions.loss", told=_by_arm(settings, result, "final_loss"))
    words = Words("shift-loss", text("shift.titles.loss"), caption, f"{text('shift.titles.loss')}. {caption}")
    losses = [arm["loss"] for arm in result["arms"]]
    draw(shift.lines(words, marks, range(len(losses[0])), losses, axis=("mean squared error", "plain"), dark=dark))


def _by_arm(settings: Settings, result: Result, name: str, *, share: bool = False) -> str:
    """A number of each arm in words."""
    marks = shift.arm_marks(settings.experiment, dark=False)
    say = percent if share else number
    told = [f"{mark.label}{_value(arm[name], say)}" for mark, arm in zip(marks, result["arms"], strict=True)]
    return "; ".join(told)


def _value(value: float | None, say: Callable[[float], str]) -> str:
    """The number after the name of an arm; a colon before a word, or else "no norm diverged" says that none did."""
    return f": {text('shift.captions.diverged')}" if value is None else f" {say(float(value))}"


def _accuracies(settings: Settings, result: Result) -> None:
    """Test accuracies, and a warning where a network that learns nothing is compared."""
    st.markdown(text("shift.captions.accuracy", told=_by_arm(settings, result, "accuracy", share=True)))
    if result["arms"][0]["accuracy"] < IDLE:
        st.caption(text(f"shift.captions.idle_{settings.claim}"))


def cost_of_noise(found: Sequence[Result]) -> str:
    """Test accuracy with noisy batch norm minus that without norm, seed by seed."""
    pairs = [[one["arms"][arm]["accuracy"] for arm in (2, 0)] for one in found]
    gaps = [float(noisy - none) for noisy, none in pairs if noisy is not None and none is not None]
    if not gaps:
        return ""
    told = (signed_points(float(value)) for value in (np.median(gaps), min(gaps), max(gaps)))
    key = "cost" if len(gaps) > 1 else "cost_once"
    return text(f"shift.captions.{key}", **dict(zip(("median", "low", "high"), told, strict=True)))


def signed_points(share: float) -> str:
    """A difference of two shares in percentage points, with its sign."""
    return f"{100 * share:+.1f}".replace("-", "−")


def over_seeds(settings: Settings, found: Sequence[Result], name: str) -> str:
    """Median, lowest and highest of a number of each arm."""
    told, say = [], number if name == "final_loss" else percent
    for arm, mark in enumerate(shift.arm_marks(settings.experiment, dark=False)):
        values = [float(one["arms"][arm][name]) for one in found if one["arms"][arm][name] is not None]
        missing = f", {text('shift.captions.diverged_on', count=len(found) - len(values))}" * (len(values) < len(found))
        middle = f" {say(float(np.median(values)))}" if values else ""
        middle += f" ({say(min(values))} to {say(max(values))})" if len(values) > 1 else ""
        told.append(f"{mark.label}{middle or ':'}{missing if middle else missing.removeprefix(',')}")
    return "; ".join(told)
