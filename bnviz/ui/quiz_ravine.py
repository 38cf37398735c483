"""Questions about the landscapes that are on screen in the ravine lab."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from bnviz.core.descent import TOLERANCE, Descent, first_within
from bnviz.core.experiment import PREPROCESSES
from bnviz.core.ravine import Side, explore
from bnviz.plots.ravine_words import verdicts
from bnviz.plots.theme import number
from bnviz.ui import ravine_controls
from bnviz.ui.messages import text
from bnviz.ui.quiz_answer import CLOSE, Live, highest, listed, ranged, ratio, times
from bnviz.ui.ravine_scene import Scene

NEAR, SMALLEST = 1.5, 1e-300
"""What is left of the excess loss is told with one digit: so many times the tolerance, or less, looks like it."""


def _sides(shown: Scene) -> tuple[Side, ...]:
    return explore(shown.data, shown.seed, shown.settings)


def _raw() -> Side | None:
    return next((one for one in _sides(ravine_controls.current()) if one.name == "raw"), None)


def _name(side: Side) -> str:
    return text(f"train.options.preprocess.{side.name}")


def gradient() -> Live | None:
    """The ratio of the two components of the first gradient, with raw features."""
    side = _raw()
    if side is None:
        return None
    w1, w2 = (float(value) for value in side.descent.gradients[0, 0, :2])
    found = ratio(w1, w2)
    if not math.isfinite(found):
        return None
    return ranged(found, (3, 30, 3000), share=CLOSE).live(w1=number(w1), w2=number(w2), ratio=number(found, 3))


def weights() -> Live | None:
    """Which weight gets the larger first step, and which is the larger one at the minimum, with raw features."""
    side = _raw()
    if side is None or side.minimum is None:
        return None
    slope, goal = np.abs(side.descent.gradients[0, 0, :2]), np.abs(side.minimum[:2])
    if not slope.any() or not goal.any():
        return None
    steps, ends = _larger(slope), _larger(goal)
    places = [2 * step + end for step in steps for end in ends]
    numbers = {"step1": slope[0], "step2": slope[1], "goal1": goal[0], "goal2": goal[1]}
    return Live(
        places[0], {name: number(float(value)) for name, value in numbers.items()}, fair=frozenset(places[1:])
    )  # fmt: skip


def _larger(pair: np.ndarray) -> list[int]:
    """The place of the larger number; both, the larger one first, where they cannot be told apart."""
    larger = int(pair[1] > pair[0])
    near = bool(abs(pair[0] - pair[1]) <= CLOSE * pair.max())
    return [larger, 1 - larger] if near else [larger]


def path() -> Live | None:
    """What becomes of the first path at the learning rate that is chosen now."""
    shown = ravine_controls.current()
    side = _sides(shown)[0]
    excess, at = side.excess, _rate(side, shown)
    if excess[at, 0] <= 0:
        return None
    gone = side.descent.diverged_at[at] >= 0 or not excess[at, -1] <= excess[at, 0]
    right = 2 if gone else 0 if first_within(excess[at]) is not None else 1
    near = not gone and abs(math.log(max(excess[at, -1], SMALLEST) / excess[at, 0] / TOLERANCE)) < math.log(NEAR)
    one = replace(side, shares=side.shares[[at]], descent=_only(side, at))
    told = verdicts(one, shown.settings)[0]
    names = {"name": _name(side), "rate": number(float(side.descent.rates[at]), 3), "steps": str(shown.settings.steps)}
    fair = frozenset({0, 1} - {right}) if near else frozenset()
    return Live(right, names | {"told": told}, ask=text("quiz.ravine.path", **names), fair=fair)


def _rate(side: Side, shown: Scene) -> int:
    """The place of the learning rate that the picture shows: the nearest one, in ratio."""
    rates = side.descent.rates if shown.settings.adaptive else side.shares
    wanted = shown.place.size if shown.settings.adaptive else shown.place.shares[PREPROCESSES.index(side.name)]
    return int(np.argmin(np.abs(np.log(rates / wanted))))


def _only(side: Side, at: int) -> Descent:
    """The descent with one learning rate alone."""
    parts = ("rates", "points", "losses", "gradients", "diverged_at")
    return replace(side.descent, **{name: getattr(side.descent, name)[[at]] for name in parts})


def roundest() -> Live | None:
    """Which of the landscapes on screen is closest to a bowl."""
    sides = _sides(ravine_controls.current())
    if len(sides) < 2:
        return None
    names, conditions = [_name(side) for side in sides], [side.curvature.condition for side in sides]
    found = highest(names, [-math.log(one) for one in conditions], slack=CLOSE)
    return None if found is None else found.live(told=listed(names, [times(one) for one in conditions]))
