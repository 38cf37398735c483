"""How each claim of the lab of rates is put to the test: an effect for each seed, and when it counts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from bnviz.core import sweep_effects as effects
from bnviz.core.data import load
from bnviz.core.experiment import Data
from bnviz.core.rates import Choices, norm_of, start_of
from bnviz.core.start_signal import start_signal
from bnviz.core.sweep_effects import Pair
from bnviz.core.sweep_table import Floats, SweepTable
from bnviz.core.verdict import Limit, Verdict, judge, judge_whole

Test = Callable[[SweepTable, Choices, Pair], Floats]
DEEP_SIGMOID = 5


def pair_of(chosen: Choices) -> Pair | None:
    """The places of the arms without norm and with batch norm; None where one of them is missing."""
    if not {"none", "batch"} <= set(chosen.arms):
        return None
    return chosen.arms.index("none"), chosen.arms.index("batch")


def _at(wanted: float, effect: Callable[[SweepTable, Pair, int], Floats]) -> Test:
    """An effect at the value of the only axis that is nearest to a wanted one."""

    def test(table: SweepTable, _: Choices, pair: Pair) -> Floats:
        return effect(table, pair, effects.nearest(table.sweep.axes[0].values, wanted))

    return test


def at_smallest(table: SweepTable, _: Choices, pair: Pair) -> Floats:
    """Test accuracy at the smallest value of the axis."""
    return effects.better_at(table, pair, 0)


def _soonest_at_smallest(table: SweepTable, _: Choices, pair: Pair) -> Floats:
    """Updates to the target at the smallest value of the axis."""
    return effects.sooner_at(table, pair, 0)


def _whole(effect: Callable[[SweepTable, Pair], Floats], table: SweepTable, _: Choices, pair: Pair) -> Floats:
    return effect(table, pair)


def _larger_start(table: SweepTable, _: Choices, pair: Pair) -> Floats:
    """No norm, five times the usual weights against the usual ones."""
    values = table.sweep.axes[0].values
    return effects.rescued(table, pair[0], (effects.nearest(values, 1.0), effects.nearest(values, 5.0)))


@dataclass(frozen=True)
class Also:
    """What a claim says besides its effect: a number of each seed, and what it has to be.

    Attributes:
        name: normed_learns, bare_guesses or bare_learns.
        numbers: test accuracies, one a seed.
        limit: the claim holds on the right side of it only.
    """

    name: str
    numbers: list[float]
    limit: Limit


ABOVE_GUESSING = 0.1


def _also(name: str, accuracy: Floats, table: SweepTable) -> Also:
    """It learns: more than 90 % are right. It guesses: at most a tenth more than one in so many classes."""
    if name.endswith("learns"):
        return Also(name, accuracy.tolist(), Limit(effects.LEARNED))
    classes = load(table.sweep.base.data, table.sweep.base.seed).classes
    return Also(name, accuracy.tolist(), Limit(1 / max(1, classes) + ABOVE_GUESSING, above=False))


def also_of(claim: str, table: SweepTable, chosen: Choices) -> list[Also]:
    """What else a claim says: that one network learns and another does not, at one point of the sweep."""
    pair, values = pair_of(chosen), table.sweep.axes[0].values
    if pair is None or claim not in ("C4", "C2", "C3b") or (claim == "C2" and "sigmoid" not in chosen.kinds):
        return []
    bare, normed = (effects.of_arm(table, "test_accuracy", arm) for arm in pair)
    if claim == "C3b":
        return [_also("bare_learns", bare[effects.nearest(values, 5.0)], table)]
    point = effects.nearest(values, 1.6) if claim == "C4" else _deep_point(chosen)
    return [_also("normed_learns", normed[point], table), _also("bare_guesses", bare[point], table)]


def _deep_point(chosen: Choices) -> int:
    """The place of the sigmoid network that is nearest to five layers."""
    return effects.nearest(chosen.depths, DEEP_SIGMOID) * len(chosen.kinds) + chosen.kinds.index("sigmoid")


def _deep_sigmoid(table: SweepTable, chosen: Choices, pair: Pair) -> Floats:
    """Test accuracy of the sigmoid network that is nearest to five layers."""
    if "sigmoid" not in chosen.kinds:
        return np.full(len(table.sweep.seeds), np.nan)
    return effects.better_at(table, pair, _deep_point(chosen))


TESTS: dict[str, tuple[Test, float]] = {
    "C4": (_at(1.6, effects.better_at), 0.02),
    "C5": (partial(_whole, effects.doublings), 0.5),
    "C7": (_at(1.6, effects.explodes_at), 0.5),
    "C8": (partial(_whole, effects.sooner_at_best), 5.0),
    "C1": (_at(0.3, effects.sooner_at), 10.0),
    "C6": (at_smallest, 0.01),
    "same": (_soonest_at_smallest, 10.0),
    "C3": (partial(_whole, effects.more_that_learn), 0.5),
    "C3b": (_larger_start, 0.05),
    "D5": (partial(_whole, effects.steadier), 0.02),
    "C2": (_deep_sigmoid, 0.05),
}
"""For each claim, and for "sooner at the same small rate": the effect, and the size up to which it counts as none
(a step of the grid, a few test rows)."""


def verdict_of(claim: str, table: SweepTable, chosen: Choices) -> Verdict | None:
    """What a sweep says about all of a claim; None where the arms that it is about are not both there."""
    pair = pair_of(chosen)
    if pair is None:
        return None
    test, least = TESTS[claim]
    further = [(one.limit.effects(one.numbers), 0.0) for one in also_of(claim, table, chosen)]
    return judge_whole([(test(table, chosen, pair).tolist(), least), *further])


def effect_of(claim: str, table: SweepTable, chosen: Choices) -> Verdict:
    """The same for the effect of a claim alone; its arms are there."""
    test, least = TESTS[claim]
    return judge(test(table, chosen, pair_of(chosen) or (0, 0)), least=least)


def headroom_of_others(table: SweepTable, chosen: Choices) -> dict[str, Verdict]:
    """C5 for the other norms, by name: how many doublings higher than without norm the rate may be."""
    pair, least = pair_of(chosen), TESTS["C5"][1]
    if chosen.claim != "C5" or pair is None:
        return {}
    return {
        name: judge(effects.doublings(table, (pair[0], place)), least=least)
        for place, name in enumerate(chosen.arms)
        if place not in pair
    }


def start_verdict(chosen: Choices) -> Verdict | None:
    """D4: whether the gradient keeps its size better with batch norm, from layer to layer before the first update.

    The effect is by how many per cent a layer the size changes less (as a factor, up or down) than without norm.
    """
    if pair_of(chosen) is None:
        return None
    return judge([_evener(chosen, seed) for seed in range(chosen.seed, chosen.seed + chosen.seeds)], least=0.02)


def _evener(chosen: Choices, seed: int) -> float:
    none, batch = (
        start_signal(start_of(chosen), Data(chosen.data), norm_of(name, chosen.width), seed).growth
        for name in ("none", "batch")
    )
    return abs(math.log(none)) - abs(math.log(batch)) if none > 0 and batch > 0 else math.nan
