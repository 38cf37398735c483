"""Residual networks with and without norm: how the signal grows from block to block, and whether they learn.

    x <- x + f(x),    f(x) = W2 relu(N(W1 relu(N(x))))

Without a norm N every block about doubles the variance of x. Five remedies, the first being none at all:

========= =============================================================================================
none      He's weights (He et al. 2015), nothing else
batch     N is batch norm; every f(x) then has the same variance, and that of x grows by about 1 a block
skipinit  x + alpha f(x), one alpha a block that begins at 0 (De & Smith 2020)
fixup     W1 times L^(-1/2) for L blocks, W2 = 0, a scalar bias before each layer, a scalar factor (Zhang et al. 2019)
nf        x + alpha f(x / b_l), b_l^2 = 1 + l alpha^2, scaled weight standardization (Brock et al. 2021)
========= =============================================================================================
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bnviz.core.layers import BatchNorm
from bnviz.core.streams import WEIGHTS, generator

REMEDIES = ("none", "batch", "skipinit", "fixup", "nf")
ALPHA = 0.2
"""Strength of every branch of a normalizer-free net (Brock et al. 2021)."""
RELU_GAIN = math.sqrt(2.0 / (1.0 - 1.0 / math.pi))
"""Gives relu(z) the variance 1 for normal z of variance 1 (Brock et al. 2021)."""
EPS = 1e-5


class Weights(nn.Module):
    """A linear layer with normal weights of standard deviation sqrt(g / fan_in) and biases of 0.

    Args:
        rng: gives the weights.
        fan_in, units: the size.
        g: 2 behind a ReLU, 1 otherwise, 0 for weights of 0.
        standardize: use the weights with mean 0 and variance 1 / fan_in in each unit (scaled weight standardization).
    """

    def __init__(
        self, rng: np.random.Generator, fan_in: int, units: int, *, g: float = 1.0, standardize: bool = False
    ) -> None:
        super().__init__()
        drawn = math.sqrt(g / fan_in) * rng.standard_normal((units, fan_in))
        self.weight = nn.Parameter(torch.from_numpy(drawn).float())
        self.bias = nn.Parameter(torch.zeros(units))
        self.standardize = standardize

    def forward(self, x: Tensor) -> Tensor:
        """N x fan_in in, N x units out."""
        weight: Tensor = self.weight
        if self.standardize:
            mean, var = weight.mean(1, keepdim=True), weight.var(1, unbiased=False, keepdim=True)
            weight = (weight - mean) / torch.sqrt(var * weight.shape[1] + EPS)
        return F.linear(x, weight, self.bias)


class Plain(nn.Module):
    """x + W2 relu(W1 relu(x)), and with a scalar that begins at 0 before the branch: SkipInit."""

    def __init__(self, rng: np.random.Generator, width: int, *, skipinit: bool = False) -> None:
        super().__init__()
        self.first, self.second = (Weights(rng, width, width, g=2.0) for _ in range(2))
        self.alpha: Tensor | None = nn.Parameter(torch.zeros(())) if skipinit else None

    def forward(self, x: Tensor) -> Tensor:
        """N x width in and out."""
        branch: Tensor = self.second(torch.relu(self.first(torch.relu(x))))
        return x + (branch if self.alpha is None else self.alpha * branch)


class Normed(nn.Module):
    """x + W2 relu(BN(W1 relu(BN(x))))."""

    def __init__(self, rng: np.random.Generator, width: int) -> None:
        super().__init__()
        self.first, self.second = (Weights(rng, width, width, g=2.0) for _ in range(2))
        self.before, self.between = (BatchNorm(width, eps=EPS, momentum=0.1) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        """N x width in and out."""
        h = self.first(torch.relu(self.before(x)))
        branch: Tensor = self.second(torch.relu(self.between(h)))
        return x + branch


class Fixup(nn.Module):
    """x + a W2 (relu(W1 (relu(x + b1) + b2) + b3) + b4): W1 shrunk by the number of blocks, W2 = 0 at first."""

    def __init__(self, rng: np.random.Generator, width: int, blocks: int) -> None:
        super().__init__()
        self.first, self.second = Weights(rng, width, width, g=2.0 / blocks), Weights(rng, width, width, g=0.0)
        self.shifts = nn.Parameter(torch.zeros(4))
        self.factor = nn.Parameter(torch.ones(()))

    def forward(self, x: Tensor) -> Tensor:
        """N x width in and out."""
        b1, b2, b3, b4 = self.shifts
        h = self.first(torch.relu(x + b1) + b2)
        branch: Tensor = self.factor * self.second(torch.relu(h + b3) + b4)
        return x + branch


class NormalizerFree(nn.Module):
    """x + alpha W2 r(W1 r(x / b)), r(z) = RELU_GAIN relu(z), b^2 the variance that x has at first, W standardized."""

    def __init__(self, rng: np.random.Generator, width: int, earlier: int) -> None:
        super().__init__()
        self.first, self.second = (Weights(rng, width, width, standardize=True) for _ in range(2))
        self.size = math.sqrt(1.0 + earlier * ALPHA**2)

    def forward(self, x: Tensor) -> Tensor:
        """N x width in and out."""
        h = RELU_GAIN * torch.relu(self.first(RELU_GAIN * torch.relu(x / self.size)))
        branch: Tensor = ALPHA * self.second(h)
        return x + branch


class Residual(nn.Module):
    """A stem, residual blocks, and a linear layer for the logits.

    Args:
        remedy: one of REMEDIES.
        inputs, outputs: features and classes.
        blocks, width: of the residual part.
        seed: of the weights; all remedies draw the same numbers.
    """

    def __init__(self, remedy: str, *, inputs: int, outputs: int, blocks: int, width: int, seed: int) -> None:
        super().__init__()
        rng = generator(seed, WEIGHTS)
        self.stem = Weights(rng, inputs, width)
        self.blocks = nn.ModuleList(_block(remedy, rng, width, place, blocks) for place in range(blocks))
        self.output = Weights(rng, width, outputs, g=0.0 if remedy == "fixup" else 1.0)

    def forward(self, x: Tensor, variances: list[float] | None = None) -> Tensor:
        """Logits, N x outputs; `variances` takes the variance of x before the first block and after each."""
        x = self.stem(x)
        for place, block in enumerate((nn.Identity(), *self.blocks)):
            x = block(x) if place else x
            if variances is not None:
                variances.append(float(x.detach().double().var(0, unbiased=False).mean()))
        logits: Tensor = self.output(x)
        return logits


def _block(remedy: str, rng: np.random.Generator, width: int, place: int, blocks: int) -> nn.Module:
    match remedy:
        case "batch":
            return Normed(rng, width)
        case "fixup":
            return Fixup(rng, width, blocks)
        case "nf":
            return NormalizerFree(rng, width, place)
        case "none" | "skipinit":
            return Plain(rng, width, skipinit=remedy == "skipinit")
    raise ValueError(f"{remedy!r} came; one of {', '.join(REMEDIES)} is needed.")
