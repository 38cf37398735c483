"""The deep linear network of Santurkar et al. 2018 (figure 3, right): batch norm makes its gradients shift more, and
it trains better all the same.

x ~ N(0, I), y = x W*, W* and all weights ~ N(0, 1 / width), L = mean (f(x) - y)^2 over all rows and outputs, full-batch
gradient descent. All layers but the last have the norm.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bnviz.core.experiment import Arm, Experiment
from bnviz.core.gradient_shift import Shift, shifts, told
from bnviz.core.network import Layer, Linear
from bnviz.core.streams import WEIGHTS, generator

ROWS = 256
LOOKED_AT = 6
"""Every so many layers one gradient is looked at (6, 12, 18 and 24 of 25)."""


class DeepLinear:
    """One arm: the network, its data and its gradient descent."""

    def __init__(self, arm: Arm, *, depth: int, width: int, rate: float, seed: int) -> None:
        rng = generator(seed, WEIGHTS)
        scale = 1 / math.sqrt(width)
        self.x = torch.from_numpy(rng.standard_normal((ROWS, width)))
        self.y = self.x @ torch.from_numpy(scale * rng.standard_normal((width, width)))
        self.rate = rate
        self.linears = [Linear(width, width).double() for _ in range(depth)]
        with torch.no_grad():
            for linear in self.linears:
                linear.weight.copy_(torch.from_numpy(scale * rng.standard_normal((width, width))))
                linear.bias.zero_()
        word = "none" if arm.norm == "none" else "before"
        self.layers: list[nn.Module] = [Layer(linear, "linear", arm, word).double() for linear in self.linears[:-1]]
        self.layers.append(self.linears[-1])

    def loss(self) -> Tensor:
        """Mean squared error of all rows, in training mode."""
        x = self.x
        for layer in self.layers:
            x = layer(x)
        return F.mse_loss(x, self.y)

    def parameters(self) -> list[nn.Parameter]:
        """Of all layers, from the input on."""
        return [one for layer in self.layers for one in layer.parameters()]

    def update(self) -> float:
        """One step of gradient descent; the loss before it."""
        parameters, loss = self.parameters(), self.loss()
        gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
        with torch.no_grad():
            for one, gradient in zip(parameters, gradients, strict=True):
                if gradient is not None:
                    one.sub_(self.rate * gradient)
        return loss.item()

    def look(self) -> list[Shift]:
        """The change of the gradients of layers 6, 12, ... when the layers below make their step; nothing stays."""
        kept = [one.detach().clone() for one in self.parameters()]
        places = list(range(LOOKED_AT - 1, len(self.layers), LOOKED_AT))
        groups = [
            nn.ModuleList(self.layers[a:b]) for a, b in zip([0, *places], [*places, len(self.layers)], strict=True)
        ]
        weights = [self.linears[place].weight for place in (0, *places)]
        found = shifts(groups, weights, self.loss, rate=self.rate)
        with torch.no_grad():
            for one, value in zip(self.parameters(), kept, strict=True):
                one.copy_(value)
        return found


def deep_linear(experiment: Experiment, options: Mapping[str, Any]) -> Iterator[dict[str, Any] | None]:
    """Train the deep linear network with each arm's norm, and look at its gradients.

    Args:
        experiment: its arms, learning rate, updates and seed count; its data and network do not.
        options: depth, width, every (updates between two looks).

    Yields:
        As `gradient_shift.gradient_shift`; instead of the accuracy, loss (one an update) and final_loss.
    """
    training, every = experiment.training, int(options["every"])
    shape = {"depth": int(options["depth"]), "width": int(options["width"])}
    told_arms = []
    for arm in experiment.arms:
        run = DeepLinear(arm, **shape, rate=training.learning_rate, seed=experiment.seed)
        seen, losses = [], []
        for step in range(training.steps):
            if step % every == 0:
                seen.append(run.look())
                yield None
            losses.append(run.update())
        final = run.loss().item()
        told_arms.append(told(seen) | {"loss": losses, "final_loss": final if np.isfinite(final) else None})
    yield {"steps": list(range(0, training.steps, every)), "arms": told_arms}
