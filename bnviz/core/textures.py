"""Small colour pictures drawn from a seed: stripes in five directions and two mixes of colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ANGLES = (0, 36, 72, 108, 144)
MIXES = ((1.0, 0.2, 0.6), (0.2, 1.0, 0.6))
SIDE, CHANNELS = 16, 3
JITTER, NOISE = 0.08, 0.35
CLASS_NAMES = tuple(f"{angle}°, {color}" for angle in ANGLES for color in ("red", "green"))
FEATURE_NAMES = tuple(f"{color} {row} {column}" for color in "rgb" for row in range(SIDE) for column in range(SIDE))


def textures(rows: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Stripes on a coloured ground, with noise on every pixel; ten classes, a direction and a mix of colours each.

    pixel = contrast * mix * sin(2 pi frequency * (u cos(angle) + v sin(angle)) + phase) + ground + noise, with u and v
    from 0 to 1 across and down, frequency from 2.5 to 3.5, contrast from 0.3 to 1, ground from -1 to 1.

    Args:
        rows: how many.
        seed: the same seed gives the same pictures.

    Returns:
        Rows x (3 * 16 * 16), channel by channel, and the class numbers.
    """
    rng = np.random.default_rng([seed, SIDE])
    y = rng.integers(0, len(CLASS_NAMES), rows)
    angle = np.deg2rad(np.array(ANGLES))[y // 2] + JITTER * rng.standard_normal(rows)
    frequency, phase = rng.uniform(2.5, 3.5, rows), rng.uniform(0, 2 * np.pi, rows)
    contrast, ground = rng.uniform(0.3, 1.0, rows), rng.uniform(-1, 1, (rows, CHANNELS, 1, 1))
    v, u = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    along = np.cos(angle)[:, None, None] * u + np.sin(angle)[:, None, None] * v  # rows x H x W
    wave = contrast[:, None, None] * np.sin(2 * np.pi * frequency[:, None, None] * along + phase[:, None, None])
    mix = np.array(MIXES)[y % 2][:, :, None, None]
    x = mix * wave[:, None] + ground + NOISE * rng.standard_normal((rows, CHANNELS, SIDE, SIDE))
    return x.reshape(rows, -1), y
