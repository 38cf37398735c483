"""Which cells of a block N x C x H x W enter one mean, shown on what a real convolutional network computes."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bnviz.core.data import load
from bnviz.core.engine import State, advance, start
from bnviz.core.experiment import Arm, Experiment, Network, Training
from bnviz.core.fields import Choice, FieldError, ListOf, Number, check_fields, setting
from bnviz.core.network import Trace
from bnviz.core.norms import KINDS, BatchOfOneError, forward, grouped, normalize_as

Floats = NDArray[np.float64]
Values = Tensor
CHANNELS, EPS = 8, 1e-5
GROUPS, UPDATES, MOST_IMAGES, BATCHES = (1, 2, 4, 8), (0, 30, 300), 8, 10
SHOWN = ("values", "normalized")
LIVE = Experiment(
    network=Network((CHANNELS,) * 3, kind="conv"), arms=(Arm("batch"),), training=Training(batch_size=32, steps=300)
)
"""The network whose activations are shown: three blocks of 3 x 3 convolutions on the 8 x 8 digits."""
BLOCKS = len(LIVE.network.hidden) + 1
_states: dict[int, State] = {}
_training = threading.Lock()


@dataclass(frozen=True)
class Choices:
    """What is shown.

    Attributes:
        norm: one of `norms.KINDS`.
        groups: of group norm; it divides the channels.
        block: 1 to 3: what enters the norm of that block; 4: each channel's average in the last block, N x C x 1 x 1,
            as in a fully connected layer.
        images: N.
        batch: which images of the training rows, 1 to BATCHES.
        updates: that the network has had.
        shown: the values as they come, or normalized.
        cell: n, c, h and w, counted from 0.
    """

    norm: str = setting("batch", Choice(KINDS))
    groups: int = setting(2, Number(1, CHANNELS, integer=True))
    block: int = setting(1, Number(1, BLOCKS, integer=True))
    images: int = setting(4, Number(1, MOST_IMAGES, integer=True))
    batch: int = setting(5, Number(1, BATCHES, integer=True))
    updates: int = setting(30, Number(0, max(UPDATES), integer=True))
    shown: str = setting("values", Choice(SHOWN))
    cell: tuple[int, ...] = setting((0, 2, 3, 3), ListOf(Number(0, MOST_IMAGES - 1, integer=True), 4, 4, "numbers"))

    def __post_init__(self) -> None:
        check_fields(self, "axes")
        for name, known in (("groups", GROUPS), ("updates", UPDATES)):
            if getattr(self, name) not in known:
                listed = ", ".join(map(str, known))
                raise FieldError(f"axes.{name}", f"{getattr(self, name)} came; one of {listed} is needed.")


@dataclass(frozen=True, eq=False)
class Block:
    """A block of activations, normalized.

    Attributes:
        values, x_hat: N x C x H x W.
        mean, var: M averages each, in the order of `member`; the mean of RMS norm is 0, its var the mean square.
        member: N x C, the number of the average that a map belongs to. (Every norm averages whole maps.)
        cells: how many values enter each average.
        nothing_left: why nothing is left to normalize, or empty.
    """

    values: Floats
    x_hat: Floats
    mean: Floats
    var: Floats
    member: NDArray[np.int64]
    cells: int
    nothing_left: str = ""


def block_of(x: Tensor, kind: str, *, groups: int = 1, eps: float = EPS) -> Block:
    """Normalize a block with the functions that the networks train with.

    Args:
        x: N x C x H x W.
        kind: one of `norms.KINDS`.
        groups: for group norm.
        eps: added to the variance.
    """
    channels, problem = x.shape[1], ""
    try:
        forward(x, x.new_ones(channels), x.new_zeros(channels), kind, eps=eps, groups=groups)
    except BatchOfOneError as error:
        problem = str(error)
    cache = normalize_as(x, kind, eps=eps, groups=groups)
    averages = torch.arange(cache.var.numel()).reshape(cache.var.shape)
    member = averages.expand(grouped(x, kind, groups).shape).reshape(x.shape)[:, :, 0, 0]
    return Block(
        values=x.numpy(),
        x_hat=cache.x_hat.reshape(x.shape).numpy(),
        mean=cache.mean.expand(cache.var.shape).flatten().numpy(),
        var=cache.var.flatten().numpy(),
        member=member.numpy(),
        cells=x.numel() // cache.var.numel(),
        nothing_left=problem,
    )


@dataclass(frozen=True)
class Counts:
    """What a norm of C channels carries along.

    Attributes:
        learned: numbers in gamma and beta.
        tracked: numbers in running_mean and running_var.
        fixed: names of the numbers chosen beforehand.
        across: whether values of different rows meet in a mean.
    """

    learned: int
    tracked: int
    fixed: tuple[str, ...]
    across: bool


def counts(kind: str, channels: int) -> Counts:
    """Learned, tracked and fixed numbers of a norm; gamma and beta are one number a channel for every norm."""
    fixed = {"batch": ("eps", "momentum"), "group": ("eps", "groups")}.get(kind, ("eps",))
    batch = kind == "batch"
    return Counts(channels if kind == "rms" else 2 * channels, 2 * channels if batch else 0, fixed, batch)


def equalities(x: Tensor, *, eps: float = EPS) -> dict[str, float]:
    """Norms that are the same thing, and the largest difference of their outputs on a block.

    Args:
        x: N x C x H x W, with more than one position.
        eps: added to the variance.
    """

    def hat(part: Tensor, kind: str, groups: int = 1) -> Tensor:
        return normalize_as(part, kind, eps=eps, groups=groups).x_hat.reshape(part.shape)

    rows = x.movedim(1, -1).reshape(-1, x.shape[1])  # (N * H * W) x C
    as_rows = hat(rows, "batch").reshape(x.shape[0], *x.shape[2:], x.shape[1]).movedim(-1, 1)
    pairs = {
        "batch_rows": (hat(x, "batch"), as_rows),
        "layer_group": (hat(x, "layer"), hat(x, "group", 1)),
        "instance_group": (hat(x, "instance"), hat(x, "group", x.shape[1])),
        "batch_instance": (hat(x[:1], "batch"), hat(x[:1], "instance")),
    }
    return {name: float((one - other).abs().max()) for name, (one, other) in pairs.items()}


def live_state(updates: int) -> State:
    """The live network after some updates, trained once for all readers."""
    with _training:
        if updates not in _states:
            begin = start(LIVE, torch.float64)
            _states[updates] = advance(begin, updates)[0] if updates else begin
        return _states[updates]


def live_images(choices: Choices) -> tuple[Floats, NDArray[np.int64]]:
    """The images (N x 8 x 8, from 0 to 1) and their digits."""
    data, first = load(LIVE.data, LIVE.seed), (choices.batch - 1) * MOST_IMAGES
    assert data.images is not None
    rows = slice(first, first + choices.images)
    return data.images[rows], data.y_train[rows]


def live_block(choices: Choices) -> Tensor:
    """N x C x H x W: what enters a norm of the live network when these images are its batch.

    The pass is one of training: the norms before it use the statistics of these images.
    """
    data, first = load(LIVE.data, LIVE.seed), (choices.batch - 1) * MOST_IMAGES
    net = copy.deepcopy(live_state(choices.updates).arms[0].net).train()
    trace, place = Trace(), min(choices.block, BLOCKS - 1) - 1
    with torch.no_grad():
        net(torch.from_numpy(data.x_train[first : first + choices.images]), trace=trace)
    sides = LIVE.network.sides(LIVE.data.name)[place]
    if choices.block < BLOCKS:
        found = trace.norm_input[place]
    else:
        found, sides = trace.post[place].reshape(choices.images, -1, CHANNELS).mean(1), (1, 1)
    return found.reshape(choices.images, *sides, CHANNELS).movedim(-1, 1).contiguous()
