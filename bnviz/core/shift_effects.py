"""What each claim on shift comes down to: one number a seed, positive where the claim is right."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Result = Mapping[str, Any]


def effects(claim: str, results: Iterable[Result]) -> list[float]:
    """The effect of a claim on each seed.

    - F3: trained on subset 1 alone, test accuracy on subset 1 minus that on subset 2.
    - F4: on batches sorted by class, test accuracy without norm minus that with batch norm.
    - E1: travel of a unit's median without norm minus that with batch norm, in spreads.
    - E4: step drift with noisy batch norm minus that without norm, in standard deviations.
    - E2: relative change of the gradients without norm minus that with batch norm.
    - E3: the same the other way round.

    Args:
        claim: F3, F4, E1, E2, E3 or E4.
        results: of its measure, one a seed, with the arms of the page in their order (no norm first).
    """
    return [float(_EFFECTS[claim](result)) for result in results]


def run_of(result: Result, order: str, arm: int = 0) -> Mapping[str, Any]:
    """The run of one order and arm in a result of `order_study.orders`."""
    found: Mapping[str, Any] = next(run for run in result["runs"] if (run["order"], run["arm"]) == (order, arm))
    return found


def _one_subset(result: Result) -> float:
    first, second = run_of(result, "first_only")["by_subset"][-1]
    return float(first - second)


def _sorted(result: Result) -> float:
    none, batch = (run_of(result, "by_class", arm)["accuracy"][-1] for arm in (0, 1))
    return float(none - batch)


def _between(result: Result, name: str, first: int, second: int) -> float:
    values = [result["arms"][arm][name] for arm in (first, second)]
    return math.nan if None in values else float(values[0] - values[1])


_EFFECTS: dict[str, Callable[[Result], float]] = {
    "F3": _one_subset,
    "F4": _sorted,
    "E1": lambda result: _between(result, "travel", 0, 1),
    "E4": lambda result: _between(result, "instability", 2, 0),
    "E2": lambda result: _between(result, "sizes", 0, 1),
    "E3": lambda result: _between(result, "sizes", 1, 0),
}
