"""Directions through the weights of a network: flat vectors with a number for each parameter, in torch's order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bnviz.core.armrun import loss_of
from bnviz.core.data import load
from bnviz.core.experiment import Experiment
from bnviz.core.memory import Memory

Array = NDArray[Any]


def training_rows(experiment: Experiment, rows: Array | slice = slice(None)) -> tuple[Array, Array]:
    """x and y of some training rows (all unless said otherwise), for `slices.loss_slice`."""
    data = load(experiment.data, experiment.seed)
    return data.x_train[rows], data.y_train[rows]


def weight_direction(memory: Memory, layer: int, unit: int, feature: int) -> Array:
    """One single weight: 1 there and 0 elsewhere.

    Args:
        memory: of the network.
        layer: number of the weight matrix, from the input on; the output's is the last.
        unit, feature: row and column of the matrix.

    Raises:
        ValueError: when there is no such weight.
    """
    found = list(matrices(memory))
    if not 0 <= layer < len(found):
        raise ValueError(f"Layer {layer} came; a number from 0 to {len(found) - 1} is needed.")
    place, (units, features) = found[layer]
    if not (0 <= unit < units and 0 <= feature < features):
        problem = f"Weight {unit}, {feature} came; layer {layer} has {units} units of {features} weights each."
        raise ValueError(problem)
    direction = np.zeros(memory.moments.shape[1])
    direction[place.start + unit * features + feature] = 1.0
    return direction


def filter_normalized(memory: Memory, direction: Array) -> Array:
    """A direction whose every row of a weight matrix is as long as the row of weights that it moves.

        d_row <- d_row * |w_row| / |d_row|,   0 for biases, gamma and beta

    So a step of 1 moves every unit by as much as its weights are long, whatever their scale: directions of two
    networks, or of two moments, can be compared.

    Args:
        memory: of the network.
        direction: a number for each parameter.

    Source:
        Li et al. 2018, section 4 (a filter is here the row of incoming weights of a unit).
    """
    result = np.zeros(memory.moments.shape[1])
    for place, shape in matrices(memory):
        moved, weights = (np.asarray(flat[place], np.float64).reshape(shape) for flat in (direction, memory.values))
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        scale = np.linalg.norm(weights, axis=1, keepdims=True) / np.where(lengths > 0, lengths, 1.0)
        result[place] = (moved * scale).ravel()
    return result


def random_direction(memory: Memory, seed: int) -> Array:
    """A normal random direction, filter-normalized. The same seed and shape draw the same numbers before that."""
    drawn: Array = np.random.default_rng(seed).standard_normal((memory.moments.shape[1],))
    return filter_normalized(memory, drawn)


def descent_direction(memory: Memory, rows: tuple[Array, Array], *, statistics: str = "batch") -> Array:
    """Minus the gradient of the loss on some rows: a step of s is an update of plain SGD with learning rate s.

    Args:
        memory, rows, statistics: as in `slices.loss_slice`.
    """
    net = memory.copied().net
    net.train(statistics == "batch")
    x, y = torch.from_numpy(np.asarray(rows[0], memory.values.dtype)), torch.from_numpy(np.asarray(rows[1]))
    loss = loss_of(net(x), y if y.dtype == torch.int64 else y.to(x.dtype))
    gradients = torch.autograd.grad(loss, list(net.parameters()))
    return -np.concatenate([gradient.numpy().ravel() for gradient in gradients]).astype(np.float64)


def matrices(memory: Memory) -> Iterator[tuple[slice, tuple[int, int]]]:
    """Where each weight matrix lies among the parameters, and its shape, from the input to the output."""
    places, place = {}, 0
    for parameter in memory.blueprint.parameters():
        places[id(parameter)] = slice(place, place + parameter.numel())
        place += parameter.numel()
    for linear in memory.blueprint.linears():
        yield places[id(linear.weight)], (linear.out_features, linear.in_features)
