"""Loss of a network on a grid that two directions span through its weights: many networks in one batched product.

    loss[i, j] = L(w + a_i * first + b_j * second)

A slice shows two of thousands of directions; it is not "the" landscape. Two things decide what it looks like:

The scale of the directions. Where batch norm follows, a unit's incoming weights may be multiplied by any a > 0 and its
output stays (Ioffe & Szegedy 2015, section 3.3; van Laarhoven 2017), so a net with larger weights looks flatter along
a direction of fixed length without being another function. ReLU nets without norm have a similar freedom between
layers (Dinh et al. 2017). `slice_directions.filter_normalized` takes that out (Li et al. 2018, section 4).

The statistics. With those of the batch, every point of the slice is normalized anew, as in training; with the running
averages frozen, as in eval mode, batch norm is a fixed affine map and its slice is about as steep as without norm.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from bnviz.core.layers import BatchNorm, Norm
from bnviz.core.memory import Memory
from bnviz.core.network import ACTIVATIONS, Conv, Linear, NormNet
from bnviz.core.norms import BatchOfOneError, normalize, normalize_as

Array = NDArray[Any]
STATISTICS = ("batch", "running")
CHUNK_POINTS, CHUNK_BYTES = 60, 8_000_000  # larger pieces leave the processor's cache, and are slower


def loss_slice(
    memory: Memory, rows: tuple[Array, Array], directions: tuple[Array, Array], steps: tuple[Array, Array],
    *, statistics: str = "batch",
) -> Array:  # fmt: skip
    """The loss at every point of a grid, exact, in the precision of the memory.

    Noise is left out: no dropout, no input noise, and noisy batch norm is plain batch norm.

    Args:
        memory: a network as it is after some updates (`ArmState.memory`); it is left as it is.
        rows: x, N x features, and y: N class numbers, or N x 1 targets for a regression.
        directions: two vectors with a number for each parameter, from `slice_directions`.
        steps: how far to go along the first and along the second: A and B numbers.
        statistics: batch, those of these rows at each point; running, the frozen averages of eval mode. Only batch
            norm cares.

    Returns:
        A x B losses: mean cross-entropy, or mean squared error. Not finite where the numbers were too large.

    Raises:
        ValueError: when a size or the kind of statistics is impossible.
        BatchOfOneError: when batch norm is to take the statistics of a single row.

    Source:
        Li, Xu, Taylor, Studer & Goldstein 2018, Visualizing the loss landscape of neural nets.
    """
    x, y = _tensors(memory, rows, statistics)
    first, second = (_direction(memory, direction) for direction in directions)
    a, b = (torch.from_numpy(np.asarray(one, memory.values.dtype).ravel()) for one in steps)
    places = torch.cartesian_prod(a, b).reshape(-1, 2)
    network, losses = _Networks(memory, statistics), []
    with torch.no_grad():
        for part in places.split(_chunk(memory, len(x))):
            offsets = part[:, :1] * first + part[:, 1:] * second
            losses.append(_loss(network.outputs(offsets, x), y))
    grid: Array = torch.cat(losses).reshape(len(a), len(b)).numpy() if losses else np.empty((len(a), len(b)))
    return grid


def loss_line(
    memory: Memory, rows: tuple[Array, Array], direction: Array, steps: Array, *, statistics: str = "batch"
) -> Array:
    """The loss along one direction: as `loss_slice`, with one number for each of `steps`."""
    grid = loss_slice(memory, rows, (direction, np.zeros_like(direction)), (steps, np.zeros(1)), statistics=statistics)
    line: Array = grid[:, 0]
    return line


def _direction(memory: Memory, direction: Array) -> Tensor:
    parameters = memory.moments.shape[1]
    if np.shape(direction) != (parameters,):
        raise ValueError(f"A direction of shape {np.shape(direction)} came; {parameters} numbers are needed.")
    return torch.from_numpy(np.asarray(direction, memory.values.dtype))


def _tensors(memory: Memory, rows: tuple[Array, Array], statistics: str) -> tuple[Tensor, Tensor]:
    """x and y as tensors, once they are known to be possible."""
    x, y = rows
    if memory.blueprint.image is not None:
        raise ValueError("A convolutional network came; slices are for dense ones. Take kind='dense'.")
    inputs = memory.blueprint.linears()[0].in_features
    if statistics not in STATISTICS:
        raise ValueError(f"{statistics!r} came; one of {', '.join(STATISTICS)} is needed.")
    if x.ndim != 2 or x.shape[1] != inputs or len(x) != len(y) or not len(x):
        raise ValueError(f"x of shape {x.shape} and y of shape {y.shape} came; N x {inputs} and N rows are needed.")
    normed = [layer.norm for layer in memory.blueprint.layers() if isinstance(layer.norm, BatchNorm)]
    if statistics == "batch" and any(len(x) == 1 or (n.ghost_size and len(x) % n.ghost_size == 1) for n in normed):
        raise BatchOfOneError(
            f"{len(x)} rows came, and batch norm would take the statistics of a single one. "
            "Take more rows, or running statistics."
        )
    target = np.asarray(y, np.int64 if np.issubdtype(y.dtype, np.integer) else memory.values.dtype)
    return torch.from_numpy(np.asarray(x, memory.values.dtype)), torch.from_numpy(target)


def _chunk(memory: Memory, rows: int) -> int:
    """How many points fit into about CHUNK_BYTES: their parameters, and some signals of the widest layer."""
    widest = max(linear.out_features for linear in memory.blueprint.linears())
    each: int = memory.values.itemsize * (2 * memory.moments.shape[1] + 5 * rows * widest)
    return max(1, min(CHUNK_POINTS, CHUNK_BYTES // each))


def _loss(logits: Tensor, y: Tensor) -> Tensor:
    """P losses of P x N x outputs."""
    if y.dtype == torch.int64:
        return F.cross_entropy(logits.permute(1, 2, 0), y[:, None].expand(-1, len(logits)), reduction="none").mean(0)
    return (logits - y).square().mean((1, 2))


class _Networks:
    """Networks of one structure, each with its own parameters, applied to the same rows in one go."""

    def __init__(self, memory: Memory, statistics: str) -> None:
        self.net: NormNet = memory.blueprint
        self.values, self.frozen = torch.from_numpy(memory.values), statistics == "running"
        self.parameters, place = memory.moments.shape[1], 0
        self.places: dict[int, slice] = {}
        for tensor in (*self.net.parameters(), *self.net.buffers()):
            self.places[id(tensor)] = slice(place, place + tensor.numel())
            place += tensor.numel()

    def outputs(self, offsets: Tensor, x: Tensor) -> Tensor:
        """P x N x outputs of the networks whose parameters are moved by `offsets`, P x parameters."""
        self.points = self.values[: self.parameters] + offsets
        for layer in self.net.layers():
            z, act = self._linear(layer.linear, x), ACTIVATIONS[layer.activation]
            x = act(self._norm(layer.norm, z)) if layer.placement == "before" else self._norm(layer.norm, act(z))
        return self._linear(self.net.output, x)

    def _vector(self, tensor: Tensor) -> Tensor:
        """A vector of each network, P x 1 x C; 1 x 1 x C where it is a buffer, which all share."""
        place = self.places[id(tensor)]
        part = self.points[:, place] if place.start < self.parameters else self.values[place][None]
        return part[:, None, :]

    def _linear(self, linear: Linear | Conv, x: Tensor) -> Tensor:
        """N x in (shared) or P x N x in, to P x N x out."""
        weight = self.points[:, self.places[id(linear.weight)]].view(-1, *linear.weight.shape)
        z = torch.matmul(x, weight.transpose(1, 2))
        if linear.bias is not None:
            z = z + self._vector(linear.bias)
        return z

    def _norm(self, norm: Norm | None, x: Tensor) -> Tensor:
        """P x N x C in and out."""
        if norm is None:
            return x
        gamma, beta = self._vector(norm.gamma), self._vector(norm.beta)
        if isinstance(norm, BatchNorm) and self.frozen:
            mean, var = self._vector(norm.running_mean), self._vector(norm.running_var)
            return (x - mean) * (gamma * (var + norm.eps).rsqrt()) + beta
        if isinstance(norm, BatchNorm):
            ghosts = x.split(norm.ghost_size or x.shape[1], dim=1)
            x_hat = torch.cat([normalize(ghost, (1,), norm.eps).x_hat for ghost in ghosts], dim=1)
        else:
            rows = x.reshape(-1, x.shape[2])
            x_hat = normalize_as(rows, norm.kind, eps=norm.eps, groups=norm.groups).x_hat.reshape(x.shape)
        return gamma * x_hat + beta
