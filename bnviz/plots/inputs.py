"""Two features as a cloud of points with both distributions at its edges, on honest or on fitted axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from bnviz.core.prepared import Pair, Way
from bnviz.plots import compose, theme

Floats = NDArray[np.float64]

HEIGHT = 375  # with title and axes
MOST_TRAIN, MOST_TEST = 400, 130
BINS = 24
FONT = '"Source Sans", "Source Sans Pro", sans-serif'  # the one that Streamlit ships
LABELS = 38  # px for the labels of the y axis: they come and go with the width, and the picture must not jump
EDGE = 0.14  # share of the picture's height or width that a distribution at its edge takes
PAD = 0.04
SHAPES, MARKS = ("circle", "triangle-up", "square", "diamond"), "●▲■◆"
TRAIN, TEST = "training", "test"
POINTS, EDGES = "points", ("across", "upwards")


@dataclass(frozen=True)
class Look:
    """How the clouds are drawn.

    Attributes:
        equal: one unit is as long across as upwards; if not, each axis is stretched to fit.
        dark: whether the picture stands on a dark ground.
        told: condition number and correlation stand above it.
    """

    equal: bool = True
    dark: bool = False
    told: bool = True


def cloud(pair: Pair, method: str, *, look: Look) -> compose.Spec:
    """One preprocessing of a pair of features, a Vega-Lite specification that takes the width it is given.

    Args:
        pair: the two features.
        method: which of its ways.
        look: axes and theme.
    """
    way = pair.ways[method]
    marks = (*_edges(way, look), *_points(pair, way, look))
    spec = compose.layered(*marks, height=HEIGHT, params=_params(way, look), title=_title(way, look))
    return for_page(spec, {POINTS: point_rows(pair, way.train, way.test), **_edge_rows(way)}, dark=look.dark)


def for_page(spec: compose.Spec, datasets: dict[str, list[dict[str, Any]]], *, dark: bool) -> compose.Spec:
    """A chart that takes the width it is given and the letters of the page.

    Args:
        spec: without data; Altair would check every row.
        datasets: the rows, by name.
        dark: the theme.
    """
    whole = compose.finished({**spec, "width": "container", "datasets": datasets}, dark=dark, narrow=False, steps=False)
    whole["config"] |= {"font": FONT, "axisY": {"minExtent": LABELS}}
    return whole


def _title(way: Way, look: Look) -> dict[str, Any]:
    known = way.facts
    lines = [f"condition {theme.number(known.condition_bias)}", f"correlation {theme.number(known.correlation)}"]
    return {
        "text": ", ".join(lines) if look.told else "",
        "anchor": "start", "color": theme.MUTED[look.dark], "fontSize": theme.SMALL,
        "fontWeight": "normal", "offset": 8,
    }  # fmt: skip


def bounds(values: Floats) -> tuple[float, float]:
    """The least and largest value, a little apart even if all are the same."""
    low, high = float(values.min()), float(values.max())
    if high > low:
        return low, high
    room = abs(low) * 0.05 or 0.5
    return low - room, high + room


def _params(way: Way, look: Look) -> list[dict[str, Any]]:
    """Signals: the middle of each axis and the length of a pixel on it."""
    both = np.concatenate([way.train, way.test])
    params: list[dict[str, Any]] = []
    lengths = {}
    for axis, column, size in (("x", 0, "width"), ("y", 1, "height")):
        low, high = bounds(both[:, column])
        reach = (high - low) * (1 + 2 * PAD) / (1 - EDGE)
        params.append({"name": f"{axis}_middle", "value": high + (high - low) * PAD - reach / 2})
        lengths[axis] = f"{reach!r} / {size}"
    for axis, length in lengths.items():
        other = lengths["y" if axis == "x" else "x"]
        params.append({"name": f"{axis}_pixel", "expr": f"max({length}, {other})" if look.equal else length})
    for axis, size in (("x", "width"), ("y", "height")):
        params.append({"name": f"{axis}_from", "expr": f"{axis}_middle - {axis}_pixel * {size} / 2"})
        params.append({"name": f"{axis}_to", "expr": f"{axis}_middle + {axis}_pixel * {size} / 2"})
    return params


def _axes(way: Way) -> tuple[alt.X, alt.Y]:
    """Both positions, on the scales that the signals give."""

    def scale(axis: str) -> alt.Scale:
        return alt.Scale(
            domainMin=alt.ExprRef(f"{axis}_from"), domainMax=alt.ExprRef(f"{axis}_to"), nice=False, zero=False
        )

    plain: dict[str, Any] = {"grid": False, "tickCount": 4, "labelExpr": theme.tick_expr(), "titleLimit": 200}
    x = alt.X("x:Q", scale=scale("x"), axis=alt.Axis(title=way.names[0], **plain))
    # A number that stuck out above the axis would push this picture below its neighbours.
    y = alt.Y("y:Q", scale=scale("y"), axis=alt.Axis(title=way.names[1], labelBound=True, **plain))
    return x, y


def thinned(count: int, most: int) -> NDArray[np.int64]:
    """Places of at most so many out of all, evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def point_rows(pair: Pair, train: Floats, test: Floats) -> list[dict[str, Any]]:
    """The points that are drawn, with what a pointer over them tells."""
    rows = []
    parts = (
        (TRAIN, train, pair.y_train, pair.train_rows, MOST_TRAIN),
        (TEST, test, pair.y_test, pair.test_rows, MOST_TEST),
    )
    for part, x, y, numbers, most in parts:
        for place in thinned(len(x), most).tolist():
            target = pair.class_names[int(y[place])] if pair.classes else theme.number(float(y[place]), 4)
            rows.append(
                {
                    "x": float(x[place, 0]), "y": float(x[place, 1]), "part": part, "row": int(numbers[place]) + 1,
                    "target": target, "value": float(y[place]),
                    "first": theme.number(float(pair.x[numbers[place], 0]), 5),
                    "second": theme.number(float(pair.x[numbers[place], 1]), 5),
                    "saidx": theme.number(float(x[place, 0]), 4), "saidy": theme.number(float(x[place, 1]), 4),
                }
            )  # fmt: skip
    return rows


