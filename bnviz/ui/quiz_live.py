"""Answers that depend on what is on screen: computed from the lab's present numbers whenever a question is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from bnviz.core import averages
from bnviz.core import axes as axes_core
from bnviz.core.fields import FieldError
from bnviz.core.layer_lab import scene
from bnviz.core.norms import KINDS
from bnviz.core.ravine import explore
from bnviz.core.summary import summary
from bnviz.plots.theme import number, plain_number
from bnviz.runs import shared_store
from bnviz.ui import axes, controls, inputs, inputs_controls, layer_state, ravine_controls, running_settings
from bnviz.ui.claims import last_verdict
from bnviz.ui.messages import text
from bnviz.ui.own_data import plain


@dataclass(frozen=True)
class Live:
    """What is right now.

    Attributes:
        right: the place of the right option.
        said: what the {names} of the options and of the explanation stand for.
        options: the options, where the question has none of its own.
    """

    right: int
    said: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()


def answer(name: str) -> Live | None:
    """The right answer now, or None while there is nothing on screen to ask about."""
    try:
        return LIVE[name]()
    except FieldError:
        return None


def between(value: float, bounds: Sequence[float]) -> int:
    """How many of the growing bounds a value has reached."""
    return sum(value >= bound for bound in bounds)


def _ratio(one: float, other: float) -> float:
    """How many times the larger is the smaller."""
    low, high = sorted((abs(one), abs(other)))
    return high / low if low else float("inf")


def inputs_spread() -> Live | None:
    """The ratio of the standard deviations of the two raw features."""
    pair = inputs.pair_of(*inputs_controls.last())
    first, second = (float(value) for value in pair.ways["raw"].train.std(axis=0))
    if not first and not second:
        return None
    ratio = _ratio(first, second)
    return Live(
        between(ratio, (2, 10, 100)),
        {
            "first": plain(pair.names[0]),
            "second": plain(pair.names[1]),
            "std_first": number(first),
            "std_second": number(second),
            "ratio": number(ratio) if np.isfinite(ratio) else text("quiz.infinite"),
        },
    )


def ravine_gradient() -> Live | None:
    """The ratio of the two components of the first gradient, with raw features."""
    shown = ravine_controls.current()
    side = next((one for one in explore(shown.data, shown.seed, shown.settings) if one.name == "raw"), None)
    if side is None:
        return None
    w1, w2 = (float(value) for value in side.descent.gradients[0, 0, :2])
    ratio = _ratio(w1, w2)
    if not np.isfinite(ratio):
        return None
    return Live(between(ratio, (2, 10, 100)), {"w1": number(w1), "w2": number(w2), "ratio": number(ratio)})


def layer_sharing() -> Live | None:
    """How many values share a mean in the layer on screen."""
    lab = layer_state.lab()
    if lab.source == "run":
        return None  # the layer of a run is set up by the page, and takes its time
    case = scene(lab, controls.current(), layer_state.data()).case
    rows, features = case.h.shape
    if case.kind not in ("batch", "layer") or rows == features:
        return None
    by_batch = case.kind == "batch"
    said = {"rows": str(rows), "features": str(features), "cells": str(rows * features)}
    said |= {"kind": text(f"axes.norm.{case.kind}"), "said": text(f"quiz.layer_{case.kind}", **said)}
    return Live(0 if by_batch else 1, said)


def running_left() -> Live | None:
    """The share of its initial value that is still in a running average."""
    settings = running_settings.current()
    left = averages.start_left(settings.momentum, settings.after)
    said = {"momentum": plain_number(settings.momentum), "updates": str(settings.after), "left": _percent(left)}
    return Live(between(left, (0.01, 0.1, 0.5)), said)


def _percent(share: float) -> str:
    return f"{100 * share:.3g}\u00a0%"


def axes_cells() -> Live | None:
    """How many values share a mean, among what the other norms would average."""
    chosen = axes.current()
    block = axes_core.live_block(chosen)
    found = {kind: axes_core.block_of(block, kind, groups=chosen.groups) for kind in KINDS}
    sizes = sorted({one.cells for one in found.values()} | {found[chosen.norm].cells * 2, 1})
    mine = found[chosen.norm]
    said = {
        "norm": text(f"axes.norm.{chosen.norm}"),
        "cells": f"{mine.cells:,}",
        "means": f"{len(mine.var):,}",
        "shape": " × ".join(str(size) for size in block.shape),
    }
    return Live(sizes.index(mine.cells), said, tuple(f"{size:,}" for size in sizes))


def train_first() -> Live | None:
    """Which arm was the first to have 90 % right on the test rows."""
    run = shared_store().find(controls.current())
    recording = None if run is None or run.active else run.recording()
    if recording is None or not recording.done:
        return None
    rows = summary(recording)
    if all(row["test_accuracy"] is None for row in rows):
        return None
    steps = [row["steps_to_90"] for row in rows]
    reached = [step for step in steps if step is not None]
    first = [place for place, step in enumerate(steps) if reached and step == min(reached)]
    options = (*(row["label"] for row in rows), text("quiz.tie"), text("quiz.none"))
    right = len(rows) + 1 if not first else first[0] if len(first) == 1 else len(rows)
    told = [
        text("quiz.never" if step is None else "quiz.after", arm=row["label"], step=step)
        for row, step in zip(rows, steps, strict=True)
    ]
    return Live(right, {"said": "; ".join(told)}, options)


def verdict_of(lab: str) -> Live | None:
    """How many of the seeds that a lab has just measured are, each by itself, as its claim says."""
    found = last_verdict(lab)
    if found is None or found.seeds < 2:
        return None
    right = 0 if found.agreeing == found.seeds else 1 if found.agreeing else 2
    names = ("seeds", "agreeing", "opposing")
    return Live(right, {name: str(getattr(found, name)) for name in names})


LIVE: dict[str, Callable[[], Live | None]] = {
    made.__name__: made
    for made in (inputs_spread, ravine_gradient, layer_sharing, running_left, axes_cells, train_first)
} | {f"{lab}_verdict": partial(verdict_of, lab) for lab in ("rates", "shift", "smoothness", "noise")}
