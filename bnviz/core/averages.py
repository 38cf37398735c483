"""Batch norm's running averages, recomputed from the batch statistics that they were made of.

The averages take no part in training, so the run does not change with their momentum: from the statistics of every
batch they can be had for any momentum afterwards. Momentum is torch's, the weight of the new batch; Keras, and the
article that calls it alpha, state the weight of the old value, 1 - momentum.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
START_MEAN, START_VAR = 0.0, 1.0
"""What running_mean and running_var are before the first batch."""


def unbiased(var: Array, count: int) -> Array:
    """Variances divided by count - 1 instead of count (Bessel's correction); count is at least 2."""
    result: Array = var * (count / (count - 1))
    return result


def running(batches: Array, momentum: float, start: float) -> Array:
    """The running average after every batch.

        running = (1 - momentum) * running + momentum * batch

    Args:
        batches: T x units, one row a batch.
        momentum: weight of the new batch, 0 to 1.
        start: the value before the first batch.

    Returns:
        (T + 1) x units; row t is the average after t batches.
    """
    result = np.empty((len(batches) + 1, *batches.shape[1:]))
    result[0] = start
    for step, batch in enumerate(batches):
        result[step + 1] = (1.0 - momentum) * result[step] + momentum * batch
    return result


def last(batches: Array, momentum: float, start: float) -> Array:
    """The running average after the last batch alone, without those on the way to it.

        (1 - momentum)^T * start + sum over t of momentum * (1 - momentum)^(T - 1 - t) * batch_t

    Args:
        batches, momentum, start: as in `running`.

    Returns:
        (units,) the last row of `running`, but for rounding.
    """
    weights = momentum * (1.0 - momentum) ** np.arange(len(batches) - 1, -1, -1)
    result: Array = (1.0 - momentum) ** len(batches) * start + weights @ batches
    return result


def plain(batches: Array, start: float) -> Array:
    """The plain average of all batches so far (torch's momentum=None), shaped as by `running`.

    Of batch variances it misses the variance of the batch means (law of total variance).
    """
    counts = np.arange(1, len(batches) + 1).reshape(-1, *[1] * (batches.ndim - 1))
    first = np.full((1, *batches.shape[1:]), start)
    return np.concatenate([first, np.cumsum(batches, axis=0) / counts])


def start_left(momentum: float, updates: int) -> float:
    """Share of the initial value that is still in the average: (1 - momentum)^updates."""
    return float((1.0 - momentum) ** updates)


def updates_until(momentum: float, share: float = 0.01) -> float:
    """After how many updates less than this share of the initial value is left; infinity for momentum 0.

    44 updates for momentum 0.1, 459 for 0.01 and 4,603 for 0.001 (share 0.01).
    """
    if momentum <= 0:
        return math.inf
    return 1 if momentum >= 1 else math.floor(math.log(share) / math.log1p(-momentum)) + 1


def keras(momentum: float) -> float:
    """The same momentum in the convention of Keras: the weight of the old value, free of rounding noise."""
    return round(1.0 - momentum, 12)


def spread_of_means(std: float, batch_size: int) -> float:
    """Standard deviation of the mean of a batch of independent rows: std / sqrt(batch_size)."""
    return std / math.sqrt(batch_size)
