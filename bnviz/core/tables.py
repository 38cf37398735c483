"""A reader's own table: CSV text in, numbers out, or a sentence that says what is wrong, where, and what to do."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.core.data import Table
from bnviz.core.tables_text import TableError, decoded, quoted, separator_of

Floats = NDArray[np.float64]

MAX_ROWS, MIN_ROWS, MAX_COLUMNS, MAX_CLASSES = 50_000, 16, 64, 10
MAX_CELL = 10_000
LARGEST = 1e12
MISSING = {"", "na", "n/a", "nan", "null", "none", "?", "-", "#n/a"}


@dataclass(frozen=True, eq=False)
class Target:
    """A column that can be predicted.

    Attributes:
        name: of the column.
        y: (N,) numbers, or class numbers.
        class_names: what the class numbers mean; empty for a number.
    """

    name: str
    y: NDArray[Any]
    class_names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class OwnTable:
    """A table that can be used.

    Attributes:
        names: of the features, those columns of numbers that are not all the same.
        x: (N, D) their values, finite.
        targets: every column that can be predicted, the last column of the file first.
        notes: a sentence for each column that is no feature.
    """

    names: tuple[str, ...]
    x: Floats
    targets: tuple[Target, ...]
    notes: tuple[str, ...]

    def table(self, columns: tuple[int, int], target: int) -> Table:
        """Two of its features and one of its targets, as the rows of a data set."""
        names = (self.names[columns[0]], self.names[columns[1]])
        chosen = self.targets[target]
        return Table(self.x[:, list(columns)], chosen.y, len(chosen.class_names), names, chosen.class_names)

    def whole(self, target: int) -> Table:
        """All of its features and one of its targets."""
        chosen = self.targets[target]
        return Table(self.x, chosen.y, len(chosen.class_names), self.names, chosen.class_names)


def read_csv(given: bytes | str) -> OwnTable:
    """Read CSV text with a row of names and at least two columns of numbers.

    Args:
        given: the bytes of a file (UTF-8), or pasted text. Cells are separated by commas, semicolons, tabs or bars.

    Raises:
        TableError: with one sentence or two for the reader; rows count from 1, the row of names included.
    """
    text = decoded(given)
    rows = _cells(text, separator_of(text))
    names = _names(rows[0][1])
    body = rows[1:]
    _check_size(len(body), len(names))
    for number, row in body:
        if len(row) != len(names):
            raise TableError(
                f"Row {number} has {len(row)} cell{'s' * (len(row) != 1)}, but the row of names has {len(names)}. "
                "Give every row as many cells; put a cell that contains the separator in double quotes."
            )
    columns = [_column(name, place, body) for place, name in enumerate(names)]
    return _assembled(names, columns)


def _cells(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """All rows that are not empty, with their numbers in the file."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for number, row in enumerate(reader, start=1):
            if number == 1 and len(row) > MAX_COLUMNS:
                _check_size(MIN_ROWS, len(row))
            if len(rows) > MAX_ROWS + 1:
                raise TableError(
                    f"There are more than {MAX_ROWS:,} rows. Keep at most {MAX_ROWS:,}, such as every tenth."
                )
            if any(cell.strip() for cell in row):
                rows.append((number, [cell.strip() for cell in row]))
    except csv.Error as error:
        raise TableError(f"Row {reader.line_num} cannot be read ({error}). Check its double quotes.") from None
    if not rows:
        raise TableError("There is nothing in this table. Give a row of names and rows of numbers.")
    return rows


def _check_size(rows: int, columns: int) -> None:
    if columns > MAX_COLUMNS:
        raise TableError(f"The table has {columns:,} columns; at most {MAX_COLUMNS} can be used. Keep those you need.")
    if rows < MIN_ROWS:
        raise TableError(
            f"The table has {rows} row{'s' * (rows != 1)} below the row of names; at least {MIN_ROWS} are needed to "
            "measure a spread on a training part and apply it to a test part. Add rows."
        )
    if rows > MAX_ROWS:
        raise TableError(f"The table has {rows:,} rows; at most {MAX_ROWS:,} can be used. Keep every tenth, say.")


