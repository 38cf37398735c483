"""The numbers of one arm in flat memory, which both engines step in place.

All parameters in torch's order and then all buffers lie one after the other in one array. The torch network is a view
of it: what the kernel steps there is seen by the network, and what torch steps is seen by the kernel. A copy of a
state is a copy of two arrays.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bnviz.core.network import NormNet

Array = NDArray[Any]

# What torch's optimizers call the two rows of `Memory.moments`; None where an optimizer does not have one.
_NAMES: dict[type[torch.optim.Optimizer], tuple[str | None, str | None]] = {
    torch.optim.SGD: ("momentum_buffer", None),
    torch.optim.RMSprop: (None, "square_avg"),
    torch.optim.Adam: ("exp_avg", "exp_avg_sq"),
}


def _tensors(net: NormNet) -> Iterator[Tensor]:
    yield from net.parameters()
    yield from net.buffers()


@dataclass(frozen=True, eq=False)
class Memory:
    """All numbers that an update changes.

    Attributes:
        blueprint: a net of the same shape, never trained.
        values: parameters, then buffers.
        moments: 2 x parameters, what the optimizer remembers: averages of the gradient and of its square.
    """

    blueprint: NormNet
    values: Array
    moments: Array

    @cached_property
    def net(self) -> NormNet:
        """The network whose parameters and buffers are views of `values`."""
        net, place = copy.deepcopy(self.blueprint), 0
        for tensor in _tensors(net):
            part = torch.from_numpy(self.values[place : place + tensor.numel()])
            tensor.data, place = part.view(tensor.shape), place + tensor.numel()
        return net

    def copied(self) -> Memory:
        """A copy that shares no number with this one."""
        return replace(self, values=self.values.copy(), moments=self.moments.copy())

    def with_values(self, values: Array) -> Memory:
        """The same arm with other values."""
        return replace(self, values=values)

    def bind(self, optimizer: torch.optim.Optimizer, updates: int) -> torch.optim.Optimizer:
        """Let an optimizer of `net` go on after so many updates, remembering in `moments`."""
        place = 0
        for parameter in self.net.parameters():
            part = slice(place, place + parameter.numel())
            place = part.stop
            state = {
                name: torch.from_numpy(moment[part]).view(parameter.shape)
                for name, moment in zip(_NAMES[type(optimizer)], self.moments, strict=True)
                if name is not None
            }
            optimizer.state[parameter] = {"step": torch.tensor(float(updates)), **state}
        return optimizer


def memory_of(net: NormNet) -> Memory:
    """A fresh net's numbers, and an optimizer that remembers nothing yet."""
    parameters, buffers = list(net.parameters()), list(net.buffers())
    values = np.concatenate([tensor.detach().numpy().ravel() for tensor in (*parameters, *buffers)])
    return Memory(net, values, np.zeros((2, sum(tensor.numel() for tensor in parameters)), values.dtype))
