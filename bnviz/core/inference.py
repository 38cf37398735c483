"""The same weights, asked in different ways: in training mode, in eval mode, with recomputed statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnviz.core.data import Dataset, batches
from bnviz.core.moment import Moment, Stats, batch_outputs, folded, outputs, precise
from bnviz.core.watch import Watched

Array = NDArray[Any]


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
    turns = rows[:whole].reshape(-1, size)
    if whole < len(rows):
        turns = np.concatenate([turns, rows[None, -size:]])
    given, _ = batch_outputs(moment, data.x_test[turns])
    result = np.empty((len(rows), given.shape[-1]), given.dtype)
    result[turns[-1]] = given[-1]
    result[turns[:-1]] = given[:-1]  # the first turn of a row counts
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


def classes_per_batch(run: Watched) -> tuple[int, int]:
    """The smallest and the largest number of classes that met in a training batch."""
    training, data = run.experiment.training, run.data
    rows = batches(data, training.order, training.batch_size, range(training.steps), run.experiment.seed)
    counts = [len(np.unique(data.y_train[one])) for one in rows]
    return min(counts), max(counts)
