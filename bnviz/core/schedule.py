"""When a run is looked at, and on which scales: frames, test figures, decision maps, histogram ranges, units."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bnviz.core.experiment import Experiment

KINDS = ("pre", "normalized", "post")
QUANTILES = (0.05, 0.15, 0.50, 0.85, 0.95)
BINS = 40
SIGNAL_RANGE = (-6.0, 6.0)
POST_RANGES = {"relu": (0.0, 6.0), "tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0), "linear": SIGNAL_RANGE}
MAP_CELLS, MAPS = 36, 20
SAMPLE_ROWS = 60
UNIT_BUDGET, MOST_UNITS = 16_000_000, 64
NO_CLASS = 255
DIVERGED = 1000.0
"""A run has diverged when its loss is not finite or this many times the first one."""


SPACINGS = {20: 1, 40: 2, 100: 5, 200: 10, 500: 25, 1000: 50}
"""How many updates are between two frames, up to so many updates; after the last of them it is LAST_SPACING."""
TEST_SPACINGS = {5: 1, 50: 5, 200: 10, 500: 25, 1000: 50}
LAST_SPACING = 100


def _is_due(step: int, spacings: dict[int, int]) -> bool:
    return step % next((spacing for until, spacing in spacings.items() if step <= until), LAST_SPACING) == 0


def is_recorded(step: int, total: int) -> bool:
    """Whether there is a frame after `step` updates: as SPACINGS say, and after the last."""
    return _is_due(step, SPACINGS) or step == total


def is_evaluated(step: int, total: int) -> bool:
    """Whether the frame after `step` updates has test figures: as TEST_SPACINGS say, and after the last."""
    return is_recorded(step, total) and (_is_due(step, TEST_SPACINGS) or step == total)


def recorded_steps(total: int) -> NDArray[np.int32]:
    """The update counts of all frames of a run of `total` updates."""
    return _recorded_steps(total).copy()


@lru_cache(maxsize=16)
def _recorded_steps(total: int) -> NDArray[np.int32]:
    return np.array([step for step in range(total + 1) if is_recorded(step, total)], dtype=np.int32)


def stops(total: int, every: int) -> tuple[int, ...]:
    """The update counts of a study that looks at a run every so many updates, and at its end."""
    return tuple(sorted({*range(0, total, max(1, every)), total}))


def map_steps(total: int) -> NDArray[np.int32]:
    """The update counts at which a decision map is drawn: at most MAPS of the frames, first and last included."""
    steps = recorded_steps(total)
    chosen: NDArray[np.int32] = steps[np.unique(np.linspace(0, len(steps) - 1, MAPS).round().astype(int))]
    return chosen


def recorded_units(experiment: Experiment) -> int:
    """How many units of a layer are recorded one by one, so that the largest run takes less than 20 MB."""
    layers = max(1, len(experiment.network.hidden))
    frames = len(recorded_steps(experiment.training.steps))
    affordable = UNIT_BUDGET // (frames * len(experiment.arms) * layers * 7 * 4)
    return int(min(max(4, affordable), MOST_UNITS, max(experiment.network.hidden, default=0)))


def post_range(activation: str) -> tuple[float, float]:
    """The fixed histogram range of the values after an activation."""
    return POST_RANGES[activation]
