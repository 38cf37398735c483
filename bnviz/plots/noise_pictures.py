"""Pictures beside the measurements on noise: noisy digits, and the plane as a network divides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from bnviz.core.data import Dataset
from bnviz.core.noise_measures import noisy_rows
from bnviz.core.schedule import MAP_CELLS
from bnviz.plots import compose, maps, stills, theme
from bnviz.plots.digits import png_url
from bnviz.plots.figure import Figure
from bnviz.plots.panels import Look
from bnviz.plots.running_digits import inked
from bnviz.plots.stills import Words

Array = NDArray[Any]
LINE, MAP_HEIGHT = 96, 280
DIGITS = 6
SIDE = f"min(60, width / {DIGITS} - 4)"


def noisy_digits(words: Words, data: Dataset, lines: Mapping[float, str], *, seed: int, dark: bool) -> Figure:
    """The first training digit of each of six classes under more and more noise, one line a level.

    Args:
        words: what the picture says.
        data: of images.
        lines: levels of the noise, in standard deviations of the pixels, and what is said over each line.
        seed: of the noise.
        dark: the theme.
    """
    if data.images is None:
        raise ValueError("These rows are no images; take the digits.")
    mean, std, shape = data.images.mean(), data.images.std(), data.images.shape[1:]
    chosen = [int(np.argmax(data.y_train == digit)) for digit in range(DIGITS)]
    rows: list[tuple[int, str, int, str, str]] = []
    for line, (level, said) in enumerate(lines.items()):
        pixels = np.clip(noisy_rows(data.x_train[chosen], level, seed=seed) * std + mean, 0, 1)
        pictures = inked(pixels.reshape(-1, *shape), dark)
        rows += [
            (line, said, column, png_url(picture), str(data.y_train[chosen[column]]))
            for column, picture in enumerate(pictures)
        ]
    names = ("line", "said", "column", "url", "digit")
    table = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return stills.still(words, _digits_spec(len(lines), dark), {"digits": table}, dark=dark)


@lru_cache(maxsize=compose.KEPT)
def _digits_spec(count: int, dark: bool) -> compose.Spec:
    base = alt.Chart(alt.NamedData("digits")).transform_calculate(middle="datum.column + 0.5")
    x = alt.X("middle:Q", axis=None, scale=alt.Scale(domain=[0, DIGITS], nice=False))
    y = alt.Y("line:Q", axis=None, scale=alt.Scale(domain=[0, count], nice=False, reverse=True))
    tooltip = [alt.Tooltip("digit:N", title="digit"), alt.Tooltip("said:N", title="noise")]
    side = alt.ExprRef(SIDE)
    pictures = base.mark_image(aria=False, width=side, height=side, align="center", baseline="top", yOffset=22)
    words = base.transform_filter("datum.column == 0").mark_text(align="left", baseline="top", fontSize=theme.SMALL)
    return compose.layered(
        pictures.encode(x=x, y=y, url="url:N", tooltip=tooltip),
        words.encode(x=alt.XValue(0), y=y, text="said:N", color=alt.ColorValue(theme.INK[dark])),
        height=LINE * count,
    )


def boundary(words: Words, cells: Sequence[float], extent: Sequence[float], data: Dataset, *, dark: bool) -> Figure:
    """P(class 1) in the plane under the training points, of one trained arm.

    Args:
        words: what the picture says.
        cells: P(class 1) times 200, row by row from the lowest x2, as `probes.decision_map` gives it.
        extent: ends of both axes.
        data: planar.
        dark: the theme.
    """
    x1, x2, y1, y2 = extent
    x, y = np.linspace(x1, x2, MAP_CELLS + 1), np.linspace(y1, y2, MAP_CELLS + 1)
    wide, high = 0.06 * (x[1] - x[0]), 0.06 * (y[1] - y[0])  # neighbours overlap by a hair
    many = MAP_CELLS * MAP_CELLS
    ground = {
        "arm": [words.title] * many,
        "x": np.tile(x[:-1], MAP_CELLS).round(4).tolist(),
        "x2": np.tile(x[1:] + wide, MAP_CELLS).round(4).tolist(),
        "y": np.repeat(y[:-1], MAP_CELLS).round(4).tolist(),
        "y2": np.repeat(y[1:] + high, MAP_CELLS).round(4).tolist(),
        "p": list(cells),
    }
    dots = {
        "x": data.x_train[:, 0].round(4).tolist(),
        "y": data.x_train[:, 1].round(4).tolist(),
        "class": [f"class {int(label)}" for label in data.y_train],
    }
    spec = _map_spec((x1, x2, y1, y2), data.feature_names, Look(dark))
    return stills.still(words, spec, {maps.MAP: ground, maps.POINTS: dots}, dark=dark)


@lru_cache(maxsize=compose.KEPT)
def _map_spec(extent: tuple[float, float, float, float], names: tuple[str, ...], look: Look) -> compose.Spec:
    style: dict[str, Any] = {"grid": False, "tickCount": 3, "domain": False, "titlePadding": 2}
    across, upwards = (alt.Scale(domain=list(ends), nice=False, zero=False) for ends in (extent[:2], extent[2:]))
    x = alt.X("x:Q", scale=across, axis=alt.Axis(title=names[0], **style))
    y = alt.Y("y:Q", scale=upwards, axis=alt.Axis(title=names[1], **style))
    return compose.layered(_cells(x, y, look), _points(x, y, look), data=maps.MAP, height=MAP_HEIGHT)


def _cells(x: alt.X, y: alt.Y, look: Look) -> alt.Chart:
    """The colours of `maps`, in a single view."""
    half = maps.FULL / 2
    scale = alt.Scale(domain=[0, half, maps.FULL], range=list(theme.MAP_COLOURS[look.dark]), interpolate="rgb")
    base = alt.Chart().transform_calculate(said=theme.percent_expr(f"(datum.p / {maps.FULL:g})"))
    result: alt.Chart = base.mark_rect(strokeWidth=0).encode(
        x=x, x2=alt.X2("x2:Q"), y=y, y2=alt.Y2("y2:Q"), color=alt.Color("p:Q", scale=scale, legend=None),
        tooltip=[alt.Tooltip("said:N", title="P(class 1)")],
    )  # fmt: skip
    return result


def _points(x: alt.X, y: alt.Y, look: Look) -> alt.Chart:
    """The training rows, told apart by colour and by shape."""
    names, key = ["class 0", "class 1"], alt.Legend(title=None, orient="top")
    fill = alt.Fill("class:N", scale=alt.Scale(domain=names, range=list(theme.CLASS_COLOURS[look.dark])), legend=key)
    shape = alt.Shape("class:N", scale=alt.Scale(domain=names, range=["circle", "triangle-up"]), legend=key)
    mark = alt.MarkDef(type="point", size=40, stroke=theme.PAPER[look.dark], strokeWidth=0.8, opacity=1)
    return alt.Chart(alt.NamedData(maps.POINTS), mark=mark).encode(x=x, y=y, fill=fill, shape=shape)
