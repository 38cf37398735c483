"""How well the running averages stand for the mean and variance of all training rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnviz.core.averages import START_MEAN, START_VAR, last, plain, running, unbiased
from bnviz.core.moment import Stats
from bnviz.core.watch import Watched

Array = NDArray[Any]


def distance(tracked: Sequence[Stats], full: Sequence[Stats]) -> tuple[float, float]:
    """How far running averages are from the full-data values, over all units of all layers.

    Returns:
        Mean of |mean - full mean| / full standard deviation, and mean of |log(var / full var)|; units that do not
        vary at all are left out.
    """
    pairs = list(zip(tracked, full, strict=True))
    mean, full_mean, var, full_var = (
        np.concatenate([pair[side][part] for pair in pairs]) for part in (0, 1) for side in (0, 1)
    )
    there = full_var > 0
    means = np.abs(mean - full_mean)[there] / np.sqrt(full_var[there])
    return float(means.mean()), float(np.abs(np.log(var[there] / full_var[there])).mean())


def misses(run: Watched, layer: int, *, step: int, momentum: float) -> dict[str, float]:
    """How far three ways of estimating a layer's variances are off, in the middle one of its units.

        median over the units of |var - full var| / full var

    Args:
        run: what was watched.
        layer: counted from 0.
        step: updates made, 1 or more.
        momentum: of the running average.

    Returns:
        By name, as of `estimates`: batch, running, plain. Units that do not vary are left out; empty if none varies.
    """
    full = run.full[run.place(step)][layer].var
    var = unbiased(run.batch_var[layer][:step], run.experiment.training.batch_size)
    there = full > 0
    if not there.any():
        return {}
    ways = {"batch": var[-1], "running": last(var, momentum, START_VAR), "plain": var.mean(axis=0)}
    return {name: float(np.median(np.abs(one - full)[there] / full[there])) for name, one in ways.items()}


class Estimate(NamedTuple):
    """What one way of estimating says of one unit: mean and variance."""

    name: str
    mean: float
    var: float


def estimates(run: Watched, layer: int, unit: int, *, step: int, momentum: float) -> list[Estimate]:
    """One unit's mean and variance after some updates, estimated in four ways.

    Args:
        run: what was watched.
        layer, unit: counted from 0.
        step: updates made.
        momentum: of the running average.

    Returns:
        Named batch (the last one; unbiased), running, plain (the average of all batches, torch's momentum=None) and
        precise (one pass over all training rows with the weights of that moment). Before the first update no batch
        has been seen, and only running and precise are there.
    """
    size, full = run.experiment.training.batch_size, run.full[run.place(step)][layer]
    mean = run.batch_mean[layer][:step, [unit]]
    var = unbiased(run.batch_var[layer][:step, [unit]], size)
    if step == 0:
        known = (("running", START_MEAN, START_VAR), ("precise", full.mean[unit], full.var[unit]))
        return [Estimate(name, float(one), float(two)) for name, one, two in known]
    ways = {
        "batch": (mean[-1], var[-1]),
        "running": (running(mean, momentum, START_MEAN)[-1], running(var, momentum, START_VAR)[-1]),
        "plain": (plain(mean, START_MEAN)[-1], plain(var, START_VAR)[-1]),
        "precise": (full.mean[[unit]], full.var[[unit]]),
    }
    return [Estimate(name, float(one[0]), float(two[0])) for name, (one, two) in ways.items()]
