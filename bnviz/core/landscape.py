"""The true loss of a model with two weights: values, gradients, Hessians and the minimum, from the closed form.

The model is one linear unit, w1 x1 + w2 x2 (+ b). Linear: L = 1/(2n) |f - y|². Logistic: L = mean cross-entropy of
sigmoid(f). The bias may be left out, counted as a third weight, or profiled out: then it takes, at every w, the value
that is best there, which leaves a loss of exactly two weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bnviz.core.curvature import Curvature, curvature

Floats = NDArray[np.float64]
LOSSES = ("linear", "logistic")
BIASES = ("profiled", "third", "none")
CELLS = 2_000_000  # points x rows in one batched product
NEWTON_STEPS, BIAS_STEPS = 60, 60


@dataclass(frozen=True, eq=False)
class Objective:
    """A loss over fixed rows as a function of its weights.

    Attributes:
        x: rows x 2.
        y: (rows,) targets; 0 or 1 for the logistic loss.
        loss: linear or logistic.
        bias: profiled, third or none.
    """

    x: Floats
    y: Floats
    loss: str = "linear"
    bias: str = "profiled"

    @property
    def weights(self) -> int:
        """How many weights descent moves: 2, or 3 with the bias."""
        return 3 if self.bias == "third" else 2

    @cached_property
    def design(self) -> Floats:
        """Rows x weights: the features as descent meets them."""
        if self.bias == "third":
            return np.column_stack([self.x, np.ones(len(self.x))])
        return self.x - self.x.mean(axis=0) if self._centred else self.x

    @cached_property
    def targets(self) -> Floats:
        """(rows,) the targets; centred where the bias of the linear loss is profiled out."""
        return self.y - self.y.mean() if self._centred else self.y

    @property
    def _centred(self) -> bool:
        """For the linear loss the best bias is the mean residual, so centring both sides profiles it out."""
        return self.bias == "profiled" and self.loss == "linear"

    def losses(self, points: Floats) -> Floats:
        """The loss at each point.

        Args:
            points: P x weights.

        Returns:
            (P,), computed by one batched product for every few thousand points.
        """
        size = max(1, CELLS // len(self.design))
        parts = [self._losses(points[start : start + size]) for start in range(0, len(points), size)]
        return np.concatenate(parts)

    def _losses(self, points: Floats) -> Floats:
        scores = self._scores(points)
        if self.loss == "linear":
            return np.asarray(((scores - self.targets) ** 2).mean(axis=1) / 2)
        return np.asarray((np.logaddexp(0.0, scores) - self.targets * scores).mean(axis=1))

    def _scores(self, points: Floats) -> Floats:
        """P x rows: what the model says, with the best bias where that is profiled out."""
        scores = points @ self.design.T
        if self.bias == "profiled" and self.loss == "logistic":
            scores = scores + best_bias(scores, float(self.targets.mean()))[:, None]
        return np.asarray(scores)

    def gradients(self, points: Floats) -> Floats:
        """The gradient at each point, P x weights.

        Where the bias is profiled out its own derivative is 0, so the gradient is the partial one (envelope theorem).
        """
        if self.loss == "linear":
            return np.asarray(points @ self.moments - self.pull)
        return np.asarray((sigmoid(self._scores(points)) - self.targets) @ self.design / len(self.design))

    @cached_property
    def moments(self) -> Floats:
        """X'X / n, the Hessian of the linear loss."""
        return np.asarray(self.design.T @ self.design / len(self.design))

    @cached_property
    def pull(self) -> Floats:
        """X'y / n."""
        return np.asarray(self.design.T @ self.targets / len(self.design))

    def rooted(self, point: Floats) -> Floats:
        """Rows x weights: a matrix X with X'X / n = the Hessian at a point."""
        if self.loss == "linear":
            return self.design
        share = sigmoid(self._scores(point[None, :])[0])
        weight = share * (1 - share)
        design = self.design
        if self.bias == "profiled":  # what is left of the features once their part along the bias is taken out
            design = design - np.average(design, axis=0, weights=weight)
        return np.asarray(np.sqrt(weight)[:, None] * design)

    def curvature(self, point: Floats) -> Curvature:
        """Eigenvalues and eigenvectors of the Hessian at a point; the linear loss has the same one everywhere."""
        return curvature(self.rooted(point), bias=False)

    def minimum(self) -> Floats | None:
        """Where the loss is smallest, or None where it falls for ever (a line parts the classes)."""
        if self.loss == "linear":
            scale = np.sqrt(np.mean(self.design**2, axis=0))
            scale = np.where(scale > 0, scale, 1.0)
            found, *_ = np.linalg.lstsq(self.design / scale, self.targets, rcond=None)
            return np.asarray(found / scale)
        return self._newton()

    def _newton(self) -> Floats | None:
        """Newton's method with halved steps (Boyd and Vandenberghe, 9.5), on features scaled to length 1."""
        scale = np.sqrt(np.mean(self.design**2, axis=0))
        scale = np.where(scale > 0, scale, 1.0)
        point = np.zeros(self.weights)
        for _ in range(NEWTON_STEPS):
            scores = self._scores(point[None, :])[0]
            if np.all(scores * (2 * self.targets - 1) > 0):
                return None
            slope = self.gradients(point[None, :])[0] / scale
            root = self.rooted(point) / scale
            step = np.linalg.lstsq(root.T @ root / len(root), slope, rcond=None)[0] / scale
            if abs(float(slope @ (step * scale))) < 1e-26:
                return point
            point = point - self._halved(point, step) * step
        return point if np.abs(slope).max() < 1e-6 else None

    def _halved(self, point: Floats, step: Floats) -> float:
        """The largest of 1, 1/2, 1/4 ... by which a step does not raise the loss."""
        shares = 0.5 ** np.arange(20)
        values = self.losses(np.vstack([point, point - shares[:, None] * step]))
        better = np.flatnonzero(values[1:] <= values[0])
        return float(shares[better[0]]) if len(better) else 0.0


