"""What a table's columns tell before anything is trained: spread, shape, correlation, and the curvature of the loss."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnviz.core.curvature import curvature

Floats = NDArray[np.float64]
ROUNDING = 1e-12  # a correlation below this is what rounding leaves of none


@dataclass(frozen=True, eq=False)
class Facts:
    """Statistics of the rows of a table with D features.

    Attributes:
        minimum, maximum, mean, std: (D,) of each feature; std is the biased one.
        skew: (D,) third central moment over std³; NaN for a constant feature.
        kurtosis: (D,) fourth central moment over variance², minus 3 (a normal distribution has 0); NaN likewise.
        correlation: of the first two features; NaN if one of them is constant or there is only one.
        condition: lambda_max / lambda_min of the Hessian of a linear model's loss, without a bias.
        condition_bias: the same with a bias.
        largest_rate: 2 / lambda_max with a bias, for the loss that `classes` asks for.
    """

    minimum: Floats
    maximum: Floats
    mean: Floats
    std: Floats
    skew: Floats
    kurtosis: Floats
    correlation: float
    condition: float
    condition_bias: float
    largest_rate: float


def facts(x: Floats, *, classes: int = 0) -> Facts:
    """The facts about a table.

    Args:
        x: rows x features, finite.
        classes: 0: the loss is half the mean squared error; 2: the cross-entropy of logistic regression at w = 0;
            more: that of softmax regression at w = 0, whose Hessian is X'X / (classes n) in its steepest direction.
    """
    mean, std = x.mean(axis=0), x.std(axis=0)
    with_bias = curvature(x, bias=True)
    sharpness = {0: 1.0, 2: 0.25}.get(classes, 1 / max(classes, 1))
    return Facts(
        minimum=x.min(axis=0),
        maximum=x.max(axis=0),
        mean=mean,
        std=std,
        skew=_moment(x, 3),
        kurtosis=_moment(x, 4) - 3,
        correlation=correlation(x),
        condition=curvature(x, bias=False).condition,
        condition_bias=with_bias.condition,
        largest_rate=with_bias.largest_rate / sharpness,
    )


def correlation(x: Floats) -> float:
    """Pearson's correlation of the first two features; NaN where there is none."""
    if x.shape[1] < 2:
        return math.nan
    one, other = _centred(x)[:, 0], _centred(x)[:, 1]
    size = math.sqrt(float(one @ one)) * math.sqrt(float(other @ other))
    found = float(one @ other) / size if size > 0 else math.nan
    return 0.0 if abs(found) < ROUNDING else found


def _centred(x: Floats) -> Floats:
    """Rows minus their mean; exactly 0 where a feature is constant."""
    return np.asarray(np.where(np.ptp(x, axis=0) > 0, x - x.mean(axis=0), 0.0))


def _moment(x: Floats, order: int) -> Floats:
    """(D,) the standardized central moment of each feature; NaN for a constant one."""
    centred = _centred(x)
    std = np.sqrt((centred**2).mean(axis=0))
    safe = np.where(std > 0, std, 1.0)
    return np.asarray(np.where(std > 0, ((centred / safe) ** order).mean(axis=0), np.nan))


@dataclass(frozen=True)
class Squeeze:
    """What one added value does to the scaled ones.

    Attributes:
        value: of the added row, in the feature's own unit.
        before: share of 0..1 that the middle 99 % of the rows filled after min-max scaling.
        minmax: the same share once the value is among them.
        zscore: length that the middle 99 % of the rows fill after z-scoring with it, in standard deviations.
        axis: length from the smallest to the largest value after z-scoring with it, in standard deviations.
    """

    value: float
    before: float
    minmax: float
    zscore: float
    axis: float


def squeeze(column: Floats, times: float) -> Squeeze:
    """Add one value, `times` the range of a column above its least one, and scale all rows anew.

    Args:
        column: (N,) the training values, not all equal.
        times: such as 10: ten times as far from the least value as the largest one is; 1 adds the largest once more.
    """
    low, high = float(column.min()), float(column.max())
    value = low + times * (high - low)
    both = np.append(column, value)
    inner = float(np.subtract(*np.quantile(column, [0.995, 0.005])))
    whole, std = float(np.ptp(both)), float(both.std())
    return Squeeze(value, inner / (high - low), inner / whole, inner / std, whole / std)
