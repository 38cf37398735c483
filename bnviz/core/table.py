"""Rows as they come, before split and preprocessing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Table:
    """Rows as they come, before split and preprocessing; `subset` says which subset each belongs to, if there are."""

    x: NDArray[np.float64]
    y: Any
    classes: int
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    image_shape: tuple[int, ...] | None = None
    subset: NDArray[np.int64] | None = field(default=None, kw_only=True)
