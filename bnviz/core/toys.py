"""Data sets that are drawn: toy classes in the plane, and features on very different scales with their targets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn import datasets

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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


Draw = Callable[[tuple[int, int], float, int], tuple[Floats, Ints]]
_CLASSES: dict[str, Draw] = {"blobs": _blobs, "circles": _circles, "moons": _moons, "spirals": _spirals, "xor": _xor}


def classes(name: str, counts: tuple[int, int], noise: float, seed: int) -> tuple[Floats, Ints]:
    """Points of a toy set and their classes, `counts` of class 0 and of class 1."""
    x, y = _CLASSES[name](counts, noise, seed)
    return x, y.astype(np.int64)


def scales(name: str, rows: int, noise: float, seed: int) -> tuple[Floats, Floats]:
    """Two features on different scales and the number to predict from them.

    - ranges: x1 uniform in -200..200, x2 uniform in 0..2.5; y = 0.01 x1 + x2 + noise.
    - thousands: x1 uniform in 1..5, x2 uniform in 1,000..99,999; y = the sum of both as shares of their ranges + noise.
    - normal: x1 ~ N(0, 5), x2 ~ N(0, 1); y = 0.2 x1 + x2 + noise.
    - signals: A and B are one signal, sin of 2 turns + half a sin of 5, each with noise of its own (1.5 times `noise`),
      stretched to 0..20 and 0..2; the rows are in the order of time, and y is the signal itself.

    Returns:
        x (rows x 2) and y (rows).
    """
    rng = np.random.default_rng(seed)
    if name == "signals":
        return _signals(rng, rows, noise)
    if name == "normal":
        x = rng.normal(size=(rows, 2)) * [5.0, 1.0]
        weights, shift = np.array([0.2, 1.0]), np.zeros(2)
    else:
        bounds = np.array([[-200.0, 200.0], [0.0, 2.5]] if name == "ranges" else [[1.0, 5.0], [1000.0, 99_999.0]])
        x = rng.uniform(bounds[:, 0], bounds[:, 1], (rows, 2))
        raw = name == "ranges"
        weights = np.array([0.01, 1.0]) if raw else 1 / np.diff(bounds)[:, 0]
        shift = np.zeros(2) if raw else bounds[:, 0]
    return x, (x - shift) @ weights + rng.normal(scale=noise, size=rows)


def _signals(rng: np.random.Generator, rows: int, noise: float) -> tuple[Floats, Floats]:
    time = np.linspace(0, 1, rows)
    signal = np.sin(2 * np.pi * 2 * time) + 0.5 * np.sin(2 * np.pi * 5 * time)
    copies = np.stack([signal + rng.normal(scale=1.5 * noise, size=rows) for _ in range(2)], axis=1)
    low, high = copies.min(axis=0), copies.max(axis=0)
    return (copies - low) / (high - low) * [20.0, 2.0], signal


def feature_names(name: str) -> tuple[str, str]:
    """What the two features of a set that is drawn are called."""
    return ("A", "B") if name == "signals" else ("x1", "x2")
