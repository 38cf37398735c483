"""How far the signal and its gradient get through a network before the first update.

The network is that of a run (same weights, same norms, same loss), but may be deeper than one that is trained.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bnviz.core.armrun import loss_of
from bnviz.core.data import load
from bnviz.core.experiment import MAX_WIDTH, Arm, Data
from bnviz.core.fields import Choice, Number, check_fields, setting
from bnviz.core.network import Layer, Linear, Trace
from bnviz.core.network_settings import ACTIVATIONS, GAIN
from bnviz.core.probes import saturation
from bnviz.core.remembered import remembered
from bnviz.core.streams import WEIGHTS, StepDraws, generator

Array = NDArray[Any]
ROWS, MOST_LAYERS = 256, 24


@dataclass(frozen=True)
class Start:
    """A network before its first update.

    Attributes:
        depth, width: how many hidden layers, and how many units each has.
        activation: after each of them.
        gain: factor on the hidden layers' initial weights, as in `Network`.
    """

    depth: int = setting(5, Number(1, MOST_LAYERS, integer=True))
    width: int = setting(64, Number(1, MAX_WIDTH, integer=True))
    activation: str = setting("relu", Choice(ACTIVATIONS))
    gain: float = setting(1.0, GAIN)

    def __post_init__(self) -> None:
        check_fields(self, "start")


@dataclass(frozen=True, eq=False)
class Signal:
    """What is measured in each hidden layer, L numbers each.

    Attributes:
        spread: how much what enters the activation varies from row to row: standard deviation over the rows, mean
            over the units. It says how much of the rows' differences is left there.
        saturated: share of the activations that are saturated (of a ReLU: share of dead units; linear: NaN).
        grad: size of the gradient of the loss with respect to all weighted sums of the layer, sqrt(sum of squares).
    """

    spread: Array
    saturated: Array
    grad: Array

    @property
    def growth(self) -> float:
        """Factor by which the gradient grows from one layer to the one before it, on its way to the input."""
        if len(self.grad) < 2 or not (self.grad > 0).all():
            return math.nan
        return float((self.grad[0] / self.grad[-1]) ** (1 / (len(self.grad) - 1)))


@remembered(256)
def start_signal(start: Start, data: Data, arm: Arm, seed: int) -> Signal:
    """Measure one arm on the first `ROWS` training rows, taken as one batch in training mode, in float64.

    Args:
        start: the network.
        data: the rows that it sees.
        arm: its norm and where it stands.
        seed: of the split and of the initial weights.

    Returns:
        Float64 arrays; gradients are exact (autograd), of the mean loss over the rows.
    """
    rows = load(data, seed)
    x = torch.from_numpy(rows.x_train[:ROWS]).double()
    y = torch.from_numpy(rows.y_train[:ROWS]).to(torch.int64 if rows.classes else torch.float64)
    layers, output = _network(start, arm, rows.inputs, rows.outputs, seed)
    sums: list[Tensor] = []
    draws, trace = StepDraws(seed, 0), Trace()
    for layer in layers:
        hook = layer.linear.register_forward_hook(lambda _, __, z: sums.append(z))
        x = layer(x, draws, trace)
        hook.remove()
        sums[-1].retain_grad()
    loss_of(output(x), y).backward()
    entering = trace.normalized if arm.placement == "before" else trace.pre
    return Signal(
        np.array([values.numpy().std(axis=0).mean() for values in entering]),
        np.array([saturation(values.numpy(), start.activation) for values in trace.post]),
        np.array([_size(z) for z in sums]),
    )


def _size(z: Tensor) -> float:
    assert z.grad is not None
    return float(z.grad.norm())


def _network(start: Start, arm: Arm, inputs: int, outputs: int, seed: int) -> tuple[list[Layer], Linear]:
    """Layers with the weights that `network.build` would draw."""
    rng, g = generator(seed, WEIGHTS), 2.0 if start.activation == "relu" else 1.0
    widths = (inputs, *(start.width,) * start.depth)
    gain = start.gain if arm.gain is None else arm.gain
    placement = "none" if arm.norm == "none" else str(arm.placement)
    layers = []
    for incoming in widths[:-1]:
        linear = _drawn(Linear(incoming, start.width), gain * math.sqrt(g / incoming), rng)
        layers.append(Layer(linear, start.activation, arm, placement).double().train())
    return layers, _drawn(Linear(widths[-1], outputs), math.sqrt(1 / widths[-1]), rng)


def _drawn(linear: Linear, std: float, rng: np.random.Generator) -> Linear:
    """A linear layer with normal weights of this standard deviation and biases of 0, in float64."""
    linear = linear.double()
    with torch.no_grad():
        linear.weight.copy_(torch.from_numpy(std * rng.standard_normal(tuple(linear.weight.shape))))
        linear.bias.zero_()
    return linear
