"""The states that runs begin with, without building a torch network for each of them.

A network is built once for each structure; its initial weights are then drawn straight into flat memory, the same
numbers that `network.build` draws. So a run with another learning rate, and each run of a sweep, begins at once.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from bnviz.core.armrun import ArmState
from bnviz.core.data import Dataset, load
from bnviz.core.experiment import Arm, Experiment, Network
from bnviz.core.memory import Memory, memory_of
from bnviz.core.network import build, first_weights
from bnviz.core.streams import WEIGHTS, generator

Shape = tuple[int, int]


@lru_cache(maxsize=12)
def _template(network: Network, arm: Arm, size: Shape, dtype: torch.dtype) -> tuple[Memory, tuple[int, ...]]:
    """A network of this structure as flat memory, and where its weight matrices start there."""
    net = build(network, arm, inputs=size[0], outputs=size[1], seed=0).to(dtype)
    weights, starts, place = {id(linear.weight) for linear in net.linears()}, [], 0
    for parameter in net.parameters():
        if id(parameter) in weights:
            starts.append(place)
        place += parameter.numel()
    return memory_of(net), tuple(starts)


@lru_cache(maxsize=64)
def _shape_of(network: Network, arm: Arm) -> tuple[Network, Arm]:
    """Both without what plays no part in the structure."""
    return replace(network, gain=1.0), replace(arm, learning_rate=None, gain=None, optimizer=None, dropout=None)


@lru_cache(maxsize=4)
def _draws(seed: int, shapes: tuple[Shape, ...]) -> tuple[NDArray[np.float64], ...]:
    """Standard normal numbers for each weight matrix, from the input to the output."""
    rng = generator(seed, WEIGHTS)
    return tuple(rng.standard_normal(shape).ravel() for shape in shapes)


def first_state(experiment: Experiment, arm: Arm, data: Dataset, dtype: torch.dtype) -> ArmState:
    """An arm before its first update, its network built for it alone."""
    shape = {"inputs": data.inputs, "outputs": data.outputs}
    memory = memory_of(build(experiment.network, arm, **shape, seed=experiment.seed, dtype=dtype))
    return ArmState(arm, memory, memory.values)


def _from_template(experiment: Experiment, arm: Arm, size: Shape, dtype: torch.dtype) -> ArmState:
    network = experiment.network
    template, starts = _template(*_shape_of(network, arm), size, dtype)
    widths = (size[0], *network.hidden, size[1])
    draws = _draws(experiment.seed, tuple(zip(widths[1:], widths[:-1], strict=True)))
    gain = network.gain if arm.gain is None else arm.gain
    memory = template.copied()
    for layer, (first, drawn) in enumerate(zip(starts, draws, strict=True)):
        own = gain if layer < len(network.hidden) else None
        memory.values[first : first + drawn.size] = first_weights(network, drawn, widths[layer], own)
    return ArmState(arm, memory, memory.values)


def first_states(experiment: Experiment, dtype: torch.dtype) -> tuple[ArmState, ...]:
    """The arms before their first update, each with the numbers of `first_state`, which serves convolutions."""
    data = load(experiment.data, experiment.seed)
    if experiment.network.kind == "conv":
        return tuple(first_state(experiment, arm, data, dtype) for arm in experiment.arms)
    size = data.inputs, data.outputs
    return tuple(_from_template(experiment, arm, size, dtype) for arm in experiment.arms)
