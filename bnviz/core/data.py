"""Seeded data sets by name: toy sets in the plane, drawn pictures, and the real tables of scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import datasets

from bnviz.core.experiment import IMAGES, TABLE_ROWS, Data
from bnviz.core.preprocess import Floats, preprocess
from bnviz.core.streams import EPOCH, generator
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
    """

    x_train: Floats
    x_test: Floats
    y_train: Any
    y_test: Any
    classes: int
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    images: Floats | None = None

    @property
    def inputs(self) -> int:
        """Number of features that the network sees."""
        return int(self.x_train.shape[1])

    @property
    def outputs(self) -> int:
        """Number of logits, or 1 prediction for regression."""
        return self.classes or 1


@dataclass(frozen=True, eq=False)
class Table:
    """Rows as they come, before split and preprocessing."""

    x: Floats
    y: Any
    classes: int
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    image_shape: tuple[int, ...] | None = None


def _blobs(counts: tuple[int, int], noise: float, seed: int) -> tuple[Floats, Ints]:
    x, y = datasets.make_blobs(
        n_samples=list(counts), centers=[(-1.0, -1.0), (1.0, 1.0)], cluster_std=max(noise * 4, 1e-9), random_state=seed
    )
    return x, y


def _circles(counts: tuple[int, int], noise: float, seed: int) -> tuple[Floats, Ints]:
    x, y = datasets.make_circles(n_samples=counts, noise=noise, factor=0.5, random_state=seed)
    return x, y


def _moons(counts: tuple[int, int], noise: float, seed: int) -> tuple[Floats, Ints]:
    x, y = datasets.make_moons(n_samples=counts, noise=noise, random_state=seed)
    return x, y


def _spirals(counts: tuple[int, int], noise: float, seed: int) -> tuple[Floats, Ints]:
    """Two arms of 1.75 turns; the noise is a shift in both directions."""
    rng, parts = np.random.default_rng(seed), []
    for label, count in enumerate(counts):
        radius = np.linspace(0.1, 1.0, count)
        angle = 1.75 * 2 * np.pi * radius + np.pi * label
        arm = radius[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
        parts.append(arm + rng.normal(scale=noise / 2, size=(count, 2)))
    return np.concatenate(parts), np.repeat([0, 1], counts)


def _xor(counts: tuple[int, int], noise: float, seed: int) -> tuple[Floats, Ints]:
    """Class 1 where the two features have different signs; the noise moves points after they got their class."""
    rng, parts = np.random.default_rng(seed), []
    for label, count in enumerate(counts):
        size, sign = rng.uniform(0.05, 1.0, (count, 2)), rng.choice([-1.0, 1.0], count)
        parts.append(size * np.stack([sign, -sign if label else sign], axis=1))
    x = np.concatenate(parts)
    return x + rng.normal(scale=noise, size=x.shape), np.repeat([0, 1], counts)


_TOYS: dict[str, Callable[[tuple[int, int], float, int], tuple[Floats, Ints]]] = {
    "blobs": _blobs,
    "circles": _circles,
    "moons": _moons,
    "spirals": _spirals,
    "xor": _xor,
}


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


def _table(data: Data, seed: int) -> Table:
    if data.name == "textures":
        x, y = textures(TABLE_ROWS["textures"], seed)
        return Table(x, y, len(CLASS_NAMES), TEXTURE_FEATURES, CLASS_NAMES, IMAGES["textures"])
    if data.name not in _TOYS:
        return _chosen(_real(data.name), data.features)
    ones = min(data.rows - 2, max(2, round(data.rows * data.balance)))
    x, y = _TOYS[data.name]((data.rows - ones, ones), data.noise, seed)
    return Table(x, y.astype(np.int64), 2, ("x1", "x2"), ("0", "1"))


def _stretch(x: Floats, data: Data) -> Floats:
    for name, neutral in (("scale", 1.0), ("offset", 0.0)):
        values = getattr(data, name)
        vector = np.array([*values, *[neutral] * (x.shape[1] - len(values))])
        x = x * vector if name == "scale" else x + vector
    return x


@lru_cache(maxsize=16)
def load(data: Data, seed: int) -> Dataset:
    """The data set of an experiment: drawn or read, stretched, split and preprocessed.

    The rows are permuted with `numpy.random.default_rng(seed)`; the first ones are for training, the last
    `data.test_rows` for testing, and rows between (when `data.n` asks for fewer than there are) stay unused.
    """
    table = _table(data, seed)
    order = np.random.default_rng(seed).permutation(len(table.x))
    train, test = order[: data.train_rows], order[len(order) - data.test_rows :]
    x = _stretch(table.x, data)
    x_train, x_test = preprocess(x[train], x[test], data.preprocess, shared_scale=table.image_shape is not None)
    low, high = table.x.min(), table.x.max()
    images = (table.x[train] - low).reshape(-1, *table.image_shape) / (high - low) if table.image_shape else None
    y_train, y_test = table.y[train], table.y[test]
    if not table.classes:
        mean, std = y_train.mean(), y_train.std()
        y_train, y_test = (y_train - mean) / std, (y_test - mean) / std
        y_train, y_test = y_train[:, None], y_test[:, None]
    return Dataset(x_train, x_test, y_train, y_test, table.classes, table.feature_names, table.class_names, images)


@lru_cache(maxsize=64)
def _permutation(rows: int, seed: int, epoch: int) -> Ints:
    return generator(seed, EPOCH, epoch).permutation(rows)


def batch_rows(data: Dataset, order: str, batch_size: int, step: int, seed: int) -> Ints:
    """Row numbers of the batch that update `step + 1` is computed on.

    Args:
        order: shuffled (a new permutation each epoch), by_class (sorted by target) or fixed (as split).
        step: updates made so far. The last partial batch of an epoch is dropped.
    """
    epoch, place = divmod(step, len(data.x_train) // batch_size)
    return _sequence(data, order, seed, epoch)[place * batch_size : (place + 1) * batch_size]


def _sequence(data: Dataset, order: str, seed: int, epoch: int) -> Ints:
    """All row numbers in the order in which an epoch takes them."""
    rows = len(data.x_train)
    if order == "shuffled":
        return _permutation(rows, seed, epoch)
    return np.argsort(np.ravel(data.y_train), kind="stable") if order == "by_class" else np.arange(rows)


def batches(data: Dataset, order: str, batch_size: int, steps: range, seed: int) -> Ints:
    """`batch_rows` of consecutive steps, one row each: steps x batch_size."""
    count = len(data.x_train) // batch_size
    first, last = steps.start // count, (steps.stop - 1) // count
    epochs = range(first, last + 1) if order == "shuffled" else range(first, first + 1)
    whole = [_sequence(data, order, seed, epoch)[: count * batch_size].reshape(count, batch_size) for epoch in epochs]
    places = np.arange(steps.start, steps.stop) - first * count
    return np.concatenate(whole)[places if order == "shuffled" else places % count]
