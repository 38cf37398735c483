"""The edge of stability: the steepest curvature of the loss against 2 / learning rate, under full-batch descent.

Gradient descent on a quadratic bowl grows in a direction whose curvature lambda is above 2 / learning rate. On a
network's squared error lambda_max rises until it is there, and stays about there while the loss goes on falling.

Source:
    Cohen, Kaur, Li, Kolter & Talwalkar 2021, Gradient descent on neural networks typically occurs at the edge of
    stability.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from bnviz.core.data import load
from bnviz.core.experiment import Arm, Experiment
from bnviz.core.initial import first_state
from bnviz.core.nearby import Batch, Nearby, Walk, first_rows, rate_of
from bnviz.core.schedule import stops

Array = NDArray[Any]
REACH = 1e-4  # half the way between the two gradients that make a Hessian-vector product
CLOSE, MOST_ROUNDS = 1e-3, 100
TOO_LARGE = 1e6
LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "squared": lambda output, target: (output - target).square().sum() / (2 * len(output)),
    "cross_entropy": F.cross_entropy,
}


def hessian_times(nearby: Nearby, vector: Array) -> Array:
    """H v, as the central difference of two gradients: (g(w + r v) - g(w - r v)) / 2r with |r v| = REACH."""
    reach = REACH / float(np.linalg.norm(vector))
    product: Array = (nearby.look(reach * vector)[1] - nearby.look(-reach * vector)[1]) / (2 * reach)
    return product


def lambda_max(nearby: Nearby, first: Array) -> tuple[float, Array]:
    """The largest eigenvalue of the Hessian, and its vector, by power iteration.

    The iteration finds the eigenvalue that is farthest from 0. Where that is a negative one, -m, it is repeated with
    H + m I, all of whose eigenvalues are at least 0.

    Args:
        nearby: an arm on a batch.
        first: where the iteration begins, a number for each parameter; the vector of a step nearby saves rounds.
    """
    value, vector = _farthest(nearby, first, 0.0)
    if value < 0:
        more = -1.1 * value
        value, vector = _farthest(nearby, first, more)
        return value - more, vector
    return value, vector


def _farthest(nearby: Nearby, first: Array, shift: float) -> tuple[float, Array]:
    """The eigenvalue of H + shift I that is farthest from 0, and its vector."""
    vector, value = first / np.linalg.norm(first), math.nan
    for _ in range(MOST_ROUNDS):
        product = hessian_times(nearby, vector) + shift * vector
        before, value = value, float(vector @ product)
        size = float(np.linalg.norm(product))
        if not math.isfinite(size) or size == 0:
            break
        vector = product / size
        if abs(value - before) <= CLOSE * abs(value - shift):
            break
    return value, vector


class Descent:
    """One arm under gradient descent on the same rows, with its steepest curvature.

    Args:
        experiment: network, learning rate and seed.
        arm: of the experiment.
        batch: all rows.
        loss: a name in LOSSES.
    """

    def __init__(self, experiment: Experiment, arm: Arm, batch: Batch, loss: str) -> None:
        data = load(experiment.data, experiment.seed)
        x, y = batch
        if loss == "squared" and y.dtype == torch.int64:
            y = F.one_hot(y, data.classes).double()
        begin = first_state(experiment, arm, data, torch.float64)
        self.nearby = Nearby(experiment, begin, 0, batch=(x, y), loss=LOSSES[loss])
        self._rate, self._rng = rate_of(experiment, arm), np.random.default_rng(experiment.seed)
        self._vector = self._rng.standard_normal(len(self.nearby.weights))
        self.loss, self._gradient = self.nearby.look()
        self._first = self.loss
        self.diverged = False

    def update(self) -> None:
        """One step down the gradient."""
        if self.diverged:
            return
        self.nearby.move(-self._rate * self._gradient)
        self.loss, self._gradient = self.nearby.look()
        self.diverged = not self.loss < TOO_LARGE * self._first

    def sharpness(self) -> float | None:
        """lambda_max where the arm stands; None once it has diverged."""
        if self.diverged:
            return None
        noise = self._rng.standard_normal(len(self._vector))
        value, self._vector = lambda_max(self.nearby, self._vector + 0.3 * noise / np.linalg.norm(noise))
        return value if math.isfinite(value) else None


def edge(experiment: Experiment, options: Mapping[str, Any]) -> Iterator[dict[str, Any] | None]:
    """Loss and lambda_max of all arms under full-batch gradient descent, as a measure of `bnviz.core.study`.

    Args:
        experiment: network, arms, learning rate, number of updates and seed; batches and optimizer are not used.
        options: rows (the first training rows, 128 if missing), every (20 if missing), loss (squared or
            cross_entropy, squared if missing).

    Yields:
        step, and per arm loss, sharpness, diverged_at (None where it has not).
    """
    batch, walk = first_rows(experiment, int(options.get("rows", 128))), Walk(experiment)
    arms = [Descent(experiment, arm, batch, str(options.get("loss", "squared"))) for arm in experiment.arms]
    at: list[int | None] = [None] * len(arms)
    made = 0
    for step in stops(experiment.training.steps, int(options.get("every", 20))):
        for update in range(made, step):
            for place, arm in enumerate(arms):
                arm.update()
                at[place] = update + 1 if arm.diverged and at[place] is None else at[place]
            yield from walk.pause()
        made = step
        found: list[float | None] = []
        for arm in arms:
            found.append(arm.sharpness())
            yield from walk.pause()
        losses = [None if arm.diverged else arm.loss for arm in arms]
        yield {"step": step, "loss": losses, "sharpness": found, "diverged_at": list(at)}
