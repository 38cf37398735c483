"""Images as rows of positions: what batch norm makes of N x C x H x W is what it makes of (N * H * W) x C."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from bnviz.core.snapshot import LayerSnapshot

Array = NDArray[Any]


def rows_of(images: Array) -> Array:
    """N x C x H x W as (N * H * W) x C: image by image, line by line."""
    rows: Array = np.moveaxis(images, 1, -1).reshape(-1, images.shape[1])
    return rows


def as_rows(layer: LayerSnapshot) -> LayerSnapshot:
    """A convolution and its batch norm as a linear layer and its batch norm, with a row for each position.

    The linear layer's input are the patches that the kernel sees (3 x 3 with a border of zeros). A layer without
    positions is handed back as it is.
    """
    if layer.h.ndim == 2:
        return layer
    positions = layer.h.shape[2] * layer.h.shape[3]
    size = layer.weight.shape[-1]
    patches = F.unfold(torch.from_numpy(layer.x), size, padding=size // 2).numpy()  # N x (C_in * 9) x positions
    return replace(
        layer,
        h=rows_of(layer.h),
        grad_y=rows_of(layer.grad_y),
        ghost_size=layer.ghost_size * positions,
        x=np.moveaxis(patches, 1, -1).reshape(-1, patches.shape[1]),
        weight=layer.weight.reshape(len(layer.weight), -1),
    )


def row_names(shape: tuple[int, ...]) -> tuple[str, ...]:
    """Names of the rows of N x C ("3") or N x C x H x W ("3 (0, 7)": image, line and column)."""
    if len(shape) == 2:
        return tuple(str(place + 1) for place in range(shape[0]))
    places = np.ndindex(shape[0], *shape[2:])
    return tuple(f"{image + 1} ({line}, {column})" for image, line, column in places)