def sigmoid(scores: Floats) -> Floats:
    """1 / (1 + exp(-s)), without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * scores)))


def best_bias(scores: Floats, share: float) -> Floats:
    """The bias at which the mean probability equals the share of ones.

    Newton's method that falls back to halving the bracket. It begins at the quantile of the scores that would part
    the ones from the zeros if every probability were 0 or 1, and goes on only with the points that have not arrived.

    Args:
        scores: P x rows, without a bias.
        share: of the targets that are 1, between 0 and 1.

    Returns:
        (P,).
    """
    middle = np.log(share / (1 - share))
    low, high = middle - scores.max(axis=1), middle - scores.min(axis=1)
    cut = min(scores.shape[1] - 1, int((1 - share) * scores.shape[1]))
    wide = scores.std(axis=1) > 3
    bias = middle - scores.mean(axis=1)
    if wide.any():
        bias[wide] = -np.partition(scores[wide], cut, axis=1)[:, cut]
    bias = np.clip(bias, low, high)
    active = np.arange(len(scores))
    for _ in range(BIAS_STEPS):
        now = bias[active]
        chances = sigmoid(scores[active] + now[:, None])
        excess = chances.mean(axis=1) - share
        low[active] = np.where(excess < 0, now, low[active])
        high[active] = np.where(excess > 0, now, high[active])
        slope = np.einsum("pr,pr->p", chances, 1 - chances) / scores.shape[1]
        newton = now - excess / np.maximum(slope, 1e-300)
        inside = (newton >= low[active]) & (newton <= high[active])
        bias[active] = np.where(inside, newton, (low[active] + high[active]) / 2)
        active = active[np.abs(bias[active] - now) > 1e-12 * (1 + np.abs(now))]
        if not len(active):
            break
    return np.asarray(bias)
