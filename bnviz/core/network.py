"""An experiment's network: linear layers or convolutions, an activation each, and a norm before or after it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from bnviz.core.experiment import IMAGES, Arm, Network
from bnviz.core.layers import Norm, make_norm
from bnviz.core.streams import DROPOUT, WEIGHTS, StepDraws, generator

Floats = NDArray[np.float64]
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "linear": lambda z: z,
}


@dataclass
class Trace:
    """What passed through each hidden layer in one forward pass.

    All are N x units; of a convolution (N * H * W) x C, one row a position.

    Attributes:
        pre: z = W x + b.
        normalized: what the norm gave; z itself in a bare layer.
        post: what the activation gave.
        norm_input: what the norm took in; z itself in a bare layer.
    """

    pre: list[Tensor] = field(default_factory=list)
    normalized: list[Tensor] = field(default_factory=list)
    post: list[Tensor] = field(default_factory=list)
    norm_input: list[Tensor] = field(default_factory=list)

    def add(self, pre: Tensor, normalized: Tensor, post: Tensor, norm_input: Tensor) -> None:
        """Append one layer."""
        self.pre.append(by_unit(pre.detach()))
        self.normalized.append(by_unit(normalized.detach()))
        self.post.append(by_unit(post.detach()))
        self.norm_input.append(by_unit(norm_input.detach()))


def by_unit(x: Tensor) -> Tensor:
    """N x C x H x W as (N * H * W) x C; N x C as it is."""
    return x if x.dim() == 2 else x.movedim(1, -1).reshape(-1, x.shape[1])


class Linear(nn.Linear):
    """torch's linear layer, left empty: `build` draws the weights."""

    def reset_parameters(self) -> None:
        """Draw nothing."""


class Conv(nn.Conv2d):
    """A 3 x 3 convolution with a border of zeros: H and W stay. Left empty, as `Linear`."""

    def __init__(self, incoming: int, units: int, *, bias: bool) -> None:
        super().__init__(incoming, units, 3, padding=1, bias=bias)
        self.in_features, self.out_features = 9 * incoming, units

    def reset_parameters(self) -> None:
        """Draw nothing."""


class Layer(nn.Module):
    """One hidden layer: linear, then norm and activation in the order that `placement` says.

    Args:
        linear: the weighted sums.
        activation: a name out of ACTIVATIONS.
        arm: the variant.
        placement: before, after, or none for a bare layer.
        pooled: whether the largest of each 2 x 2 positions goes on, and the others do not.
    """

    norm: Norm | None

    def __init__(
        self, linear: Linear | Conv, activation: str, arm: Arm, placement: str, *, pooled: bool = False
    ) -> None:
        super().__init__()
        self.linear = linear
        self.activation, self.placement, self.pooled = activation, placement, pooled
        self.norm = make_norm(arm, linear.out_features) if placement != "none" else None

    def forward(self, x: Tensor, draws: StepDraws | None = None, trace: Trace | None = None) -> Tensor:
        """N x fan_in in, N x units out; for a convolution N x C x H x W."""
        act = ACTIVATIONS[self.activation]
        z = self.linear(x)
        if self.norm is None:
            norm_input = normalized = z
            post = out = act(z)
        elif self.placement == "before":
            norm_input, normalized = z, self.norm(z, draws)
            post = out = act(normalized)
        else:
            norm_input = post = act(z)
            normalized = out = self.norm(post, draws)
        if trace is not None:
            trace.add(z, normalized, post, norm_input)
        return F.max_pool2d(out, 2) if self.pooled else out


def image_of(inputs: int) -> tuple[int, int, int]:
    """Channels, height and width of images with so many features."""
    return next(shape for shape in IMAGES.values() if math.prod(shape) == inputs)


