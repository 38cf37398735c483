"""Flowers as points: roses and others in two subsets whose features lie in different places (covariate shift).

The first feature says how far a flower has opened, the second how tightly its petals are rolled in. In subset 1 the
roses are buds and the others are wildflowers; in subset 2 all flowers are wide open. A rose is always rolled in more
tightly than the others *of its subset*, but an open rose no more than a wildflower.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Centers by subset and class: others (0) and roses (1).
CENTERS = (((-2.0, -1.2), (-2.0, 1.2)), ((2.0, -3.6), (2.0, -1.2)))
SPREAD = 4.5
"""Standard deviation of a cluster over the setting `noise`: 0.45 at the usual 0.1."""
FEATURE_NAMES = ("opening", "petals rolled in")
CLASS_NAMES = ("other flower", "rose")


def flowers(counts: tuple[int, int], noise: float, seed: int) -> tuple[Floats, Ints, Ints]:
    """Four normal clusters, two subsets with two classes each.

    Args:
        counts: others and roses in all; both subsets share each of them evenly.
        noise: times `SPREAD` the standard deviation of a cluster in both directions.
        seed: the same seed gives the same flowers.

    Returns:
        x (rows x 2), the classes (1 is a rose) and the subsets (0 or 1).
    """
    y = np.repeat([0, 1], counts)
    subset = np.concatenate([np.arange(count) % 2 for count in counts])
    scatter = np.random.default_rng(seed).standard_normal((len(y), 2))
    return np.array(CENTERS)[subset, y] + SPREAD * noise * scatter, y, subset
