"""What a sweep over learning rates says about each arm, as a table: how high, how fast, and how fast at one rate."""

from __future__ import annotations

import math

import numpy as np

from bnviz.core import sweep_effects
from bnviz.core.sweep_table import Floats, SweepTable
from bnviz.plots.heat import exact, row_labels, target_words


def rates_table(table: SweepTable) -> dict[str, list[str]]:
    """One row an arm; each cell a median with the range over the seeds that are complete.

    Returns:
        Columns by their heading, in the order in which they are shown.
    """
    axis, target = table.sweep.axes[0], target_words(table.sweep)
    smallest = f"{axis.values[0]:g}"
    arms = range(len(table.sweep.arms))
    return {
        "": row_labels(table.sweep),
        "Largest rate that still learns": [_largest(table, arm) for arm in arms],
        f"Updates to {target}, each at its best rate": [
            _told(sweep_effects.fewest_steps(table, arm), "steps_to") for arm in arms
        ],
        f"Updates to {target}, all at rate {smallest}": [
            _told(sweep_effects.of_arm(table, "steps_to", arm)[0], "steps_to") for arm in arms
        ],
        f"Right at the end, all at rate {smallest}": [
            _told(sweep_effects.of_arm(table, "test_accuracy", arm)[0], "test_accuracy") for arm in arms
        ],
    }


def _told(values: Floats, measure: str) -> str:
    known = np.sort(values[~np.isnan(values)])
    if not len(known):
        return "…"
    low, high = exact(measure, float(known[0])), exact(measure, float(known[-1]))
    median = exact(measure, _median(known))
    return median if low == high else f"{median} ({low} to {high})"


def _median(known: Floats) -> float:
    lower, upper = float(known[(len(known) - 1) // 2]), float(known[len(known) // 2])
    return lower if lower == upper else (lower + upper) / 2


def _largest(table: SweepTable, arm: int) -> str:
    """The largest rate; it may be larger still where the axis ends."""
    values = sweep_effects.largest(table, arm)
    known, top = np.sort(values[~np.isnan(values)]), float(table.sweep.axes[0].values[-1])
    if not len(known):
        return "…"
    told = [_rate(float(value), top) for value in (known[(len(known) - 1) // 2], known[0], known[-1])]
    return told[0] if told[1] == told[2] else f"{told[0]} ({told[1]} to {told[2]})"


def _rate(value: float, top: float) -> str:
    if math.isinf(value):
        return "none"
    return f"{value:g} or more" if value >= top else f"{value:g}"
