"""Seeded data sets by name: drawn sets and pictures, real tables that come with scikit-learn, a reader's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import datasets

from bnviz.core import flowers, own_tables, toys
from bnviz.core.data_settings import DRAWN, SCALES, TABLE_ROWS, Data
from bnviz.core.fields import FieldError
from bnviz.core.network_settings import IMAGES
from bnviz.core.orders import batch_rows as batch_rows
from bnviz.core.orders import batches as batches
from bnviz.core.own_settings import OWN
from bnviz.core.preprocess import Floats, preprocess
from bnviz.core.remembered import remembered
from bnviz.core.table import Table as Table
from bnviz.core.textures import CLASS_NAMES, textures
from bnviz.core.textures import FEATURE_NAMES as TEXTURE_FEATURES

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows ready for a network.

    Attributes:
        x_train, x_test: rows x features, preprocessed.
        y_train, y_test: class numbers, or standardized targets for regression (rows x 1).
        classes: number of classes; 0 for regression.
        feature_names: of the columns before preprocessing.
        class_names: what the class numbers mean.
        images: the training rows as raw images in 0..1 (rows x height x width; in colour rows x 3 x height x width),
            or None.
        subset_train, subset_test: which subset each row belongs to, 0 or 1; None for data without subsets.
    """

    x_train: Floats
    x_test: Floats
    y_train: Any
    y_test: Any
    classes: int
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    images: Floats | None = None
    subset_train: Ints | None = None
    subset_test: Ints | None = None

    @property
    def inputs(self) -> int:
        """Number of features that the network sees."""
        return int(self.x_train.shape[1])

    @property
    def outputs(self) -> int:
        """Number of logits, or 1 prediction for regression."""
        return self.classes or 1


@lru_cache(maxsize=8)
def _real(name: str) -> Table:
    loaded: Any = getattr(datasets, f"load_{name}")()
    regression = name == "diabetes"
    y = loaded.target.astype(np.float64) if regression else loaded.target.astype(np.int64)
    names = tuple(str(label) for label in getattr(loaded, "target_names", ()))
    return Table(
        x=loaded.data.astype(np.float64),
        y=y,
        classes=0 if regression else int(y.max()) + 1,
        feature_names=tuple(str(feature) for feature in loaded.feature_names),
        class_names=() if regression else names,
        image_shape=(8, 8) if name == "digits" else None,
    )


def _chosen(table: Table, features: tuple[int, ...]) -> Table:
    """The table with only these columns; all of them when there is no choice."""
    if not features:
        return table
    names = tuple(table.feature_names[feature] for feature in features)
    return replace(table, x=table.x[:, list(features)], feature_names=names)


def feature_names(name: str) -> tuple[str, ...]:
    """The names of a real table's columns."""
    return _real(name).feature_names


def _own(name: str) -> Table:
    """A reader's own table, if it is still there."""
    found = own_tables.find(name)
    if found is None:
        raise FieldError(
            "data.table",
            "These data are a table that a reader has loaded, and it is no longer here. "
            "Load it again in the inputs lab, or choose another data set.",
        )
    return found


def _table(data: Data, seed: int) -> Table:
    if data.name == "textures":
        x, y = textures(TABLE_ROWS["textures"], seed)
        return Table(x, y, len(CLASS_NAMES), TEXTURE_FEATURES, CLASS_NAMES, IMAGES["textures"])
    if data.name == OWN:
        return _chosen(_own(data.table), data.features)
    if data.name not in DRAWN:
        return _chosen(_real(data.name), data.features)
    names = toys.feature_names(data.name)
    if data.name in SCALES:
        return Table(*toys.scales(data.name, data.rows, data.noise, seed), 0, names, ())
    ones = min(data.rows - 2, max(2, round(data.rows * data.balance)))
    counts = (data.rows - ones, ones)
    if data.name == "flowers":
        x, y, subset = flowers.flowers(counts, data.noise, seed)
        return Table(x, y, 2, flowers.FEATURE_NAMES, flowers.CLASS_NAMES, subset=subset)
    return Table(*toys.classes(data.name, counts, data.noise, seed), 2, names, ("0", "1"))


def _stretch(x: Floats, data: Data) -> Floats:
    for name, neutral in (("scale", 1.0), ("offset", 0.0)):
        values = getattr(data, name)
        vector = np.array([*values, *[neutral] * (x.shape[1] - len(values))])
        x = x * vector if name == "scale" else x + vector
    return x


def table(data: Data, seed: int) -> Table:
    """The rows of a data set as they come, stretched by its scale and offset: before split and preprocessing."""
    found = _table(data, seed)
    return replace(found, x=_stretch(found.x, data))


def split(rows: int, train_rows: int, test_rows: int, seed: int) -> tuple[Ints, Ints]:
    """Row numbers for training and for testing.

    The rows are permuted with `numpy.random.default_rng(seed)`; the first ones are for training, the last ones for
    testing, and rows between stay unused.
    """
    order = np.random.default_rng(seed).permutation(rows)
    return order[:train_rows], order[rows - test_rows :]


@remembered(16)
def load(data: Data, seed: int) -> Dataset:
    """The data set of an experiment: drawn or read, stretched, split and preprocessed.

    Rows are left unused when `data.n` asks for fewer than a real table has.

    Raises:
        FieldError: when a reader's own table is no longer there.
    """
    whole = table(data, seed)
    parts = split(len(whole.x), data.train_rows, data.test_rows, seed)
    return dataset_of(whole, parts, data.preprocess, images=_images(data, seed, parts[0]))


def _images(data: Data, seed: int, train: Ints) -> Floats | None:
    """The training rows as pictures from 0 to 1, if they are."""
    plain = _table(data, seed) if data.name in IMAGES else None
    if plain is None or plain.image_shape is None:
        return None
    low, high = plain.x.min(), plain.x.max()
    pictures: Floats = (plain.x[train] - low).reshape(-1, *plain.image_shape) / (high - low)
    return pictures


def dataset_of(whole: Table, parts: tuple[Ints, Ints], method: str, *, images: Floats | None = None) -> Dataset:
    """A table, split and preprocessed: features and a numeric target with statistics of the training rows alone.

    Args:
        whole: all rows.
        parts: the row numbers for training and for testing.
        method: raw, minmax, zscore or whitened.
        images: the training rows as pictures, if they are.
    """
    train, test = parts
    shared = whole.image_shape is not None
    x_train, x_test = preprocess(whole.x[train], whole.x[test], method, shared_scale=shared)
    y_train, y_test = whole.y[train], whole.y[test]
    if not whole.classes:
        mean, std = y_train.mean(), y_train.std() or 1.0
        y_train, y_test = ((part[:, None] - mean) / std for part in (y_train, y_test))
    subsets = (None, None) if whole.subset is None else (whole.subset[train], whole.subset[test])
    return Dataset(
        x_train, x_test, y_train, y_test, whole.classes, whole.feature_names, whole.class_names, images, *subsets
    )
