"""Questions about the run that is on screen in the training lab."""

from __future__ import annotations

from typing import Any

import numpy as np

from bnviz.core.data import load
from bnviz.core.labels import arm_labels
from bnviz.core.recording import Recording
from bnviz.core.summary import summary
from bnviz.plots.theme import number
from bnviz.runs import shared_store
from bnviz.ui import controls
from bnviz.ui.messages import text
from bnviz.ui.quiz_answer import CLOSE, Live, highest, kept, listed, ranged

LOSS = 0.01
"""A difference of two losses, as a share, that counts as none."""
Rows = list[dict[str, Any]]


def _done() -> Recording | None:
    """What was recorded of the run on screen, once it is complete."""
    run = shared_store().find(controls.current())
    recording = None if run is None or run.active else run.recording()
    return recording if recording is not None and recording.done else None


def _rows(recording: Recording) -> Rows:
    return kept("train_rows", recording.experiment, lambda: summary(recording))


def first() -> Live | None:
    """Which arm was the first to have 90 % right on the test rows."""
    recording = _done()
    rows = [] if recording is None else _rows(recording)
    if all(row["test_accuracy"] is None for row in rows):
        return None
    labels, steps = [row["label"] for row in rows], [row["steps_to_90"] for row in rows]
    found = highest(labels, [None if step is None else -step for step in steps], none=text("quiz.none"))
    assert found is not None, "There is always the option that none of them has."
    told = [
        text("quiz.never" if step is None else "quiz.after", arm=label, step=step)
        for label, step in zip(labels, steps, strict=True)
    ]
    return found.live(said="; ".join(told))


def best() -> Live | None:
    """Which arm does best on the test rows at the end: by accuracy, or by the loss where a number is predicted."""
    recording = _done()
    rows = [] if recording is None else _rows(recording)
    if recording is None or len(rows) < 2:
        return None
    name = "accuracy" if any(row["test_accuracy"] is not None for row in rows) else "loss"
    labels, values = [row["label"] for row in rows], [row[f"test_{name}"] for row in rows]
    known = [value for value in values if value is not None]
    if not known:
        return None
    tests = len(load(recording.experiment.data, recording.experiment.seed).x_test)
    slack = 1.001 / tests if name == "accuracy" else LOSS * min(known)
    found = highest(
        labels, [None if one is None else one if name == "accuracy" else -one for one in values], slack=slack
    )
    if found is None:
        return None
    told = [text("quiz.train.unknown") if one is None else _said(name, one) for one in values]
    diverged = [row["label"] for row in rows if row["diverged_at"] is not None]
    more = text("quiz.train.diverged", arms=", ".join(diverged)) if diverged else ""
    row = text("quiz.train.row", tests=tests, points=f"{100 / tests:.1f}") if name == "accuracy" else ""
    words = " ".join(part for part in (row, more) if part)
    return found.live(text(f"quiz.train.best_{name}"), told=listed(labels, told), more=words)


def _said(name: str, value: float) -> str:
    return f"{100 * value:.1f}\u00a0%" if name == "accuracy" else number(value, 3)


def gradient() -> Live | None:
    """How the gradient of the weights changes from the last hidden layer to the first, before the first update."""
    recording = _done()
    if recording is None or len(recording.experiment.network.hidden) < 2:
        return None
    norms = [arm.norm for arm in recording.experiment.arms]
    arm = norms.index("none") if "none" in norms else 0
    sizes = recording.grad_norm[0, arm, :-1]
    if not np.isfinite(sizes).all() or not sizes[-1] > 0:
        return None
    found = float(sizes[0] / sizes[-1])
    words = {
        "arm": arm_labels(recording.experiment)[arm],
        "layers": str(len(sizes)),
        "picture": text("train.options.picture.gradients"),
    }
    return ranged(found, (0.1, 0.5, 2, 10), share=CLOSE).live(
        text("quiz.train.gradient", **words), **words, first=number(float(sizes[0])), last=number(float(sizes[-1])),
        ratio=number(found, 3),
    )  # fmt: skip


def gamma() -> Live | None:
    """Whether gamma has grown or shrunk from 1, in the first layer with batch statistics that learns it."""
    recording = _done()
    place = None if recording is None else _learned(recording)
    if recording is None or place is None:
        return None
    arm, layer = place
    values = recording.gamma[recording.last_finite_frame(arm), arm, layer]
    values = values[np.isfinite(values)]
    if not len(values):
        return None
    middle = float(np.median(values))
    words = {
        "arm": arm_labels(recording.experiment)[arm],
        "layer": str(layer + 1),
        "units": str(len(values)),
        "picture": text("train.options.picture.units"),
    }
    return ranged(middle, (0.95, 1.05), slack=0.003).live(
        text("quiz.train.gamma", **words), **words, median=number(middle, 3),
        low=number(float(values.min()), 3), high=number(float(values.max()), 3),
    )  # fmt: skip


def _learned(recording: Recording) -> tuple[int, int] | None:
    """The first arm and layer of which the picture of gamma and beta is there."""
    depth = len(recording.experiment.network.hidden)
    for arm, made in enumerate(recording.experiment.arms):
        layers = [place for place, word in enumerate(made.placements(depth)) if word != "none"]
        if made.uses_batch_statistics and made.norm != "batch_no_affine" and layers:
            return arm, layers[0]
    return None
