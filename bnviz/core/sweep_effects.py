"""What a sweep says about claims: for each seed one number, from two arms of the same runs.

Every effect is an array with one number a seed: positive where the claim is right, NaN while the runs that it needs
are not all there. An infinite one means that only one of the two ever reached what was asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.core.sweep_table import Floats, SweepTable

LEARNED = 0.9
Pair = tuple[int, int]
Bools = NDArray[np.bool_]


def of_arm(table: SweepTable, measure: str, arm: int) -> Floats:
    """One measure of one arm: points (all axes flattened) x seeds."""
    values = table.values(measure)
    found: Floats = values[..., arm, :].reshape(-1, values.shape[-1])
    return found


def there(table: SweepTable, arm: int) -> Bools:
    """(points, seeds): which runs of an arm are computed."""
    return ~np.isnan(of_arm(table, "diverged_at", arm))


def learned(table: SweepTable, arm: int) -> Floats:
    """(points, seeds): 1 where the test accuracy at the end is above 90 %, else 0; NaN where not computed."""
    return np.where(there(table, arm), of_arm(table, "test_accuracy", arm) > LEARNED, np.nan)


def largest(table: SweepTable, arm: int) -> Floats:
    """(seeds,): the largest value of the only axis at which an arm learns; -inf where it learns at none.

    NaN until all values are computed.
    """
    works, values = learned(table, arm), np.array(table.sweep.axes[0].values, float)
    best = np.where(works == 1, values[:, None], -np.inf).max(axis=0)
    return np.where(np.isnan(works).any(axis=0), np.nan, best)


def fewest_steps(table: SweepTable, arm: int) -> Floats:
    """(seeds,): updates to the sweep's target at the best point of each seed; inf where it is never reached."""
    steps = of_arm(table, "steps_to", arm)
    return np.where(np.isnan(steps).any(axis=0), np.nan, steps.min(axis=0))


def doublings(table: SweepTable, pair: Pair) -> Floats:
    """log2 of the ratio of the largest learning rates at which the second and the first arm learn."""
    with np.errstate(divide="ignore"):
        first, second = (np.log2(np.maximum(largest(table, arm), 0.0)) for arm in pair)
    return less(second, first)


def sooner_at_best(table: SweepTable, pair: Pair) -> Floats:
    """Updates that the second arm saves on the way to the target, each arm at its best point."""
    first, second = (fewest_steps(table, arm) for arm in pair)
    return less(first, second)


def sooner_at(table: SweepTable, pair: Pair, point: int) -> Floats:
    """Updates that the second arm saves on the way to the target at one and the same point."""
    first, second = (of_arm(table, "steps_to", arm)[point] for arm in pair)
    return less(first, second)


def better_at(table: SweepTable, pair: Pair, point: int) -> Floats:
    """By how much the test accuracy of the second arm is higher at one point."""
    first, second = (of_arm(table, "test_accuracy", arm)[point] for arm in pair)
    result: Floats = second - first
    return result


def more_that_learn(table: SweepTable, pair: Pair) -> Floats:
    """At how many points more the second arm learns."""
    first, second = (learned(table, arm).sum(axis=0) for arm in pair)
    result: Floats = second - first
    return result


def steadier(table: SweepTable, pair: Pair) -> Floats:
    """How much less the test accuracy of the second arm depends on the axis: difference of the ranges."""
    first, second = (_range(of_arm(table, "test_accuracy", arm)) for arm in pair)
    result: Floats = first - second
    return result


def explodes_at(table: SweepTable, pair: Pair, point: int) -> Floats:
    """1 where only the first arm diverges at a point, -1 where only the second does, 0 where both or none do."""
    first, second = (_diverged(table, arm)[point] for arm in pair)
    result: Floats = first - second
    return result


def rescued(table: SweepTable, arm: int, points: Pair) -> Floats:
    """By how much one arm's test accuracy at the second of two points is higher than at the first."""
    accuracy = of_arm(table, "test_accuracy", arm)
    result: Floats = accuracy[points[1]] - accuracy[points[0]]
    return result


def less(one: Any, other: Any) -> Floats:
    """one - other, where two equal infinities differ by nothing."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(one) & (one == other), 0.0, np.subtract(one, other))


def nearest(values: tuple[Any, ...], wanted: float) -> int:
    """The place of the value that is nearest to a wanted one, in ratio."""
    return int(np.argmin(np.abs(np.log(np.array(values, float)) - np.log(wanted))))


def _range(values: Floats) -> Floats:
    result: Floats = values.max(axis=0) - values.min(axis=0)
    return result


def _diverged(table: SweepTable, arm: int) -> Floats:
    at = of_arm(table, "diverged_at", arm)
    return np.where(np.isnan(at), np.nan, np.isfinite(at))


Effect = Callable[[SweepTable, Pair], Floats]
