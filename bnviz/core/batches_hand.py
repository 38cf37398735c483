"""Batches that are typed by hand: reading them, the ones to begin with, and the batch after one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.core.batches_link import packed, unpacked
from bnviz.core.fields import shown

Array = NDArray[np.float64]
Rows = tuple[tuple[float, ...], ...]

MOST_ROWS, MOST_FEATURES, LARGEST = 64, 8, 1e9
MOST_PLAIN, MOST_CARRIED = 300, 1500
"""Letters of a link up to which a batch stands in it as it was typed, and up to which it stands in it at all."""
PACKED, TOO_LONG = "z", "long"
FIRST: Rows = ((1, 20, 0.5), (3, 24, -0.5), (5, 30, 1.5), (7, 22, 0), (4, 26, -1), (4, 28, 2.5))
"""Six rows and three features on different scales; the first has mean 4 and variance 10/3."""


class BatchError(ValueError):
    """A batch that cannot be used; its text says what came, what is needed and what to do."""


def read_rows(table: Sequence[Sequence[Any]]) -> Rows:
    """Read a table of texts or numbers.

    Args:
        table: rows of cells. Rows whose cells are all empty are passed over.

    Raises:
        BatchError: naming the row and the feature of the first cell that is no number, or the size that is too large.
    """
    if len(table) > MOST_ROWS:
        raise BatchError(
            f"{len(table):,} rows came; a batch typed by hand has at most {MOST_ROWS}. "
            "Delete some, or choose a batch from the data."
        )
    filled = [(place, row) for place, row in enumerate(table, start=1) if not all(is_empty(cell) for cell in row)]
    if not filled:
        raise BatchError("No row is left; a batch needs at least one. Type a number into every cell of a row.")
    features = max(len(row) for _, row in filled)
    if not 1 <= features <= MOST_FEATURES:
        raise BatchError(f"{features} features came; 1 to {MOST_FEATURES} are possible. Paste fewer columns.")
    return tuple(tuple(_number(cell, place, j) for j, cell in enumerate(row, start=1)) for place, row in filled)


def is_empty(cell: Any) -> bool:
    """Whether a cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip()) or _is_missing(cell)


def _is_missing(cell: Any) -> bool:
    """Whether this is what a table puts where nothing was typed (not the text "nan", which somebody typed)."""
    return isinstance(cell, float) and math.isnan(cell)


def _number(cell: Any, row: int, feature: int) -> float:
    where = f"Row {row}, feature {feature}"
    if is_empty(cell):
        raise BatchError(f"{where} is empty; a number is needed. Fill it, or delete the whole row.")
    try:
        value = float(str(cell).strip().replace("−", "-"))
    except ValueError:
        hint = " Write a point, not a comma." if "," in str(cell) else ""
        raise BatchError(f"{where}: {shown(cell)} came; a number such as 1.5 is needed.{hint}") from None
    if math.isnan(value):
        raise BatchError(f"{where}: NaN came, which is no number: it would turn the whole column into NaN.")
    if not abs(value) <= LARGEST:
        raise BatchError(f"{where}: {shown(str(cell))} came; a number from -1e9 to 1e9 is needed.")
    return value


class BatchKind:
    """A whole batch as one setting.

    In a link the rows of a small one are joined by `~` and numbers by `_`; a larger one is packed and begins with `z`.
    What is longer even so is not carried: the link says `long`, and whoever opens it is told so.
    """

    def read(self, value: Any) -> Rows:
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise ValueError(f"{shown(value)} came; a list of rows is needed.")
        rows = read_rows(value)
        if len({len(row) for row in rows}) > 1:
            raise BatchError("Rows of different lengths came; every row needs the same number of features.")
        return rows

    def parse(self, text: str) -> Rows:
        if text == TOO_LONG:
            raise BatchError("The batch typed by hand was too long for a link.")
        if text.startswith(PACKED):
            return self.read(unpacked(text.removeprefix(PACKED)))
        return self.read([row.split("_") for row in text.split("~")])

    def write(self, value: Rows) -> str:
        plain = "~".join("_".join(repr(number).removesuffix(".0") for number in row) for row in value)
        if len(plain) <= MOST_PLAIN:
            return plain
        short = min(PACKED + packed(value), plain, key=len)
        return short if len(short) <= MOST_CARRIED else TOO_LONG


def resized(rows: Rows, features: int) -> Rows:
    """The batch with another number of features; new columns are standard normal, drawn with seed 0."""
    more = np.random.default_rng(0).standard_normal((len(rows), MOST_FEATURES)).round(1)
    return tuple((*row[:features], *(float(x) for x in more[i, len(row) : features])) for i, row in enumerate(rows))


def following(rows: Rows, number: int) -> Array:
    """Batch `number` after a batch by hand (0 is the batch itself).

    Later ones are as many rows drawn anew: normal, with the mean and the standard deviation of each feature.
    """
    h = np.array(rows, dtype=np.float64)
    if number == 0:
        return h
    drawn = np.random.default_rng([0, number]).standard_normal(h.shape)
    rows_drawn: Array = h.mean(axis=0) + h.std(axis=0) * drawn
    return rows_drawn


def incoming(rows: int, features: int) -> Array:
    """The gradient that stands for the layers behind, where there are none: standard normal, seed 1, one decimal."""
    drawn: Array = np.random.default_rng(1).standard_normal((rows, features)).round(1)
    return drawn
