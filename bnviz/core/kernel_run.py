"""One arm in the kernel's hands: what is drawn for its updates, and how the compiled loop is called.

`KernelRun` does for an arm what `armrun.ArmRun` does. Batches and random numbers are drawn by the same functions, for
many updates ahead; the compiled loop makes these updates and observes the frames on the way.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from bnviz.core.armrun import ArmState
from bnviz.core.data import Dataset, batches, load
from bnviz.core.experiment import Data
from bnviz.core.kernel_order import measure
from bnviz.core.kernel_plan import (
    BARE,
    DRAWN,
    DRAWN_DROPOUT,
    DRAWN_INPUT,
    DRAWN_SCALE,
    DRAWN_SHIFT,
    END,
    EVAL_ROWS,
    FAN_IN,
    PLACEMENT,
    ROWS,
    START,
    UNITS,
    UNITS_IN_ALL,
    Array,
    Plan,
    plan_of,
)
from bnviz.core.kernel_probes import Pages
from bnviz.core.kernel_train import Rows, Schedule, evaluate, train
from bnviz.core.layers import disturbance
from bnviz.core.probes import map_grid
from bnviz.core.recording import Recording
from bnviz.core.remembered import remembered
from bnviz.core.schedule import DIVERGED, SIGNAL_RANGE, is_evaluated, post_range
from bnviz.core.streams import DROPOUT, INPUT_NOISE, StepDraws

BLOCK_BYTES = 2_000_000
TICKS = 1e6 if hasattr(time, "clock_gettime") else 1e3  # of C's clock() in a second


@remembered(8)
def _rows(data: Data, seed: int, dtype: str, extent: tuple[float, float, float, float]) -> Rows:
    """A data set in the run's precision."""
    rows = load(data, seed)
    none, wide = np.empty(0), rows.inputs

    def reals(values: Array, width: int) -> Array:
        return np.array(values, dtype, order="C").reshape(-1, width)

    def in_blocks(values: Array) -> Array:
        filled = np.pad(np.asarray(values, dtype), ((0, -len(values) % EVAL_ROWS), (0, 0)))
        return np.ascontiguousarray(filled.reshape(-1, EVAL_ROWS, wide).transpose(0, 2, 1))

    labels = [np.array(y if rows.classes else none, np.int64) for y in (rows.y_train, rows.y_test)]
    targets = [reals(none if rows.classes else y, 1) for y in (rows.y_train, rows.y_test)]
    grid = map_grid(extent) if wide == 2 else np.empty((0, wide))
    test, first, cells = (in_blocks(values) for values in (rows.x_test, rows.x_train[:EVAL_ROWS], grid))
    return Rows(reals(rows.x_train, wide), labels[0], targets[0], test, labels[1], targets[1], first, cells)


def draw(plan: Plan, seed: int, steps: range) -> Array:
    """The random numbers of consecutive updates, a row each, laid out as the plan says."""
    places, rows = plan.places, int(plan.codes[ROWS])
    drawn = np.empty((len(steps), int(places[DRAWN])))
    for row, step in zip(drawn, steps if drawn.shape[1] else (), strict=False):
        draws = StepDraws(seed, step)
        if places[DRAWN_INPUT] >= 0:
            noise = draws.normal(INPUT_NOISE, (rows, int(plan.layers[0, FAN_IN]))).ravel()
            row[places[DRAWN_INPUT] :][: noise.size] = noise
        for layer in plan.layers[:-1]:
            part, shape = slice(rows * layer[START], rows * (layer[START] + layer[UNITS])), (rows, int(layer[UNITS]))
            if places[DRAWN_DROPOUT] >= 0:
                row[places[DRAWN_DROPOUT] :][part] = draws.uniform(DROPOUT, shape).ravel()
            if places[DRAWN_SCALE] >= 0 and layer[PLACEMENT] != BARE:
                scale, shift = disturbance(draws, *shape)
                row[places[DRAWN_SCALE] :][part], row[places[DRAWN_SHIFT] :][part] = scale.ravel(), shift.ravel()
    return drawn


