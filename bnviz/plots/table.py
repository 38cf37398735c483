"""The results of a run as a table."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from bnviz.core.data import load
from bnviz.core.experiment import Experiment
from bnviz.core.labels import arm_labels
from bnviz.core.recording import Recording
from bnviz.core.summary import explained, status_words, summary

DASH, DOTS = "—", "…"
ENOUGH = 50
"""Updates that an arm must have made before the time of one says anything."""
NAMES = {
    "label": "arm",
    "status": "status",
    "train_loss": "train loss",
    "test_loss": "test loss",
}
ACCURACY = {
    "test_accuracy": "test accuracy",
    "best_test_accuracy": "best test accuracy",
    "steps_to_90": "updates to 90 %",
}
PACE = ("cost of an update", "updates per second")


def results(recording: Recording) -> pd.DataFrame:
    """One row an arm: state in words, losses, accuracies, and what an update costs.

    Returns:
        Numbers as numbers (NaN where there is none), so that a table can sort them; "cost of an update" is text,
        such as "1.3 ×" the cost without a norm, and an em dash where this arm or the one without a norm has made
        fewer than ENOUGH updates, or there is no such arm. A regression has
        R² (`bnviz.core.summary.explained`) in the place of accuracies.
    """
    rows = summary(recording)
    costs = [_cost(recording, arm) for arm in range(len(rows))]
    bare = next((cost for arm, cost in zip(recording.experiment.arms, costs, strict=True) if arm.norm == "none"), None)
    classes = load(recording.experiment.data, recording.experiment.seed).classes
    names = NAMES | (ACCURACY if classes else {})
    frame = pd.DataFrame([{name: _number(row[key]) for key, name in names.items()} for row in rows])
    if not classes:
        frame["test R²"] = explained(recording, frame["test loss"].to_numpy())
    frame["status"] = [status_words(recording, arm) for arm in range(len(rows))]
    frame[PACE[0]] = [DASH if not bare or not cost else f"{cost / bare:.1f} ×" for cost in costs]
    frame[PACE[1]] = [round(1 / cost) if cost else math.nan for cost in costs]
    return frame


def waiting(experiment: Experiment) -> pd.DataFrame:
    """The same table while the run goes on: every arm and column, with dots where the numbers will be."""
    names = [*NAMES.values(), *(["test R²"] if experiment.data.regression else ACCURACY.values()), *PACE]
    labels = arm_labels(experiment)
    return pd.DataFrame({name: labels if name == NAMES["label"] else [DOTS] * len(labels) for name in names})


def _cost(recording: Recording, arm: int) -> float | None:
    """Seconds for one update; None where the arm made too few to tell."""
    updates, seconds = int(recording.updates[arm]), float(recording.seconds[arm])
    return seconds / updates if updates >= ENOUGH and seconds > 0 else None


def _number(value: Any) -> Any:
    return math.nan if value is None else value
