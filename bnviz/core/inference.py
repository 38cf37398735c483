"""The same weights, asked in different ways: in training mode, in eval mode, with recomputed statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnviz.core.data import Dataset
from bnviz.core.moment import Moment, Stats, batch_outputs, folded, outputs, precise
from bnviz.core.streams import generator
from bnviz.core.watch import Watched

Array = NDArray[Any]
MATES = 6
"""Purpose of the random numbers that choose a row's companions."""
BATCH_SIZES = (2, 4, 8, 16, 32, 64, 128, 256)


def accuracy(logits: Array, labels: Array) -> float:
    """Share of the rows whose largest logit is that of their class."""
    return float(np.mean(logits.argmax(axis=-1) == labels))


def order_of_tests(data: Dataset, order: str) -> Array:
    """The test rows in the order in which training takes its rows: sorted by class, or as the split left them."""
    if order == "by_class":
        return np.argsort(data.y_test, kind="stable")
    return np.arange(len(data.x_test))


def in_training_mode(moment: Moment, data: Dataset, *, batch_size: int, order: str) -> Array:
    """Outputs for the test rows, batch by batch with the statistics of each batch.

    Every batch has exactly `batch_size` rows (all test rows, if there are fewer): the last one is filled up with rows
    that have had their turn.

    Returns:
        N x outputs, in the order of the test rows.
    """
    rows = order_of_tests(data, order)
    size = min(batch_size, len(rows))
    whole = len(rows) // size * size
    batches = rows[:whole].reshape(-1, size)
    if whole < len(rows):
        batches = np.concatenate([batches, rows[None, -size:]])
    given, _ = batch_outputs(moment, data.x_test[batches])
    result = np.empty((len(rows), given.shape[-1]), given.dtype)
    result[batches[::-1]] = given[::-1]  # so that the first turn of a row counts
    return result


class Curves(NamedTuple):
    """Test accuracy at each of a watched run's `steps`."""

    train_mode: Array
    recomputed: Array


def fixed_curves(run: Watched) -> Curves:
    """The accuracies that do not depend on the momentum: with batch statistics and with recomputed ones."""
    data, training = run.data, run.experiment.training
    given = [
        in_training_mode(moment, data, batch_size=training.batch_size, order=training.order) for moment in run.moments
    ]
    return Curves(np.array([accuracy(logits, data.y_test) for logits in given]), eval_curve(run, run.full))


def eval_curve(run: Watched, stats: Sequence[Sequence[Stats]]) -> Array:
    """Test accuracy in eval mode at each of the run's `steps`, with the statistics given for each."""
    data = run.data
    pairs = zip(run.moments, stats, strict=True)
    return np.array([accuracy(outputs(moment, data.x_test, one), data.y_test) for moment, one in pairs])


def tracked_curve(run: Watched, momentum: float) -> Array:
    """Test accuracy in eval mode with the running averages of this momentum, at each of the run's `steps`."""
    return eval_curve(run, run.tracked(momentum))


def bare_curve(run: Watched) -> Array:
    """Test accuracy of a run without norm, at each of its `steps`."""
    return eval_curve(run, [[] for _ in run.moments])


def distance(tracked: Sequence[Stats], full: Sequence[Stats]) -> tuple[float, float]:
    """How far running averages are from the full-data values, over all units of all layers.

    Returns:
        Mean of |mean - full mean| / full standard deviation, and mean of |log(var / full var)|; units that do not
        vary at all are left out.
    """
    pairs = list(zip(tracked, full, strict=True))
    mean, full_mean, var, full_var = (
        np.concatenate([pair[side][part] for pair in pairs]) for part in (0, 1) for side in (0, 1)
    )
    there = full_var > 0
    means = np.abs(mean - full_mean)[there] / np.sqrt(full_var[there])
    return float(means.mean()), float(np.abs(np.log(var[there] / full_var[there])).mean())


def in_company(moment: Moment, row: Array, others: Array, *, batch_size: int, draws: int, seed: int) -> Array:
    """What one row gives in training mode, in several batches with other companions each.

    Args:
        moment: a network with batch norm.
        row: features.
        others: rows x features, from which batch_size - 1 companions are drawn without replacement.
        batch_size: at least 2, and at most one more than there are others.
        draws: how many batches.
        seed: of the draws; they depend on it and on the batch size alone.

    Returns:
        draws x outputs.
    """
    rng = generator(seed, MATES, batch_size)
    mates = np.stack([rng.choice(len(others), batch_size - 1, replace=False) for _ in range(draws)])
    batches = np.concatenate([np.broadcast_to(row, (draws, 1, len(row))), others[mates]], axis=1)
    result: Array = batch_outputs(moment, batches)[0][:, 0]
    return result


def shifted(x: Array, factor: float, offset: float) -> Array:
    """factor * x + offset: for images standardized by one mean and standard deviation, contrast and brightness."""
    return factor * x + offset


@dataclass(frozen=True)
class Shift:
    """Test accuracies after all test rows were changed in the same way.

    Attributes:
        eval_mode: with the statistics of training.
        own: with statistics recomputed from the changed test rows (Li et al. 2016, AdaBN).
        bare: of the network without norm.
    """

    eval_mode: float
    own: float
    bare: float


def under_shift(
    moment: Moment, stats: Sequence[Stats], bare: Moment, data: Dataset, change: tuple[float, float]
) -> Shift:
    """Test accuracies for factor * x + offset.

    Args:
        moment: with batch norm.
        stats: what it uses in eval mode.
        bare: the network without norm.
        data: gives the test rows.
        change: factor and offset.
    """
    x, labels = shifted(data.x_test, *change), data.y_test
    own = precise(moment, x)
    return Shift(
        accuracy(outputs(moment, x, stats), labels),
        accuracy(outputs(moment, x, own), labels),
        accuracy(outputs(bare, x, []), labels),
    )


@dataclass(frozen=True, eq=False)
class Folding:
    """A network in eval mode and the same network without its norms.

    Attributes:
        moment: the network without norms.
        before, after: N x outputs of both.
        largest: max |before - after|.
        size: max |before|.
    """

    moment: Moment
    before: Array
    after: Array
    largest: float
    size: float


def folding(moment: Moment, stats: Sequence[Stats], x: Array) -> Folding:
    """Fold every norm into the linear layer before it, and compare the outputs for rows x."""
    bare = folded(moment, stats)
    before, after = outputs(moment, x, stats), outputs(bare, x, [])
    return Folding(bare, before, after, float(np.abs(before - after).max()), float(np.abs(before).max()))
