"""One arm of a run: what it carries along, and how it makes and observes its updates."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from bnviz.core import probes
from bnviz.core.data import Dataset, batch_rows, load
from bnviz.core.experiment import Arm, Data, Experiment
from bnviz.core.memory import Array, Memory
from bnviz.core.network import NormNet, Trace
from bnviz.core.recording import Recording
from bnviz.core.remembered import remembered
from bnviz.core.schedule import DIVERGED, is_evaluated
from bnviz.core.streams import INPUT_NOISE, StepDraws


@dataclass(frozen=True)
class Tensors:
    """A data set as tensors of the run's precision."""

    data: Dataset
    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor


@dataclass(frozen=True)
class ArmState:
    """One arm after some updates.

    Attributes:
        memory: parameters, buffers and what the optimizer remembers, as they are now.
        before_last: the values one update ago, so that the last finite state can be had when the next loss is not.
        first_loss: loss on the first batch; NaN before it is known.
        diverged_at: as in `Recording`.
        final: test loss and accuracy at the end, NaN before.
        seconds, updates: as in `Recording`.
    """

    arm: Arm
    memory: Memory
    before_last: Array
    first_loss: float = math.nan
    diverged_at: int = -1
    final: tuple[float, float] = (math.nan, math.nan)
    seconds: float = 0.0
    updates: int = 0

    @property
    def net(self) -> NormNet:
        """The network, a view of the memory."""
        return self.memory.net

    def copied(self) -> ArmState:
        """A deep copy of what an update changes."""
        return replace(self, memory=self.memory.copied())


@remembered(8)
def _tensors(data: Data, seed: int, dtype: torch.dtype) -> Tensors:
    rows = load(data, seed)
    target = torch.int64 if rows.classes else dtype
    return Tensors(
        rows,
        torch.from_numpy(rows.x_train).to(dtype),
        torch.from_numpy(rows.y_train).to(target),
        torch.from_numpy(rows.x_test).to(dtype),
        torch.from_numpy(rows.y_test).to(target),
    )


def make_optimizer(net: NormNet, experiment: Experiment, arm: Arm) -> torch.optim.Optimizer:
    """torch's optimizer with torch's defaults, for an arm's name, rate and weight decay."""
    rate = experiment.training.learning_rate if arm.learning_rate is None else arm.learning_rate
    decay, parameters = experiment.training.weight_decay, list(net.parameters())
    match arm.optimizer or experiment.training.optimizer:
        case "adam":
            return torch.optim.Adam(parameters, lr=rate, weight_decay=decay)
        case "rmsprop":
            return torch.optim.RMSprop(parameters, lr=rate, weight_decay=decay)
        case "momentum":
            return torch.optim.SGD(parameters, lr=rate, momentum=0.9, weight_decay=decay)
        case _:
            return torch.optim.SGD(parameters, lr=rate, weight_decay=decay)


def loss_of(output: Tensor, target: Tensor) -> Tensor:
    """Mean cross-entropy for class numbers, mean squared error for real targets."""
    return F.cross_entropy(output, target) if target.dtype == torch.int64 else F.mse_loss(output, target)


@contextmanager
def buffers_of(net: NormNet, values: list[Tensor]) -> Iterator[None]:
    """Give a net's buffers other values for a while."""
    own = [buffer.clone() for buffer in net.buffers()]
    for buffer, value in zip(net.buffers(), values, strict=True):
        buffer.copy_(value)
    yield
    for buffer, value in zip(net.buffers(), own, strict=True):
        buffer.copy_(value)


