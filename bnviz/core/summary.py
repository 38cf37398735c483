"""What became of each arm of a run: state in words, losses, accuracies, time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.core.data import load
from bnviz.core.labels import arm_labels
from bnviz.core.recording import Recording

GOOD_ACCURACY = 0.9


def summary(recording: Recording) -> list[dict[str, Any]]:
    """One row an arm.

    Returns:
        Rows of label, status (ready, training, finished or diverged), diverged_at (None for never), train_loss (on
        the last finite batch), test_loss and test_accuracy (eval mode, in the last state), best_test_accuracy,
        steps_to_90 (updates until a test in eval mode gave 90 %) and seconds (processor time of the updates). None
        stands for what is not known.
    """
    return [_row(recording, arm, label) for arm, label in enumerate(arm_labels(recording.experiment))]


def _row(recording: Recording, arm: int, label: str) -> dict[str, Any]:
    diverged = int(recording.diverged_at[arm])
    accuracy = recording.test_accuracy[:, arm]
    final = _latest(recording.final_test_accuracy[arm], accuracy, diverged=diverged >= 0)
    known = [*accuracy[np.isfinite(accuracy)].tolist(), *([] if final is None else [final])]
    good = recording.steps[accuracy >= GOOD_ACCURACY]
    return {
        "label": label,
        "status": recording.status(arm),
        "diverged_at": diverged if diverged >= 0 else None,
        "train_loss": _last(finite_train_loss(recording, arm)),
        "test_loss": _latest(recording.final_test_loss[arm], recording.test_loss[:, arm], diverged=diverged >= 0),
        "test_accuracy": final,
        "best_test_accuracy": max(known, default=None),
        "steps_to_90": int(good[0]) if len(good) else None,
        "seconds": float(recording.seconds[arm]),
    }


def status_words(recording: Recording, arm: int) -> str:
    """ready, "training, 120 of 300", finished, or "diverged at step 3"."""
    status, total = recording.status(arm), recording.experiment.training.steps
    if status == "diverged":
        return f"diverged at step {int(recording.diverged_at[arm])}"
    return f"training, {int(recording.updates[arm])} of {total}" if status == "training" else status


def last_steps(recording: Recording) -> NDArray[np.int64]:
    """(A,) updates after which each arm was in its last state: all so far, or those before it diverged."""
    at = recording.diverged_at
    return np.where(at < 0, recording.steps[-1] if len(recording.steps) else 0, np.maximum(at - 1, 0)).astype(np.int64)


def final_scores(recording: Recording) -> NDArray[np.float64]:
    """(A,) `test_scores` of the last state of each arm that has ended."""
    data = load(recording.experiment.data, recording.experiment.seed)
    scores: NDArray[np.float64] = recording.final_test_accuracy
    return scores if data.classes else explained(recording, recording.final_test_loss)


def finite_train_loss(recording: Recording, arm: int) -> NDArray[np.float64]:
    """(T,) loss on the batch of each update, up to the last one before the arm diverged."""
    at = int(recording.diverged_at[arm])
    losses: NDArray[np.float64] = recording.train_loss[: max(0, at - recording.first_step) if at >= 0 else None, arm]
    return losses


def test_scores(recording: Recording) -> NDArray[np.float64]:
    """(F, A) test accuracy, or for a regression R² = 1 - test loss / variance of the test targets."""
    data = load(recording.experiment.data, recording.experiment.seed)
    scores: NDArray[np.float64] = recording.test_accuracy
    if not data.classes:
        scores = explained(recording, recording.test_loss)
    return scores


def explained(recording: Recording, loss: NDArray[np.float64]) -> NDArray[np.float64]:
    """R² of test losses of a regression: the share of the variance of the test targets that is explained."""
    data = load(recording.experiment.data, recording.experiment.seed)
    share: NDArray[np.float64] = 1 - loss / float(np.var(data.y_test))
    return share


def _last(values: NDArray[np.float64]) -> float | None:
    finite = values[np.isfinite(values)]
    return float(finite[-1]) if len(finite) else None


def _latest(final: float, series: NDArray[np.float64], *, diverged: bool) -> float | None:
    """The figure of the last state; while an arm goes on, the one tested last."""
    if math.isfinite(final):
        return float(final)
    return None if diverged else _last(series)
