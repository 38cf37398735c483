"""The loss over a window of two weights that holds the minimum, the start and every stable descent between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bnviz.core.curvature import Curvature
from bnviz.core.landscape import Floats, Objective

POINTS = 61
ROOM = 1.4  # the window reaches up to this many first excess losses above the minimum
WIDE = 1.3  # width of the window in which both weights have the same scale, in heights
NARROWEST = 8.0  # a ravine that is longer than this many widths is not drawn at the same scale
NEWTON = 12


@dataclass(frozen=True, eq=False)
class Surface:
    """Losses on a grid.

    Attributes:
        axes: which weights span the window.
        across: (P,) values of the first weight.
        up: (P,) values of the second.
        losses: P x P, `losses[i, j]` at `up[i]` and `across[j]`; a third weight is at its best at every point.
    """

    axes: tuple[int, int]
    across: Floats
    up: Floats
    losses: Floats

    @property
    def stretch(self) -> float:
        """How many times longer one axis is than the other."""
        width, height = float(np.ptp(self.across)), float(np.ptp(self.up))
        return max(width, height) / min(width, height)


def surfaces(
    objective: Objective, start: Floats, minimum: Floats | None, curvature: Curvature, axes: tuple[int, int]
) -> tuple[Surface, Surface | None]:
    """Compute the loss on two grids: over a window that fits the loss, and over one with the same scale both ways.

    Args:
        objective: the loss.
        start: where descent begins.
        minimum: where the loss is smallest, or None.
        curvature: the Hessian there.
        axes: which two weights span the window.

    Returns:
        Both; the second is None where the loss is so narrow that it would be a line.
    """
    centre, half = window(objective, start, minimum, curvature)
    middle, (across, up) = centre[list(axes)], half[list(axes)]
    fitted = _surface(objective, minimum, axes, middle, np.array([across, up]))
    tall = max(up, across / WIDE)
    if max(across / up, up / across) > NARROWEST:
        return fitted, None
    return fitted, _surface(objective, minimum, axes, middle, np.array([WIDE * tall, tall]))


def _surface(
    objective: Objective, minimum: Floats | None, axes: tuple[int, int], middle: Floats, half: Floats
) -> Surface:
    across, up = (np.linspace(middle[k] - half[k], middle[k] + half[k], POINTS) for k in (0, 1))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    return Surface(axes, across, up, _best(objective, grid, minimum, axes).reshape(POINTS, POINTS))


def window(objective: Objective, start: Floats, minimum: Floats | None, curvature: Curvature) -> tuple[Floats, Floats]:
    """Middle and half width of the window along each weight.

    Around the minimum a loss is a quadratic, and {excess <= e} an ellipsoid that reaches sqrt(2 e (H^-1)_ii) along
    weight i. Gradient descent below the limit never leaves the one through the start.
    """
    eigenvalues, vectors = curvature.eigenvalues, curvature.eigenvectors
    steep = max(curvature.lambda_max, 1e-300)
    if minimum is None:
        lengths = np.minimum(4 / np.sqrt(np.maximum(eigenvalues, 1e-300)), 1e3 / np.sqrt(steep))
        return start, np.maximum(np.abs(vectors) @ lengths, np.abs(start))
    excess = float((objective.losses(start[None, :]) - objective.losses(minimum[None, :]))[0])
    level = ROOM * (excess if excess > 1e-12 else 0.5)
    bent = np.where(eigenvalues > 0, eigenvalues, steep)
    reach = np.sqrt(2 * level * (vectors**2 @ (1 / bent)))
    return minimum, np.maximum(reach, 1.15 * np.abs(start - minimum))


def _best(objective: Objective, grid: Floats, minimum: Floats | None, axes: tuple[int, int]) -> Floats:
    """The loss at each point of a plane, a third weight being at its best."""
    if objective.weights == 2:
        return objective.losses(grid)
    if axes == (0, 1):  # the third weight is the bias
        return Objective(objective.x, objective.y, objective.loss, "profiled").losses(grid)
    return Profile(objective, axes).losses(grid, minimum)


class Profile:
    """The loss over two of three weights, the remaining one at its best: Newton's method on one number a point."""

    def __init__(self, objective: Objective, axes: tuple[int, int]) -> None:
        self.objective, self.axes = objective, axes
        (self.hidden,) = {0, 1, 2} - set(axes)

    @cached_property
    def column(self) -> Floats:
        """(rows,) the feature whose weight is at its best."""
        return self.objective.design[:, self.hidden]

    def losses(self, grid: Floats, minimum: Floats | None) -> Floats:
        """The loss at each point (P x 2) of the plane."""
        points = np.zeros((len(grid), 3))
        points[:, list(self.axes)] = grid
        points[:, self.hidden] = 0.0 if minimum is None else minimum[self.hidden]
        known = self.objective.losses(points)
        square = float(np.mean(self.column**2))
        for _ in range(1 if self.objective.loss == "linear" else NEWTON):
            slope = self.objective.gradients(points)[:, self.hidden]
            newton = self._moved(points, slope / np.maximum(self._bend(points), 1e-300))
            careful = self._moved(points, slope / (square / 4))  # no step along a bound of the curvature goes up
            values = self.objective.losses(newton)
            fine = values <= known
            points = np.where(fine[:, None], newton, careful)
            known = np.where(fine, values, self.objective.losses(careful))
        return known

    def _moved(self, points: Floats, step: Floats) -> Floats:
        moved = points.copy()
        moved[:, self.hidden] -= step
        return moved

    def _bend(self, points: Floats) -> Floats:
        """(P,) second derivative by the hidden weight."""
        column = self.column
        if self.objective.loss == "linear":
            return np.full(len(points), float(np.mean(column**2)))
        chance = 0.5 * (1 + np.tanh(0.5 * points @ self.objective.design.T))
        return np.asarray((chance * (1 - chance)) @ column**2 / len(column))
