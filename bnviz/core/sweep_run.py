"""Computing a sweep: cell by cell, a few numbers of each run, nothing recorded on the way but the tests.

A cell is the experiment of one point and one seed. Its arms take the same updates, by the same engines, as the same
experiment run live, so every number here is the one that `engine.train` gives: `tests/core/test_sweep.py` holds that.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bnviz.core import engine as engines
from bnviz.core.armrun import ArmRun
from bnviz.core.data import load
from bnviz.core.experiment import Experiment
from bnviz.core.initial import first_states
from bnviz.core.recording import UNIT_FIELDS, Recording, blank
from bnviz.core.schedule import is_evaluated, recorded_steps
from bnviz.core.summary import finite_train_loss
from bnviz.core.sweep import Point, Sweep
from bnviz.core.sweep_table import Outcome

PAUSE_SECONDS, FIRST_UPDATES = 0.1, 4
LOOKS = (100, 300)
"""After so many updates an arm that has reached the target is tested no more."""

_PER_ARM = ("diverged_at", "final_test_loss", "final_test_accuracy", "seconds", "updates")
_NOT_FRAMES = ("steps", "train_loss", "maps_at", "maps", *_PER_ARM)


Engine = str | Callable[[], str]


def run(
    sweep: Sweep,
    *,
    engine: Engine = "auto",
    dtype: torch.dtype = torch.float32,
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[Outcome]:
    """All outcomes of a sweep, in the order of `Sweep.order`, the arms of a cell one after the other.

    Args:
        sweep: what to compute.
        engine: torch, kernel, or auto (the kernel as soon as it is compiled), or a function that is asked which one;
            decided anew for each cell.
        dtype: precision of the weights and the arithmetic.
        should_stop: asked about every tenth of a second, inside a long cell too; once it says yes the iterator ends.
    """
    for outcomes in cells(sweep, engine=engine, dtype=dtype):
        yield from outcomes
        if should_stop():
            return


def cells(
    sweep: Sweep, *, first: int = 0, engine: Engine = "auto", dtype: torch.dtype = torch.float32
) -> Iterator[tuple[Outcome, ...]]:
    """The outcomes of one cell after the other, all arms of a cell together.

    About every tenth of a second inside a long cell there is an empty tuple, so that the caller can do something else.

    Args:
        sweep, engine, dtype: as in `run`.
        first: so many cells are left out: a sweep that was interrupted goes on from there.
    """
    pace = 0.0  # seconds an update of all arms took last
    for point, seed in islice(sweep.order(), first, None):
        experiment = sweep.experiment(point, seed)
        cell = Cell(experiment, sweep.target, _chosen(engine, experiment), dtype)
        while not cell.done:
            begun, before = time.perf_counter(), cell.step
            cell.advance(int(min(4000, PAUSE_SECONDS / pace)) if pace else FIRST_UPDATES)
            pace = max(1e-9, (time.perf_counter() - begun) / (cell.step - before))
            if not cell.done:
                yield ()
        yield cell.outcomes(point)


def _chosen(engine: Engine, experiment: Experiment) -> str:
    """The engine by name; a function is not asked about convolutions, which only one engine knows."""
    if not callable(engine):
        return engine
    return "torch" if experiment.network.kind == "conv" else engine()


@lru_cache(maxsize=16)
def _tests(total: int) -> NDArray[np.int32]:
    """The update counts after which a run of `total` updates is tested."""
    return np.array([step for step in recorded_steps(total) if is_evaluated(int(step), total)], np.int32)


def scalars_only(experiment: Experiment, start: int, stop: int, *, tested: bool) -> Recording:
    """A blank chunk for the updates `start` to `stop - 1` whose frames, if any, are those with test figures."""
    total, arms = experiment.training.steps, len(experiment.arms)
    end = stop + 1 if stop == total else stop
    none = blank(experiment, load(experiment.data, experiment.seed), 0, 0)
    steps = _tests(total)
    steps = steps[(steps >= start) & (steps < end)] if tested else steps[:0]

    def frames(name: str, like: NDArray[Any]) -> NDArray[Any]:
        shape = (*like.shape[1:-1], 0) if name in (*UNIT_FIELDS, "sample") else like.shape[1:]
        return np.full((len(steps), *shape), np.nan if like.dtype.kind == "f" else 0, like.dtype)

    arrays = {item.name: getattr(none, item.name) for item in fields(Recording) if item.name not in _NOT_FRAMES}
    arrays = {name: frames(name, array) for name, array in arrays.items() if isinstance(array, np.ndarray)}
    return replace(none, first_step=start, steps=steps, train_loss=np.full((end - start, arms), np.nan), **arrays)


class Cell:
    """One experiment on its way to its outcomes.

    Args:
        experiment: with all arms.
        target: as in `Sweep`.
        engine: torch, kernel or auto.
        dtype: as in `run`.
    """

    def __init__(self, experiment: Experiment, target: float | None, engine: str, dtype: torch.dtype) -> None:
        self.experiment, self.target, self.step = experiment, target, 0
        self.arms = list(first_states(experiment, dtype))
        self.engine = engines.choose(engines.State(experiment, dtype, 0, tuple(self.arms)), engine)
        count = len(self.arms)
        self.train_loss, self.bound = [math.nan] * count, [math.nan] * count
        self.steps_to = [-1] * count

    @property
    def done(self) -> bool:
        """Whether nothing is left to compute."""
        return self.step >= self.experiment.training.steps

    def advance(self, updates: int) -> None:
        """Make up to so many updates of every arm; fewer where the tests of an arm may end."""
        total = self.experiment.training.steps
        looks = [look for look in LOOKS if look > self.step] if self.target is not None else []
        stop = min(self.step + max(1, updates), total, *looks[:1])
        going = [index for index, arm in enumerate(self.arms) if arm.diverged_at < 0]
        tested = [index for index in going if self.target is not None and self.steps_to[index] < 0]
        self._advance(tested, stop, tested=True)
        self._advance([index for index in going if index not in tested], stop, tested=False)
        self.step = stop

    def _advance(self, indices: list[int], stop: int, *, tested: bool) -> None:
        """Carry on some of the arms, and read off what their chunk says."""
        if not indices:
            return
        arms = tuple(self.arms[index] for index in indices)
        experiment = replace(self.experiment, arms=tuple(arm.arm for arm in arms))
        recording = scalars_only(experiment, self.step, stop, tested=tested)
        if self.engine == "kernel":
            from bnviz.core import kernel

            arms = kernel.advance_arms(arms, recording, stop)
        else:
            arms = tuple(ArmRun(arm, self.step, place, recording).run(stop) for place, arm in enumerate(arms))
        for place, index in enumerate(indices):
            self.arms[index] = arms[place]
            recording.diverged_at[place] = arms[place].diverged_at
            self._read(index, recording, place)

    def _read(self, index: int, recording: Recording, place: int) -> None:
        """The last finite loss, and the first test that reached the target."""
        losses = finite_train_loss(recording, place)
        losses = losses[np.isfinite(losses)]
        if len(losses):
            self.train_loss[index] = float(losses[-1])
        if self.target is None or not len(recording.steps):
            return
        reached = recording.test_accuracy[:, place] >= self.target
        if load(self.experiment.data, self.experiment.seed).classes == 0:
            loss = recording.test_loss[:, place]
            if self.step == 0:
                self.bound[index] = self.target * float(loss[0])
            reached = loss <= self.bound[index]
        if reached.any():
            self.steps_to[index] = int(recording.steps[reached.argmax()])

    def outcomes(self, point: Point) -> tuple[Outcome, ...]:
        """What became of each arm."""
        return tuple(
            Outcome(
                point=point,
                arm=index,
                seed=self.experiment.seed,
                train_loss=self.train_loss[index],
                test_loss=arm.final[0],
                test_accuracy=arm.final[1],
                steps_to=self.steps_to[index],
                diverged_at=arm.diverged_at,
                updates=arm.updates,
                seconds=arm.seconds,
                engine=self.engine,
            )
            for index, arm in enumerate(self.arms)
        )
