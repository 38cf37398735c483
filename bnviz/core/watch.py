"""A run watched closely: the batch statistics of every update, and the network at many moments.

The updates are those of the torch engine, number for number; a recording, though, looks at some steps and units only,
and running averages need every batch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bnviz.core.armrun import loss_of, make_optimizer
from bnviz.core.averages import START_MEAN, START_VAR, running, unbiased
from bnviz.core.data import Dataset, batch_rows, load
from bnviz.core.experiment import Arm, Experiment
from bnviz.core.moment import Moment, Stats, moment_of, precise
from bnviz.core.network import NormNet, Trace, build
from bnviz.core.schedule import DIVERGED

Array = NDArray[Any]
PAUSE = 20


def looked_at(total: int) -> tuple[int, ...]:
    """After which updates the network is kept: each of the first ten, then fewer and fewer, and the last."""
    spaced = (range(10), range(10, 100, 5), range(100, 300, 10), range(300, total + 1, 50))
    return tuple(sorted({step for part in spaced for step in part if step <= total} | {total}))


@dataclass(frozen=True, eq=False)
class Watched:
    """One arm of a watched run.

    Attributes:
        experiment: what was run; `arm` of it.
        arm: which of its arms.
        batch_mean, batch_var: of each hidden layer, T x units: what entered the norm at each update; the variances
            are biased. Empty for an arm without batch norm.
        steps: update counts at which the network was kept.
        moments: the networks at these counts.
        full: of each of them and each layer, mean and unbiased variance over all training rows (`moment.precise`).
        diverged_at: the update whose loss was not finite or above 1000 times the first; -1 for never.
    """

    experiment: Experiment
    arm: Arm
    batch_mean: tuple[Array, ...]
    batch_var: tuple[Array, ...]
    steps: tuple[int, ...]
    moments: tuple[Moment, ...]
    full: tuple[list[Stats], ...]
    diverged_at: int = -1

    @property
    def updates(self) -> int:
        """How many updates were made."""
        return self.steps[-1]

    @property
    def data(self) -> Dataset:
        """The rows of the run."""
        return load(self.experiment.data, self.experiment.seed)

    @cached_property
    def nbytes(self) -> int:
        """Memory of the statistics and the networks."""
        arrays = [
            *self.batch_mean,
            *self.batch_var,
            *(part for moment in self.full for pair in moment for part in pair),
        ]
        tensors = [part for moment in self.moments for linear in moment.linears for part in linear]
        return sum(array.nbytes for array in arrays) + sum(tensor.nbytes for tensor in tensors)

    def place(self, step: int) -> int:
        """Which of `steps` is the last that is not after `step`."""
        return max(0, int(np.searchsorted(self.steps, step, side="right")) - 1)

    def averages(self, layer: int, momentum: float, *, biased: bool = False) -> Stats:
        """Running mean and variance of one layer after every update, (T + 1) x units each.

        Args:
            layer: counted from 0.
            momentum: weight of the new batch.
            biased: average the biased variance instead of the unbiased one, as torch does.
        """
        var = self.batch_var[layer] if biased else unbiased(self.batch_var[layer], self.experiment.training.batch_size)
        return Stats(running(self.batch_mean[layer], momentum, START_MEAN), running(var, momentum, START_VAR))

    def tracked(self, momentum: float) -> list[list[Stats]]:
        """The running statistics of all layers at each of `steps`, as torch would have them."""
        layers = [self.averages(layer, momentum) for layer in range(len(self.batch_mean))]
        return [[Stats(mean[step], var[step]) for mean, var in layers] for step in self.steps]


class _Watch:
    """Trains one arm, and keeps what is to be watched."""

    def __init__(self, experiment: Experiment, arm: Arm, dtype: torch.dtype) -> None:
        self.experiment, self.arm, self.dtype = experiment, arm, dtype
        self.data = load(experiment.data, experiment.seed)
        inputs, outputs = self.data.inputs, self.data.outputs
        net = build(experiment.network, arm, inputs=inputs, outputs=outputs, seed=experiment.seed)
        self.net: NormNet = net.to(dtype)
        self.optimizer = make_optimizer(self.net, experiment, arm)
        self.x = torch.from_numpy(self.data.x_train).to(dtype)
        self.y = torch.from_numpy(self.data.y_train).to(torch.int64 if self.data.classes else dtype)
        self.first_loss, self.diverged_at = math.nan, -1
        self.batches: list[list[Stats]] = []
        self.steps: list[int] = []
        self.moments: list[Moment] = []
        self.full: list[list[Stats]] = []

    def look(self, step: int) -> None:
        """Keep the network as it is now."""
        moment = moment_of(self.net)
        self.steps.append(step)
        self.moments.append(moment)
        self.full.append(precise(moment, self.data.x_train) if moment.normed else [])

    def update(self, step: int) -> bool:
        """Make one update; False when the run has diverged, and then nothing was changed."""
        training = self.experiment.training
        rows = torch.from_numpy(batch_rows(self.data, training.order, training.batch_size, step, self.experiment.seed))
        trace = Trace()
        loss = loss_of(self.net.train()(self.x[rows], trace=trace), self.y[rows])
        value = loss.item()
        self.first_loss = value if math.isnan(self.first_loss) else self.first_loss
        if not math.isfinite(value) or value > DIVERGED * self.first_loss:
            self.diverged_at = step
            return False
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        if self.arm.uses_batch_statistics:
            inputs = [z.numpy() for z in trace.norm_input]
            self.batches.append([Stats(z.mean(axis=0, dtype=float), z.var(axis=0, dtype=float)) for z in inputs])
        return True

    def result(self) -> Watched:
        """What was kept, up to the last look at which the network was sound."""
        sound = [step for step in self.steps if self.diverged_at < 0 or step < self.diverged_at] or self.steps[:1]
        del self.steps[len(sound) :], self.moments[len(sound) :], self.full[len(sound) :]
        layers = list(zip(*self.batches[: sound[-1]], strict=True))
        if not layers and self.arm.uses_batch_statistics:
            layers = [() for _ in self.experiment.network.hidden]
        means, variances = (
            tuple(np.array([pair[part] for pair in layer]).reshape(len(layer), -1) for layer in layers)
            for part in (0, 1)
        )
        looks = (tuple(self.steps), tuple(self.moments), tuple(self.full))
        return Watched(self.experiment, self.arm, means, variances, *looks, self.diverged_at)


def watch(
    experiment: Experiment, arm: int = 0, *, dtype: torch.dtype = torch.float32
) -> Iterator[tuple[int, Watched | None]]:
    """Train one arm and watch it.

    Args:
        experiment: without dropout and noise; the norm of the arm is batch or none, before the activation.
        arm: which arm, counted from 0.
        dtype: precision of the weights and the arithmetic.

    Yields:
        Now and then the updates made so far and None; at the end all updates and what was watched.

    Raises:
        ValueError: for an experiment that cannot be watched.
    """
    _check(experiment, experiment.arms[arm])
    run, total = _Watch(experiment, experiment.arms[arm], dtype), experiment.training.steps
    moments = set(looked_at(total))
    for step in range(total + 1):
        if step in moments:
            run.look(step)
        if step == total or not run.update(step):
            break
        if (step + 1) % PAUSE == 0:
            yield step + 1, None
    yield total, run.result()


def watched(experiment: Experiment, arm: int = 0, *, dtype: torch.dtype = torch.float32) -> Watched:
    """`watch` in one go."""
    *_, (_, result) = watch(experiment, arm, dtype=dtype)
    assert result is not None
    return result


def _check(experiment: Experiment, arm: Arm) -> None:
    training = experiment.training
    if training.dropout or arm.dropout or training.input_noise:
        raise ValueError("Dropout or input noise came; a run is watched without both. Set them to 0.")
    if arm.norm not in ("batch", "none") or set(arm.placements(len(experiment.network.hidden))) - {"before", "none"}:
        raise ValueError(f"{arm.norm} came; batch norm before the activation, or no norm, is needed.")


def without_norm(experiment: Experiment) -> Experiment:
    """The same run with one arm that has no norm."""
    return replace(experiment, arms=(Arm("none"),))
