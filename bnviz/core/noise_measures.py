"""What noise does to a network: of batch statistics, on the inputs, and of small batches. Measures of a `Study`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from bnviz.core.data import load
from bnviz.core.experiment import MAX_STEPS, Arm, Experiment
from bnviz.core.fits import Result, figures, fit, trained, with_training
from bnviz.core.probes import decision_map
from bnviz.core.recording import map_extent
from bnviz.core.streams import INPUT_NOISE, generator

Array = NDArray[Any]
Results = Iterator[Result | None]
Options = Mapping[str, Any]


def generalization(experiment: Experiment, _options: Options) -> Results:
    """Loss and accuracy of every arm on both sets of rows; of a planar data set also what it makes of the plane.

    Args:
        experiment: what is trained.

    Yields:
        For each arm "arm" and the numbers of `fits.figures`; for a planar set "map", P(class 1) times 200 row by row,
        and "extent".
    """
    arms = yield from trained(experiment)
    data = load(experiment.data, experiment.seed)
    for index, arm in enumerate(arms):
        found: Result = {"arm": index, **figures(arm, data)}
        if experiment.data.planar:
            extent = map_extent(data)
            dtype = next(arm.net.parameters()).dtype
            cells = decision_map(arm.net, extent, dtype)
            found |= {"map": cells.ravel().tolist(), "extent": list(extent)}
        yield found


def batch_sizes(experiment: Experiment, options: Options) -> Results:
    """The figures of every arm for several batch sizes.

    Args:
        experiment: its batch size is the one for which its learning rate is meant.
        options: "sizes"; "scaled", whether the rate grows in proportion to the batch (Goyal et al. 2017); "epochs",
            after which a run ends, or 0 for the experiment's updates.

    Yields:
        For each size and arm "value" (the size), "arm" and the numbers of `fits.figures`.
    """
    for size in options["sizes"]:
        for found in fit(at_batch_size(experiment, int(size), options)):
            yield None if found is None else {"value": size, **found}


def at_batch_size(experiment: Experiment, size: int, options: Options) -> Experiment:
    """The experiment with another batch size, and the learning rate and updates that go with it."""
    training, rows = experiment.training, experiment.data.train_rows
    rate = training.learning_rate * (size / training.batch_size if options["scaled"] else 1.0)
    steps = min(MAX_STEPS, int(options["epochs"]) * (rows // size)) if options["epochs"] else training.steps
    return with_training(experiment, batch_size=size, learning_rate=rate, steps=steps)


def input_noise(experiment: Experiment, options: Options) -> Results:
    """The figures of every arm for several strengths of the noise on the inputs in training.

    Args:
        experiment: what is trained.
        options: "levels", standard deviations.

    Yields:
        For each level and arm "value" (the level), "arm" and the numbers of `fits.figures`.
    """
    for level in options["levels"]:
        for found in fit(with_training(experiment, input_noise=level)):
            yield None if found is None else {"value": level, **found}


KINDS = ("none", "none_input", "none_dropout", "batch", "batch_input", "batch_dropout", "batch_ghost")
"""Which norm, and what noise comes on top of it."""


def noises(experiment: Experiment, options: Options) -> Results:
    """Three kinds of noise beside each other, each alone: on the inputs, dropout, and smaller ghost batches.

    Args:
        experiment: what is trained; its arms are not looked at.
        options: "level", standard deviation of the input noise; "dropout", a share; "ghost", rows of a ghost batch.

    Yields:
        For each of `KINDS`, in another order, "kind" and the numbers of `fits.figures`.
    """
    arms = {
        f"{norm}{word}": Arm(norm, dropout=share)
        for norm in ("none", "batch")
        for word, share in (("", 0.0), ("_dropout", options["dropout"]))
    }
    arms["batch_ghost"] = Arm("batch_ghost", ghost_size=options["ghost"])
    noisy = {"none_input": Arm("none"), "batch_input": Arm("batch")}
    for kinds, level in ((arms, 0.0), (noisy, options["level"])):
        part = with_training(replace(experiment, arms=tuple(kinds.values())), input_noise=level, dropout=0.0)
        for found in fit(part):
            yield None if found is None else {"kind": tuple(kinds)[found["arm"]], **found}


def noisy_rows(rows: Array, level: float, *, seed: int) -> Array:
    """Rows as training sees them: with fresh noise on every feature, the same numbers at every level times the level.

    Args:
        rows: N x features.
        level: standard deviation of the noise.
        seed: of the noise.
    """
    noisy: Array = rows + level * generator(seed, INPUT_NOISE).standard_normal(rows.shape)
    return noisy
