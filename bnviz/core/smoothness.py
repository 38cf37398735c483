"""What follows from the results of a study of smoothness: curves with their spread, and one effect a seed.

The effects are positive where the claim is right. Ratios are told in doublings, log2 of the ratio, so that "twice" and
"half" are as far from nothing. This module knows no torch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.core.experiment import Experiment
from bnviz.core.verdict import Limit

Array = NDArray[Any]
Result = Mapping[str, Any]
SMALLEST_RATE = 2.0**-15
"""Stands for the largest safe step where even the smallest one that is tried, 2^-14, is too large."""
LAST_LOOKS = 5
SETTLED = Limit(0.1, above=False)
"""lambda_max has settled where it ends within 10 % of 2 / learning rate."""


@dataclass(frozen=True, eq=False)
class Curve:
    """One number of one arm over the steps of a run.

    Attributes:
        steps: update counts.
        own: of the first seed; NaN where there is none.
        low, high: over all seeds that have come so far.
        seeds: how many of them are complete.
        lost: the update at which the first seed diverged, or the first look after it; None where it has not.
    """

    steps: list[int]
    own: Array
    low: Array
    high: Array
    seeds: int
    lost: int | None = None


def curve(results: Sequence[Sequence[Result]], name: str, place: int | tuple[int, int]) -> Curve:
    """The curve of one number.

    Args:
        results: of each seed, one a step.
        name: of the number in a result.
        place: of the arm in the list of this name; two numbers for a list of lists.
    """
    steps = [int(one["step"]) for one in results[0]]
    rows = [np.array([_number(one[name], place) for one in found[: len(steps)]]) for found in results]
    whole = [row for row in rows if len(row) == len(steps)]
    lost = lost_at(results[0], place)
    return Curve(steps, rows[0], np.fmin.reduce(whole), np.fmax.reduce(whole), len(whole), lost)


def lost_at(found: Sequence[Result], place: int | tuple[int, int]) -> int | None:
    """The update at which an arm diverged if that is known, or the first look at which it had; None where it has not.

    Args:
        found: of one seed.
        place: as in `curve`. What an arm has none of once it has diverged is its loss, or the length of its weights.
    """
    if "diverged_at" in found[-1]:
        at = found[-1]["diverged_at"][place]
        return None if at is None else int(at)
    name = "loss" if "loss" in found[0] else "length"
    gone = [int(one["step"]) for one in found if name in one and math.isnan(_number(one[name], place))]
    return gone[0] if gone else None


def _number(values: Any, place: int | tuple[int, int]) -> float:
    for index in (place,) if isinstance(place, int) else place:
        values = values[index]
    return math.nan if values is None else float(values)


def at_step(found: Sequence[Result], step: int) -> Result:
    """The result of the last look at or before a step."""
    return [one for one in found if one["step"] <= step][-1]


def pair(experiment: Experiment) -> tuple[int, int] | None:
    """The arms that a claim compares: without norm, and with batch norm (or else the first norm); None without two."""
    norms = [arm.norm for arm in experiment.arms]
    normed = [place for place, norm in enumerate(norms) if norm != "none"]
    if "none" not in norms or not normed:
        return None
    return norms.index("none"), norms.index("batch") if "batch" in norms else normed[0]


def doublings(ratio: float) -> float:
    """log2 of a ratio; NaN where there is none."""
    if not ratio >= 0:
        return math.nan
    return math.log2(ratio) if ratio else -math.inf


def along_effect(found: Sequence[Result], arms: tuple[int, int], name: str) -> float:
    """How many doublings the median over the steps is larger without norm than with."""
    bare, normed = (median([_number(one[name], arm) for one in found]) for arm in arms)
    return doublings(bare / normed) if normed > 0 else math.nan


def median(values: Sequence[float] | Array) -> float:
    """The median of the numbers among the values; NaN where there is none."""
    known = [value for value in values if math.isfinite(value)]
    return float(np.median(known)) if known else math.nan


def safe_effect(found: Sequence[Result], arms: tuple[int, int], step: int) -> float:
    """How many doublings the largest safe step is larger with norm than without."""
    looked = at_step(found, step)
    if any(looked["loss"][arm] is None for arm in arms):
        return math.nan
    bare, normed = (looked["safe"][arm] or SMALLEST_RATE for arm in arms)
    return doublings(normed / bare)


def scale_effect(found: Sequence[Result], arms: tuple[int, int], step: int, factor: int) -> float:
    """By how much more the outputs change without norm than with, at the factor of this place."""
    bare, normed = (at_step(found, step)["output"][arm] for arm in arms)
    return math.nan if bare is None or normed is None else bare[factor] - normed[factor]


UNMOVED, A_TENTH = Limit(0.01, above=False), Limit(0.05, above=False)
"""With a norm the outputs stay (share of the outputs), and ten times the weights have a tenth of the gradient (share of
that tenth)."""


def scale_with_norm(found: Sequence[Result], arms: tuple[int, int], step: int, factor: int) -> tuple[float, float]:
    """Relative change of the outputs with norm at the factor of this place, which is ten, and miss of the gradient."""
    looked = at_step(found, step)
    output, gradient = (looked[name][arms[1]] for name in ("output", "gradient"))
    if output is None or gradient is None:
        return math.nan, math.nan
    return float(output[factor]), abs(10 * float(gradient[factor]) - 1)


def growth_effect(found: Sequence[Result], arms: tuple[int, int]) -> float:
    """How many doublings the effective rate at the end is larger with weight decay than without, both with norm."""
    plain, decayed = (_number(found[-1]["rate"], (place, arms[1])) for place in (0, 1))
    return doublings(decayed / plain)


def slice_effect(found: Sequence[Result], arms: tuple[int, int], statistics: str) -> float:
    """How many doublings the mean loss at radius 1 is larger without norm than with, for these statistics."""
    by = {(one["arm"], one["statistics"]): one["around"] for one in found}
    bare, normed = by.get((arms[0], "batch")), by.get((arms[1], statistics), by.get((arms[1], "batch")))
    return math.nan if not bare or not normed else doublings(bare / normed)


def settled(found: Sequence[Result], arm: int, rate: float) -> float:
    """Mean of lambda_max over the last looks, in units of 2 / learning rate; NaN for an arm that has diverged."""
    values = [_number(one["sharpness"], arm) for one in found[-LAST_LOOKS:]]
    return float(np.mean(values)) * rate / 2


def edge_distance(found: Sequence[Result], arms: tuple[int, int], rate: float) -> float:
    """How far from 2 / learning rate lambda_max with norm ends, as a share of that; infinite where it diverged."""
    where = settled(found, arms[1], rate)
    return math.inf if math.isnan(where) else abs(where - 1)
