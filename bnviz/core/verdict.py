"""What a measurement says about a claim, in one of four words, from its spread over seeds and nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

WORDS = ("holds", "opposite", "noise", "few")
FEWEST_SEEDS = 2
AGREEMENT = 0.75


@dataclass(frozen=True)
class Verdict:
    """What was measured, and what follows from it.

    Attributes:
        word: holds, opposite (the contrary was measured), noise (no effect beyond the spread), or few (fewer than
            two seeds are measured, so nothing follows yet).
        median, low, high: of the effect over the seeds, in the claim's unit; positive is what the claim says.
            NaN while nothing is measured.
        seeds: how many were measured.
        agreeing, opposing: on how many of them the effect was larger than `least`, or smaller than `-least`.
        least: an effect of this size or less counts as none.
    """

    word: str
    median: float
    low: float
    high: float
    seeds: int
    agreeing: int
    opposing: int
    least: float


def judge(effects: Iterable[float], *, least: float) -> Verdict:
    """Whether an effect measured on several seeds is what a claim says.

    It holds when it exceeds `least` in the median and on at least three of four seeds; the opposite is shown when
    the same is true with the other sign; everything between is noise.

    Args:
        effects: one number a seed, positive where the claim is right: always a difference of two arms of one run, so
            that data, initial weights and batches are the same. An infinite one is allowed ("never reached"); NaN
            stands for a seed that is not measured yet and is left out.
        least: the size, 0 or more, up to which an effect means nothing (such as one row of the test set).

    Raises:
        ValueError: when `least` is negative or not a number.
    """
    if not least >= 0:
        raise ValueError(f"least = {least!r} came; a number of 0 or more is needed, in the unit of the effects.")
    known = sorted(effect for effect in effects if not math.isnan(effect))
    agreeing = sum(effect > least for effect in known)
    opposing = sum(effect < -least for effect in known)
    if not known:
        return Verdict("few", math.nan, math.nan, math.nan, 0, 0, 0, least)
    median = _median(known)
    word = "noise"
    if len(known) < FEWEST_SEEDS:
        word = "few"
    elif median > least and agreeing >= AGREEMENT * len(known):
        word = "holds"
    elif median < -least and opposing >= AGREEMENT * len(known):
        word = "opposite"
    return Verdict(word, median, known[0], known[-1], len(known), agreeing, opposing, least)


def _median(ordered: list[float]) -> float:
    middle = len(ordered) // 2
    if len(ordered) % 2 or ordered[middle - 1] == ordered[middle]:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