def _points(pair: Pair, way: Way, look: Look) -> Sequence[alt.Chart]:
    """Training points filled, test points hollow; the class by colour and shape, a number by colour."""
    x, y = _axes(way)
    data = alt.NamedData(POINTS)
    tooltip = [
        alt.Tooltip("saidx:N", title=way.names[0]),
        alt.Tooltip("saidy:N", title=way.names[1]),
        alt.Tooltip("first:N", title=f"{pair.names[0]}, raw"),
        alt.Tooltip("second:N", title=f"{pair.names[1]}, raw"),
        alt.Tooltip("target:N", title="class" if pair.classes else "target"),
        alt.Tooltip("part:N", title="part"),
        alt.Tooltip("row:Q", title="row", format="d"),
    ]
    color, shape = coloured(pair, look.dark)
    layers = []
    for part, filled in ((TRAIN, True), (TEST, False)):
        size = {"size": 26} if filled else {"size": 34, "strokeWidth": 1.6}
        mark = alt.MarkDef(type="point", filled=filled, opacity=0.8, clip=True, **size)
        layer = alt.Chart(data, mark=mark).transform_filter(f"datum.part == '{part}'")
        layers.append(layer.encode(x=x, y=y, color=color, shape=shape, tooltip=tooltip))
    return layers


def palette(dark: bool) -> list[str]:
    """Colours of up to four classes."""
    return [*theme.CLASS_COLOURS[dark], theme.HUES["group"][dark], theme.HUES["rms"][dark]]


def coloured(pair: Pair, dark: bool) -> tuple[Any, Any]:
    """Colour and shape of a point."""
    if not pair.classes:
        ends = [theme.CLASS_COLOURS[dark][0], theme.CLASS_COLOURS[dark][1]]
        low, high = bounds(np.asarray(pair.y_train, dtype=np.float64))
        scale = alt.Scale(
            domain=[low, (low + high) / 2, high], range=[ends[0], theme.MUTED[dark], ends[1]], interpolate="rgb"
        )
        return alt.Color("value:Q", scale=scale, legend=None), alt.value("circle")
    names = list(pair.class_names)
    colors = [palette(dark)[place % 4] for place in range(len(names))]
    shapes = [SHAPES[_shape(place)] for place in range(len(names))]
    color = alt.Color("target:N", scale=alt.Scale(domain=names, range=colors), legend=None)
    return color, alt.Shape("target:N", scale=alt.Scale(domain=names, range=shapes), legend=None)


def _shape(place: int) -> int:
    """The next four classes take the same colours with other shapes."""
    return (place + place // 4) % 4


def class_marks(pair: Pair) -> list[str]:
    """The mark of each class, as a letter."""
    return [MARKS[_shape(place)] for place in range(len(pair.class_names))]


def _edge_rows(way: Way) -> dict[str, list[dict[str, Any]]]:
    """The distribution of each feature over the training rows."""
    found = {}
    for column, name in enumerate(EDGES):
        counts, edges = np.histogram(way.train[:, column], bins=BINS, range=bounds(way.train[:, column]))
        found[name] = [
            {"low": float(a), "high": float(b), "rows": int(count), "share": float(count / counts.max()),
             "said": f"{theme.number(float(a), 3)} to {theme.number(float(b), 3)}"}
            for a, b, count in zip(edges[:-1], edges[1:], counts, strict=True) if count
        ]  # fmt: skip
    return found


def _edges(way: Way, look: Look) -> list[alt.Chart]:
    """Both distributions, along the lower and the left edge."""
    x, y = _axes(way)
    mark = alt.MarkDef(type="rect", color=theme.MUTED[look.dark], opacity=0.4, clip=True)
    layers = []
    for column, (axis, across, size) in enumerate((("x", "y", "height"), ("y", "x", "width"))):
        chart = alt.Chart(alt.NamedData(EDGES[column]), mark=mark).transform_calculate(
            base=f"{across}_from", top=f"{across}_from + datum.share * {EDGE - 0.02} * {size} * {across}_pixel"
        )
        along, over = (x, y) if axis == "x" else (y, x)
        encoding = {
            axis: renamed(along, "low"), f"{axis}2": "high:Q",
            across: renamed(over, "base"), f"{across}2": "top:Q",
        }  # fmt: skip
        tooltip = [alt.Tooltip("said:N", title=way.names[column]), alt.Tooltip("rows:Q", title="training rows")]
        layers.append(chart.encode(**encoding, tooltip=tooltip))
    return layers


def renamed(channel: Any, field: str) -> Any:
    """The same position, read from another column."""
    copied = channel.copy()
    copied["shorthand"] = f"{field}:Q"
    return copied
