"""Small pictures of flowers, drawn by a program: each belongs to a point of the plane of `flowers`.

The features are seen in the picture: the further a flower has opened the wider it is, and the more tightly its petals
are rolled in the more rings of them lie in its heart. Everything is discs and ellipses with soft edges, laid over each
other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Color = tuple[float, float, float]

SIDE = 64
GOLDEN = math.pi * (3 - math.sqrt(5))
STEM, LEAF, DARK_LEAF = (0.30, 0.52, 0.24), (0.36, 0.60, 0.28), (0.22, 0.42, 0.20)
RED: Color = (0.80, 0.09, 0.15)
ROSES: tuple[Color, ...] = (
    (0.96, 0.56, 0.68),
    (0.98, 0.82, 0.36),
    (0.97, 0.93, 0.86),
    (0.96, 0.62, 0.34),
    (0.80, 0.50, 0.78),
)
WILD: tuple[Color, ...] = (
    (0.98, 0.98, 0.97),
    (0.45, 0.47, 0.90),
    (0.98, 0.83, 0.20),
    (0.72, 0.48, 0.85),
    (0.95, 0.64, 0.78),
)
OPEN: tuple[Color, ...] = (
    (0.98, 0.97, 0.94),
    (0.98, 0.72, 0.12),
    (0.88, 0.30, 0.42),
    (0.55, 0.42, 0.85),
    (0.98, 0.50, 0.24),
)
HEART: Color = (0.95, 0.74, 0.12)


@dataclass(frozen=True)
class Ellipse:
    """Where a petal lies: center, half lengths, and how it is turned; 0..1 across and down."""

    x: float
    y: float
    along: float
    across: float
    angle: float = 0.0


class Canvas:
    """A picture that is being painted, H x W x 3 in 0..1."""

    def __init__(self, side: int, ground: Color) -> None:
        self.side = side
        self.v, self.u = (np.mgrid[0:side, 0:side] + 0.5) / side
        light = 1.05 - 0.16 * self.v[..., None]
        self.pixels = np.clip(np.array(ground) * light, 0, 1)

    def paint(self, shape: Ellipse, color: Color, *, shade: float = 0.0) -> None:
        """An ellipse with a soft edge; `shade` darkens it towards the rim."""
        du, dv = self.u - shape.x, self.v - shape.y
        c, s = math.cos(shape.angle), math.sin(shape.angle)
        radius = np.hypot((c * du + s * dv) / shape.along, (c * dv - s * du) / shape.across)
        cover = np.clip((1 - radius) * min(shape.along, shape.across) * self.side + 0.5, 0, 1)[..., None]
        toned = np.array(color) * (1 - shade * np.clip(radius, 0, 1)[..., None] ** 3)
        self.pixels += cover * (toned - self.pixels)

    def stem(self, top: float, bend: float) -> None:
        """From the lower edge up to the flower, with two leaves."""
        for share in np.linspace(0, 1, 26):
            x = 0.5 + bend * share * (1 - share) * 4 * 0.5
            self.paint(Ellipse(x, 1 - share * (1 - top), 0.022, 0.022), STEM)
        for side, height in ((-1, 0.25), (1, 0.42)):
            y = 1 - height * (1 - top)
            self.paint(Ellipse(0.5 + side * 0.13 + bend * 0.4, y - 0.03, 0.14, 0.055, -side * 0.5), LEAF, shade=0.35)
            self.paint(Ellipse(0.5 + side * 0.13 + bend * 0.4, y - 0.03, 0.12, 0.008, -side * 0.5), DARK_LEAF)

    def bytes(self) -> Pixels:
        """As 8-bit numbers."""
        whole: Pixels = np.round(255 * np.clip(self.pixels, 0, 1)).astype(np.uint8)
        return whole


def picture(features: NDArray[np.float64], rose: bool, subset: int, seed: tuple[int, ...], side: int = SIDE) -> Pixels:
    """One flower.

    Args:
        features: how far it has opened and how tightly its petals are rolled in, as `flowers.flowers` gives them.
        rose: whether it is one.
        subset: 0 (buds and wildflowers) or 1 (open flowers).
        seed: of what the features leave open: colour, turn, a little irregularity.
        side: pixels across and down.

    Returns:
        side x side x 3.
    """
    rng = np.random.default_rng(list(seed))
    opening, rolled = (float(value) for value in features)
    canvas = Canvas(side, (0.88, 0.92, 0.84))
    wide = float(np.clip(1 + 0.12 * (opening + 2 if subset == 0 else opening - 2), 0.75, 1.25))
    if subset == 0 and rose:
        _bud(canvas, wide, rolled, rng)
    elif subset == 0:
        _daisy(canvas, (0.5, 0.40), 0.25 * wide, WILD[rng.integers(len(WILD))], rng)
    elif rose:
        _rose(canvas, 0.44 * wide, 2 + round(float(np.clip(rolled + 2.6, 0.0, 2.6))), rng)
    else:
        _daisy(canvas, (0.5, 0.5), 0.45 * wide, OPEN[rng.integers(len(OPEN))], rng)
    return canvas.bytes()


def _toned(color: Color, factor: float) -> Color:
    red, green, blue = (min(1.0, part * factor) for part in color)
    return red, green, blue


def _bud(canvas: Canvas, wide: float, rolled: float, rng: np.random.Generator) -> None:
    """A red rosebud from the side: a stem, sepals, and petals wrapped around each other."""
    canvas.stem(0.55, 0.06 * rng.standard_normal())
    half, tall = 0.165 * wide, 0.25 - 0.02 * min(2.0, max(-1.0, rolled))
    red = _toned(RED, 1 + 0.08 * rng.standard_normal())
    for turn in (-1, 0, 1):
        canvas.paint(Ellipse(0.5 + 0.075 * turn, 0.585, 0.12, 0.04, math.pi / 2 + 0.7 * turn), DARK_LEAF)
    canvas.paint(Ellipse(0.5, 0.37, half, tall), _toned(red, 0.62), shade=0.2)
    canvas.paint(Ellipse(0.5 - 0.30 * half, 0.32, 0.55 * half, 0.62 * tall, 0.25), _toned(red, 0.80), shade=0.45)
    canvas.paint(Ellipse(0.5 + 0.34 * half, 0.33, 0.55 * half, 0.66 * tall, -0.25), _toned(red, 0.92), shade=0.45)
    for ring in range(3):  # the spiral at the tip
        size = (0.40 - 0.12 * ring) * half
        place = 0.5 + 0.06 * half * (-1) ** ring
        canvas.paint(Ellipse(place, 0.185 + 0.012 * ring, size, 0.55 * size), _toned(red, (0.55, 1.25, 0.5)[ring]))
    canvas.paint(Ellipse(0.5 - 0.42 * half, 0.43, 0.66 * half, 0.74 * tall, 0.33), red, shade=0.5)
    canvas.paint(Ellipse(0.5 + 0.40 * half, 0.46, 0.70 * half, 0.66 * tall, -0.42), _toned(red, 1.12), shade=0.5)
    for turn in (-1, 1):
        canvas.paint(Ellipse(0.5 + turn * 0.09, 0.575, 0.115, 0.032, math.pi / 2 - 0.5 * turn), LEAF, shade=0.3)


def _rose(canvas: Canvas, radius: float, rings: int, rng: np.random.Generator) -> None:
    """An open rose from above: rings of wide petals, each smaller and deeper in colour, and a spiral in the heart."""
    color, turn = ROSES[rng.integers(len(ROSES))], rng.uniform(0, 2 * math.pi)
    for leaf in range(3):
        angle = turn + 0.5 + leaf * 2 * math.pi / 3
        place = (0.5 + 0.86 * radius * math.cos(angle), 0.5 + 0.86 * radius * math.sin(angle))
        canvas.paint(Ellipse(*place, 0.15, 0.08, angle), LEAF, shade=0.4)
    for ring in range(rings):
        share = 1 - ring / (rings + 0.9)
        count, tone = (6, 5, 5, 4, 3, 3)[min(ring, 5)], 1.02 - 0.10 * ring
        for petal in range(count):
            angle = turn + ring * 0.7 + petal * 2 * math.pi / count + 0.06 * rng.standard_normal()
            away, size = 0.56 * radius * share, 0.50 * radius * share
            place = (0.5 + away * math.cos(angle), 0.5 + away * math.sin(angle))
            canvas.paint(Ellipse(*place, 0.82 * size, 1.08 * size, angle), _toned(color, tone), shade=0.34)
    for whorl in range(7):
        size = radius * 0.30 * (1 - whorl / 8)
        angle = turn + whorl * GOLDEN
        place = (0.5 + 0.22 * size * math.cos(angle), 0.5 + 0.22 * size * math.sin(angle))
        tone = 0.62 if whorl % 2 == 0 else 0.92
        canvas.paint(Ellipse(*place, size, 0.86 * size, angle), _toned(color, tone), shade=0.2)


def _daisy(canvas: Canvas, center: tuple[float, float], radius: float, color: Color, rng: np.random.Generator) -> None:
    """A flat flower: one ring of narrow petals around a yellow heart; a small one stands on a stem."""
    if radius < 0.35:
        canvas.stem(center[1], 0.12 * rng.standard_normal())
    count, turn = int(rng.integers(7, 13)), rng.uniform(0, 2 * math.pi)
    for petal in [*range(0, count, 2), *range(1, count, 2)]:
        angle = turn + petal * 2 * math.pi / count
        place = (center[0] + 0.60 * radius * math.cos(angle), center[1] + 0.60 * radius * math.sin(angle))
        tone = 1.0 if petal % 2 else 0.90
        canvas.paint(Ellipse(*place, 0.44 * radius, 2.1 * radius / count, angle), _toned(color, tone), shade=0.25)
    canvas.paint(Ellipse(*center, 0.27 * radius, 0.27 * radius), _toned(HEART, 0.8), shade=0.3)
    canvas.paint(Ellipse(*center, 0.19 * radius, 0.19 * radius), HEART, shade=0.2)
