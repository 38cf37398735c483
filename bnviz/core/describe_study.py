"""Studies and sweeps in words: what was measured, of what, with which seeds; for the captions of pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bnviz.core.describe import words
from bnviz.core.experiment import Experiment
from bnviz.core.study import Study
from bnviz.core.sweep import Axis

NETWORK, TRAINING, BATCHES, UPDATES = 1, 2, 3, 4  # places in `describe.words`
SWEPT = {"training.learning_rate": "learning rates", "network.gain": "scales of the first weights",
         "network.depth": "hidden layers", "network.activation": "activations"}  # fmt: skip
Options = Mapping[str, Any]


def study_words(study: Study) -> list[str]:
    """What was measured, on what, how, and with which seeds: one short phrase each."""
    found = words(study.experiment)[:-1]
    return [*_OF.get(study.measure, _plain)(found, dict(study.options)), seed_words(study.seeds)]


def sweep_words(base: Experiment, axes: Sequence[Axis], seeds: Sequence[int]) -> list[str]:
    """The base of a sweep, the values that its axes take, and the seeds."""
    found, swept = words(base)[:-1], {axis.field for axis in axes}
    if "training.learning_rate" in swept:
        found[TRAINING] = found[TRAINING].partition(",")[0]
    if "network.depth" in swept:
        found[NETWORK] = f"{base.network.hidden[0]} units a layer"
    listed = (f"{SWEPT.get(axis.field, axis.field)} {_listed(axis.values)}" for axis in axes)
    return [*found, *listed, seed_words(seeds)]


def seed_words(seeds: Sequence[int]) -> str:
    """The seeds in short: "seed 3", "seeds 0 to 7", "seeds 1, 5"."""
    if len(seeds) == 1:
        return f"seed {seeds[0]}"
    row = list(range(seeds[0], seeds[0] + len(seeds)))
    return f"seeds {row[0]} to {row[-1]}" if list(seeds) == row else f"seeds {_listed(seeds)}"


def _listed(values: Sequence[Any]) -> str:
    return ", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)


def _plain(found: list[str], _options: Options) -> list[str]:
    return found


def _residual(found: list[str], options: Options) -> list[str]:
    """The network of the experiment plays no part: it is a residual net."""
    found[NETWORK] = f"{options['blocks']} residual blocks of width {options['width']}"
    return found


def _linear(found: list[str], options: Options) -> list[str]:
    """The data are drawn, and every update sees all rows."""
    rate = found[TRAINING].partition(", ")[2]
    shape = f"{options['depth']} linear layers of width {options['width']}"
    return ["256 drawn rows and a linear map to learn", shape, f"gradient descent on all rows, {rate}", found[UPDATES]]


def _batch_sizes(found: list[str], options: Options) -> list[str]:
    """Each size in turn; the learning rate may follow it, and the epochs may count instead of the updates."""
    if options["scaled"]:
        found[TRAINING] += f" for {found[BATCHES]}, in proportion to the batch"
    found[BATCHES] = f"batches of {_listed(options['sizes'])}"
    if options["epochs"]:
        found[UPDATES] = f"{options['epochs']} epoch{'' if options['epochs'] == 1 else 's'}"
    return found


def _kinds(found: list[str], options: Options) -> list[str]:
    return [*found, f"input noise {options['level']:g}", f"dropout {options['dropout']:g}",
            f"ghost batches of {options['ghost']}"]  # fmt: skip


def _weights(found: list[str], options: Options) -> list[str]:
    """Here the layer counts from 0."""
    decay = [f"weight decay 0 and {options['decay']:g}"] if "decay" in options else []
    return [*found, f"layer {options['layer'] + 1}", *decay]


def _drift(found: list[str], options: Options) -> list[str]:
    return [*found, f"layer {options['layer']}"]


def _edge(found: list[str], options: Options) -> list[str]:
    found[BATCHES] = f"the same 128 rows in every update, {options['loss'].replace('_', ' ')} loss"
    return found


def _slices(found: list[str], options: Options) -> list[str]:
    return [*found, f"slices after {options['step']} updates"]


_OF: Mapping[str, Callable[[list[str], Options], list[str]]] = {
    "batch_sizes": _batch_sizes, "deep_linear": _linear, "depth": _residual, "drift": _drift, "edge": _edge,
    "growth": _weights, "noises": _kinds, "slices": _slices, "spread": _drift, "weight_scale": _weights,
}  # fmt: skip
