"""Normalization, forward and backward: one implementation for every norm.

All of them do the same three things and differ only in the axes that they average:

    mean  = average of x over the axes                    (0 for RMS norm, which does not center)
    var   = average of (x - mean)^2 over the same axes    (biased: divided by the count, not by the count - 1)
    y     = gamma * (x - mean) / sqrt(var + eps) + beta

======== ======================== ===========================
norm     axes averaged, N x C     axes averaged, N x C x H x W
======== ======================== ===========================
batch    N                        N, H, W
layer    C                        C, H, W
group    C within a group         C within a group, H, W
instance (nothing to average)     H, W
rms      C (mean taken as 0)      C, H, W (mean taken as 0)
======== ======================== ===========================

The network trains with these functions, the pages show them, the tests hold them to torch.

Sources: Ioffe & Szegedy 2015 (batch), Ba, Kiros & Hinton 2016 (layer), Wu & He 2018 (group), Ulyanov et al. 2016
(instance), Zhang & Sennrich 2019 (RMS), Hoffer et al. 2017 (ghost batches), Santurkar et al. 2018 (noisy batch norm).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

KINDS = ("batch", "layer", "group", "instance", "rms")


class BatchOfOneError(ValueError):
    """Batch norm was asked to normalize a single value in training."""


class Cache(NamedTuple):
    """What the backward pass needs from the forward pass.

    Attributes:
        x_hat: the normalized values, in the shape of x.
        inv_std: 1 / sqrt(var + eps), one for each average.
        mean: the averages that were subtracted (0 for RMS norm), shape of inv_std.
        var: the biased variance (for RMS norm the mean square), shape of inv_std.
    """

    x_hat: Tensor
    inv_std: Tensor
    mean: Tensor
    var: Tensor


def grouped(x: Tensor, kind: str, groups: int) -> Tensor:
    """View x so that one mean is an average over whole axes: N x G x C/G x ... for group norm, else x itself."""
    if kind != "group":
        return x
    if x.shape[1] % groups:
        raise ValueError(f"{x.shape[1]} features cannot be cut into {groups} equal groups; take a divisor.")
    return x.reshape(x.shape[0], groups, -1, *x.shape[2:])


def averaged_axes(kind: str, dims: int) -> tuple[int, ...]:
    """The axes of `grouped(x)` that one mean runs over.

    Args:
        kind: one of KINDS.
        dims: number of axes of x itself: 2 for N x C, 4 for N x C x H x W.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} came; one of {', '.join(KINDS)} is needed.")
    spatial = tuple(range(2, dims))
    if kind == "batch":
        return (0, *spatial)
    if kind == "instance":
        if not spatial:
            raise ValueError("Instance norm averages positions, and N x C has none; give N x C x H x W.")
        return spatial
    if kind == "group":
        return tuple(range(2, dims + 1))
    return (1, *spatial)


def normalize(x: Tensor, axes: tuple[int, ...], eps: float, *, center: bool = True) -> Cache:
    """x_hat = (x - mean) / sqrt(var + eps), in two passes: first the mean, then the spread around it.

    (The one-pass formula mean(x^2) - mean(x)^2 loses all digits in float32 once the mean is large.)
    """
    mean = x.mean(axes, keepdim=True) if center else x.new_zeros(())
    centered = x - mean if center else x
    var = centered.square().mean(axes, keepdim=True)
    inv_std = (var + eps).rsqrt()
    return Cache(centered * inv_std, inv_std, mean, var)


def normalize_backward(grad_x_hat: Tensor, cache: Cache, axes: tuple[int, ...], *, center: bool = True) -> Tensor:
    """Gradient of the loss by x, given the gradient by x_hat.

    Mean and variance depend on x too, so two averages are taken out again (Ioffe & Szegedy 2015, section 3):

        grad_x = inv_std * (grad_x_hat - mean(grad_x_hat) - x_hat * mean(grad_x_hat * x_hat))

    With center=False the mean was no function of x and its term is absent.
    """
    along_x_hat = (grad_x_hat * cache.x_hat).mean(axes, keepdim=True)
    grad = grad_x_hat - cache.x_hat * along_x_hat
    if center:
        grad = grad - grad_x_hat.mean(axes, keepdim=True)
    return grad * cache.inv_std


def normalize_as(x: Tensor, kind: str, *, eps: float, groups: int = 1) -> Cache:
    """`normalize` over the axes of a kind; arguments as in `forward`."""
    return normalize(grouped(x, kind, groups), averaged_axes(kind, x.dim()), eps, center=kind != "rms")


def per_feature(vector: Tensor, dims: int) -> Tensor:
    """A vector of C numbers, shaped to be multiplied with N x C x ..."""
    return vector.reshape(1, -1, *(1,) * (dims - 2))


