"""Which training rows each update sees: the order of the batches.

An order is a pure function of the seed and the number of updates made so far, so a run that is cut into chunks, or
made longer, sees the same batches, in every engine.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bnviz.core.fields import FieldError
from bnviz.core.streams import EPOCH, SUBSET_EPOCH, generator

if TYPE_CHECKING:
    from bnviz.core.data import Dataset

Ints = NDArray[np.int64]
BLOCK = 25
"""Updates on one subset before the other has its turn, in the order `blocks`."""
SWITCH = 100
"""Updates on the first subset before the second one follows, in the order `sequential`."""


@lru_cache(maxsize=64)
def _permutation(rows: int, seed: int, epoch: int) -> Ints:
    return generator(seed, EPOCH, epoch).permutation(rows)


def batch_rows(data: Dataset, order: str, batch_size: int, step: int, seed: int) -> Ints:
    """Row numbers of the batch that update `step + 1` is computed on.

    Args:
        data: the rows.
        order: shuffled (a new permutation each epoch), by_class (sorted by target) or fixed (as split); for data in
            two subsets also alternating, blocks, sequential or first_only (see `subset_turn`).
        batch_size: rows of a batch.
        step: updates made so far. The last partial batch of an epoch is dropped.
        seed: of the permutations.
    """
    if data.subset_train is not None and order not in ("shuffled", "by_class", "fixed"):
        return _subset_rows(data.subset_train, subset_turn(order, step), batch_size, seed)
    epoch, place = divmod(step, len(data.x_train) // batch_size)
    return _sequence(data, order, seed, epoch)[place * batch_size : (place + 1) * batch_size]


def _sequence(data: Dataset, order: str, seed: int, epoch: int) -> Ints:
    """All row numbers in the order in which an epoch takes them."""
    rows = len(data.x_train)
    if order == "shuffled":
        return _permutation(rows, seed, epoch)
    return np.argsort(np.ravel(data.y_train), kind="stable") if order == "by_class" else np.arange(rows)


def batches(data: Dataset, order: str, batch_size: int, steps: range, seed: int) -> Ints:
    """`batch_rows` of consecutive steps, one row each: steps x batch_size; none of no steps."""
    if not steps:
        return np.empty((0, batch_size), dtype=np.int64)
    if order not in ("shuffled", "by_class", "fixed"):
        return np.stack([batch_rows(data, order, batch_size, step, seed) for step in steps])
    count = len(data.x_train) // batch_size
    first, last = steps.start // count, (steps.stop - 1) // count
    epochs = range(first, last + 1) if order == "shuffled" else range(first, first + 1)
    whole = [_sequence(data, order, seed, epoch)[: count * batch_size].reshape(count, batch_size) for epoch in epochs]
    places = np.arange(steps.start, steps.stop) - first * count
    return np.concatenate(whole)[places if order == "shuffled" else places % count]


def subset_turn(order: str, step: int) -> tuple[int, int]:
    """Whose turn an update is where each batch comes from one subset alone.

    - alternating: subset 0 and subset 1 take turns at every update.
    - blocks: they take turns every `BLOCK` updates.
    - sequential: subset 0 for `SWITCH` updates, from then on subset 1.
    - first_only: always subset 0.

    Returns:
        The subset, counted from 0, and how many batches of it came before.
    """
    if order == "alternating":
        return step % 2, step // 2
    if order == "blocks":
        turn, place = divmod(step, BLOCK)
        return turn % 2, turn // 2 * BLOCK + place
    if order == "sequential" and step >= SWITCH:
        return 1, step - SWITCH
    return 0, step


def _subset_rows(subsets: Ints, turn: tuple[int, int], batch_size: int, seed: int) -> Ints:
    """A batch of one subset, whose rows are shuffled anew each time that all have been seen.

    Raises:
        FieldError: naming ``training.batch_size``, when the subset has fewer rows than that.
    """
    subset, before = turn
    rows = np.flatnonzero(subsets == subset)
    if batch_size > len(rows):
        raise FieldError(
            "training.batch_size",
            f"A batch of {batch_size} from one subset came, but subset {subset + 1} has {len(rows)} training "
            "rows here. Take a smaller batch, more rows, or fewer test rows.",
        )
    epoch, place = divmod(before, len(rows) // batch_size)
    shuffled = rows[_subset_permutation(len(rows), seed, 2 * epoch + subset)]
    return shuffled[place * batch_size : (place + 1) * batch_size]


@lru_cache(maxsize=64)
def _subset_permutation(rows: int, seed: int, epoch: int) -> Ints:
    return generator(seed, SUBSET_EPOCH, epoch).permutation(rows)
