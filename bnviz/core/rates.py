"""What can be chosen in the lab of rates, initialization and depth, and the sweeps that follow from it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from bnviz.core.experiment import (
    ACTIVATIONS,
    GAIN,
    MAX_DEPTH,
    MAX_STEPS,
    MAX_WIDTH,
    RATE,
    Arm,
    Data,
    Experiment,
    Network,
    Training,
)
from bnviz.core.fields import Choice, ListOf, Number, setting
from bnviz.core.start_signal import MOST_LAYERS, Start
from bnviz.core.sweep import MAX_OUTCOMES, Axis, Sweep, geometric

PARTS = ("rate", "init", "depth", "start", "inside")
CLAIMS = ("C4", "C5", "C7", "C8", "C1", "C6", "C3", "C3b", "D5", "C2", "D4")
SETS = ("digits", "wine", "breast_cancer", "moons", "circles", "spirals")
MEASURES = ("test_accuracy", "train_loss", "steps_to", "diverged")
QUANTITIES = ("gamma", "beta", "ratio")
ARMS = {
    "none": Arm("none"),
    "batch": Arm("batch"),
    "after": Arm("batch", "after"),
    "layer": Arm("layer"),
    "group": Arm("group"),
    "rms": Arm("rms"),
}
MOST_VALUES, MOST_SEEDS, MOST_UPDATES = 12, 12, 1000
COUNT = Number(2, MOST_VALUES, integer=True)
PLACE = Number(0, MOST_VALUES, integer=True)


@dataclass(frozen=True)
class Choices:
    """What is swept, and how it is looked at.

    Attributes:
        part: which part of the lab is open.
        claim: which claim is put to the test.
        data, arms, activation, layers, width, gain, learning_rate, batch_size, updates: of every run, where no axis
            changes them.
        seeds, seed: how many seeds there are, and the first of them.
        target: the test accuracy whose first reaching counts.
        low, high, values: ends of the learning rates, and how many there are, in equal ratios.
        scale_low, scale_high, scales: the same for the scale of the initial weights.
        depths, kinds: hidden layers and activations of the third part.
        deep: hidden layers of the network that is looked at before its first update.
        measure: which number the heat map shows.
        arm, along, quantity, layer: of the part that looks inside the runs: which norm; over the learning rates or
            over the scales of the initial weights; what is drawn; of which layer, counted from 1.
        look_scale, look_depth, look_kind: which network of the map is looked at before its first update: the place of
            its scale, depth and activation among those of the map, counted from 1, and 0 for the usual one.
    """

    part: str = setting("rate", Choice(PARTS))
    claim: str = setting("C5", Choice(CLAIMS))
    data: str = setting("digits", Choice(SETS))
    arms: tuple[str, ...] = setting(("none", "batch", "layer"), ListOf(Choice(tuple(ARMS)), 1, len(ARMS), "norms"))
    activation: str = setting("relu", Choice(ACTIVATIONS))
    layers: int = setting(5, Number(1, MAX_DEPTH, integer=True))
    width: int = setting(64, Number(1, MAX_WIDTH, integer=True))
    gain: float = setting(1.0, GAIN)
    learning_rate: float = setting(0.1, RATE)
    batch_size: int = setting(64, Number(2, 256, integer=True))
    updates: int = setting(300, Number(1, MOST_UPDATES, integer=True))
    seeds: int = setting(2, Number(1, MOST_SEEDS, integer=True))
    seed: int = setting(0, Number(0, 2**31 - 1 - MOST_SEEDS, integer=True))
    target: float = setting(0.9, Number(0.1, 1.0))
    low: float = setting(0.025, RATE)
    high: float = setting(6.4, RATE)
    values: int = setting(9, COUNT)
    scale_low: float = setting(0.1, Number(1e-3, 100.0))
    scale_high: float = setting(3.2, Number(1e-3, 100.0))
    scales: int = setting(6, COUNT)
    depths: tuple[int, ...] = setting((1, 3, 5), ListOf(Number(1, MAX_DEPTH, integer=True), 1, MAX_DEPTH, "depths"))
    kinds: tuple[str, ...] = setting(
        ("relu", "tanh", "sigmoid"), ListOf(Choice(ACTIVATIONS), 1, len(ACTIVATIONS), "activations")
    )
    deep: int = setting(20, Number(2, MOST_LAYERS, integer=True))
    measure: str = setting("test_accuracy", Choice(MEASURES))
    arm: str = setting("batch", Choice(tuple(ARMS)))
    along: str = setting("rate", Choice(("rate", "scale")))
    quantity: str = setting("gamma", Choice(QUANTITIES))
    layer: int = setting(1, Number(1, MAX_DEPTH, integer=True))
    look_scale: int = setting(0, PLACE)
    look_depth: int = setting(0, PLACE)
    look_kind: int = setting(0, PLACE)


def fitted(chosen: Choices) -> Choices:
    """The same choices made to fit each other: ends in order, nothing twice, not more runs than are possible."""
    arms = tuple(dict.fromkeys(chosen.arms))
    depths, kinds = tuple(sorted(set(chosen.depths))), tuple(dict.fromkeys(chosen.kinds))
    low, high = _ends(chosen.low, chosen.high, RATE.high)
    scale_low, scale_high = _ends(chosen.scale_low, chosen.scale_high, 100.0)
    points = len(depths) * len(kinds) if chosen.part == "depth" else 1
    return replace(
        chosen,
        arms=arms,
        depths=depths,
        kinds=kinds,
        low=low,
        high=high,
        scale_low=scale_low,
        scale_high=scale_high,
        seeds=min(chosen.seeds, MAX_OUTCOMES // (points * len(arms))),
        batch_size=min(chosen.batch_size, Data(chosen.data).train_rows),
        layer=min(chosen.layer, chosen.layers),
    )


def _ends(low: float, high: float, most: float) -> tuple[float, float]:
    """Two different ends in order."""
    low, high = min(low, high), max(low, high)
    if high >= 1.05 * low:
        return low, high
    return (low, 2 * low) if 2 * low <= most else (low / 2, low)


def norm_of(name: str, width: int) -> Arm:
    """One arm; group norm gets as many groups as divide the width, at most 8."""
    arm = ARMS[name]
    return replace(arm, groups=math.gcd(arm.groups, width)) if name == "group" else arm


def base_of(chosen: Choices, arms: tuple[str, ...] | None = None) -> Experiment:
    """The experiment that the axes change."""
    return Experiment(
        data=Data(chosen.data),
        network=Network((chosen.width,) * chosen.layers, chosen.activation, gain=chosen.gain),
        arms=tuple(norm_of(name, chosen.width) for name in (chosen.arms if arms is None else arms)),
        training=Training(
            learning_rate=chosen.learning_rate,
            batch_size=chosen.batch_size,
            steps=min(chosen.updates, MAX_STEPS),
        ),
        seed=chosen.seed,
    )


def axes_of(chosen: Choices) -> tuple[Axis, ...]:
    """What is swept in the open part."""
    if chosen.part == "depth":
        return Axis("network.depth", chosen.depths), Axis("network.activation", chosen.kinds)
    if chosen.part == "init" or (chosen.part == "inside" and chosen.along == "scale"):
        return (_distinct("network.gain", chosen.scale_low, chosen.scale_high, chosen.scales),)
    return (_distinct("training.learning_rate", chosen.low, chosen.high, chosen.values),)


def _distinct(field: str, low: float, high: float, count: int) -> Axis:
    """Values in equal ratios; fewer where rounding makes two of them one."""
    while count > 2:
        try:
            return geometric(field, low, high, count)
        except ValueError:
            count -= 1
    return Axis(field, (low, high))


def sweep_of(chosen: Choices) -> Sweep:
    """The sweep of the open part, whose choices fit each other."""
    seeds = tuple(range(chosen.seed, chosen.seed + chosen.seeds))
    return Sweep(base_of(chosen), axes_of(chosen), seeds, chosen.target)


def inside_of(chosen: Choices) -> tuple[Experiment, ...]:
    """One run for each value of the axis, with one norm."""
    sweep = Sweep(base_of(chosen, (chosen.arm,)), axes_of(chosen), (chosen.seed,), None)
    return tuple(sweep.experiment(point, chosen.seed) for point in sweep.points())


def start_of(chosen: Choices) -> Start:
    """The network of the part that looks at it before its first update."""
    return Start(chosen.deep, chosen.width, chosen.activation, chosen.gain)
