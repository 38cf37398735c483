"""What each claim on shift comes down to: one number a seed, positive where the claim is right."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bnviz.core.verdict import Limit

Result = Mapping[str, Any]


def effects(claim: str, results: Iterable[Result]) -> list[float]:
    """The effect of a claim on each seed.

    - F3: trained on subset 1 alone, test accuracy on subset 1 minus that on subset 2.
    - F4: test accuracy with batch norm on shuffled batches minus that on batches sorted by class.
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


def _cost(result: Result, arm: int) -> float:
    """What batches that are sorted by class cost an arm, in test accuracy."""
    found = [run_of(result, order, arm)["accuracy"][-1] for order in ("shuffled", "by_class")]
    return float(found[0] - found[1])


def _mixed(result: Result) -> float:
    """Test accuracy after shuffled batches, on the subset on which it is lower."""
    return float(min(run_of(result, "shuffled")["by_subset"][-1]))


def _between(result: Result, name: str, first: int, second: int) -> float:
    values = [result["arms"][arm][name] for arm in (first, second)]
    return math.nan if None in values else float(values[0] - values[1])


_EFFECTS: dict[str, Callable[[Result], float]] = {
    "F3": _one_subset,
    "F4": lambda result: _cost(result, 1),
    "E1": lambda result: _between(result, "travel", 0, 1),
    "E4": lambda result: _between(result, "instability", 2, 0),
    "E2": lambda result: _between(result, "sizes", 0, 1),
    "E3": lambda result: _between(result, "sizes", 1, 0),
}


def _of_arm(result: Result, name: str, arm: int) -> float:
    value = result["arms"][arm][name]
    return math.nan if value is None else float(value)


def _loss_share(result: Result) -> float:
    """Final loss with batch norm over that without."""
    none, batch = (_of_arm(result, "final_loss", arm) for arm in (0, 1))
    return batch / none if none > 0 else math.nan


FURTHER: dict[str, tuple[Callable[[Result], float], Limit]] = {
    "F3": (_mixed, Limit(0.9)),
    "F4": (lambda result: _cost(result, 0), Limit(0.1, above=False)),
    "E1": (lambda result: _of_arm(result, "travel", 1), Limit(1.0, above=False)),
    "E4": (lambda result: _of_arm(result, "accuracy", 2), Limit(0.9)),
    "E3": (_loss_share, Limit(1.0, above=False)),
}
"""What a claim says besides its effect: a number of each seed, and what it has to be. Mixed batches learn both subsets;
without norm sorted batches do little harm; with batch norm a median travels less than one spread; noisy batch norm
learns; batch norm trains better."""
