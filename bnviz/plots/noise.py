"""Results of several seeds: strips with one dot a seed, and lines over a setting with the range of the seeds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from bnviz.core.noise_cases import median_range
from bnviz.plots import compose, stills, theme
from bnviz.plots.figure import Figure
from bnviz.plots.sentences import between
from bnviz.plots.sentences import middle as middle_of
from bnviz.plots.stills import Mark, Words
from bnviz.plots.theme import number, percent

Floats = NDArray[np.float64]
LINE, HEIGHT = 60, 320


@dataclass(frozen=True)
class Axis:
    """An axis of values.

    Attributes:
        title: with its unit.
        domain: its ends; they stay while results come in.
        share: whether the values are shares, written as per cent.
        log: whether equal ratios are equally long.
    """

    title: str
    domain: tuple[float, float]
    share: bool = False
    log: bool = False

    @property
    def told(self) -> Callable[[float], str]:
        """How a value is written."""
        return percent if self.share else lambda value: number(value, 3)

    def clipped(self, value: float) -> float | None:
        """A value that can be drawn; None for none."""
        if not np.isfinite(value):
            return None
        return float(min(max(value, self.domain[0]), self.domain[1]))

    def encoding(self, kind: type[Any], field: str) -> Any:
        """The axis as an encoding of Altair."""
        label = "format(100 * datum.value, '~r') + '\u00a0%'" if self.share else theme.tick_expr()
        scale = alt.Scale(type="log" if self.log else "linear", domain=list(self.domain), nice=False, zero=False)
        ticks: dict[str, Any] = {"values": _round_numbers(*self.domain)} if self.log else {"tickCount": 5}
        return kind(f"{field}:Q", scale=scale, axis=alt.Axis(title=self.title, labelExpr=label, **ticks))


def _round_numbers(low: float, high: float) -> list[float]:
    """Ticks of a logarithmic axis: 1, 2, 5 in each decade, or powers of ten alone (every second one of many)."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = range(first, last + 1, 2 if last - first > 7 else 1)
    mantissas = (1, 2, 5) if last - first <= 3 else (1,)
    found = [float(f"{mantissa}e{power}") for power in steps for mantissa in mantissas]
    return [value for value in found if low <= value <= high]


def strip(words: Words, marks: Sequence[Mark], values: Floats, axis: Axis, *, beside: Floats | None = None,
          dark: bool) -> Figure:  # fmt: skip
    """One line a mark: a dot for each seed, the median as a tall tick and in words, with the range if there is one.

    Args:
        words: what the picture says; its caption is the reader's.
        marks: one a line.
        values: seeds x marks.
        axis: of the values.
        beside: seeds x marks, a second value such as the accuracy on the training rows; a bar leads to its median.
        dark: the theme.
    """
    middle, low, high = median_range(values)
    rows, lines = [], []
    for place, mark in enumerate(marks):
        told = axis.told(middle[place])
        if np.isfinite(values[:, place]).sum() > 1:
            told += f"  ({axis.told(low[place])} to {axis.told(high[place])})"
        other = np.nan if beside is None else median_range(beside)[0][place]
        lines.append((place, mark.label, axis.clipped(middle[place]), axis.clipped(other), axis.told(other),
                      told if np.isfinite(middle[place]) else "…"))  # fmt: skip
        rows += [
            (place, mark.label, axis.clipped(value), axis.told(value), seed)
            for seed, value in enumerate(values[:, place])
            if np.isfinite(value)
        ]
    tables: stills.Tables = {
        "dots": _columns(("line", "series", "value", "told", "run"), rows),
        "lines": _columns(("line", "series", "value", "other", "told_other", "told"), lines),
    }
    return stills.still(words, _strip_spec(tuple(marks), axis, beside is not None, dark), tables, dark=dark)


