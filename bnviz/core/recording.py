"""What a run leaves behind: arrays indexed by frame, arm and layer.

A frame is the state after t updates, observed while update t + 1 is being computed: its activations are those of
the batch that this update uses, in training mode. What is seen in eval mode, and the running averages, are those that
t batches have left. The frame after the last update is observed on a copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.core.data import Dataset
from bnviz.core.experiment import Experiment
from bnviz.core.schedule import (
    BINS,
    KINDS,
    MAP_CELLS,
    NO_CLASS,
    QUANTILES,
    SAMPLE_ROWS,
    map_steps,
    recorded_steps,
    recorded_units,
)

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Recording:
    """A run, or a chunk of one. Axes: F frames, A arms, L hidden layers, U recorded units, K kinds of value.

    Attributes:
        experiment: what was run.
        first_step: update count of the first row of `train_loss`.
        steps: (F,) update counts of the frames.
        train_loss: (T, A) loss on the batch of each update, before the update; one row an update, not a frame.
        train_accuracy: (F, A) accuracy on that batch, in training mode.
        test_loss, test_accuracy: (F, A) on the test rows in eval mode; NaN in frames without a test.
        histogram: (F, A, L, K, BINS + 2) counts of the values; the first and the last are those outside the range.
            Of kind `post` zeros after a ReLU are not counted, so the counts of a dead layer sum to 0; those of an arm
            that has diverged do for every kind.
        quantiles: (F, A, L, K, 5) of the values;  mean, std: (F, A, L, K).
        row_std: (F, A, L, K) how much a unit varies from row to row: std over the batch, mean over the units.
        saturated: (F, A, L) share of |tanh| or 2 |sigmoid - 0.5| above 0.97; for ReLU the share of dead units.
        zero_share: (F, A, L) share of values after the activation that are exactly 0.
        maximum: (F, A, L) largest value over the batch after the activation, mean over the units.
        grad_norm, grad_std, weight_std, update_std: (F, A, L + 1) of each weight matrix, the output's last.
        gamma, beta, batch_mean, batch_var, running_mean, running_var, unit_max: (F, A, L, U) of the first U units;
            batch_mean and batch_var (biased) are those of what enters the norm (of W x + b where there is none).
        sample: (F, A, S) predicted class of the first training rows in eval mode; 255 where not evaluated.
        maps_at: (M,) update counts of the decision maps;  maps: (M, A, G, G) P(class 1) times 200 on a grid,
            row 0 lowest x2; axes in `map_extent` (x1 low, x1 high, x2 low, x2 high).
        diverged_at: (A,) updates after which the loss was not finite or above 1000 times the first; -1 for never.
        final_test_loss, final_test_accuracy: (A,) at the last finite step, NaN until the arm has ended.
        seconds: (A,) processor time of the updates, without recording (not deterministic).
        updates: (A,) updates made.
    """

    experiment: Experiment
    first_step: int
    steps: Array
    train_loss: Array
    train_accuracy: Array
    test_loss: Array
    test_accuracy: Array
    histogram: Array
    quantiles: Array
    mean: Array
    std: Array
    row_std: Array
    saturated: Array
    zero_share: Array
    maximum: Array
    grad_norm: Array
    grad_std: Array
    weight_std: Array
    update_std: Array
    gamma: Array
    beta: Array
    batch_mean: Array
    batch_var: Array
    running_mean: Array
    running_var: Array
    unit_max: Array
    sample: Array
    maps_at: Array
    maps: Array
    map_extent: tuple[float, float, float, float]
    diverged_at: Array
    final_test_loss: Array
    final_test_accuracy: Array
    seconds: Array
    updates: Array

    @property
    def nbytes(self) -> int:
        """Memory of all arrays."""
        return sum(value.nbytes for value in vars(self).values() if isinstance(value, np.ndarray))

    @property
    def update_ratio(self) -> Array:
        """(F, A, L + 1) std of the update over std of the weights."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio: Array = self.update_std / self.weight_std
        return ratio

    @property
    def done(self) -> bool:
        """Whether every update of the experiment is in here."""
        return bool(len(self.steps)) and int(self.steps[-1]) == self.experiment.training.steps

    def status(self, arm: int) -> str:
        """ready, training, finished or diverged."""
        if self.diverged_at[arm] >= 0:
            return "diverged"
        if self.done:
            return "finished"
        return "training" if self.updates[arm] else "ready"

    def last_finite_frame(self, arm: int) -> int:
        """Number of the last frame in which the arm had not diverged."""
        at = int(self.diverged_at[arm])
        return len(self.steps) - 1 if at < 0 else max(0, int(np.searchsorted(self.steps, at)) - 1)


