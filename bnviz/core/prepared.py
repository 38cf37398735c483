"""One pair of features, prepared in every way: what the inputs lab shows side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.core.data import Table, split, table
from bnviz.core.data_settings import PREPROCESSES, Data
from bnviz.core.preprocess import Moves, fit_moves, preprocess
from bnviz.core.table_facts import Facts, facts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Way:
    """A pair of features after one preprocessing.

    Attributes:
        method: raw, minmax, zscore or whitened.
        names: of the two features as they are now.
        train, test: rows x 2; where decorrelation leaves one axis, the second is 0.
        facts: about the training rows of the pair.
        whole: about the training rows of all features of the table, or None where the pair is all there is.
    """

    method: str
    names: tuple[str, str]
    train: Floats
    test: Floats
    facts: Facts
    whole: Facts | None


@dataclass(frozen=True, eq=False)
class Pair:
    """Two features of a table, split, and prepared in four ways.

    Attributes:
        names: of the two features.
        features: how many the table has.
        classes: of the target; 0 for a number.
        class_names: what the class numbers mean.
        y_train, y_test: the target as it is in the table.
        train_rows, test_rows: row numbers in the table.
        x: all rows x 2 in the order of the table, raw.
        moves: how the pair is decorrelated.
        ways: by the name of the preprocessing.
    """

    names: tuple[str, str]
    features: int
    classes: int
    class_names: tuple[str, ...]
    y_train: NDArray[Any]
    y_test: NDArray[Any]
    train_rows: Ints
    test_rows: Ints
    x: Floats
    moves: Moves
    ways: Mapping[str, Way]


def prepare(whole: Table, parts: tuple[Ints, Ints], columns: tuple[int, int]) -> Pair:
    """Prepare two columns of a table in every way, with statistics of the training rows alone.

    Args:
        whole: the table.
        parts: row numbers for training and for testing.
        columns: of the two features.
    """
    train, test = parts
    x = whole.x[:, list(columns)]
    names = (whole.feature_names[columns[0]], whole.feature_names[columns[1]])
    moves = fit_moves(x[train])
    everything = whole.x if whole.x.shape[1] > 2 else None
    ways = {}
    for method in PREPROCESSES:
        near, far = (_two(part) for part in preprocess(x[train], x[test], method))
        rest = None if everything is None else preprocess(everything[train], everything[test], method)[0]
        known = None if rest is None else facts(rest, classes=whole.classes)
        new = axis_names(names, moves) if method == "whitened" else names
        ways[method] = Way(method, new, near, far, facts(near, classes=whole.classes), known)
    return Pair(
        names,
        whole.x.shape[1],
        whole.classes,
        whole.class_names,
        whole.y[train],
        whole.y[test],
        train,
        test,
        x,
        moves,
        ways,
    )


@lru_cache(maxsize=32)
def prepared(data: Data, seed: int) -> Pair:
    """The two features that a data set is asked for, or its first two; its preprocessing plays no part.

    Args:
        data: which set, which two features, how stretched.
        seed: of the draw and the split.
    """
    columns = (data.features[0], data.features[1]) if len(data.features) > 1 else (0, 1)
    scale, offset = _placed(data.scale, columns, 1.0), _placed(data.offset, columns, 0.0)
    whole = table(replace(data, features=(), scale=scale, offset=offset), seed)
    return prepare(whole, split(len(whole.x), data.train_rows, data.test_rows, seed), columns)


def _placed(values: tuple[float, ...], columns: tuple[int, int], neutral: float) -> tuple[float, ...]:
    """Numbers for the chosen columns as numbers for all columns up to the last chosen one."""
    if not values:
        return ()
    found = [neutral] * (max(columns) + 1)
    for column, value in zip(columns, values, strict=False):
        found[column] = value
    return tuple(found)


def axis_names(names: tuple[str, str], moves: Moves) -> tuple[str, str]:
    """What the principal axes of two standardized features are: their sum and their difference."""
    first, second = names
    if moves.axes.shape != (2, 2):
        return f"sum of {first} and {second}", "(no spread)"
    if moves.axes[0, 1] > 0:
        return f"sum {first} + {second}", f"difference {second} − {first}"
    return f"difference {first} − {second}", f"sum {first} + {second}"


def _two(x: Floats) -> Floats:
    return x if x.shape[1] == 2 else np.column_stack([x[:, 0], np.zeros(len(x))])
