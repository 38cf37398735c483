"""What a sweep finds: a few numbers of each run, and all of them as arrays for heat maps and rows for a spreadsheet."""

from __future__ import annotations

import csv
import io
import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnviz.core.labels import arm_labels
from bnviz.core.sweep import Point, Sweep

Floats = NDArray[np.float64]
MEASURES = ("train_loss", "test_loss", "test_accuracy", "steps_to", "diverged_at", "updates", "seconds")
COLUMNS = ("arm", "seed", *MEASURES, "engine")


@dataclass(frozen=True)
class Outcome:
    """What became of one arm in one cell.

    Attributes:
        point: its place on each axis;  arm: its number;  seed: the seed itself.
        train_loss: on the last finite batch.
        test_loss, test_accuracy: in eval mode at the last finite step; the accuracy of a regression is NaN.
        steps_to: updates until a test reached the sweep's target; -1 for never. Runs are tested when live runs
            are: see `schedule.is_evaluated`.
        diverged_at: updates after which the loss was not finite or above 1000 times the first; -1 for never.
        updates: updates made.
        seconds: processor time of the updates.
        engine: which one has made them, torch or kernel.
    """

    point: Point
    arm: int
    seed: int
    train_loss: float
    test_loss: float
    test_accuracy: float
    steps_to: int
    diverged_at: int
    updates: int
    seconds: float
    engine: str


@dataclass(frozen=True, eq=False)
class Spread:
    """One measure over the seeds; each array has the shape of the axes and then one place an arm.

    Attributes:
        median, low, high: over the seeds that are computed, NaN where none is. "Never reached" counts as infinity.
        count: how many seeds are computed.
    """

    median: Floats
    low: Floats
    high: Floats
    count: NDArray[np.int64]


class _Filled(NamedTuple):
    values: Floats
    known: NDArray[np.bool_]


class SweepTable:
    """The outcomes of a sweep, in any order, complete or not. One thread may add while others read.

    Args:
        sweep: whose outcomes are added.
        outcomes: the first ones.
    """

    def __init__(self, sweep: Sweep, outcomes: Iterable[Outcome] = ()) -> None:
        self.sweep = sweep
        self._outcomes: list[Outcome] = []
        self._lock = threading.Lock()
        for outcome in outcomes:
            self.add(outcome)

    def add(self, outcome: Outcome) -> None:
        """One more outcome."""
        with self._lock:
            self._outcomes.append(outcome)

    def __len__(self) -> int:
        return len(self._outcomes)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return len(self) == self.sweep.size

    def outcomes(self) -> list[Outcome]:
        """Everything so far, in the order in which it came."""
        with self._lock:
            return list(self._outcomes)

    def values(self, measure: str) -> Floats:
        """One measure of each outcome: axes x arms x seeds, NaN where nothing is computed or known.

        Args:
            measure: one of MEASURES. In steps_to and diverged_at infinity means never.

        Raises:
            ValueError: when there is no such measure.
        """
        return self._filled(measure).values

    def _filled(self, measure: str) -> _Filled:
        if measure not in MEASURES:
            raise ValueError(f"{measure!r} came; one of {', '.join(MEASURES)} is needed.")
        sweep = self.sweep
        shape = (*sweep.shape, len(sweep.arms), len(sweep.seeds))
        filled = _Filled(np.full(shape, np.nan), np.zeros(shape, bool))
        for outcome in self.outcomes():
            at = (*outcome.point, outcome.arm, sweep.seeds.index(outcome.seed))
            value = getattr(outcome, measure)
            filled.values[at] = math.inf if measure in ("steps_to", "diverged_at") and value < 0 else value
            filled.known[at] = True
        return filled

    def over_seeds(self, measure: str) -> Spread:
        """Median and range over the seeds of each point and arm."""
        values, known = self._filled(measure)
        values, count = np.sort(values, axis=-1), np.isfinite(values).sum(-1) + np.isposinf(values).sum(-1)
        lower, upper, last = (np.maximum(place, 0)[..., None] for place in ((count - 1) // 2, count // 2, count - 1))
        last_place = values.shape[-1] - 1

        def pick(places: NDArray[np.int64]) -> Floats:
            picked = np.take_along_axis(values, np.minimum(places, last_place), axis=-1)[..., 0]
            return np.where(count > 0, picked, np.nan)

        median = (pick(lower) + pick(upper)) / 2
        return Spread(median, pick(np.zeros_like(last)), pick(last), known.sum(-1))

    def diverged_share(self) -> Floats:
        """Share of the computed seeds on which a run diverged: axes x arms, NaN where no seed is computed."""
        values, known = self._filled("diverged_at")
        count = known.sum(-1)
        share: Floats = np.where(count > 0, np.isfinite(values).sum(-1) / np.maximum(count, 1), np.nan)
        return share

    def rows(self) -> list[dict[str, Any]]:
        """One row an outcome: the axes by name, the arm's label, the seed, the measures; None for never and unknown."""
        labels, fields = arm_labels(self.sweep.base), [axis.field for axis in self.sweep.axes]
        rows = []
        for outcome in self.outcomes():
            row = dict(zip(fields, self.sweep.values(outcome.point), strict=True))
            row |= {name: _plain(name, getattr(outcome, name)) for name in COLUMNS}
            rows.append(row | {"arm": labels[outcome.arm]})
        return rows

    def to_csv(self) -> str:
        """`rows` as comma-separated text with a line of names."""
        text = io.StringIO()
        names = [*(axis.field for axis in self.sweep.axes), *COLUMNS]
        writer = csv.DictWriter(text, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows())
        return text.getvalue()


def _plain(name: str, value: Any) -> Any:
    """None for a number that says "never" or "not known"."""
    if name in ("steps_to", "diverged_at") and value < 0:
        return None
    return None if isinstance(value, float) and math.isnan(value) else value
