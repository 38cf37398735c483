"""How curved the loss of a linear or logistic model is: its condition number and its largest stable learning rate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Kind = Literal["linear", "logistic"]

# The loss of one row, twice differentiated by the prediction: 1 for half the squared error, and p (1 - p) for the
# cross-entropy, which is a quarter where every probability p is one half.
SHARPNESS: dict[str, float] = {"linear": 1.0, "logistic": 0.25}


@dataclass(frozen=True, eq=False)
class Curvature:
    """The Hessian of a mean loss, taken apart.

    Attributes:
        eigenvalues: (D,) largest first; directions in which the loss does not change have exactly 0.
        eigenvectors: (D, D) the column beside each eigenvalue, of length 1; the bias is the last row.
    """

    eigenvalues: Floats
    eigenvectors: Floats

    @property
    def lambda_max(self) -> float:
        """Curvature in the steepest direction."""
        return float(self.eigenvalues[0])

    @property
    def lambda_min(self) -> float:
        """Curvature in the flattest direction."""
        return float(self.eigenvalues[-1])

    @property
    def condition(self) -> float:
        """lambda_max / lambda_min: 1 is a round bowl, large is a ravine, infinite a trough without an end."""
        return self.lambda_max / self.lambda_min if self.lambda_min > 0 else math.inf

    @property
    def largest_rate(self) -> float:
        """2 / lambda_max: gradient descent with a larger learning rate moves away from the minimum."""
        return 2 / self.lambda_max if self.lambda_max > 0 else math.inf


def curvature(x: Floats, *, bias: bool, kind: Kind = "linear") -> Curvature:
    """Eigenvalues of the Hessian of the mean loss over the rows of `x`.

    Linear: L = 1/(2n) |Xw - y|², with the Hessian X'X / n everywhere. Logistic: L = mean cross-entropy, with the
    Hessian X'X / (4n) at w = 0, which is the largest that it has anywhere. Neither depends on the targets.

    Args:
        x: rows x features. Centred columns (`x - x.mean(axis=0)`) with `bias=False` give the loss whose bias has
            been profiled out: at every w it takes the bias that is best there.
        bias: whether the model has one; it counts as one more feature that is always 1.
        kind: linear or logistic.

    Returns:
        The curvature. It comes from the singular values of X, so that a condition number of 10²⁰ is still one.

    Raises:
        ValueError: for a table without rows or columns.
    """
    if x.ndim != 2 or not x.size:
        raise ValueError(f"A table of shape {x.shape} came; at least one row and one feature are needed.")
    rows = np.column_stack([x, np.ones(len(x))]) if bias else np.asarray(x, dtype=np.float64)
    missing = rows.shape[1] - len(rows)
    tall = np.vstack([rows, np.zeros((missing, rows.shape[1]))]) if missing > 0 else rows
    _, singular, transposed = np.linalg.svd(tall, full_matrices=False)
    singular = np.where(singular > singular[0] * max(tall.shape) * np.finfo(np.float64).eps, singular, 0.0)
    return Curvature(SHARPNESS[kind] * singular**2 / len(x), transposed.T)