def _columns(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return dict(zip(names, (list(column) for column in columns), strict=True))


@lru_cache(maxsize=compose.KEPT)
def _strip_spec(marks: tuple[Mark, ...], axis: Axis, other: bool, dark: bool) -> compose.Spec:
    x = axis.encoding(alt.X, "value")
    scale = alt.Scale(domain=[0, len(marks)], nice=False, reverse=True)
    paint = stills.color(marks, shown=False)
    dots = alt.Chart(alt.NamedData("dots")).transform_calculate(at="datum.line + 0.66")
    lines = alt.Chart(alt.NamedData("lines")).transform_calculate(
        at="datum.line + 0.66", top="datum.line + 0.5", foot="datum.line + 0.82", head="datum.line + 0.08",
        said="datum.series + ':  ' + datum.told",
    )  # fmt: skip
    y = alt.Y("at:Q", scale=scale, axis=None)
    seed = [alt.Tooltip("series:N", title="arm"),
            alt.Tooltip("told:N", title="on the test rows" if other else axis.title),
            alt.Tooltip("run:Q", title="seed number, from 0")]  # fmt: skip
    layers = []
    if other:
        tip = [alt.Tooltip("series:N", title="arm"), alt.Tooltip("told_other:N", title="on the training rows")]
        layers += [
            lines.mark_rule(strokeWidth=9, opacity=0.25).encode(x=x, x2="other:Q", y=y, color=paint),
            lines.mark_point(shape="diamond", filled=True, size=150, opacity=1).encode(
                x=axis.encoding(alt.X, "other"), y=y, color=paint, tooltip=tip
            ),
        ]
    layers += [
        dots.mark_circle(size=85, opacity=0.55).encode(x=x, y=y, color=paint, tooltip=seed),
        lines.mark_rule(strokeWidth=3.5).encode(
            x=x, y=alt.Y("top:Q", scale=scale, axis=None), y2="foot:Q", color=paint
        ),
        lines.mark_text(align="left", baseline="top", fontSize=theme.FONT, color=theme.INK[dark]).encode(
            x=alt.XValue(0), y=alt.Y("head:Q", scale=scale, axis=None), text="said:N"
        ),
    ]
    return compose.layered(*layers, height=LINE * len(marks) + 50)


@dataclass(frozen=True)
class Over:
    """The axis along which a setting was changed.

    Attributes:
        title: with its unit.
        values: that were tried.
        log: whether equal ratios are equally far.
        even: whether equal differences are; else the values stand in equal distances.
    """

    title: str
    values: tuple[float, ...]
    log: bool = False
    even: bool = False

    @property
    def encoding(self) -> alt.X:
        """The axis as an encoding of Altair."""
        if self.even:
            even = alt.Scale(domain=[self.values[0], self.values[-1]], nice=False, zero=False)
            return alt.X("x:Q", scale=even, axis=alt.Axis(title=self.title, grid=False, format="d", tickCount=6))
        if self.log:
            scale = alt.Scale(type="log", base=2, domain=[self.values[0], self.values[-1]], nice=False, padding=14)
            axis = alt.Axis(title=self.title, values=list(self.values), grid=False, format="d")
            return alt.X("x:Q", scale=scale, axis=axis)
        scale = alt.Scale(type="point", padding=0.3)
        return alt.X("x:O", scale=scale, axis=alt.Axis(title=self.title, labelAngle=0, grid=False), sort=None)


def lines(words: Words, marks: Sequence[Mark], values: Floats, axes: tuple[Over, Axis], *,
          laws: Sequence[tuple[Mark, Floats]] = (), dark: bool) -> Figure:  # fmt: skip
    """A line a mark through the medians, with the range over the seeds at each value.

    Args:
        words: what the picture says.
        marks: one a line.
        values: seeds x marks x values of `over`.
        axes: along which a setting was changed, and of the values.
        laws: lines that theory gives, each with one value for each of `over`.
        dark: the theme.
    """
    (over, axis), (middle, low, high) = axes, median_range(values)
    seeds = (~np.isnan(values)).sum(axis=0)
    rows = []
    for place, mark in enumerate(marks):
        for at, x in enumerate(over.values):
            if np.isfinite(middle[place, at]):
                drawn = (axis.clipped(float(part[place, at])) for part in (middle, low, high))
                mid, bottom, top = (axis.told(part[place, at]) for part in (middle, low, high))
                count = int(seeds[place, at])
                rows.append((mark.label, x, *drawn, middle_of(mid, count), between(bottom, top, count), count))
    names = ("series", "x", "value", "low", "high", "told", "range", "seeds")
    theory = [
        (mark.label, x, axis.clipped(float(y)), axis.told(float(y)))
        for mark, law in laws
        for x, y in zip(over.values, law, strict=True)
        if np.isfinite(y)
    ]
    tables: stills.Tables = {
        "points": _columns(names, rows),
        "laws": _columns(("series", "x", "value", "told"), theory),
    }
    spec = _lines_spec((*marks, *(mark for mark, _ in laws)), over, axis)
    return stills.still(words, spec, tables, dark=dark)


@lru_cache(maxsize=compose.KEPT)
def _lines_spec(marks: tuple[Mark, ...], over: Over, axis: Axis) -> compose.Spec:
    x, y = over.encoding, axis.encoding(alt.Y, "value")
    points, laws = alt.Chart(alt.NamedData("points")), alt.Chart(alt.NamedData("laws"))
    columns = 1 if max(len(mark.label) for mark in marks) > 24 else 2
    color, dash = stills.color(marks, columns=columns), stills.dash(marks, columns=columns)
    plain = stills.color(marks, shown=False)
    name = over.title.partition(" (")[0]
    law_tip = [
        alt.Tooltip("series:N", title="line"),
        alt.Tooltip("x:N", title=name),
        alt.Tooltip("told:N", title="value"),
    ]
    tip = [alt.Tooltip("series:N", title="line"), alt.Tooltip("x:N", title=name),
           alt.Tooltip("told:N", title="value"), alt.Tooltip("range:N", title="range"),
           alt.Tooltip("seeds:Q", title="seeds")]  # fmt: skip
    return compose.layered(
        laws.mark_line(strokeWidth=2.5).encode(x=x, y=y, color=color, strokeDash=dash, tooltip=law_tip),
        points.mark_rule(strokeWidth=3 if over.even else 5, opacity=0.28).encode(
            x=x, y=axis.encoding(alt.Y, "low"), y2="high:Q", color=plain
        ),
        points.mark_line(strokeWidth=3).encode(x=x, y=y, color=color, strokeDash=dash),
        points.mark_circle(size=40 if over.even else 110, opacity=1).encode(x=x, y=y, color=plain),
        points.mark_circle(size=120 if over.even else 420, opacity=0).encode(x=x, y=y, tooltip=tip),  # easier to hit
        height=HEIGHT + 22 * math.ceil(len(marks) / columns),
    )
