"""What the small lessons of the layer lab measure on a batch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bnviz.core.microscope import Case, examine
from bnviz.core.norms import apply_norm

Array = NDArray[Any]


@dataclass(frozen=True)
class Undone:
    """How far a layer that should give its input back misses it (largest difference over all cells).

    Attributes:
        with_eps: gamma = sqrt(var + eps), beta = mean, on the batch that they come from.
        without_eps: gamma = sqrt(var) instead.
        next_batch: gamma and beta as in `with_eps`, on the next batch.
    """

    with_eps: float
    without_eps: float
    next_batch: float


def undoing(case: Case, *, with_eps: bool = True) -> tuple[Array, Array]:
    """gamma and beta that undo the norm of this batch: sqrt(var + eps), or sqrt(var), and the mean.

    Only batch norm can be undone so: the averages of the others change from row to row.
    """
    mean, var = case.h.mean(axis=0), case.h.var(axis=0)
    return np.sqrt(var + case.h.dtype.type(case.eps if with_eps else 0)), mean


def miss(case: Case) -> float:
    """Largest difference between what the layer gives and its input."""
    return float(np.abs(examine(case).y - case.h).max())


def undone(case: Case, other: Array) -> Undone:
    """Measure all three ways; `other` is the next batch, as large as `case.h`."""

    def using(gamma: Array, beta: Array, h: Array = case.h) -> float:
        return miss(replace(case, gamma=gamma, beta=beta, h=h))

    whole = undoing(case)
    return Undone(using(*whole), using(*undoing(case, with_eps=False)), using(*whole, other.astype(case.h.dtype)))


@dataclass(frozen=True)
class Drag:
    """What one changed value does to its column.

    Attributes:
        moved: how many normalized values of the column changed, that of the dragged row included.
        rows: how many there are.
        most: the largest change among the other rows.
    """

    moved: int
    rows: int
    most: float


def dragged(before: Case, after: Case, row: int, feature: int) -> Drag:
    """Compare two cases that differ in one value."""
    change = np.abs(examine(after).x_hat[:, feature] - examine(before).x_hat[:, feature])
    mates = np.delete(change, row)
    return Drag(int((change > 0).sum()), len(change), float(mates.max()) if len(mates) else 0.0)


def variances(column: Array) -> dict[str, float]:
    """The biased variance of one column in four ways: two passes and one, in float64 and in float32.

    Two passes: mean((x - mean(x))^2). One pass: mean(x^2) - mean(x)^2.
    """
    found = {}
    for name, kind in (("float64", torch.float64), ("float32", torch.float32)):
        x = torch.from_numpy(column.astype(np.float64)).to(kind)
        found[f"two_pass_{name}"] = float((x - x.mean()).square().mean())
        found[f"one_pass_{name}"] = float(x.square().mean() - x.mean().square())
    return found


@dataclass(frozen=True)
class Scaled:
    """What changes when the weights before the norm are multiplied by a.

    Attributes:
        output: largest difference of the output.
        ratio: size of the weights' gradient with a over that without (1 / a as eps goes to 0).
        turn: largest product <w, gradient> of a unit, over the sizes of both (0 as eps goes to 0).
        bias_gradient: largest gradient of the bias (0 but for rounding).
        grad_x_ratio: size of the gradient by the linear layer's input with a over that without.
    """

    output: float
    ratio: float
    turn: float
    bias_gradient: float
    grad_x_ratio: float


def scaled(case: Case, linear: tuple[Array, Array, Array], factor: float) -> Scaled:
    """Multiply the weights of the linear layer before the norm by a factor, and measure.

    Args:
        case: how the norm is set, and the gradient that comes to it.
        linear: the linear layer's input (N x fan_in), weights (C x fan_in) and bias (C).
        factor: a.
    """
    x, weight, bias = linear
    (y, grad_w, _, grad_x), (y_a, grad_w_a, bias_a, grad_x_a) = (
        _linear_and_norm(case, x, a * weight, bias) for a in (1.0, factor)
    )
    size = grad_w.norm()
    products = (grad_w * torch.from_numpy(weight.astype(case.h.dtype))).sum(1).abs()
    lengths = grad_w.norm(dim=1) * torch.from_numpy(np.linalg.norm(weight, axis=1).astype(case.h.dtype))
    return Scaled(
        output=float((y_a - y).abs().max()),
        ratio=float(grad_w_a.norm() / size) if size else float("nan"),
        turn=float((products / lengths.clamp_min(1e-300)).max()),
        bias_gradient=float(bias_a.abs().max()),
        grad_x_ratio=float(grad_x_a.norm() / grad_x.norm()) if grad_x.norm() else float("nan"),
    )


def _linear_and_norm(case: Case, x: Array, weight: Array, bias: Array) -> tuple[torch.Tensor, ...]:
    """The output, and the gradients by weight, bias and input, by autograd through `norms`."""
    kind = case.h.dtype
    leaves = [torch.from_numpy(part.astype(kind)).requires_grad_() for part in (x, weight, bias)]
    gamma, beta, grad_y = (torch.from_numpy(part.astype(kind)) for part in (case.gamma, case.beta, case.grad_y))
    z = leaves[0] @ leaves[1].T + leaves[2]
    y = apply_norm(z, gamma, beta, case.kind, case.eps, case.groups)[0]
    y.backward(grad_y)
    grad_x, grad_weight, grad_bias = (leaf.new_zeros(()) if leaf.grad is None else leaf.grad for leaf in leaves)
    return y.detach(), grad_weight, grad_bias, grad_x
