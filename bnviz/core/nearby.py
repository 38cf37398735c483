"""The loss of an arm near its weights, on one batch in training mode: values and gradients, by autograd."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bnviz.core.armrun import ArmRun, ArmState, loss_of
from bnviz.core.data import load
from bnviz.core.engine import State, advance, start
from bnviz.core.experiment import Arm, Experiment
from bnviz.core.recording import blank
from bnviz.core.streams import StepDraws

Array = NDArray[Any]
Batch = tuple[Tensor, Tensor]
PAUSE_SECONDS = 0.1


class Nearby:
    """A copy of an arm that can be moved through its weights; the arm and its running averages stay as they are.

    The batch normalizes itself at every point, as in training. Dropout and the disturbance of noisy batch norm are
    those of the update `step + 1`, the same at every point.

    Args:
        experiment: the run.
        arm: its state after `step` updates.
        step: updates made.
        batch: x and y; the batch of the next update if None.
    """

    def __init__(self, experiment: Experiment, arm: ArmState, step: int, batch: Batch | None = None) -> None:
        memory = arm.memory.copied()
        self._values, self._net = memory.values, memory.net.train()
        self._parameters = list(self._net.parameters())
        self._size = memory.moments.shape[1]
        self._begin = self._values[: self._size].copy()
        self._draws = StepDraws(experiment.seed, step)
        self._dropout = experiment.training.dropout if arm.arm.dropout is None else arm.arm.dropout
        self._x, self._y = next_batch(experiment, arm, step) if batch is None else batch

    @property
    def weights(self) -> Array:
        """All parameters, one after the other, where the arm stands."""
        return self._begin

    def loss(self, offset: Array | float = 0.0) -> float:
        """L(w + offset)."""
        with torch.no_grad():
            return self._loss(offset).item()

    def look(self, offset: Array | float = 0.0) -> tuple[float, Array]:
        """L(w + offset) and its gradient there, in float64."""
        loss = self._loss(offset)
        gradients = torch.autograd.grad(loss, self._parameters)
        return loss.item(), np.concatenate([part.numpy().ravel() for part in gradients]).astype(np.float64)

    def _loss(self, offset: Array | float) -> Tensor:
        self._values[: self._size] = self._begin + offset
        return loss_of(self._net(self._x, dropout=self._dropout, draws=self._draws), self._y)


def next_batch(experiment: Experiment, arm: ArmState, step: int) -> Batch:
    """x and y of the update `step + 1`."""
    recording = blank(experiment, load(experiment.data, experiment.seed), step, step + 1)
    return ArmRun(arm, step, 0, recording).batch(step, StepDraws(experiment.seed, step))


def first_rows(experiment: Experiment, arm: ArmState, count: int) -> Batch:
    """x and y of the first training rows of the split, as many as there are up to `count`."""
    data = load(experiment.data, experiment.seed)
    dtype = torch.from_numpy(arm.memory.values).dtype
    x, y = (torch.from_numpy(part[:count]) for part in (data.x_train, data.y_train))
    return x.to(dtype), y.to(torch.int64 if data.classes else dtype)


def rate_of(experiment: Experiment, arm: Arm) -> float:
    """The learning rate of an arm: its own, or that of the run."""
    return experiment.training.learning_rate if arm.learning_rate is None else arm.learning_rate


class Walk:
    """A run on its way through some of its steps, with pauses.

    Args:
        experiment: the run.
        dtype: precision of the weights and the arithmetic.
        engine: as in `engine.advance`.
    """

    def __init__(self, experiment: Experiment, dtype: torch.dtype = torch.float32, engine: str = "auto") -> None:
        self.state: State = start(experiment, dtype)
        self._engine, self._clock, self._pace = engine, time.monotonic(), 0.0

    def to(self, step: int) -> Iterator[None]:
        """Make the updates up to `step`; yield about every tenth of a second."""
        while self.state.step < step:
            updates = int(PAUSE_SECONDS / self._pace) if self._pace else 4
            begun, before = time.perf_counter(), self.state.step
            self.state, _ = advance(self.state, max(1, min(step - before, updates)), engine=self._engine)
            self._pace = max(1e-9, (time.perf_counter() - begun) / (self.state.step - before))
            yield from self.pause()

    def pause(self) -> Iterator[None]:
        """Yield once where a tenth of a second has passed since the last time."""
        if time.monotonic() >= self._clock + PAUSE_SECONDS:
            yield None
            self._clock = time.monotonic()
