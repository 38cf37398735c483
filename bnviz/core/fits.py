"""Training the arms of an experiment to their end, pause by pause, and what they are worth then."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import Any

import torch

from bnviz.core.armrun import ArmState, loss_of
from bnviz.core.data import Dataset, load
from bnviz.core.experiment import Experiment, Training
from bnviz.core.sweep_run import FIRST_UPDATES, PAUSE_SECONDS, Cell

Result = dict[str, Any]


def trained(experiment: Experiment, *, engine: str = "auto") -> Generator[None, None, tuple[ArmState, ...]]:
    """Train all arms with the updates of a live run; pauses about every tenth of a second.

    Args:
        experiment: what to train.
        engine: as in `engine.advance`.

    Returns:
        The arms after their last update; one that has diverged as it was before.
    """
    cell, pace = Cell(experiment, None, engine, torch.float32), 0.0
    while True:
        begun, before = time.perf_counter(), cell.step
        cell.advance(int(min(4000, PAUSE_SECONDS / pace)) if pace else FIRST_UPDATES)
        if cell.done:
            return tuple(cell.arms)
        pace = max(1e-9, (time.perf_counter() - begun) / (cell.step - before))
        yield


def figures(arm: ArmState, data: Dataset) -> Result:
    """Loss and accuracy of a trained arm in eval mode, on the training rows and on the test rows.

    Returns:
        train_loss, train_accuracy, test_loss, test_accuracy, and diverged_at (-1 for never). A loss that is not finite
        is None.
    """
    net, found = arm.net.eval(), {}
    for name, rows, labels in (("train", data.x_train, data.y_train), ("test", data.x_test, data.y_test)):
        with torch.no_grad():
            output = net(torch.from_numpy(rows).to(next(net.parameters()).dtype))
            target = torch.from_numpy(labels)
            loss = loss_of(output, target).item()
        found[f"{name}_loss"] = loss if math.isfinite(loss) else None
        found[f"{name}_accuracy"] = float((output.argmax(1) == target).double().mean())
    return {**found, "diverged_at": arm.diverged_at}


def fit(experiment: Experiment) -> Iterator[Result | None]:
    """One result an arm: its number and its `figures`."""
    arms = yield from trained(experiment)
    data = load(experiment.data, experiment.seed)
    for index, arm in enumerate(arms):
        yield {"arm": index, **figures(arm, data)}


def with_training(experiment: Experiment, **changes: Any) -> Experiment:
    """The same experiment with other settings of its training."""
    training: Training = replace(experiment.training, **changes)
    return replace(experiment, training=training)