@dataclass(frozen=True)
class Block:
    """Consecutive updates whose batches and random numbers are drawn together, for all arms.

    Attributes:
        aside: memory for the values of the frames until they are sorted, frames x values; all arms and blocks use it.
    """

    recording: Recording
    data: Dataset
    steps: range
    aside: Array

    @cached_property
    def drawn(self) -> dict[bytes, Array]:
        """Random numbers that are already drawn; arms with the same layout share them."""
        return {}

    @cached_property
    def schedule(self) -> Schedule:
        """What all arms share; the draws are still missing."""
        experiment, steps = self.recording.experiment, np.arange(self.steps.start, self.steps.stop)
        training, total = experiment.training, experiment.training.steps

        def place_in(known: Array) -> Array:
            place = np.searchsorted(known, steps)
            found = np.isin(steps, known)
            return np.where(found, place, -1)

        rows = batches(self.data, training.order, training.batch_size, self.steps, experiment.seed)
        frames, maps = place_in(self.recording.steps), place_in(self.recording.maps_at)
        tests = np.array(
            [frame >= 0 and is_evaluated(step, total) for frame, step in zip(frames, self.steps, strict=True)], bool
        )
        return Schedule(rows, np.empty((len(steps), 0)), frames, tests, maps)

    def for_arm(self, plan: Plan) -> Schedule:
        """The schedule with the draws of an arm."""
        key = plan.places[END:].tobytes() + plan.layers[:, PLACEMENT].tobytes()
        if key not in self.drawn:
            self.drawn[key] = draw(plan, self.recording.experiment.seed, self.steps)
        return self.schedule._replace(draws=self.drawn[key])


