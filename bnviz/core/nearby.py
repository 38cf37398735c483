"""The loss of an arm near its weights, on one batch in training mode: values and gradients, by autograd in float64."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bnviz.core.armrun import ArmRun, ArmState, loss_of
from bnviz.core.data import load
from bnviz.core.engine import State, advance, start
from bnviz.core.experiment import Arm, Experiment
from bnviz.core.memory import Memory
from bnviz.core.recording import blank
from bnviz.core.schedule import stops
from bnviz.core.streams import StepDraws

Array = NDArray[Any]
Batch = tuple[Tensor, Tensor]
PAUSE_SECONDS = 0.1


class Nearby:
    """A copy of an arm that can be moved through its weights; the arm and its running averages stay as they are.

    The batch normalizes itself at every point, as in training. Dropout and the disturbance of noisy batch norm are
    those of the update `step + 1`, the same at every point. Everything is computed in float64, because differences of
    nearby losses and gradients would drown in the rounding of float32.

    Args:
        experiment: the run.
        arm: its state after `step` updates.
        step: updates made.
        batch: x and y; the batch of the next update if None.
        loss: of outputs and targets; that of training if None.
    """

    def __init__(
        self,
        experiment: Experiment,
        arm: ArmState,
        step: int,
        *,
        batch: Batch | None = None,
        loss: Callable[[Tensor, Tensor], Tensor] = loss_of,
    ) -> None:
        memory = in_double(arm.memory)
        self._values, self._net, self._loss = memory.values, memory.net.train(), loss
        self._parameters = list(self._net.parameters())
        self.weights: Array = self._values[: memory.moments.shape[1]].copy()
        self._draws = StepDraws(experiment.seed, step)
        self._dropout = experiment.training.dropout if arm.arm.dropout is None else arm.arm.dropout
        x, y = next_batch(experiment, arm, step) if batch is None else batch
        self._x, self._y = x.double(), y if y.dtype == torch.int64 else y.double()

    def move(self, offset: Array) -> None:
        """Stand at w + offset from now on."""
        self.weights = self.weights + offset

    def outputs(self, offset: Array | float = 0.0) -> Array:
        """What the network gives with the weights w + offset: N x outputs."""
        with torch.no_grad():
            found: Array = self._forward(offset).numpy()
        return found

    def loss(self, offset: Array | float = 0.0) -> float:
        """L(w + offset)."""
        with torch.no_grad():
            return self._loss(self._forward(offset), self._y).item()

    def look(self, offset: Array | float = 0.0) -> tuple[float, Array]:
        """L(w + offset), and its gradient there: a number for each parameter."""
        loss = self._loss(self._forward(offset), self._y)
        gradients = torch.autograd.grad(loss, self._parameters)
        return loss.item(), np.concatenate([part.numpy().ravel() for part in gradients])

    def _forward(self, offset: Array | float) -> Tensor:
        self._values[: len(self.weights)] = self.weights + offset
        output: Tensor = self._net(self._x, dropout=self._dropout, draws=self._draws)
        return output


def in_double(memory: Memory) -> Memory:
    """The same numbers in float64, in memory of their own."""
    return replace(memory, values=memory.values.astype(np.float64), moments=memory.moments.astype(np.float64))


def next_batch(experiment: Experiment, arm: ArmState, step: int) -> Batch:
    """x and y of the update `step + 1`."""
    recording = blank(experiment, load(experiment.data, experiment.seed), 0, 0)
    return ArmRun(arm, step, 0, recording).batch(step, StepDraws(experiment.seed, step))


def first_rows(experiment: Experiment, count: int) -> Batch:
    """x and y of the first training rows of the split, as many as there are up to `count`."""
    data = load(experiment.data, experiment.seed)
    x, y = (torch.from_numpy(part[:count]) for part in (data.x_train, data.y_train))
    return x, y.to(torch.int64) if data.classes else y


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


def looks(
    experiment: Experiment,
    every: int,
    names: Sequence[str],
    look: Callable[[ArmState, int], dict[str, Any]],
) -> Iterator[dict[str, Any] | None]:
    """A measure of `bnviz.core.study` that looks at each arm at steps of a run.

    Args:
        experiment: the run.
        every: updates between two looks.
        names: of what a look tells.
        look: gets an arm that has not diverged, and the updates made.

    Yields:
        None now and then; at each step "step", and for each name a list by arm, None for one that has diverged.
    """
    walk = Walk(experiment)
    for step in stops(experiment.training.steps, every):
        yield from walk.to(step)
        found: list[dict[str, Any]] = []
        for state in walk.state.arms:
            found.append(look(state, step) if state.diverged_at < 0 else dict.fromkeys(names))
            yield from walk.pause()
        yield {"step": step} | {name: [one[name] for one in found] for name in names}
