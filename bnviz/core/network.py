"""An experiment's network: linear layers with an activation each, and a norm before or after it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from bnviz.core.experiment import Arm, Network
from bnviz.core.layers import Norm, make_norm
from bnviz.core.streams import DROPOUT, WEIGHTS, StepDraws, generator

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "linear": lambda z: z,
}


@dataclass
class Trace:
    """What passed through each hidden layer in one forward pass (N x units each).

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
        self.pre.append(pre.detach())
        self.normalized.append(normalized.detach())
        self.post.append(post.detach())
        self.norm_input.append(norm_input.detach())


class Linear(nn.Linear):
    """torch's linear layer, left empty: `build` draws the weights."""

    def reset_parameters(self) -> None:
        """Draw nothing."""


class Layer(nn.Module):
    """One hidden layer: linear, then norm and activation in the order that `placement` says."""

    norm: Norm | None

    def __init__(self, fan_in: int, units: int, *, bias: bool, activation: str, arm: Arm, placement: str) -> None:
        super().__init__()
        self.linear = Linear(fan_in, units, bias=bias)
        self.activation, self.placement = activation, placement
        self.norm = make_norm(arm, units) if placement != "none" else None

    def forward(self, x: Tensor, draws: StepDraws | None = None, trace: Trace | None = None) -> Tensor:
        """N x fan_in in, N x units out."""
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
        return out


class NormNet(nn.Module):
    """The network of one arm.

    Args:
        network: the shape all arms share.
        arm: the variant.
        inputs, outputs: number of features and of logits (1 for regression).
    """

    def __init__(self, network: Network, arm: Arm, *, inputs: int, outputs: int) -> None:
        super().__init__()
        widths = (inputs, *network.hidden)
        self.hidden = nn.ModuleList(
            Layer(fan_in, units, bias=network.bias, activation=network.activation, arm=arm, placement=placement)
            for fan_in, units, placement in zip(
                widths[:-1], widths[1:], arm.placements(len(network.hidden)), strict=True
            )
        )
        self.output = Linear(widths[-1], outputs, bias=network.bias)

    def forward(
        self, x: Tensor, *, dropout: float = 0.0, draws: StepDraws | None = None, trace: Trace | None = None
    ) -> Tensor:
        """N x inputs in, N x outputs (logits, or one prediction) out."""
        for layer in self.hidden:
            x = layer(x, draws, trace)
            if dropout and self.training and draws is not None:
                kept = torch.from_numpy(draws.uniform(DROPOUT, tuple(x.shape)) >= dropout)
                x = x * kept / (1.0 - dropout)
        logits: Tensor = self.output(x)
        return logits

    def linears(self) -> list[nn.Linear]:
        """Every linear layer from the input to the output."""
        return [*(layer.linear for layer in self.layers()), self.output]

    def layers(self) -> list[Layer]:
        """The hidden layers."""
        return [layer for layer in self.hidden if isinstance(layer, Layer)]


def build(
    network: Network, arm: Arm, *, inputs: int, outputs: int, seed: int, dtype: torch.dtype = torch.float64
) -> NormNet:
    """A freshly initialized network. Its weights are drawn in float64 and rounded to `dtype`.

    Weights are normal with standard deviation gain * sqrt(g / fan_in), g = 2 for ReLU (He et al. 2015) and 1
    otherwise; the output layer has sqrt(1 / fan_in); biases start at 0. The draws depend on the seed and the shape
    alone, so all arms start from the same weights (times their gain).
    """
    net = NormNet(network, arm, inputs=inputs, outputs=outputs)
    if dtype != torch.get_default_dtype():
        net = net.to(dtype)
    rng = generator(seed, WEIGHTS)
    gain = network.gain if arm.gain is None else arm.gain
    g = 2.0 if network.activation == "relu" else 1.0
    with torch.no_grad():
        for linear in net.linears():
            hidden = linear is not net.output
            std = gain * math.sqrt(g / linear.in_features) if hidden else math.sqrt(1.0 / linear.in_features)
            linear.weight.copy_(torch.from_numpy(std * rng.standard_normal(tuple(linear.weight.shape))))
            if linear.bias is not None:
                linear.bias.zero_()
    return net
