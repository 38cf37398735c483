"""A block N x C x H x W as what the browser draws: numbers, and the colours for them."""

from __future__ import annotations

from typing import Any

import numpy as np

from bnviz.core.axes import EPS, Block, Floats
from bnviz.plots import theme

FIGURES = 6


def block_message(
    block: Block, images: Floats, *, kind: str, groups: int = 1, normalized: bool = False, dark: bool = False
) -> dict[str, Any]:
    """Everything that the picture of a block needs, as plain lists.

    Args:
        block: from `core.axes.block_of`.
        images: N x H x W from 0 to 1, drawn before the rows.
        kind: one of `norms.KINDS`; its colour surrounds the maps that are lit.
        groups: of group norm.
        normalized: draw the normalized values instead of those that came in.
        dark: for a dark ground.

    Returns:
        shape, values, xHat, drawn (N x C x H x W each), reach (the value with the full colour), member (N x C), mean,
        var, cells, eps, groups, images and colors.
    """
    drawn = block.x_hat if normalized else block.values
    low, high = theme.CLASS_COLOURS[dark]
    colors = {
        "low": low, "middle": theme.MAP_COLOURS[dark][1], "high": high, "ink": theme.INK[dark],
        "muted": theme.MUTED[dark], "paper": theme.PAPER[dark], "faint": theme.FAINT[dark],
        "lit": theme.HUES[kind][dark],
    }  # fmt: skip
    return {
        "shape": list(block.values.shape),
        "values": _short(block.values),
        "xHat": _short(block.x_hat),
        "drawn": _short(drawn),
        "reach": float(np.quantile(np.abs(drawn), 0.98)) or 1.0,
        "member": block.member.tolist(),
        "mean": _short(block.mean),
        "var": _short(block.var),
        "cells": block.cells,
        "eps": theme.number(EPS, 1),
        "groups": groups if kind == "group" else 1,
        "images": np.round(images, 3).tolist(),
        "colors": colors,
    }


def _short(values: Floats) -> Any:
    """Nested lists of numbers with a few significant figures."""
    return np.vectorize(lambda value: float(f"{value:.{FIGURES}g}"), otypes=[float])(values).tolist()
