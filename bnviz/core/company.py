"""What the other rows of a batch do to one row, and to the statistics of one unit."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnviz.core.averages import spread_of_means
from bnviz.core.moment import Moment, batch_outputs
from bnviz.core.streams import generator
from bnviz.core.watch import Watched

Array = NDArray[Any]
COMPANY = 6
"""Purpose of the random numbers that choose a row's companions."""
MOST_ROWS = 20_000
BATCH_SIZES = (2, 4, 8, 16, 32, 64, 128, 256)


def in_company(moment: Moment, row: Array, others: Array, *, batch_size: int, draws: int, seed: int) -> Array:
    """What one row gives in training mode, in several batches with other companions each.

    Args:
        moment: a network with batch norm.
        row: features.
        others: rows x features, from which batch_size - 1 companions are drawn without replacement.
        batch_size: at least 2, and at most one more than there are others.
        draws: how many batches.
        seed: of the draws; they depend on it and on the batch size alone.

    Returns:
        draws x outputs.
    """
    rng = generator(seed, COMPANY, batch_size)
    mates = np.stack([rng.choice(len(others), batch_size - 1, replace=False) for _ in range(draws)])
    company = np.concatenate([np.broadcast_to(row, (draws, 1, len(row))), others[mates]], axis=1)
    result: Array = batch_outputs(moment, company)[0][:, 0]
    return result


class BatchSpread(NamedTuple):
    """How one unit's statistics scatter from batch to batch while the weights stay.

    Attributes:
        draws: how many batches were drawn.
        mean_std: standard deviation of the batch means.
        expected: the unit's standard deviation over all rows divided by sqrt(batch size).
        biased_ratio: average biased batch variance over the variance of all rows; (B - 1) / B is expected.
    """

    draws: int
    mean_std: float
    expected: float
    biased_ratio: float


def batch_spread(run: Watched, layer: int, unit: int, *, step: int) -> BatchSpread:
    """Draw batches with replacement at one moment, and look at the statistics of one unit.

    Args:
        run: what was watched.
        layer, unit: counted from 0.
        step: updates made.
    """
    size, data = run.experiment.training.batch_size, run.data
    draws = max(50, min(400, MOST_ROWS // size))
    rows = generator(run.experiment.seed, COMPANY, step).integers(0, len(data.x_train), (draws, size))
    place = run.place(step)
    _, stats = batch_outputs(run.moments[place], data.x_train[rows])
    var = float(run.full[place][layer].var[unit])
    mean_std = float(stats[layer].mean[:, unit].std(ddof=1))
    ratio = float(stats[layer].var[:, unit].mean()) / var if var > 0 else float("nan")
    return BatchSpread(draws, mean_std, spread_of_means(var**0.5, size), ratio)