_WHOLE = ("experiment", "map_extent", "diverged_at", "final_test_loss", "final_test_accuracy", "seconds", "updates")
_NOT_JOINED = (*_WHOLE, "first_step")


def _between(steps: Array, start: int, end: int) -> Array:
    return steps[(steps >= start) & (steps < end)]


def map_extent(data: Dataset) -> tuple[float, float, float, float]:
    """The range of the first and of the last feature, with a margin."""
    low, high = data.x_train.min(axis=0), data.x_train.max(axis=0)
    margin = 0.08 * (high - low)
    low, high = low - margin, high + margin
    return float(low[0]), float(high[0]), float(low[-1]), float(high[-1])


def blank(experiment: Experiment, data: Dataset, start: int, stop: int) -> Recording:
    """A chunk for the updates `start` to `stop - 1` (and the frame after the last), filled with NaN."""
    total, arms, layers = experiment.training.steps, len(experiment.arms), len(experiment.network.hidden)
    end = stop + 1 if stop == total else stop
    steps = _between(recorded_steps(total), start, end)
    units, frames = recorded_units(experiment), len(steps)
    maps_at = _between(map_steps(total), start, end if (data.inputs, data.classes) == (2, 2) else start)

    def empty(*shape: int) -> Array:
        return np.full((frames, arms, *shape), np.nan, np.float32)

    per_kind, per_weight, per_unit = (layers, len(KINDS)), (layers + 1,), (layers, units)
    samples = min(SAMPLE_ROWS, len(data.x_train)) if data.images is not None else 0
    return Recording(
        experiment=experiment,
        first_step=start,
        steps=steps,
        train_loss=np.full((end - start, arms), np.nan),
        train_accuracy=empty(),
        test_loss=np.full((frames, arms), np.nan),
        test_accuracy=np.full((frames, arms), np.nan),
        histogram=np.zeros((frames, arms, *per_kind, BINS + 2), np.int32),
        quantiles=empty(*per_kind, len(QUANTILES)),
        **{name: empty(*per_kind) for name in ("mean", "std", "row_std")},
        **{name: empty(layers) for name in ("saturated", "zero_share", "maximum")},
        **{name: empty(*per_weight) for name in ("grad_norm", "grad_std", "weight_std", "update_std")},
        **{name: empty(*per_unit) for name in UNIT_FIELDS},
        sample=np.full((frames, arms, samples), NO_CLASS, np.uint8),
        maps_at=maps_at,
        maps=np.zeros((len(maps_at), arms, MAP_CELLS, MAP_CELLS), np.uint8),
        map_extent=map_extent(data),
        diverged_at=np.full(arms, -1),
        final_test_loss=np.full(arms, np.nan),
        final_test_accuracy=np.full(arms, np.nan),
        seconds=np.zeros(arms),
        updates=np.zeros(arms, np.int64),
    )


UNIT_FIELDS = ("gamma", "beta", "batch_mean", "batch_var", "running_mean", "running_var", "unit_max")


def join(chunks: Iterable[Recording]) -> Recording:
    """One recording out of consecutive chunks of the same run.

    Raises:
        ValueError: when there is no chunk.
    """
    parts = list(chunks)
    if not parts:
        raise ValueError("There is nothing to join: the run has recorded no chunk yet. Wait for its first chunk.")
    if len(parts) == 1:
        return parts[0]
    names = [f.name for f in fields(Recording) if f.name not in _NOT_JOINED]
    joined: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return replace(parts[-1], first_step=parts[0].first_step, **joined)


def join_arms(experiment: Experiment, parts: Sequence[Recording]) -> Recording:
    """The chunk of an experiment out of chunks of the same updates, each with some of its arms, in order.

    With fewer arms more units are recorded one by one; those that the whole experiment would not record are left out.
    """
    units, joined = recorded_units(experiment), dict[str, Any]()
    for item in fields(Recording):
        values = [getattr(part, item.name) for part in parts]
        if item.name in UNIT_FIELDS:
            joined[item.name] = np.concatenate([value[..., :units] for value in values], axis=1)
        elif item.name not in ("experiment", "first_step", "steps", "maps_at", "map_extent"):
            joined[item.name] = np.concatenate(values, axis=0 if item.name in _WHOLE else 1)
    return replace(parts[0], experiment=experiment, **joined)
