"""What pictures without frames share: they show one state, and are drawn anew when a control moves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt
import numpy as np

from bnviz.plots import compose, theme
from bnviz.plots.figure import Column, Figure, FrameTable

NOW, LEVEL = "now", "level"
FONT = "'Source Sans', sans-serif"
Tables = Mapping[str, Mapping[str, Sequence[Any]]]


@dataclass(frozen=True)
class Words:
    """What a picture says: its name, heading, caption, and text for a screen reader."""

    id: str
    title: str
    caption: str
    alt: str


@dataclass(frozen=True)
class Mark:
    """How one series is named and drawn."""

    label: str
    color: str
    dash: tuple[int, ...] = theme.SOLID
    shape: str = "circle"


def still(words: Words, spec: compose.Spec, tables: Tables, *, dark: bool) -> Figure:
    """A figure of one frame.

    Args:
        words: what it says.
        spec: the views, whose datasets are named.
        tables: the columns of each dataset.
        dark: the theme.
    """
    spec = compose.finished(spec, dark=dark, narrow=False, steps=False)
    spec["config"] |= {"font": FONT, "axisY": {"titleFontSize": theme.FONT}}
    filled = [
        FrameTable(name, [Column(key, values) for key, values in table.items()]) for name, table in tables.items()
    ]
    return Figure(
        id=words.id,
        title=words.title,
        spec=spec,
        tables=filled,
        steps=np.zeros(1, np.int32),
        captions=words.caption,
        alt=words.alt,
        paper=theme.PAPER[dark],
    )


def of_spec(words: Words, spec: compose.Spec, *, dark: bool) -> Figure:
    """A figure of one frame from a whole specification with its rows; it may share a row with its neighbour.

    Args:
        words: what it says.
        spec: with the rows of each of its datasets, which all have the same columns.
        dark: the theme.
    """
    tables = [
        FrameTable(name, [Column(key, [row[key] for row in rows]) for key in (rows[0] if rows else ())])
        for name, rows in spec["datasets"].items()
    ]
    bare = {key: value for key, value in spec.items() if key != "datasets"}
    return Figure(
        words.id, words.title, bare, tables, np.zeros(1, np.int32), words.caption, words.alt, half=True,
        paper=theme.PAPER[dark],
    )  # fmt: skip


def color(marks: Sequence[Mark], field: str = "series", *, columns: int = 2, shown: bool = True) -> alt.Color:
    """Colour by series, with a legend above the picture."""
    key = alt.Legend(title=None, columns=columns, symbolType="stroke", orient="top") if shown else None
    scale = alt.Scale(domain=[mark.label for mark in marks], range=[mark.color for mark in marks])
    return alt.Color(f"{field}:N", scale=scale, legend=key, sort=None)


def dash(marks: Sequence[Mark], field: str = "series", *, columns: int = 2, shown: bool = True) -> alt.StrokeDash:
    """Dash by series, in the same legend as the colour."""
    key = alt.Legend(title=None, columns=columns, symbolType="stroke", orient="top") if shown else None
    scale = alt.Scale(domain=[mark.label for mark in marks], range=[list(mark.dash) for mark in marks])
    return alt.StrokeDash(f"{field}:N", scale=scale, legend=key, sort=None)


def value_axis(title: str, domain: tuple[float, float], *, share: bool = False, grid: bool = True) -> dict[str, Any]:
    """Axis and scale of the values: a fixed range, numbers with a true minus, or per cent."""
    label = "format(100 * datum.value, '~r') + '\u00a0%'" if share else theme.tick_expr()
    axis = alt.Axis(title=title, tickCount=5, labelExpr=label, grid=grid)
    return {"axis": axis, "scale": alt.Scale(domain=list(domain), nice=False, zero=False)}


def log_axis(title: str, domain: tuple[float, float]) -> alt.Axis:
    """A logarithmic axis with a tick at powers of ten, at most six of them."""
    first, last = math.ceil(math.log10(domain[0]) - 1e-9), math.floor(math.log10(domain[1]) + 1e-9)
    values = [10.0**power for power in range(first, last + 1, max(1, math.ceil((last - first) / 5)))]
    exponent = "round(log(datum.value) / LN10)"
    small = f"'10' + {theme.superscript_expr(f'({exponent})')}"
    label = f"datum.value < 0.001 || datum.value > 1000 ? {small} : format(datum.value, '~r')"
    return alt.Axis(title=title, values=values, labelExpr=label)


def now_rule(*, dark: bool) -> alt.Chart:
    """A vertical rule at the update count that the reader has chosen; its row is in the dataset `now`."""
    mark = alt.Chart(alt.NamedData(NOW)).mark_rule(color=theme.INK[dark], strokeWidth=1.5, opacity=0.7, aria=False)
    result: alt.Chart = mark.encode(x="step:Q")
    return result


def level(side: Literal["left", "right"], *, dark: bool) -> list[alt.Chart]:
    """A rule at a level and what it says, above its left or below its right end; its row is in the dataset `level`."""
    base, ink = alt.Chart(alt.NamedData(LEVEL)).encode(y=alt.Y("level:Q")), theme.INK[dark]
    said = base.encode(x=alt.XValue(0 if side == "left" else "width"), text="words:N")
    letters: dict[str, Any] = {"align": side, "fontSize": theme.FONT, "fontWeight": "bold"}
    letters |= {"baseline": "bottom", "dx": 6, "dy": -5} if side == "left" else {"baseline": "top", "dx": -6, "dy": 7}
    return [
        base.mark_rule(color=ink, strokeWidth=2, strokeDash=[2, 3], aria=False),
        *compose.grounded(said, letters, ink, dark=dark),
    ]


def listening(data: str, x: alt.X, tooltip: list[alt.Tooltip], *, wide: float = 7) -> alt.Chart:
    """Invisible rules over the whole height, so many pixels wide, that tell the exact values of one update."""
    chart = alt.Chart(alt.NamedData(data)).mark_rule(opacity=0, strokeWidth=wide)
    result: alt.Chart = chart.encode(x=x, tooltip=tooltip)
    return result


def bars(words: Words, marks: Sequence[Mark], values: Sequence[float], *, title: str, dark: bool) -> Figure:
    """Shares as horizontal bars, each with its number.

    Args:
        words: what the picture says.
        marks: one a bar.
        values: 0 to 1.
        title: of the axis.
        dark: the theme.
    """
    labels = [mark.label for mark in marks]
    base = alt.Chart(alt.NamedData("bars"))
    y = alt.Y("series:N", sort=labels, title=None, axis=alt.Axis(labelLimit=0, labelPadding=6, ticks=False))
    x = alt.X("value:Q", **value_axis(title, (0.0, 1.0), share=True))
    tooltip = [alt.Tooltip("series:N", title="way"), alt.Tooltip("told:N", title=title)]
    drawn = base.mark_bar(height={"band": 0.7}).encode(x=x, y=y, color=color(marks, shown=False), tooltip=tooltip)
    told = base.transform_filter("datum.value > 0.3").mark_text(
        align="right", dx=-8, fontSize=theme.FONT + 4, fontWeight="bold", color=theme.PAPER[dark]
    )
    beside = base.transform_filter("datum.value <= 0.3").mark_text(
        align="left", dx=8, fontSize=theme.FONT + 4, fontWeight="bold", color=theme.INK[dark]
    )
    texts = [one.encode(x=x, y=y, text="told:N") for one in (told, beside)]
    table: dict[str, list[Any]] = {
        "series": labels,
        "value": list(values),
        "told": [theme.percent(value) for value in values],
    }
    spec = compose.layered(drawn, *texts, height=62 * len(labels) + 50)
    return still(words, spec, {"bars": table}, dark=dark)
