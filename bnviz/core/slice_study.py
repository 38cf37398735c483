"""A slice through the loss of each arm, with the statistics of the rows and with frozen ones (see `slices`)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.core.armrun import ArmState
from bnviz.core.experiment import Experiment
from bnviz.core.nearby import Walk
from bnviz.core.slice_directions import random_direction, training_rows
from bnviz.core.slices import STATISTICS, loss_slice

Array = NDArray[Any]


def panels(experiment: Experiment) -> list[tuple[int, str]]:
    """Arm and statistics of each slice: both for batch norm, which alone cares, and once for all others."""
    return [
        (place, word)
        for place, arm in enumerate(experiment.arms)
        for word in (STATISTICS if arm.uses_batch_statistics else STATISTICS[:1])
    ]


def along_axis(points: int) -> Array:
    """The places on each axis: so many from -1 to 1."""
    places: Array = np.linspace(-1.0, 1.0, points)
    return places


def around(losses: Array) -> float:
    """Mean loss on the ring of radius 1, half a mesh wide to either side.

    Args:
        losses: A x A, over -1 to 1 in both directions.
    """
    places = along_axis(len(losses))
    distance = np.hypot(places[:, None], places[None, :])
    return float(losses[np.abs(distance - 1) <= (places[1] - places[0]) / 2 + 1e-9].mean())


def slices(experiment: Experiment, options: Mapping[str, Any]) -> Iterator[dict[str, Any] | None]:
    """One slice after the other, as a measure of `bnviz.core.study`.

    Args:
        experiment: the run.
        options: step (updates made; the last if missing), points (on each axis, 21 if missing), rows (the first
            training rows, 512 if missing).

    Yields:
        arm, statistics, losses (rows of numbers, None where not finite), centre, around, step.
    """
    walk, total = Walk(experiment), experiment.training.steps
    step = min(int(options.get("step", total)), total)
    yield from walk.to(step)
    places = along_axis(int(options.get("points", 21)))
    rows = training_rows(experiment, slice(0, int(options.get("rows", 512))))
    for arm, word in panels(experiment):
        state, lines = walk.state.arms[arm], []
        for place in places:
            lines.append(_line(state, rows, experiment.seed, (np.array([place]), places), word))
            yield from walk.pause()
        losses = np.concatenate(lines).astype(np.float64)
        whole = [[value if math.isfinite(value) else None for value in line] for line in losses.tolist()]
        yield {
            "arm": arm,
            "statistics": word,
            "losses": whole,
            "centre": whole[len(whole) // 2][len(whole) // 2],
            "around": around(losses) if np.isfinite(losses).all() else None,
            "step": max(0, state.diverged_at - 1) if state.diverged_at >= 0 else step,
        }


def _line(state: ArmState, rows: tuple[Array, Array], seed: int, steps: tuple[Array, Array], statistics: str) -> Array:
    """One row of the grid; the two directions draw the same numbers for all arms."""
    directions = (random_direction(state.memory, 2 * seed), random_direction(state.memory, 2 * seed + 1))
    return loss_slice(state.memory, rows, directions, steps, statistics=statistics)
