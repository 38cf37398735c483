"""An experiment in words: for captions, file names, tables of settings, and as the Python that makes it again."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from bnviz.core.experiment import Arm, Experiment
from bnviz.core.labels import OPTIMIZER_WORDS, arm_labels
from bnviz.core.own_settings import OWN

GROUPS = ("data", "network", "training")
PREPROCESS_WORDS = {"raw": "raw", "minmax": "min-max scaled", "zscore": "standardized", "whitened": "decorrelated"}


def shape_words(experiment: Experiment) -> str:
    """The hidden layers in short: "5 × 64", "64-32", "conv 8-16", "linear"."""
    hidden, conv = experiment.network.hidden, experiment.network.kind == "conv"
    if not hidden:
        return "linear"
    even = len(set(hidden)) == 1 and len(hidden) > 1
    widths = f"{len(hidden)} × {hidden[0]}" if even else "-".join(str(width) for width in hidden)
    return f"conv {widths}" if conv else widths


def words(experiment: Experiment) -> list[str]:
    """What was trained, on what, how, and from which seed: one short phrase each."""
    data, network, training = experiment.data, experiment.network, experiment.training
    extras = [
        f"{name} {value:g}"
        for name, value in (
            ("gain", None if network.gain == 1 else network.gain),
            ("weight decay", training.weight_decay or None),
            ("dropout", training.dropout or None),
            ("input noise", training.input_noise or None),
        )
        if value is not None
    ]
    rows = f"{data.name.replace('_', ' ')}, {data.train_rows} training rows"
    prepared = PREPROCESS_WORDS[data.preprocess] + (", stretched" if data.scale or data.offset else "")
    if network.init != "normal":
        extras.insert(0, f"all weights begin {'at zero' if network.init == 'zero' else 'alike in each layer'}")
    return [
        f"{rows}, {prepared}",
        f"hidden layers {shape_words(experiment)}, {network.activation}" if network.hidden else "a linear model",
        f"{OPTIMIZER_WORDS[training.optimizer]}, learning rate {training.learning_rate:g}",
        f"batches of {training.batch_size}" + {"by_class": ", sorted by class", "fixed": ", always the same"}.get(
            training.order, ""
        ),
        f"{training.steps:,} updates",
        *extras,
        f"seed {experiment.seed}",
    ]  # fmt: skip


def file_stem(experiment: Experiment) -> str:
    """How files about a run are called, without an ending: "bnviz-digits-5x64-lr1.6-seed0"."""
    shape = shape_words(experiment).replace(" × ", "x").replace(" ", "-")
    rate = experiment.training.learning_rate
    usual = Experiment().training.learning_rate
    parts = ["bnviz", experiment.data.name, shape, *([] if rate == usual else [f"lr{rate:g}"])]
    return "-".join([*parts, f"seed{experiment.seed}"]).replace("_", "-")


def python_of(experiment: Experiment) -> str:
    """The call of `bnviz.Experiment` that makes this experiment, with the settings that differ from the usual ones."""
    usual = Experiment()
    lines = [
        f"    {group}={_call(getattr(experiment, group), getattr(usual, group))},"
        for group in GROUPS
        if getattr(experiment, group) != getattr(usual, group)
    ]
    if experiment.arms != usual.arms:
        arms = "".join(f"        {_call(arm, Arm())},\n" for arm in experiment.arms)
        lines.append(f"    arms=(\n{arms}    ),")
    if experiment.seed:
        lines.append(f"    seed={experiment.seed},")
    return "\n".join(["bnviz.Experiment(", *lines, ")"]) if lines else "bnviz.Experiment()"


def _call(value: Any, usual: Any) -> str:
    given = [
        f"{item.name}={getattr(value, item.name)!r}".replace("'", '"')
        for item in fields(value)
        if getattr(value, item.name) != getattr(usual, item.name)
    ]
    return f"bnviz.{type(value).__name__}({', '.join(given)})"


def flat(experiment: Experiment) -> dict[str, str]:
    """Every setting as text, under names such as "training.learning_rate"; the arms by their labels."""
    settings = {
        f"{group}.{item.name}": item.metadata["kind"].write(getattr(getattr(experiment, group), item.name))
        for group in GROUPS
        for item in fields(getattr(experiment, group))
        if item.name != "table"
    }
    settings["network.hidden"] = shape_words(experiment)
    return settings | {"arms": "; ".join(arm_labels(experiment)), "seed": str(experiment.seed)}


def differing(experiments: list[Experiment]) -> dict[str, list[str]]:
    """The settings in which experiments differ, each with its values in the order of the experiments."""
    known = [flat(experiment) for experiment in experiments]
    columns = {name: [one[name] for one in known] for name in known[0]} if known else {}
    return {name: values for name, values in columns.items() if len(set(values)) > 1}


def is_own(experiment: Experiment) -> bool:
    """Whether it runs on a reader's own table, which no file and no link may carry."""
    return experiment.data.name == OWN
