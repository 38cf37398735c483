"""Descent on a loss of two or three weights: many learning rates at once, by torch's formulas.

w are the weights, g the gradient; every optimizer has torch's defaults, momentum has 0.9.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnviz.core.landscape import Floats, Objective
from bnviz.core.schedule import DIVERGED

OPTIMIZERS = ("sgd", "momentum", "rmsprop", "adam")
# Largest stable learning rate on a quadratic, in units of 2 / lambda_max; of these two it is known exactly
# (momentum: Polyak 1964, 2 (1 + momentum) / lambda_max).
LIMITS = {"sgd": 1.0, "momentum": 1.9}
MOMENTUM, RMS_KEEP, ADAM_KEEP, EPS = 0.9, 0.99, (0.9, 0.999), 1e-8
NOISE = 1e-9  # errors this small, as a share of the first, have no sign that means anything
TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Descent:
    """The paths of R learning rates over S steps.

    Attributes:
        rates: (R,) learning rates.
        points: R x (S + 1) x weights; from the step at which a path diverged on it stays where it was.
        losses: R x (S + 1).
        gradients: R x (S + 1) x weights.
        diverged_at: (R,) the step at which the loss was not finite or over 1000 times the first; -1 if never.
    """

    rates: Floats
    points: Floats
    losses: Floats
    gradients: Floats
    diverged_at: NDArray[np.int64]


class Optimizer:
    """Holds what an optimizer remembers of R paths."""

    def __init__(self, name: str, rates: Floats) -> None:
        self.name, self.rate = name, rates[:, None]
        self.first: Floats = np.zeros((1, 1))
        self.second: Floats = np.zeros((1, 1))
        self.updates = 0

    def move(self, grads: Floats) -> Floats:
        """What to add to the weights.

        sgd: -rate g;  momentum: m = 0.9 m + g, -rate m;  rmsprop: v = 0.99 v + 0.01 g², -rate g / (sqrt(v) + 1e-8);
        adam: m = 0.9 m + 0.1 g, v = 0.999 v + 0.001 g², -rate m' / (sqrt(v') + 1e-8), both freed of their start at 0.
        """
        self.updates += 1
        if self.name == "sgd":
            return -self.rate * grads
        if self.name == "momentum":
            self.first = MOMENTUM * self.first + grads
            return -self.rate * self.first
        if self.name == "rmsprop":
            self.second = RMS_KEEP * self.second + (1 - RMS_KEEP) * grads**2
            return -self.rate * grads / (np.sqrt(self.second) + EPS)
        keep, keep_square = ADAM_KEEP
        self.first = keep * self.first + (1 - keep) * grads
        self.second = keep_square * self.second + (1 - keep_square) * grads**2
        size = np.sqrt(self.second) / math.sqrt(1 - keep_square**self.updates) + EPS
        return -(self.rate / (1 - keep**self.updates)) * self.first / size


def descend(objective: Objective, start: Floats, rates: Floats, *, optimizer: str = "sgd", steps: int = 30) -> Descent:
    """Full-batch descent from one start with each of several learning rates.

    Args:
        objective: the loss.
        start: (weights,).
        rates: (R,) learning rates.
        optimizer: one of OPTIMIZERS.
        steps: updates to make.

    Returns:
        The paths. A longer descent begins with the shorter one.
    """
    mover, count = Optimizer(optimizer, rates), len(rates)
    points = np.repeat(start[None, :], count, axis=0)
    track = np.empty((steps + 1, count, len(start)))
    slopes, losses = np.empty_like(track), np.empty((steps + 1, count))
    diverged = np.full(count, -1)
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps + 1):
            value = objective.losses(points)
            fresh = (diverged < 0) & ~(value <= DIVERGED * max(losses[0, 0], 1e-300)) if step else diverged > 0
            diverged[fresh] = step
            gone = (diverged >= 0)[:, None]
            if step:
                points = np.where(gone, track[step - 1], points)
                value = np.where(gone[:, 0], losses[step - 1], value)
            grads = objective.gradients(points)
            track[step], slopes[step], losses[step] = points, grads, value
            points = points + np.where(gone, 0.0, mover.move(grads))
    return Descent(rates, track.swapaxes(0, 1), losses.T, slopes.swapaxes(0, 1), diverged)


def sign_flips(errors: Floats) -> NDArray[np.int64]:
    """How often a weight has crossed its goal.

    Args:
        errors: ... x (S + 1), distances from the goal, with sign, step after step.

    Returns:
        ... x (S + 1), crossings so far. Errors under a billionth of the largest count as arrived.
    """
    size = np.abs(errors).max(axis=-1, keepdims=True)
    signs = np.where(np.abs(errors) > NOISE * size, np.sign(errors), 0.0)
    flips = np.zeros(errors.shape, dtype=np.int64)
    flips[..., 1:] = signs[..., 1:] * signs[..., :-1] < 0
    return np.asarray(np.cumsum(flips, axis=-1))


def first_within(excess: Floats, tolerance: float = TOLERANCE) -> int | None:
    """The first step from which on the excess loss stays under a share of the first one, or None.

    Args:
        excess: (S + 1,) loss minus the smallest possible loss.
        tolerance: share of `excess[0]`.
    """
    above = np.flatnonzero(~(excess <= tolerance * excess[0]))
    last = int(above[-1]) if len(above) else -1
    return last + 1 if last + 1 < len(excess) else None


def steps_needed(eigenvalues: Floats, errors: Floats, rate: float, tolerance: float = TOLERANCE) -> int | None:
    """Steps of plain gradient descent until the excess loss of a quadratic is under a share of the first one.

    Along each eigenvector the error shrinks by |1 - rate lambda| a step, so the excess after t steps is
    1/2 sum lambda e² (1 - rate lambda)^(2t): nothing has to be simulated, not even 10⁵ steps.

    Args:
        eigenvalues: (D,) of the Hessian.
        errors: (D,) start minus minimum, along each eigenvector.
        rate: learning rate.
        tolerance: share of the first excess loss.

    Returns:
        The number of steps, or None if it is never reached (in 10¹⁵ steps).
    """
    energy, factor = eigenvalues * errors**2, np.abs(1 - rate * eigenvalues)
    energy, factor = energy[energy > 0], factor[energy > 0]
    if not len(energy):
        return 0
    logs = np.log(np.maximum(factor, 1e-300))

    def arrived(steps: int) -> bool:
        exponents = np.minimum(2 * steps * logs, 600.0)
        return bool(energy @ np.exp(exponents) <= tolerance * energy.sum())

    high = 1
    while not arrived(high):
        high *= 2
        if high > 10**15:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if arrived(middle) else (middle, high)
    return 0 if arrived(0) else high


def angles(one: Floats, other: Floats) -> Floats:
    """Degrees between two lists of vectors (... x D); NaN where one of them has no length."""
    length = np.linalg.norm(one, axis=-1) * np.linalg.norm(other, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = (one * other).sum(axis=-1) / length
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