class NormNet(nn.Module):
    """The network of one arm.

    Args:
        network: the shape all arms share.
        arm: the variant.
        inputs, outputs: number of features and of logits (1 for regression).
    """

    def __init__(self, network: Network, arm: Arm, *, inputs: int, outputs: int) -> None:
        super().__init__()
        self.image = image_of(inputs) if network.kind == "conv" else None
        self.head = network.head
        first = inputs if self.image is None else self.image[0]
        widths = (first, *network.hidden)
        make = Linear if self.image is None else Conv
        pooled = network.pool if self.image is not None else 0
        self.hidden = nn.ModuleList(
            Layer(make(widths[i], widths[i + 1], bias=network.bias), network.activation, arm, word, pooled=i < pooled)
            for i, word in enumerate(arm.placements(len(network.hidden)))
        )
        self.output = Linear(widths[-1] * self._seen(pooled), outputs, bias=network.bias)

    def _seen(self, pooled: int) -> int:
        """How many numbers of each unit the output layer sees."""
        if self.image is None or self.head == "average":
            return 1
        halvings = min(pooled, len(self.hidden))
        return (self.image[1] >> halvings) * (self.image[2] >> halvings)

    def forward(
        self, x: Tensor, *, dropout: float = 0.0, draws: StepDraws | None = None, trace: Trace | None = None
    ) -> Tensor:
        """N x inputs in, N x outputs (logits, or one prediction) out."""
        if self.image is not None:
            x = x.reshape(-1, *self.image)
        for layer in self.hidden:
            x = layer(x, draws, trace)
            if dropout and self.training and draws is not None:
                kept = torch.from_numpy(draws.uniform(DROPOUT, tuple(x.shape)) >= dropout)
                x = x * kept / (1.0 - dropout)
        if self.image is not None:
            x = x.mean((2, 3)) if self.head == "average" else x.flatten(1)
        logits: Tensor = self.output(x)
        return logits

    def linears(self) -> list[Linear | Conv]:
        """Every linear layer or convolution from the input to the output."""
        return [*(layer.linear for layer in self.layers()), self.output]

    def layers(self) -> list[Layer]:
        """The hidden layers."""
        return [layer for layer in self.hidden if isinstance(layer, Layer)]


def first_weights(network: Network, drawn: Floats, fan_in: int, gain: float | None) -> Floats:
    """The weights that one layer begins with.

    Args:
        network: says how they start, and with which activation.
        drawn: standard normal numbers, one a weight.
        fan_in: numbers that go into a unit.
        gain: of a hidden layer; None for the output layer.
    """
    if network.init != "normal":
        return np.full_like(drawn, 0.0 if network.init == "zero" else (1.0 if gain is None else gain) / fan_in)
    g = 2.0 if network.activation == "relu" and gain is not None else 1.0
    return (1.0 if gain is None else gain) * math.sqrt(g / fan_in) * drawn


def build(
    network: Network, arm: Arm, *, inputs: int, outputs: int, seed: int, dtype: torch.dtype = torch.float64
) -> NormNet:
    """A freshly initialized network. Its weights are drawn in float64 and rounded to `dtype`.

    Weights are normal with standard deviation gain * sqrt(g / fan_in), g = 2 for ReLU (He et al. 2015) and 1
    otherwise; the output layer has sqrt(1 / fan_in); biases start at 0. The draws depend on the seed and the shape
    alone, so all arms start from the same weights (times their gain). `network.init` may ask for zeros or for one
    constant a layer instead.
    """
    net = NormNet(network, arm, inputs=inputs, outputs=outputs)
    if dtype != torch.get_default_dtype():
        net = net.to(dtype)
    rng = generator(seed, WEIGHTS)
    gain = network.gain if arm.gain is None else arm.gain
    with torch.no_grad():
        for linear in net.linears():
            drawn = rng.standard_normal(tuple(linear.weight.shape))
            own = None if linear is net.output else gain
            linear.weight.copy_(torch.from_numpy(first_weights(network, drawn, linear.in_features, own)))
            if linear.bias is not None:
                linear.bias.zero_()
    return net
