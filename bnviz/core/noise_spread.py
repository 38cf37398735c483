"""How much the statistics of a batch, and with them the outputs, scatter from batch to batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.core.company import COMPANY, in_company
from bnviz.core.data import load
from bnviz.core.experiment import Experiment
from bnviz.core.fits import Result, trained
from bnviz.core.moment import Moment, batch_outputs, moment_of, outputs, precise
from bnviz.core.streams import generator

Array = NDArray[Any]
DRAWS = 30
MOST_ROWS = 16_000
FEWEST, MOST = 60, 400


def spread(experiment: Experiment, options: Mapping[str, Any]) -> Iterator[Result | None]:
    """Train batch norm, then put the same test rows into many batches of each size.

    Args:
        experiment: its first arm has batch norm before the activation.
        options: "sizes" of batches; "rows", how many test rows; "layer", whose statistics are looked at, from 1 on.

    Yields:
        For each batch size "batch_size" and what `scatter` and `statistics` find.
    """
    arms = yield from trained(experiment)
    moment, data = moment_of(arms[0].net), load(experiment.data, experiment.seed)
    for size in options["sizes"]:
        if size > len(data.x_train):
            break
        found = scatter(moment, data.x_test[: options["rows"]], data.x_train, batch_size=size, seed=experiment.seed)
        yield None
        drawn = statistics(moment, options["layer"] - 1, data.x_train, batch_size=size, seed=experiment.seed)
        yield {"batch_size": size, **found, **drawn}


def scatter(moment: Moment, rows: Array, others: Array, *, batch_size: int, seed: int) -> Result:
    """What the companions do to the outputs.

    Args:
        moment: a network with batch norm.
        rows: test rows x features; each is put into `DRAWS` batches of its own.
        others: the rows from which the companions are drawn, without replacement.
        batch_size: 2 to one more than there are others.
        seed: of the draws.

    Returns:
        "outputs": standard deviation over the batches (unbiased), averaged over rows and outputs; "flips": share of
        the batches in which a row is named differently than with the statistics of all `others`.
    """
    calm = outputs(moment, rows, precise(moment, others)).argmax(axis=1)
    spreads, flips = [], []
    for row, usual in zip(rows, calm, strict=True):
        drawn = in_company(moment, row, others, batch_size=batch_size, draws=DRAWS, seed=seed)
        spreads.append(drawn.std(axis=0, ddof=1).mean())
        flips.append((drawn.argmax(axis=1) != usual).mean())
    return {"outputs": float(np.mean(spreads)), "flips": float(np.mean(flips))}


def statistics(moment: Moment, layer: int, rows: Array, *, batch_size: int, seed: int) -> Result:
    """How the batch mean and the batch variance of a layer's units scatter.

    Args:
        moment: a network with batch norm.
        layer: counted from 0.
        rows: from which batches are drawn with replacement, so that 1 / sqrt(B) is exact for the first layer's means.
        batch_size: at least 2.
        seed: of the draws.

    Returns:
        "mean": standard deviation of the batch means as a share of the unit's own standard deviation over all rows;
        "var": standard deviation of the biased batch variances as a share of the unit's variance; both averaged over
        the units that have a spread (None if none has); "draws", how many batches.
    """
    draws = max(FEWEST, min(MOST, MOST_ROWS // batch_size))
    chosen = generator(seed, COMPANY, 10_000 + batch_size).integers(0, len(rows), (draws, batch_size))
    _, seen = batch_outputs(moment, rows[chosen])
    var = precise(moment, rows)[layer].var
    alive = var > 1e-12
    if not alive.any():
        return {"mean": None, "var": None, "draws": draws}
    means, variances = seen[layer].mean[:, alive], seen[layer].var[:, alive]
    return {
        "mean": float((means.std(axis=0, ddof=1) / np.sqrt(var[alive])).mean()),
        "var": float((variances.std(axis=0, ddof=1) / var[alive]).mean()),
        "draws": draws,
    }


def slope(sizes: Sequence[float], values: Sequence[float], *, first: float = 0) -> float:
    """Exponent of a power law: the slope of the straight line through log(value) against log(size).

    Args:
        sizes, values: positive, one each a batch size.
        first: sizes below this one are left out.

    Returns:
        NaN with fewer than two points.
    """
    kept = [(np.log(x), np.log(y)) for x, y in zip(sizes, values, strict=True) if x >= first and y > 0]
    if len(kept) < 2:
        return float("nan")
    x, y = np.array(kept).T
    centered = x - x.mean()
    return float((centered * (y - y.mean())).sum() / (centered**2).sum())
