"""A network at one moment, ready to be run with whichever statistics: those of a batch, or given ones.

Training leaves open which mean and variance a batch-norm layer uses afterwards. Here they are an argument, so that
one set of weights can be asked with the running averages, with recomputed statistics and with those of a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bnviz.core import norms
from bnviz.core.network import ACTIVATIONS, Conv, Linear, NormNet

Array = NDArray[Any]


class Stats(NamedTuple):
    """Mean and variance of each unit of one layer, units numbers each (or batches x units)."""

    mean: Array
    var: Array


class Affine(NamedTuple):
    """W x + b: outputs x inputs, and outputs."""

    weight: Tensor
    bias: Tensor


@dataclass(frozen=True, eq=False)
class Moment:
    """The parameters of a network whose hidden layers are linear, batch norm (or nothing) and activation.

    Attributes:
        linears: of every hidden layer, and of the output.
        gammas, betas: of every hidden layer; both empty without a norm.
        activation: name of the function after each hidden layer.
        eps: inside batch norm's root.
    """

    linears: tuple[Affine, ...]
    gammas: tuple[Tensor, ...]
    betas: tuple[Tensor, ...]
    activation: str
    eps: float

    @property
    def normed(self) -> bool:
        """Whether there is a batch norm in the hidden layers."""
        return bool(self.gammas)

    @property
    def hidden(self) -> range:
        """The numbers of the hidden layers."""
        return range(len(self.linears) - 1)

    def tensor(self, rows: Array) -> Tensor:
        """Rows in the precision of the weights."""
        return torch.from_numpy(np.ascontiguousarray(rows)).to(self.linears[0].weight.dtype)


def moment_of(net: NormNet) -> Moment:
    """A copy of the parameters of a net whose norms, if there are any, stand before the activation.

    Raises:
        ValueError: for a norm after the activation, or a convolution.
    """
    layers = net.layers()
    if net.image is not None:
        raise ValueError("A convolutional network came; one of fully connected layers is needed.")
    if any(layer.placement == "after" for layer in layers):
        raise ValueError("A norm after the activation came; one before it, or none, is needed.")
    kept = [layer.norm for layer in layers if layer.norm is not None]
    linears = tuple(_affine(linear) for linear in net.linears())
    return Moment(
        linears,
        tuple(norm.gamma.detach().clone() for norm in kept),
        tuple(norm.beta.detach().clone() for norm in kept),
        layers[0].activation if layers else "linear",
        kept[0].eps if kept else 0.0,
    )


def _affine(linear: Linear | Conv) -> Affine:
    weight, bias = linear.weight.detach().clone(), getattr(linear, "bias", None)
    return Affine(weight, weight.new_zeros(len(weight)) if bias is None else bias.detach().clone())


def in_double(moment: Moment) -> Moment:
    """The same network in float64."""
    linears = tuple(Affine(weight.double(), bias.double()) for weight, bias in moment.linears)
    gammas, betas = (tuple(one.double() for one in part) for part in (moment.gammas, moment.betas))
    return replace(moment, linears=linears, gammas=gammas, betas=betas)


def _pass(moment: Moment, x: Tensor, norm: Callable[[int, Tensor], Tensor]) -> Tensor:
    """Through all layers; the last axis of x holds the features."""
    act = ACTIVATIONS[moment.activation]
    for layer in moment.hidden:
        weight, bias = moment.linears[layer]
        z = x @ weight.T + bias
        x = act(norm(layer, z) if moment.normed else z)
    weight, bias = moment.linears[-1]
    return x @ weight.T + bias


def outputs(moment: Moment, x: Array, stats: Sequence[Stats]) -> Array:
    """What the network gives in eval mode with these statistics.

    Args:
        moment: the network.
        x: N x features.
        stats: of every hidden layer; not looked at without a norm.

    Returns:
        N x outputs.
    """
    given = [(moment.tensor(mean), moment.tensor(var)) for mean, var in stats]

    def norm(layer: int, z: Tensor) -> Tensor:
        return norms.inference(z, moment.gammas[layer], moment.betas[layer], *given[layer], moment.eps)

    result: Array = _pass(moment, moment.tensor(x), norm).numpy()
    return result


def batch_outputs(moment: Moment, x: Array) -> tuple[Array, list[Stats]]:
    """What the network gives in training mode: each batch is normalized by its own statistics.

    Args:
        moment: the network.
        x: K batches x N rows x features, N at least 2.

    Returns:
        K x N x outputs; and of every hidden layer the means and biased variances of what enters its norm (of the
        weighted sum where there is no norm), K x units, in float64.
    """
    seen: list[Stats] = []

    def norm(layer: int, z: Tensor) -> Tensor:
        cache = norms.normalize(z, (1,), moment.eps)
        seen.append(Stats(cache.mean[:, 0].double().numpy(), cache.var[:, 0].double().numpy()))
        return moment.gammas[layer] * cache.x_hat + moment.betas[layer]

    result: Array = _pass(moment, moment.tensor(x), norm).numpy()
    return result, seen


def precise(moment: Moment, x: Array) -> list[Stats]:
    """Statistics recomputed in one pass: mean and unbiased variance over all these rows as one large batch.

    Each layer sees what the layers before it give with statistics of the same rows (Wu & Johnson 2021, "precise
    batch norm", with one batch).

    Args:
        moment: the network.
        x: N x features, usually all training rows.
    """
    count = len(x)
    return [Stats(mean[0], var[0] * (count / (count - 1))) for mean, var in batch_outputs(moment, x[None])[1]]


def folded(moment: Moment, stats: Sequence[Stats]) -> Moment:
    """The same network in eval mode without any norm: each norm is written into the linear layer before it.

        W' = gamma / sqrt(var + eps) * W
        b' = gamma / sqrt(var + eps) * (b - mean) + beta

    Args:
        moment: with a norm in every hidden layer.
        stats: of every hidden layer, as used in eval mode.

    Raises:
        ValueError: when there is no norm to fold.
    """
    if not moment.normed:
        raise ValueError("A network without batch norm came; there is nothing to fold.")
    linears = []
    for layer, (mean, var) in enumerate(stats):
        weight, bias = moment.linears[layer]
        factor = moment.gammas[layer] * (moment.tensor(var) + moment.eps).rsqrt()
        linears.append(Affine(factor[:, None] * weight, factor * (bias - moment.tensor(mean)) + moment.betas[layer]))
    return Moment((*linears, moment.linears[-1]), (), (), moment.activation, moment.eps)