class ArmRun:
    """Carries one arm through the updates of one chunk."""

    def __init__(self, begin: ArmState, start: int, index: int, recording: Recording) -> None:
        self.experiment, self.index, self.recording = recording.experiment, index, recording
        self.dtype = torch.from_numpy(begin.memory.values).dtype
        self.tensors = _tensors(self.experiment.data, self.experiment.seed, self.dtype)
        self.begin, self.start = begin, start
        self._work_on(begin.copied())
        self.frames = {int(step): frame for frame, step in enumerate(recording.steps)}
        self.maps = {int(step): place for place, step in enumerate(recording.maps_at)}

    def _work_on(self, now: ArmState) -> None:
        self.now, optimizer = now, make_optimizer(now.net, self.experiment, now.arm)
        self.optimizer = now.memory.bind(optimizer, now.updates)

    def run(self, stop: int) -> ArmState:
        """Make the updates up to `stop`, and observe the frame after the last of the experiment."""
        for step in range(self.start, stop):
            if self.now.diverged_at >= 0:
                return self.now
            if step == stop - 1:
                self.now = replace(self.now, before_last=self.now.memory.values.copy())
            self._observe_and_update(step)
        if stop == self.experiment.training.steps and self.now.diverged_at < 0:
            kept = self.now
            self._work_on(kept.copied())
            self._observe_and_update(stop)
            if self.now.diverged_at < 0:
                self.now = replace(kept, first_loss=self.now.first_loss, final=self._evaluate(kept.net, stop))
        return self.now

    def rows(self, step: int) -> Array:
        """Numbers of the training rows that update `step + 1` is computed on."""
        training = self.experiment.training
        return batch_rows(self.tensors.data, training.order, training.batch_size, step, self.experiment.seed)

    def batch(self, step: int, draws: StepDraws) -> tuple[Tensor, Tensor]:
        """The inputs, with their noise, and the targets of update `step + 1`."""
        training, rows = self.experiment.training, torch.from_numpy(self.rows(step))
        x, y = self.tensors.x_train[rows], self.tensors.y_train[rows]
        if training.input_noise:
            noise = draws.normal(INPUT_NOISE, tuple(x.shape))
            x = x + training.input_noise * torch.from_numpy(noise).to(x.dtype)
        return x, y

    def _observe_and_update(self, step: int) -> None:
        """Forward, loss, backward, update; on a recorded step also look at everything on the way."""
        now, frame, clock = self.now, self.frames.get(step), time.thread_time()
        trace = Trace() if frame is not None else None
        averages = [buffer.clone() for buffer in now.net.buffers()] if trace else []  # the forward pass moves them
        draws = StepDraws(self.experiment.seed, step)
        x, y = self.batch(step, draws)
        dropout = self.experiment.training.dropout if now.arm.dropout is None else now.arm.dropout
        output = now.net.train()(x, dropout=dropout, draws=draws, trace=trace)
        loss = loss_of(output, y)
        value = loss.item()
        self.recording.train_loss[step - self.start, self.index] = value
        if not self._finite(value, step):
            return
        self.optimizer.zero_grad()
        loss.backward()
        clock = time.thread_time() - clock
        old = None
        if frame is not None and trace is not None:
            with buffers_of(now.net, averages):
                old = self._record_before(frame, step, trace, output, y)
        pause = time.thread_time()
        self.optimizer.step()
        clock += time.thread_time() - pause
        if frame is not None and old is not None:
            probes.record_updates(self.recording, frame, self.index, now.net, old)
        first = value if math.isnan(now.first_loss) else now.first_loss
        self.now = replace(now, first_loss=first, seconds=now.seconds + clock, updates=now.updates + 1)

    def _record_before(self, frame: int, step: int, trace: Trace, output: Tensor, y: Tensor) -> list[Tensor]:
        probes.record_layers(self.recording, frame, self.index, self.now.net, trace)
        if y.dtype == torch.int64:
            right = (output.argmax(1) == y).double().mean().item()
            self.recording.train_accuracy[frame, self.index] = right
        if is_evaluated(step, self.experiment.training.steps):
            self._record_test(frame, step)
        if step in self.maps:
            extent = self.recording.map_extent
            self.recording.maps[self.maps[step], self.index] = probes.decision_map(self.now.net, extent, self.dtype)
        return probes.record_gradients(self.recording, frame, self.index, self.now.net)

    def _record_test(self, frame: int, step: int) -> None:
        loss, accuracy = self._evaluate(self.now.net, step)
        self.recording.test_loss[frame, self.index] = loss
        self.recording.test_accuracy[frame, self.index] = accuracy
        samples = self.recording.sample.shape[-1]
        if samples:
            with torch.no_grad():
                predicted = self.now.net(self.tensors.x_train[:samples]).argmax(1)
            self.recording.sample[frame, self.index] = predicted.numpy()

    def _evaluate(self, net: NormNet, step: int) -> tuple[float, float]:
        """Test loss and accuracy in eval mode; NaN accuracy for regression."""
        with torch.no_grad():
            output = net.eval()(self.tensors.x_test)
            loss = loss_of(output, self.tensors.y_test).item()
        if not self.tensors.data.classes:
            return loss, math.nan
        return loss, float((output.argmax(1) == self.tensors.y_test).double().mean())

    def _finite(self, loss: float, step: int) -> bool:
        """Note a divergence, and go back to the last finite state."""
        first = self.now.first_loss
        if math.isfinite(loss) and not loss > DIVERGED * first:
            return True
        memory = self.begin.memory.with_values(self._rewound(step - 1) if step > 0 else self.begin.memory.values)
        loss, accuracy = self._evaluate(memory.net, step - 1)
        final = (loss, accuracy) if math.isfinite(loss) else (math.nan, math.nan)
        self.now = replace(self.now, memory=memory, diverged_at=step, final=final)
        return False

    def _rewound(self, step: int) -> Array:
        """The values after `step` updates: the chunk's first updates once more, or those kept before it."""
        if step < self.start:
            return self.begin.before_last
        again = ArmRun.__new__(ArmRun)
        again.__dict__.update(self.__dict__)
        again.frames, again.maps = {}, {}
        again._work_on(self.begin.copied())
        for earlier in range(self.start, step):
            again._observe_and_update(earlier)
        return again.now.memory.values
