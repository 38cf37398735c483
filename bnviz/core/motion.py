"""Decorrelation as a motion: raw, standardized, rotated, scaled, and everything between."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnviz.core.preprocess import Moves

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STAGES = ("raw", "standardized", "rotated", "scaled")
BETWEEN = 24  # frames from one stage to the next
FRAMES = 3 * BETWEEN + 1


@dataclass(frozen=True, eq=False)
class Motion:
    """How the standardized pair z moves: at frame f it lies at z @ matrices[f] + shifts[f].

    Attributes:
        matrices: (F, 2, 2).
        shifts: (F, 2).
        conditions: (F,) condition number of a linear model's loss with a bias, of the training rows.
    """

    matrices: Floats
    shifts: Floats
    conditions: Floats

    def at(self, standardized: Floats) -> Floats:
        """Where standardized rows (R, 2) lie at every frame: (F, R, 2)."""
        return np.asarray(standardized[None] @ self.matrices + self.shifts[:, None, :])


def motion(moves: Moves, standardized: Floats) -> Motion:
    """The whole motion of a pair of features.

    Scales change by the same factor from frame to frame; the turn is even.

    Args:
        moves: fitted on the training rows of the pair.
        standardized: the training rows (N, 2), standardized.
    """
    share = np.arange(BETWEEN) / BETWEEN
    axes, spread = turn(moves)
    angle = math.atan2(axes[0, 1], axes[0, 0])
    first = [np.diag(moves.std ** (1 - t)) for t in share]
    second = [_rotation(angle * t) for t in share]
    third = [_rotation(angle) / spread**t for t in (*share, 1.0)]
    shifts = np.zeros((FRAMES, 2))
    # In standard deviations the mean fades evenly; a mean that outlived the spread would bend the curve of conditions.
    shifts[:BETWEEN] = (1 - share)[:, None] * moves.mean * moves.std ** -share[:, None]
    matrices = np.stack([*first, *second, *third])
    return Motion(matrices, shifts, _conditions(matrices, shifts, standardized))


def turn(moves: Moves) -> tuple[Floats, Floats]:
    """Both axes and their spreads, even where decorrelation drops one: it is kept and not scaled."""
    if moves.axes.shape == (2, 2):
        return moves.axes, moves.spread
    first = moves.axes[0]
    return np.array([first, [-first[1], first[0]]]), np.array([moves.spread[0], 1.0])


def _rotation(angle: float) -> Floats:
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin], [sin, cos]])


def _conditions(matrices: Floats, shifts: Floats, standardized: Floats) -> Floats:
    """The rows with their bias column are Q R at every frame with the same Q, so R alone decides."""
    triangle = np.linalg.qr(np.column_stack([standardized, np.ones(len(standardized))]), mode="r")
    moved = np.zeros((len(matrices), 3, 3))
    moved[:, :2, :2], moved[:, 2, :2], moved[:, 2, 2] = matrices, shifts, 1
    singular = np.linalg.svd(triangle @ moved, compute_uv=False)
    flat = singular[:, 0] * max(len(standardized), 3) * np.finfo(np.float64).eps
    smallest = np.where(singular[:, 2] > flat, singular[:, 2], np.nan)
    return np.asarray(np.nan_to_num((singular[:, 0] / smallest) ** 2, nan=np.inf))


def stage_of(frame: int) -> tuple[int, float]:
    """The stage that a frame has reached and the share of the way to the next one."""
    stage, rest = divmod(frame, BETWEEN)
    return stage, rest / BETWEEN
