"""What a measurement says about a claim, in one of five words, from its spread over seeds and nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

WORDS = ("holds", "opposite", "noise", "few", "part")
FEWEST_SEEDS = 2
AGREEMENT = 0.75


@dataclass(frozen=True)
class Verdict:
    """What was measured, and what follows from it.

    Attributes:
        word: holds, opposite (the contrary was measured), noise (no effect beyond the spread), few (fewer
            than two seeds are measured, so nothing follows yet), or part (of a claim with several halves: see
            `judge_whole`).
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


@dataclass(frozen=True)
class Limit:
    """What a number has to be above or below, such as a test accuracy above 0.9.

    Attributes:
        value: the limit, in the unit of the numbers.
        above: whether the claim wants more than that, or less.
    """

    value: float
    above: bool = True

    def effects(self, numbers: Iterable[float]) -> list[float]:
        """How far each number is on the side that the claim wants; to be judged with `least` = 0."""
        return [number - self.value if self.above else self.value - number for number in numbers]

    def judge(self, numbers: Iterable[float]) -> Verdict:
        """On which seeds a number keeps the limit: its spread is that of the numbers, its `least` is the limit."""
        known = [number for number in numbers if not math.isnan(number)]
        found = judge(self.effects(known), least=0.0)
        spread = replace(judge(known, least=0.0), word=found.word, agreeing=found.agreeing, opposing=found.opposing)
        return replace(spread, least=self.value)


def judge_whole(halves: Sequence[tuple[Sequence[float], float]]) -> Verdict:
    """Whether a claim that says several things at once holds: only if each of them does, on the same seeds.

    Its word is that of the first half, which decides what the opposite is; where the first half holds and the whole
    does not, it is "part".

    Args:
        halves: for each half its effects, one a seed, and the size up to which they count as none.

    Returns:
        The numbers are those of the first half; a seed agrees where all halves do. A seed on which one half is not
        measured yet is left out of all.
    """
    seeds = [seed for seed in zip(*(effects for effects, _ in halves), strict=True) if not any(map(math.isnan, seed))]
    leasts = [least for _, least in halves]
    parts = [judge([seed[place] for seed in seeds], least=least) for place, least in enumerate(leasts)]
    agreeing = sum(all(value > least for value, least in zip(seed, leasts, strict=True)) for seed in seeds)
    whole = all(part.word == "holds" for part in parts) and agreeing >= AGREEMENT * len(seeds)
    word = "part" if parts[0].word == "holds" and not whole else parts[0].word
    return replace(parts[0], word=word, agreeing=agreeing)


def _median(ordered: list[float]) -> float:
    middle = len(ordered) // 2
    if len(ordered) % 2 or ordered[middle - 1] == ordered[middle]:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
