"""The norms as layers with a state: learned gamma and beta, tracked running_mean and running_var."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bnviz.core.experiment import Arm
from bnviz.core.norms import apply_norm, inference, moving_average, unbiased
from bnviz.core.streams import NORM_NOISE, StepDraws

# Noisy batch norm (Santurkar et al. 2018, appendix A): strength of the noise that each step adds.
NOISE_MEAN, NOISE_SCALE, NOISE_ROW = 0.5, 1.25, 0.1


class Norm(nn.Module):
    """Layer, group, instance or RMS norm, and what all norms share: gamma, beta, eps.

    Args:
        kind: one of `norms.KINDS`.
        features: C.
        eps: added to the variance inside the root.
        groups: for group norm.
        affine: whether gamma and beta are learned (else they stay 1 and 0).
    """

    gamma: Tensor
    beta: Tensor

    def __init__(self, kind: str, features: int, *, eps: float, groups: int = 1, affine: bool = True) -> None:
        super().__init__()
        self.kind, self.eps, self.groups = kind, eps, groups
        for name, value in (("gamma", torch.ones(features)), ("beta", torch.zeros(features))):
            if affine and (kind, name) != ("rms", "beta"):
                self.register_parameter(name, nn.Parameter(value))
            else:
                self.register_buffer(name, value)

    def forward(self, x: Tensor, draws: StepDraws | None = None) -> Tensor:
        """Normalize x, N x C or N x C x H x W."""
        return apply_norm(x, self.gamma, self.beta, self.kind, self.eps, self.groups)[0]


class BatchNorm(Norm):
    """Batch norm: batch statistics in training, running averages in eval mode.

    Args:
        features: C.
        eps: as in `Norm`.
        momentum: weight of the new batch in the running averages.
        affine: as in `Norm`.
        ghost_size: rows that share their statistics; 0 takes the whole batch.
        noisy: disturb the output anew at every step, to undo the stability that the norm gives.
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(
        self, features: int, *, eps: float, momentum: float, affine: bool = True, ghost_size: int = 0,
        noisy: bool = False,
    ) -> None:  # fmt: skip
        super().__init__("batch", features, eps=eps, affine=affine)
        self.momentum, self.ghost_size, self.noisy = momentum, ghost_size, noisy
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))

    def forward(self, x: Tensor, draws: StepDraws | None = None) -> Tensor:
        if not self.training:
            return inference(x, self.gamma, self.beta, self.running_mean, self.running_var, self.eps)
        ghosts = x.split(self.ghost_size) if self.ghost_size else (x,)
        y = torch.cat([self._train(rows) for rows in ghosts]) if self.ghost_size else self._train(x)
        return self.disturb(y, draws) if self.noisy and draws is not None else y

    def _train(self, x: Tensor) -> Tensor:
        y, mean, var = apply_norm(x, self.gamma, self.beta, "batch", self.eps, 1)
        moving_average(self.running_mean, mean.flatten(), self.momentum)
        moving_average(self.running_var, unbiased(var.flatten(), x.numel() // x.shape[1]), self.momentum)
        return y

    def disturb(self, y: Tensor, draws: StepDraws) -> Tensor:
        """y * s + m, see `disturbance`; the same s and m at all positions of an image."""
        wide = y.reshape(*y.shape[:2], -1)  # N x C x H * W
        scale, shift = (torch.from_numpy(part).to(y.dtype) for part in disturbance(draws, *y.shape[:2]))
        return (wide * scale[:, :, None] + shift[:, :, None]).reshape(y.shape)


def disturbance(draws: StepDraws, rows: int, features: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """s and m of noisy batch norm: a new mean and scale for each step and unit, and for each row around those."""
    mean = NOISE_MEAN * (2 * draws.uniform(NORM_NOISE, (1, features)) - 1)
    scale = 1 + (NOISE_SCALE - 1) * draws.uniform(NORM_NOISE, (1, features))
    row_scale = scale + NOISE_ROW * draws.normal(NORM_NOISE, (rows, features))
    return row_scale, mean + NOISE_ROW * draws.normal(NORM_NOISE, (rows, features))


def make_norm(arm: Arm, features: int) -> Norm:
    """The norm layer that an arm asks for, for C features. `arm.norm` is anything but none."""
    if not arm.uses_batch_statistics:
        return Norm(arm.norm, features, eps=arm.eps, groups=arm.groups)
    return BatchNorm(
        features,
        eps=arm.eps,
        momentum=arm.momentum,
        affine=arm.norm != "batch_no_affine",
        ghost_size=arm.ghost_size if arm.norm == "batch_ghost" else 0,
        noisy=arm.norm == "batch_noisy",
    )