class KernelRun:
    """Carries one arm through the updates of one chunk."""

    def __init__(self, begin: ArmState, index: int, recording: Recording) -> None:
        self.experiment, self.index, self.recording, self.begin = recording.experiment, index, recording, begin
        dtype, data = begin.memory.values.dtype, self.experiment.data
        self.data = load(data, self.experiment.seed)
        self.rows = _rows(data, self.experiment.seed, dtype.name, recording.map_extent)
        self.plan = plan_of(self.experiment, begin.arm, begin.memory, self.data.classes)
        self.work = np.zeros(int(self.plan.places[END]), dtype)
        self.now = begin.copied()
        self.before = np.empty_like(self.now.memory.values)
        self.set_aside = 2 * int(self.plan.codes[ROWS] * self.plan.codes[UNITS_IN_ALL])
        self.drawn = 8 * int(self.plan.codes[ROWS] + self.plan.places[DRAWN])  # bytes an update

    def make(self, block: Block) -> None:
        """Make the updates of a block, unless the arm has diverged."""
        if self.now.diverged_at >= 0 or not block.steps:
            return
        schedule, clock = block.for_arm(self.plan), time.thread_time()
        self.now, losses, spent = self._train(self.now, schedule, block.aside)
        seconds = max(0.0, time.thread_time() - clock - spent)
        self.now = replace(self.now, seconds=self.now.seconds + seconds)
        first = block.steps.start - self.recording.first_step
        self.recording.train_loss[first : first + len(losses), self.index] = losses
        if len(losses) and self._diverges(losses[-1]):
            self._diverge(block.steps.start + len(losses) - 1)

    def look(self, block: Block) -> None:
        """Observe the frame after the last update of the experiment, on a copy, and test the arm for good."""
        kept = self.now
        if kept.diverged_at >= 0:
            return
        self.now = kept.copied()
        self.make(block)
        if self.now.diverged_at < 0:
            final = self._evaluate(kept.memory.values)
            self.now = replace(kept, first_loss=self.now.first_loss, final=final)
        else:
            self.now = replace(self.now, seconds=kept.seconds)

    def _diverges(self, loss: float) -> bool:
        return not math.isfinite(loss) or loss > DIVERGED * self.now.first_loss

    def _train(self, now: ArmState, schedule: Schedule, aside: Array) -> tuple[ArmState, Array, float]:
        """The arm after the updates, the losses seen, and the seconds that observing took."""
        frames = schedule.frames[schedule.frames >= 0]
        pages = self._pages(aside, int(frames[0]) if len(frames) else 0)
        losses = np.full(len(schedule.frames), np.nan)
        made, ticks = train(
            self.plan, now.memory.values, now.memory.moments, self.work, self.rows, schedule, pages, self.index,
            np.array([now.updates, now.first_loss]), losses, self.before,
        )  # fmt: skip
        observed = int((schedule.frames[:made] >= 0).sum())
        begun = time.thread_time()
        self._measure(aside[:observed], int(pages.first_frame[0]))
        spent = ticks / TICKS + time.thread_time() - begun
        first = losses[0] if math.isnan(now.first_loss) and made else now.first_loss
        return replace(now, first_loss=float(first), updates=now.updates + made), losses[: made + 1], spent

    def _pages(self, aside: Array, first_frame: int) -> Pages:
        named = {name: getattr(self.recording, name) for name in Pages._fields[:-2]}
        return Pages(**named, aside=aside, first_frame=np.array([first_frame]))

    def _measure(self, aside: Array, first_frame: int) -> None:
        """Histograms and quantiles of the frames whose values lie aside."""
        rows, half = int(self.plan.codes[ROWS]), self.set_aside // 2
        for layer in self.plan.layers[:-1]:
            part = slice(rows * layer[START], rows * (layer[START] + layer[UNITS]))
            aside[:, part].sort(axis=1)
            if layer[PLACEMENT] != BARE:
                aside[:, half:][:, part].sort(axis=1)
        ranges = np.array([SIGNAL_RANGE, post_range(self.experiment.network.activation)])
        recording = self.recording
        measure(self.plan, aside, first_frame, self.index, ranges, recording.histogram, recording.quantiles)

    def _evaluate(self, values: Array) -> tuple[float, float]:
        loss, accuracy = evaluate(self.plan, values, self.work, self.rows)
        return float(loss), float(accuracy)

    def _diverge(self, step: int) -> None:
        """Go back to the last finite state: the values one update before the ones whose loss was not finite."""
        values = self._rewound(step - 1) if step > 0 else self.begin.memory.values
        final = self._evaluate(values)
        final = final if math.isfinite(final[0]) else (math.nan, math.nan)
        memory = self.begin.memory.with_values(values)
        self.now = replace(self.now, memory=memory, diverged_at=step, final=final)

    def _rewound(self, step: int) -> Array:
        """The values after `step` updates: the chunk's first updates once more, or those kept before it."""
        if step < self.recording.first_step:
            return self.begin.before_last
        now = self.begin.copied()
        for block in blocks([self], range(self.recording.first_step, step)):
            schedule = block.for_arm(self.plan)
            now, _, _ = self._train(now, schedule._replace(frames=np.full_like(schedule.frames, -1)), block.aside)
        return now.memory.values


def blocks(runs: Sequence[KernelRun], steps: range) -> Iterator[Block]:
    """Cut steps into blocks that need about BLOCK_BYTES: for rows and draws at every update, for values at frames.

    No steps, such as those before an arm that diverges in the second update of its chunk, are no block at all.
    """
    observed = np.isin(steps, runs[0].recording.steps)
    costs = max(run.drawn for run in runs) + observed * (runs[0].set_aside * runs[0].work.itemsize)
    numbers = np.cumsum(costs) // BLOCK_BYTES
    bounds = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(steps)]
    most = max((int(observed[first:last].sum()) for first, last in itertools.pairwise(bounds)), default=0)
    aside = np.empty((most, runs[0].set_aside), runs[0].work.dtype)
    for first, last in itertools.pairwise(bounds) if steps else ():
        yield Block(runs[0].recording, runs[0].data, steps[first:last], aside)
