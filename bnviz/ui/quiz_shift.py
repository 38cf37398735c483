"""Questions about the claim that is on screen in the lab on shift, as measured on the seed of its pictures."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bnviz.core.labels import arm_labels
from bnviz.core.shift_effects import effects, run_of
from bnviz.plots.theme import number, percent
from bnviz.runs.studies import shared_studies
from bnviz.ui import shift_settings
from bnviz.ui.messages import text
from bnviz.ui.quiz_answer import CLOSE, Live, choices, highest, listed, ranged
from bnviz.ui.shift_pictures import order_labels
from bnviz.ui.shift_settings import ORDERS_SHOWN, TOLERANCE, Settings

Result = dict[str, Any]
NUMBERS = {"E1": "travel", "E4": "instability", "E2": "sizes", "E3": "sizes"}
"""What is larger where more is shifted, by claim."""
POINT, LOSS = 0.01, 0.02
"""Differences in accuracy, and in the loss as a share, that count as none."""


def _shown() -> tuple[Settings, Result | None]:
    """What is on screen, and what was measured of it, once it is."""
    settings = shift_settings.current()
    run = shared_studies().find(settings.shown)
    there = run is not None and run.status == "finished" and bool(run.results[0])
    return settings, run.results[0][0] if run is not None and there else None


def _values(result: Result, name: str) -> list[float]:
    """A number of each arm; NaN for one that has diverged."""
    return [math.nan if one[name] is None else float(one[name]) for one in result["arms"]]


def most() -> Live | None:
    """Which order is learned first (F3), which network suffers most (F4), or where most is shifted (E1 to E4)."""
    return _opening(_most())


def means() -> Live | None:
    """What it costs: in accuracy (F3, F4), or whether the network that shifts more is the worse one (E1 to E4)."""
    return _opening(_means())


def _opening(found: Live | None) -> Live | None:
    """The same with the open claim as what the explanation opens."""
    return None if found is None else replace(found, scenario=shift_settings.current().claim)


def _most() -> Live | None:
    settings, result = _shown()
    if result is None:
        return None
    ask = text(f"quiz.shift.most_{settings.claim}", share=percent(TOLERANCE))
    if settings.claim == "F3":
        return _first(settings, result, ask)
    labels = arm_labels(settings.experiment, short=True)
    if settings.claim == "F4":
        values = [float(run_of(result, "by_class", arm)["accuracy"][-1]) for arm in range(len(labels))]
        found = highest(labels, [-value for value in values], slack=0.005)
        told = listed(labels, [percent(value) for value in values])
    else:
        values = _values(result, NUMBERS[settings.claim])
        known = [value for value in values if math.isfinite(value)]
        found = highest(labels, values, slack=CLOSE * max(known, default=0.0))
        told = listed(labels, [number(value) for value in values])
    return None if found is None else found.live(ask, told=told)


def _first(settings: Settings, result: Result, ask: str) -> Live | None:
    names = order_labels()
    labels = [names[order] for order in ORDERS_SHOWN]
    reached = [run_of(result, order)["reached"] for order in ORDERS_SHOWN]
    every = dict(settings.shown.options)["every"]
    steps = [None if step is None else -step for step in reached]
    found = highest(labels, steps, slack=every, none=text("quiz.none"))
    told = [text("quiz.shift.never") if step is None else text("quiz.shift.after", step=step) for step in reached]
    said = text("quiz.shift.first_told", told=listed(labels, told), every=every)
    return None if found is None else found.live(ask, told=said)


def _means() -> Live | None:
    settings, result = _shown()
    if result is None:
        return None
    makers: dict[str, Callable[[Settings, Result], Live | None]] = {"F3": _subset, "F4": _sorting}
    return makers.get(settings.claim, _trains)(settings, result)


def _subset(settings: Settings, result: Result) -> Live:
    """How much less accurate on subset 2, after training on subset 1 alone."""
    first, second = run_of(result, "first_only")["by_subset"][-1]
    return _loss(settings, effects("F3", [result])[0], float(first), float(second))


def _sorting(settings: Settings, result: Result) -> Live:
    """How much accuracy batch norm loses by batches of one class."""
    shuffled, by_class = (run_of(result, order, 1)["accuracy"][-1] for order in ("shuffled", "by_class"))
    return _loss(settings, float(shuffled - by_class), float(shuffled), float(by_class))


def _loss(settings: Settings, gap: float, one: float, other: float) -> Live:
    found = ranged(gap, (0.05, 0.25), slack=0.003)
    told = text(f"quiz.shift.told_{settings.claim}", one=percent(one), other=percent(other))
    return Live(
        found.right, {"told": told}, choices("quiz.shift.points"), text(f"quiz.shift.means_{settings.claim}"),
        found.fair,
    )  # fmt: skip


def _trains(settings: Settings, result: Result) -> Live | None:
    """Whether the arm that shifts most ends better or worse than the one that shifts least."""
    moved = _values(result, NUMBERS[settings.claim])
    name = "final_loss" if settings.claim == "E3" else "accuracy"
    ended = _values(result, name)
    if not all(math.isfinite(value) for value in (*moved, *ended)):
        return None
    labels = arm_labels(settings.experiment, short=True)
    high, low = (pick(range(len(moved)), key=moved.__getitem__) for pick in (max, min))
    if moved[high] - moved[low] <= CLOSE * moved[high]:
        return None
    if name == "accuracy":
        better, least = ended[high] - ended[low], POINT
    else:
        better, least = math.log(ended[low] / ended[high]) if ended[high] > 0 else math.inf, LOSS
    say: Callable[[float], str] = percent if name == "accuracy" else number
    right = 0 if better > least else 1 if better < -least else 2
    near = abs(abs(better) - least) <= 0.0012
    words = {"most": labels[high], "least": labels[low]}
    said = text(
        "quiz.shift.trains_told", what=text(f"quiz.shift.{name}"), moved=listed(labels, [number(one) for one in moved]),
        ended=listed(labels, [say(one) for one in ended]),
    )  # fmt: skip
    ask = text(f"quiz.shift.trains_{name}", **words)
    fair = frozenset({0 if better > 0 else 1, 2} - {right}) if near else frozenset()
    return Live(right, {"told": said}, choices(f"quiz.shift.trains_{name}_options"), ask, fair)
