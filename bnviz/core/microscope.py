"""A norm layer under the microscope: every value on the way forward and back, from the functions that train.

Nothing is computed here that `norms` does not compute; this module asks for the parts one by one and holds the result
to torch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from bnviz.core import norms
from bnviz.core.snapshot import LayerSnapshot

Array = NDArray[Any]
PRECISIONS = {"float64": np.float64, "float32": np.float32}


@dataclass(frozen=True, eq=False)
class Case:
    """What a layer is given: N rows, C features.

    Attributes:
        h: N x C, what enters the norm; its precision is that of the computation.
        grad_y: N x C, gradient of the loss by what the norm gives.
        gamma, beta: C each.
        running_mean, running_var: C each, before this batch; None where nothing is tracked.
        eps: inside the root.
        momentum: weight of the new batch in the running averages.
        kind, groups: as in `norms.forward`.
    """

    h: Array
    grad_y: Array
    gamma: Array
    beta: Array
    running_mean: Array | None = None
    running_var: Array | None = None
    eps: float = 1e-5
    momentum: float = 0.1
    kind: str = "batch"
    groups: int = 1

    def cast(self, precision: str) -> Case:
        """The same case in another precision, float64 or float32."""
        kind = PRECISIONS[precision]
        arrays: dict[str, Any] = {
            n: part.astype(kind) for n, part in vars(self).items() if isinstance(part, np.ndarray)
        }
        return replace(self, **arrays)


@dataclass(frozen=True, eq=False)
class Phases:
    """What a layer makes of a case, phase by phase. One average runs over N (batch) or over C of one row (the others).

    Attributes:
        mean, var: 1 x C for batch norm, N x 1 for layer and RMS norm, N x groups for group norm. Biased.
        x_hat, y: N x C.
        var_unbiased: 1 x C, what enters running_var; None where nothing is tracked.
        running_mean, running_var: C each, after this batch; None where nothing is tracked.
        grad_beta, grad_gamma: C each.
        grad_x: N x C.
        refused: why batch norm refuses this batch; then everything after var is NaN.
    """

    mean: Array
    var: Array
    x_hat: Array
    y: Array
    var_unbiased: Array | None
    running_mean: Array | None
    running_var: Array | None
    grad_beta: Array
    grad_gamma: Array
    grad_x: Array
    refused: str = ""


def of_layer(layer: LayerSnapshot, precision: str = "float64") -> Case:
    """The case that a snapshot has found; of ghost batch norm the first ghost."""
    rows = slice(0, layer.ghost_size or None)
    return Case(
        h=layer.h[rows],
        grad_y=layer.grad_y[rows],
        gamma=layer.gamma,
        beta=layer.beta,
        running_mean=layer.running_mean,
        running_var=layer.running_var,
        eps=layer.eps,
        momentum=layer.momentum,
        kind=layer.kind,
        groups=layer.groups if layer.kind == "group" else 1,
    ).cast(precision)


def _tensors(case: Case) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    h, grad_y, gamma, beta = (torch.from_numpy(part.copy()) for part in (case.h, case.grad_y, case.gamma, case.beta))
    return h, grad_y, gamma, beta


def _flat(values: Tensor, rows: int) -> Array:
    """Statistics as a table: 1 x C, N x 1 or N x groups."""
    array: Array = values.numpy()
    return array.reshape(1, -1) if array.shape[0] == 1 and rows > 1 else array.reshape(array.shape[0], -1)


def examine(case: Case) -> Phases:
    """All phases of one batch, in training mode."""
    h, grad_y, gamma, beta = _tensors(case)
    try:
        y, cache = norms.forward(h, gamma, beta, case.kind, eps=case.eps, groups=case.groups)
    except norms.BatchOfOneError as error:
        return _refused(case, str(error))
    grad_x, grad_gamma, grad_beta = norms.backward(grad_y, gamma, cache, case.kind)
    mean = cache.mean if cache.mean.dim() else torch.zeros_like(cache.var)
    unbiased, running_mean, running_var = _averages(case, mean, cache.var)
    return Phases(
        mean=_flat(mean, len(h)),
        var=_flat(cache.var, len(h)),
        x_hat=cache.x_hat.reshape(h.shape).numpy(),
        y=y.numpy(),
        var_unbiased=unbiased,
        running_mean=running_mean,
        running_var=running_var,
        grad_beta=grad_beta.numpy(),
        grad_gamma=grad_gamma.numpy(),
        grad_x=grad_x.numpy(),
    )


def _averages(case: Case, mean: Tensor, var: Tensor) -> tuple[Array | None, Array | None, Array | None]:
    """The unbiased variance, and the running averages after this batch."""
    if case.running_mean is None or case.running_var is None:
        return None, None, None
    unbiased = norms.unbiased(var.flatten(), len(case.h))
    running = [torch.from_numpy(part.copy()) for part in (case.running_mean, case.running_var)]
    for part, batch in zip(running, (mean.flatten(), unbiased), strict=True):
        norms.moving_average(part, batch, case.momentum)
    return unbiased.numpy()[None], running[0].numpy(), running[1].numpy()


def _refused(case: Case, why: str) -> Phases:
    """A batch of one: its mean and variance can be had, and nothing after them."""
    cache = norms.normalize_as(torch.from_numpy(case.h), case.kind, eps=case.eps)
    nothing = np.full_like(case.h, np.nan)
    row = nothing[0]
    return Phases(
        cache.mean.numpy(), cache.var.numpy(), nothing, nothing, nothing[:1], row, row, row, row, nothing, why
    )  # fmt: skip


def against_torch(case: Case, phases: Phases) -> dict[str, float]:
    """Largest difference between our numbers and those of torch's own layer and autograd.

    Returns:
        One number each for y, grad_x, grad_gamma and grad_beta, and for the running averages where there are some;
        nothing for a batch that is refused.
    """
    if phases.refused:
        return {}
    h, grad_y, gamma, beta = _tensors(case)
    leaves = [part.requires_grad_() for part in (h, gamma, beta)]
    running = [
        None if part is None else torch.from_numpy(part.copy()) for part in (case.running_mean, case.running_var)
    ]
    y = _theirs(case, leaves, running)
    y.backward(grad_y)
    pairs: list[tuple[str, Tensor | None, Array | None]] = [
        ("y", y.detach(), phases.y),
        ("grad_x", h.grad, phases.grad_x),
        ("grad_gamma", gamma.grad, phases.grad_gamma),
        ("grad_beta", beta.grad, None if case.kind == "rms" else phases.grad_beta),
        ("running_mean", running[0], phases.running_mean),
        ("running_var", running[1], phases.running_var),
    ]
    return {
        name: float(np.abs(theirs.numpy() - ours).max())
        for name, theirs, ours in pairs
        if theirs is not None and ours is not None
    }


def _theirs(case: Case, leaves: list[Tensor], running: list[Tensor | None]) -> Tensor:
    """The same layer from torch; it moves `running`."""
    (h, gamma, beta), features = leaves, [case.h.shape[1]]
    match case.kind:
        case "batch":
            return F.batch_norm(h, running[0], running[1], gamma, beta, True, case.momentum, case.eps)
        case "layer":
            return F.layer_norm(h, features, gamma, beta, case.eps)
        case "group":
            return F.group_norm(h, case.groups, gamma, beta, case.eps)
        case _:
            return F.rms_norm(h, features, gamma, case.eps) + beta