def _names(row: list[str]) -> list[str]:
    """The names of the columns, or what is wrong with one of them."""
    if len(row) < 2:
        raise TableError(
            f"Only one column was found in row 1 ({quoted(row[0])}); two columns of numbers are needed. "
            "Separate the cells by commas, semicolons or tabs."
        )
    if all(_number(name) is not None for name in row):
        raise TableError("Row 1 holds numbers only. Put the names of the columns into the first row.")
    names = ["".join(char for char in name if char.isprintable())[:60] for name in row]
    for place, name in enumerate(names):
        if not name:
            raise TableError(f"Column {place + 1} has no name in row 1. Give every column a name.")
        if name in names[:place]:
            first = names.index(name) + 1
            raise TableError(
                f"Columns {first} and {place + 1} are both named {quoted(name)}. Rename one of them in row 1."
            )
    return names


def _number(cell: str) -> float | None:
    """The finite number that a cell holds, written as in English."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if "_" not in cell and math.isfinite(value) else None


def _column(name: str, place: int, body: list[tuple[int, list[str]]]) -> Floats | list[str]:
    """The numbers of a column, or its texts where most cells are no numbers.

    Raises:
        TableError: for a formula, and for a gap or a text among numbers.
    """
    cells = [row[place] for _, row in body]
    for (number, _), cell in zip(body, cells, strict=True):
        if cell[:1] in ("=", "@") or len(cell) > MAX_CELL:
            what = "is a formula" if len(cell) <= MAX_CELL else f"has {len(cell):,} characters"
            raise TableError(f"Row {number}, column {quoted(name)}: {quoted(cell)} {what}. Put the value itself there.")
    values = [_number(cell) for cell in cells]
    known = sum(value is not None for value in values)
    if known <= (len(cells) - _gaps(cells)) / 2 or known == 0:
        return cells
    for (number, _), cell, value in zip(body, cells, values, strict=True):
        if value is None:
            raise TableError(f"Row {number}, column {quoted(name)}: {_no_number(cell)}")
        if abs(value) > LARGEST:
            raise TableError(
                f"Row {number}, column {quoted(name)}: {quoted(cell)} is too large. "
                "Give numbers up to 10¹² (another unit helps)."
            )
    return np.array(values, dtype=np.float64)


def _gaps(cells: list[str]) -> int:
    return sum(cell.lower() in MISSING for cell in cells)


def _no_number(cell: str) -> str:
    """What to do about a cell that should be a number."""
    if not cell:
        return "the cell is empty. Fill it, or delete its row."
    if cell.lower() in MISSING:
        return f"{quoted(cell)} stands for a missing value. Fill it, or delete its row."
    if _number(cell.replace(",", ".", 1)) is not None or _number(cell.replace(",", "")) is not None:
        return f"{quoted(cell)} has a comma. Write 1234.5: a decimal point and nothing between the thousands."
    if cell.lower().lstrip("+-") in ("inf", "infinity"):
        return f"{quoted(cell)} is no finite number. Replace it, or delete its row."
    return f"{quoted(cell)} is no number, but most of this column are. Correct it, or delete its row."


def _assembled(names: list[str], columns: list[Floats | list[str]]) -> OwnTable:
    features, targets, notes = [], [], []
    for name, column in zip(names, columns, strict=True):
        target = _target(name, column)
        if target is not None:
            targets.append(target)
        if isinstance(column, list):
            role = (
                "it can be the target"
                if target is not None
                else f"with more than {MAX_CLASSES} different values or gaps"
            )
            notes.append(f"Column {quoted(name)} holds text: it is no feature ({role}).")
        elif np.ptp(column) == 0:
            notes.append(f"Column {quoted(name)} is {column[0]:g} in every row: it has no spread and is left out.")
        else:
            features.append((name, column))
    if len(features) < 2:
        told = " ".join(notes)
        raise TableError(
            f"Two columns of numbers that are not constant are needed; this table has {len(features)}. {told}".strip()
        )
    x = np.column_stack([column for _, column in features])
    return OwnTable(tuple(name for name, _ in features), x, tuple(reversed(targets)), tuple(notes))


def _target(name: str, column: Floats | list[str]) -> Target | None:
    """The column as something to predict: classes where it has few different values, else a number."""
    if isinstance(column, list):
        kinds = sorted(set(column))
        if not 2 <= len(kinds) <= MAX_CLASSES or _gaps(column):
            return None
        return Target(name, np.array([kinds.index(cell) for cell in column], dtype=np.int64), tuple(kinds))
    numbers = np.unique(column)
    if len(numbers) < 2:
        return None
    if len(numbers) <= MAX_CLASSES and np.all(numbers == np.round(numbers)):
        return Target(name, np.searchsorted(numbers, column), tuple(f"{number:g}" for number in numbers))
    return Target(name, column, ())
