"""The ravine lab's pictures as values: for each preprocessing its landscape, its paths, and what they say in words.

The browser draws from these values alone; it computes no loss, no gradient and no step.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bnviz.core.descent import LIMITS, angles, sign_flips
from bnviz.core.landscape import Floats
from bnviz.core.ravine import SHARES, Ravine, Side
from bnviz.core.surface import Surface
from bnviz.plots.ravine_words import AXES, FRAME, NAMES, landscape_words, verdicts
from bnviz.plots.theme import FAINT, INK, MUTED, PAPER, SOLID, WARNING, number

# One colour and dash a preprocessing, apart in lightness as well.
COLOURS: dict[str, dict[bool, str]] = {
    "raw": {False: "#b3400a", True: "#ff9b54"},
    "minmax": {False: "#0b7a5b", True: "#3fd0a0"},
    "zscore": {False: "#0f3fa6", True: "#69abff"},
    "whitened": {False: "#a3277f", True: "#f58ad0"},
}
THEMES = {"light": False, "dark": True}
DASHES: dict[str, tuple[int, ...]] = {"raw": SOLID, "minmax": (2, 3), "zscore": (8, 4), "whitened": (10, 3, 2, 3)}
# From the bottom of the bowl to its rim.
RAMP = {
    False: ("#ffffff", "#e6f0f5", "#cde0ea", "#b0cddd", "#93b8cd", "#7aa3bb", "#6690aa"),
    True: ("#0d1729", "#152641", "#1d3556", "#26466d", "#315985", "#3f6e9c", "#5084b3"),
}
STRETCHED = 2.0  # from where on the picture says that its axes have different scales
OVERSHOOT = 1.25
ROUNDING = 1e-12  # a gradient this small, as a share of the first, is what rounding left
RING = 0.125  # between two contours, as a share of the square root of the first excess loss


def stage(sides: tuple[Side, ...], settings: Ravine) -> dict[str, Any]:
    """All that the browser needs for one picture, in both themes.

    Args:
        sides: from `explore`.
        settings: what was computed.

    Returns:
        A tree of texts, numbers and arrays.
    """
    least = min(side.least for side in sides)
    first = max(float(side.descent.losses[0, 0]) for side in sides)
    return {
        "steps": settings.steps,
        "linked": settings.adaptive or settings.pace != "own",
        "rated": settings.adaptive,
        "least": least,
        "rim": first - least if first - least > 1e-12 else 1.0,
        "ring": RING,
        "themes": {name: _theme(dark) for name, dark in THEMES.items()},
        "startable": settings.axes == (0, 1),
        "even": all(side.even is not None for side in sides),
        "words": FRAME,
        "sides": [_side(side, settings) for side in sides],
    }


def _theme(dark: bool) -> dict[str, Any]:
    """The colours of one theme."""
    return {
        "ramp": list(RAMP[dark]),
        "ink": INK[dark],
        "muted": MUTED[dark],
        "faint": FAINT[dark],
        "paper": PAPER[dark],
        "warning": WARNING[dark],
    }


def _side(side: Side, settings: Ravine) -> dict[str, Any]:
    """One preprocessing."""
    axes = list(side.surface.axes)
    return {
        "id": side.name,
        "label": NAMES[side.name],
        "colors": {name: COLOURS[side.name][dark] for name, dark in THEMES.items()},
        "dash": list(DASHES[side.name]),
        "about": landscape_words(side, settings),
        "axes": [AXES[axis] for axis in axes],
        "shares": side.shares.tolist(),
        "rates": side.descent.rates.tolist(),
        "limit": _limit_index(side, settings),
        "verdicts": verdicts(side, settings),
        "diverged": side.descent.diverged_at.tolist(),
        "least": side.least,
        "minimum": None if side.minimum is None else side.minimum[axes].tolist(),
        "reach": _reach(side, axes),
        "fitted": _view(side.surface),
        "even": _view(side.even or side.surface),
    } | _paths(side, axes)


def _view(surface: Surface) -> dict[str, Any]:
    """A window and the losses in it."""
    across, up = surface.across, surface.up
    return {
        "window": [float(across[0]), float(across[-1]), float(up[0]), float(up[-1])],
        "grid": len(across),
        "losses": _single(surface.losses),
        "stretch": number(surface.stretch, 2) if surface.stretch >= STRETCHED else "",
        "long": AXES[surface.axes[int(np.ptp(across) > np.ptp(up))]],
    }


def _reach(side: Side, axes: list[int]) -> list[float]:
    """Ends of the axes of the weights against the updates: what a stable descent can reach, and some room."""
    if side.minimum is None or side.errors is None or not side.errors[0, 0].any():
        return list(_view(side.surface)["window"])
    half = OVERSHOOT * np.abs(side.curvature.eigenvectors) @ np.abs(side.errors[0, 0])
    half = np.maximum(half, 0.02 * half.max())
    return [float(end) for axis in axes for end in (side.minimum[axis] - half[axis], side.minimum[axis] + half[axis])]


def _paths(side: Side, axes: list[int]) -> dict[str, Any]:
    """Arrays (R, S + 1) or (R, S + 1, 2): where each path is at each step, and what is measured there."""
    points, gradients = side.descent.points[..., axes], side.descent.gradients[..., axes]
    excess = side.excess
    size = np.linalg.norm(side.descent.gradients, axis=-1, keepdims=True)
    gradients = np.where(size > ROUNDING * size[:, :1], gradients, 0.0)
    found: dict[str, Floats] = {"points": points, "gradients": gradients, "loss": side.descent.losses}
    found["left"] = excess / excess[:, :1] if excess[0, 0] > 0 else np.zeros_like(excess)
    if side.minimum is not None:
        goal = side.minimum[axes]
        found["angles"] = angles(-gradients, goal - points)
        found["flips"] = np.swapaxes(sign_flips(np.swapaxes(points - goal, -1, -2)), -1, -2).astype(np.float64)
    else:
        found["angles"] = np.full(excess.shape, np.nan)
        found["flips"] = np.zeros(points.shape)
    return {name: _single(values) for name, values in found.items()}


def _single(values: Floats) -> Any:
    """As float32; what it cannot hold becomes the largest it can."""
    most = float(np.finfo(np.float32).max)
    return np.clip(values, -most, most).astype(np.float32)


def _limit_index(side: Side, settings: Ravine) -> float:
    """Where on the slider of learning rates the limit stands, in places with a fraction; -1 where none is known."""
    if settings.adaptive or settings.pace == "best":
        return -1.0
    limit, shares = LIMITS[settings.optimizer], side.shares
    if not shares[0] <= limit <= shares[-1]:
        return -1.0
    return float(np.interp(limit, shares, np.arange(len(SHARES))))
