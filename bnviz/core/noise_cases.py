"""What the lab on noise puts to the test: for each question the study that answers it, and the effect it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.core.experiment import INITS, Arm, Data, Experiment, Network, Training
from bnviz.core.noise_measures import KINDS
from bnviz.core.residual import REMEDIES
from bnviz.core.study import Study

Floats = NDArray[np.float64]
Results = Sequence[Sequence[Mapping[str, Any]]]

DIGIT_TESTS, MOON_TESTS = 450, 1000
SIZES = (2, 4, 8, 16, 32, 64, 128, 256)
GHOSTS = (4, 8, 16, 32)
SMALL_SIZES = (2, 4, 8, 16, 32)
LEVELS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
PICTURED = (0.0, 0.5, 2.0, 4.0)
TEST_ROWS = 10
FULL_LAW = 32
"""From this batch size on the outputs follow 1 / sqrt(B); smaller batches distort them in other ways too."""


def few_digits(rows: int) -> Data:
    """Digits with so many training rows and 450 test rows."""
    return Data("digits", n=rows + DIGIT_TESTS, test_fraction=DIGIT_TESTS / (rows + DIGIT_TESTS))


def few_moons(rows: int, noise: float) -> Data:
    """Two moons with so many training rows, and 1000 test rows or at most 16 times as many."""
    tests = min(MOON_TESTS, 16 * rows)
    return Data("moons", n=rows + tests, noise=noise, test_fraction=tests / (rows + tests))


def spread(seeds: tuple[int, ...], *, layer: int, updates: int, learning_rate: float) -> Study:
    """Scatter of batch statistics and outputs (row B1 of the claims)."""
    experiment = Experiment(
        network=Network((64,) * 3), arms=(Arm("batch"),), training=Training(learning_rate=learning_rate, steps=updates)
    )
    options = (("sizes", SIZES), ("rows", TEST_ROWS), ("layer", layer))
    return Study("spread", experiment, seeds, options, len(SIZES))


def ghosts(seeds: tuple[int, ...], *, rows: int) -> Study:
    """No norm, ghost batches, and the full batch, on few digits (F1)."""
    sizes = [size for size in GHOSTS if size < rows]
    arms = (Arm("none"), *(Arm("batch_ghost", ghost_size=size) for size in sizes), Arm("batch"))
    training = Training(learning_rate=0.2, batch_size=rows, steps=500)
    return _generalization(Experiment(few_digits(rows), Network((64,) * 5), arms, training), seeds)


def moons(seeds: tuple[int, ...], *, rows: int, noise: float) -> Study:
    """The same in the plane, where the boundary can be seen (F1b)."""
    arms = (Arm("none"), Arm("batch_ghost", ghost_size=8), Arm("batch"))
    training = Training(learning_rate=0.2, batch_size=rows, steps=800)
    return _generalization(Experiment(few_moons(rows, noise), Network((64,) * 3), arms, training), seeds)


def shrinking_batches(seeds: tuple[int, ...], *, rows: int) -> Study:
    """Batch size as a regularizer: the same updates in batches of 16 up to all rows (F1c)."""
    sizes = tuple(size for size in (16, 32, 64, 128, 256) if size <= rows)
    arms = (Arm("none", learning_rate=0.1), Arm("batch"))
    training = Training(learning_rate=0.2, batch_size=rows, steps=500)
    experiment = Experiment(few_digits(rows), Network((64,) * 5), arms, training)
    return _batch_sizes(experiment, seeds, sizes, scaled=False, epochs=0)


def small_batches(seeds: tuple[int, ...], *, epochs: int, learning_rate: float) -> Study:
    """Four arms at batch sizes 2 to 32, with a rate in proportion to the batch (F2)."""
    arms = tuple(Arm(norm) for norm in ("none", "batch", "layer", "group"))
    training = Training(learning_rate=learning_rate, batch_size=64)
    experiment = Experiment(Data(), Network((64,) * 4), arms, training)
    return _batch_sizes(experiment, seeds, SMALL_SIZES, scaled=True, epochs=epochs)


def input_noise(seeds: tuple[int, ...], *, rows: int) -> Study:
    """More and more noise on the inputs (F7)."""
    experiment = Experiment(few_digits(rows), Network((128,) * 2), (Arm("none"), Arm("batch")), _noise_training(rows))
    return Study("input_noise", experiment, seeds, (("levels", LEVELS),), len(LEVELS) * 2)


def noises(seeds: tuple[int, ...], *, rows: int, level: float, dropout: float) -> Study:
    """Input noise, dropout and ghost batches beside each other, on the same digits as `input_noise` (e27)."""
    experiment = Experiment(few_digits(rows), Network((128,) * 2), (Arm("none"), Arm("batch")), _noise_training(rows))
    options = (("level", level), ("dropout", dropout), ("ghost", 8))
    return Study("noises", experiment, seeds, options, len(KINDS))


def starts(seeds: tuple[int, ...], *, activation: str) -> Study:
    """Normal, zero and constant first weights (F8)."""
    experiment = Experiment(
        network=Network((64,) * 3, activation), arms=(Arm("none"), Arm("batch")), training=Training(steps=200)
    )
    return Study("starts", experiment, seeds, (), 2 * len(INITS))


def depth(seeds: tuple[int, ...], *, blocks: int, width: int) -> Study:
    """Residual nets with and without norm (G1)."""
    experiment = Experiment(training=Training(learning_rate=0.03, steps=200))
    return Study("depth", experiment, seeds, (("blocks", blocks), ("width", width)), 2 * len(REMEDIES))


def _noise_training(rows: int) -> Training:
    return Training(learning_rate=0.2, batch_size=min(64, rows), steps=500)


def _generalization(experiment: Experiment, seeds: tuple[int, ...]) -> Study:
    return Study("generalization", experiment, seeds, (), len(experiment.arms))


def _batch_sizes(
    experiment: Experiment, seeds: tuple[int, ...], sizes: tuple[int, ...], *, scaled: bool, epochs: int
) -> Study:
    options = (("sizes", sizes), ("scaled", scaled), ("epochs", epochs))
    return Study("batch_sizes", experiment, seeds, options, len(sizes) * len(experiment.arms))


def gathered(results: Results, name: str, **places: Sequence[Any]) -> Floats:
    """One number of all results as an array.

    Args:
        results: of each seed, the results so far.
        name: of the number.
        places: for each axis the name by which a result says where it belongs, and the values along it.

    Returns:
        seeds x the lengths of `places`; NaN where nothing is known (yet).
    """
    table = np.full((len(results), *(len(values) for values in places.values())), np.nan)
    for seed, found in enumerate(results):
        for one in found:
            if one.get(name) is not None:
                at = tuple(list(values).index(one[axis]) for axis, values in places.items())
                table[(seed, *at)] = one[name]
    return table


def median_range(table: Floats) -> tuple[Floats, Floats, Floats]:
    """Median, smallest and largest over the seeds (the first axis); NaN where no seed is known."""
    shape = table.shape[1:]
    parts = [np.full(shape, np.nan) for _ in range(3)]
    for at in np.ndindex(*shape):
        known = table[(slice(None), *at)]
        known = known[~np.isnan(known)]
        if len(known):
            for part, value in zip(parts, (np.median(known), known.min(), known.max()), strict=True):
                part[at] = value
    return parts[0], parts[1], parts[2]


def differences(table: Floats, more: tuple[int, ...], less: tuple[int, ...]) -> list[float]:
    """One number a seed: the value at one place minus that at another; NaN while one of both is not known."""
    return [float(row[more] - row[less]) for row in table]