def forward(x: Tensor, gamma: Tensor, beta: Tensor, kind: str, *, eps: float, groups: int = 1) -> tuple[Tensor, Cache]:
    """y = gamma * x_hat + beta, with gamma and beta one number a feature.

    Args:
        x: N x C or N x C x H x W.
        gamma, beta: C each.
        kind: one of KINDS.
        eps: added to the variance inside the root, > 0.
        groups: for group norm.

    Returns:
        y in the shape of x, and the cache for `backward` (in the shape of `grouped(x)`).

    Raises:
        BatchOfOneError: when batch norm would average a single value.
    """
    if kind == "batch" and x.numel() == x.shape[1]:
        raise BatchOfOneError(
            "A batch of one value a feature came: its mean is the value and its variance is 0, so nothing is left "
            "to normalize. Take at least 2 rows in training, or another norm."
        )
    cache = normalize_as(x, kind, eps=eps, groups=groups)
    y = per_feature(gamma, x.dim()) * cache.x_hat.reshape(x.shape) + per_feature(beta, x.dim())
    return y, cache


def backward(grad_y: Tensor, gamma: Tensor, cache: Cache, kind: str) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of the loss by x, gamma and beta, given the gradient by y.

        grad_beta = sum(grad_y),  grad_gamma = sum(grad_y * x_hat)  over everything but the feature axis,
        grad_x    = normalize_backward(gamma * grad_y)

    Args:
        grad_y: N x C or N x C x H x W.
        gamma: C.
        cache: from `forward`.
        kind: as in `forward`.

    Returns:
        grad_x in the shape of grad_y, grad_gamma and grad_beta with C numbers each.
    """
    dims = grad_y.dim()
    others = (0, *range(2, dims))
    grad_beta = grad_y.sum(others)
    grad_gamma = (grad_y * cache.x_hat.reshape(grad_y.shape)).sum(others)
    grad_x_hat = (per_feature(gamma, dims) * grad_y).reshape(cache.x_hat.shape)
    grad_x = normalize_backward(grad_x_hat, cache, averaged_axes(kind, dims), center=kind != "rms")
    return grad_x.reshape(grad_y.shape), grad_gamma, grad_beta


class Normalize(torch.autograd.Function):
    """`forward` and `backward` above, wired into torch's autograd. Also returns the mean and the variance it used."""

    @staticmethod
    def forward(  # noqa: PLR0913 (torch hands all of them over one by one)
        ctx: Any, x: Tensor, gamma: Tensor, beta: Tensor, kind: str, eps: float, groups: int
    ) -> tuple[Tensor, Tensor, Tensor]:
        y, cache = forward(x, gamma, beta, kind, eps=eps, groups=groups)
        ctx.save_for_backward(x, gamma, *cache)
        ctx.kind, ctx.eps, ctx.groups = kind, eps, groups
        ctx.mark_non_differentiable(cache.mean, cache.var)
        return y, cache.mean, cache.var

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        x, gamma, *saved = ctx.saved_tensors
        cache = Cache(*saved)
        if torch.is_grad_enabled():  # a second derivative is wanted, and the saved x_hat does not know x any more
            cache = normalize_as(x, ctx.kind, eps=ctx.eps, groups=ctx.groups)
        return *backward(grads[0], gamma, cache, ctx.kind), None, None, None


def apply_norm(
    x: Tensor, gamma: Tensor, beta: Tensor, kind: str, eps: float, groups: int
) -> tuple[Tensor, Tensor, Tensor]:
    """y, mean and var of `forward`, with a gradient for x, gamma and beta."""
    result: tuple[Tensor, Tensor, Tensor] = Normalize.apply(x, gamma, beta, kind, eps, groups)  # type: ignore[no-untyped-call]
    return result


def moving_average(running: Tensor, batch: Tensor, momentum: float) -> None:
    """running = (1 - momentum) * running + momentum * batch, in place (torch's convention for momentum)."""
    running.mul_(1.0 - momentum).add_(batch, alpha=momentum)


def unbiased(var: Tensor, count: int) -> Tensor:
    """The variance divided by count - 1 instead of count: what torch's running_var averages."""
    return var * (count / (count - 1))


def inference(x: Tensor, gamma: Tensor, beta: Tensor, running_mean: Tensor, running_var: Tensor, eps: float) -> Tensor:
    """Batch norm in eval mode: a fixed affine map of each feature, whatever else is in the batch.

    y = gamma * (x - running_mean) / sqrt(running_var + eps) + beta
    """
    scale = per_feature(gamma * (running_var + eps).rsqrt(), x.dim())
    return (x - per_feature(running_mean, x.dim())) * scale + per_feature(beta, x.dim())
