"""The flowers themselves: rows of pictures by subset, and each at its point of the feature plane."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from bnviz.core.data import load, split
from bnviz.core.experiment import Data
from bnviz.core.flower_pictures import picture
from bnviz.core.flowers import FEATURE_NAMES, flowers
from bnviz.plots import compose, stills, theme
from bnviz.plots.digits import png_url
from bnviz.plots.figure import Figure
from bnviz.plots.stills import Words

COUNT, LINE = 9, 80
ROWS = ((0, 1), (0, 0), (1, 1), (1, 0))
IN_PLANE = 4
NAMES = {
    (0, 1): "subset 1, roses: red buds",
    (0, 0): "subset 1, others: wildflowers",
    (1, 1): "subset 2, roses: open, in other colours",
    (1, 0): "subset 2, others: wide open flowers",
}


def training_flowers(data: Data, seed: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Features as drawn, classes and subsets of the training rows."""
    ones = min(data.rows - 2, max(2, round(data.rows * data.balance)))
    x, y, subset = flowers((data.rows - ones, ones), data.noise, seed)
    rows, _ = split(len(x), data.train_rows, data.test_rows, seed)
    return x[rows], y[rows], subset[rows]


@lru_cache(maxsize=8)
def _drawn(data: Data, seed: int) -> list[tuple[int, int, int, str, tuple[float, float]]]:
    """Subset, class, place in the row, picture and point of the first flowers of each kind."""
    x, y, subset = training_flowers(data, seed)
    found = []
    for one, label in ROWS:
        for place, row in enumerate(np.flatnonzero((subset == one) & (y == label))[:COUNT]):
            url = png_url(picture(x[row], bool(label), one, (seed, int(row))), enlarged=1)
            found.append((one, label, place, url, (float(x[row, 0]), float(x[row, 1]))))
    return found


def flower_rows(data: Data, seed: int, *, dark: bool) -> Figure:
    """The first training flowers, one row for each subset and class."""
    columns: dict[str, list[Any]] = {"line": [], "place": [], "url": [], "name": []}
    for one, label, place, url, _ in _drawn(data, seed):
        for key, value in zip(columns, (ROWS.index((one, label)), place, url, NAMES[one, label]), strict=True):
            columns[key].append(value)
    caption = (
        "Roses against other flowers, in two subsets. Whoever has only seen subset 1 takes “red and rolled in” for "
        "what makes a rose."
    )
    words = Words("shift-rows", "The flowers", caption, f"Four rows of drawn flowers: {'; '.join(NAMES.values())}.")
    base = alt.Chart(alt.NamedData("flowers"))
    x = alt.X("middle:Q", axis=None, scale=alt.Scale(domain=[0, COUNT], nice=False))
    y = alt.Y("line:Q", axis=None, scale=alt.Scale(domain=[0, len(ROWS)], nice=False, reverse=True))
    side = alt.ExprRef(f"min(54, width / {COUNT} - 3)")
    images = (
        base.transform_calculate(middle="datum.place + 0.5")
        .mark_image(aria=False, width=side, height=side, align="center", baseline="top", yOffset=20)
        .encode(x=x, y=y, url="url:N", tooltip=[alt.Tooltip("name:N", title="flower")])
    )
    titles = (
        base.transform_filter("datum.place == 0")
        .mark_text(align="left", baseline="top", fontSize=theme.SMALL)
        .encode(x=alt.XValue(0), y=y, text="name:N", color=alt.ColorValue(theme.INK[dark]))
    )
    return stills.still(
        words, compose.layered(images, titles, height=LINE * len(ROWS)), {"flowers": columns}, dark=dark
    )


def plane(data: Data, seed: int, *, dark: bool) -> Figure:
    """Training rows as points of the feature plane, some of them with their picture."""
    x, y, subset = training_flowers(data, seed)
    names = load(data, seed).class_names
    points: dict[str, list[Any]] = {
        "x": x[:400, 0].tolist(), "y": x[:400, 1].tolist(), "class": [names[label] for label in y[:400].tolist()],
        "subset": [one + 1 for one in subset[:400].tolist()],
    }  # fmt: skip
    shown = [one for one in _drawn(data, seed) if one[2] < IN_PLANE]
    pictures: dict[str, list[Any]] = {
        "x": [point[0] for *_, point in shown],
        "y": [point[1] for *_, point in shown],
        "url": [one[3] for one in shown],
        "name": [NAMES[one[0], one[1]] for one in shown],
    }
    middle = [float(x[subset == one].mean(axis=0)[1]) for one in (0, 1)]
    caption = (
        f"Each flower is a point. The middle of subset 2 lies {theme.number(middle[0] - middle[1])} lower than that of "
        "subset 1: its roses are where subset 1 has its wildflowers. This difference is the covariate shift."
    )
    words = Words("shift-plane", "The feature plane", caption, f"Scatter of the flowers over two features. {caption}")
    edges = [(float(x[:, axis].min()) - 0.4, float(x[:, axis].max()) + 0.4) for axis in (0, 1)]
    spec = _plane_spec(edges, list(names), dark=dark)
    return stills.still(words, spec, {"points": points, "pictures": pictures}, dark=dark)


def _plane_spec(edges: list[tuple[float, float]], names: list[str], *, dark: bool) -> compose.Spec:
    x, y = (
        channel(
            f"{axis}:Q",
            axis=alt.Axis(title=name, grid=False, tickCount=5, labelExpr=theme.tick_expr()),
            scale=alt.Scale(domain=list(domain), nice=False, zero=False),
        )
        for channel, axis, name, domain in zip((alt.X, alt.Y), "xy", FEATURE_NAMES, edges, strict=True)
    )
    legend = alt.Legend(title=None, orient="top")
    colors = alt.Scale(domain=names, range=list(theme.CLASS_COLOURS[dark]))
    dots = alt.Chart(alt.NamedData("points")).mark_point(filled=True, size=26, opacity=0.55)
    images = alt.Chart(alt.NamedData("pictures")).mark_image(aria=False, width=28, height=28)
    shapes = alt.Scale(domain=names, range=["circle", "triangle-up"])
    return compose.layered(
        dots.encode(
            x=x, y=y, color=alt.Color("class:N", scale=colors, legend=legend),
            shape=alt.Shape("class:N", scale=shapes, legend=legend),
        ),
        images.encode(x=x, y=y, url="url:N", tooltip=[alt.Tooltip("name:N", title="flower")]),
        height=LINE * len(ROWS) + 20,
    )  # fmt: skip
