"""Internal covariate shift as pictures: the track of a unit, and lines over the updates, one an arm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np

from bnviz.core.experiment import Experiment
from bnviz.plots import compose, panels, stills, theme
from bnviz.plots.figure import Figure
from bnviz.plots.stills import Mark, Words
from bnviz.plots.theme import arm_style, number

HEIGHT = 320


def arm_marks(experiment: Experiment, *, dark: bool) -> list[Mark]:
    """How the arms are named and drawn, as everywhere."""
    return [Mark(style.label, style.color, style.dash) for style in arm_style(experiment, dark=dark, short=True)]


def lines(
    words: Words, marks: Sequence[Mark], steps: Sequence[int], values: Sequence[Sequence[Any]], *,
    axis: tuple[str, str], dark: bool,
) -> Figure:  # fmt: skip
    """Values over the updates, one line a mark.

    Args:
        words: what the picture says.
        marks: one a line.
        steps: update counts of the values.
        values: of each line; None and values that are no numbers are gaps.
        axis: title, and kind: share (0 to 1), cos (-1 to 1), log or plain.
        dark: the theme.
    """
    title, kind = axis
    rows = [
        (mark.label, step, float(value), theme.percent(value) if kind == "share" else number(value, 3))
        for mark, line in zip(marks, values, strict=True)
        for step, value in zip(steps, line, strict=True)
        if value is not None and np.isfinite(value) and (kind != "log" or value > 0)
    ]
    keys = ("series", "step", "value", "told")
    table: dict[str, list[Any]] = {key: [row[place] for row in rows] for place, key in enumerate(keys)}
    x = alt.X(
        "step:Q",
        axis=alt.Axis(title="updates", grid=False, tickCount=5, tickMinStep=1, format="d"),
        scale=alt.Scale(domain=[0, max(1, *steps)], nice=False),
    )
    y = alt.Y("value:Q", **_value_axis(title, kind, table["value"]))
    base = alt.Chart(alt.NamedData("lines"))
    drawn = base.mark_line(strokeWidth=3.5, clip=True, strokeJoin="round").encode(
        x=x, y=y, color=stills.color(marks), strokeDash=stills.dash(marks)
    )
    tooltip = [alt.Tooltip("series:N", title="arm"), alt.Tooltip("step:Q", title="updates"),
               alt.Tooltip("told:N", title=title)]  # fmt: skip
    hover = base.mark_circle(size=140, opacity=0).encode(x=x, y=y, tooltip=tooltip)
    return stills.still(words, compose.layered(drawn, hover, height=HEIGHT), {"lines": table}, dark=dark)


def _value_axis(title: str, kind: str, values: Sequence[float]) -> dict[str, Any]:
    if kind in ("share", "cos"):
        domain = (0.0, 1.0) if kind == "share" else (-1.0, 1.0)
        return stills.value_axis(title, domain, share=kind == "share")
    top = panels.nice_above(max([1e-6, *values]), panels.FINE)
    if kind == "plain":
        return stills.value_axis(title, (0.0, top))
    low, high = panels.log_range(values, decades=6, tail=0.0)
    words, ticks = f"{title} {theme.LOG}", panels.log_ticks(low, high)
    axis = alt.Axis(title=words, labelExpr=theme.tick_expr(), values=ticks)
    return {"axis": axis, "scale": alt.Scale(type="log", domain=[low, high], nice=False, clamp=True)}


def tracks(
    experiment: Experiment, steps: Sequence[int], bands: Sequence[Sequence[Sequence[float]]], unit: int, *, dark: bool
) -> list[Figure]:
    """Where the inputs of one unit lie: the median and the middle 70 % over all training rows, one picture an arm.

    Args:
        experiment: whose arms they are.
        steps: update counts.
        bands: of each arm T x 3, the 15 %, 50 % and 85 % quantiles.
        unit: its number, counted from 1.
        dark: the theme.
    """
    values = np.array(bands, dtype=float)  # arms x T x 3
    margin = 0.05 * float(values.max() - values.min()) or 1.0
    domain = (float(values.min()) - margin, float(values.max()) + margin)
    figures: list[Figure] = []
    for mark, one in zip(arm_marks(experiment, dark=dark), values, strict=True):
        widths = one[:, 2] - one[:, 0]
        caption = (
            f"Unit {unit}, {mark.label}: from the first to the last update the median moves from "
            f"{number(one[0, 1])} to {number(one[-1, 1])}; the middle 70\u00a0% of the rows are {number(widths[0])} "
            f"wide at first and {number(widths[-1])} at the end."
        )
        title = f"What enters the activation, {mark.label}"
        words = Words(f"shift-track-{len(figures)}", title, caption, f"A band over the updates, with a line. {caption}")
        columns = {"low": one[:, 0], "middle": one[:, 1], "high": one[:, 2]}
        table = {"step": list(steps), **{name: column.tolist() for name, column in columns.items()}}
        figures.append(stills.still(words, _track_spec(mark, steps[-1], domain), {"bands": table}, dark=dark))
    return figures


def _track_spec(mark: Mark, total: int, domain: tuple[float, float]) -> compose.Spec:
    """The band of the middle 70 % and the median in it."""
    x = alt.X(
        "step:Q",
        axis=alt.Axis(title="updates", grid=False, tickCount=5, tickMinStep=1, format="d"),
        scale=alt.Scale(domain=[0, max(1, total)], nice=False),
    )
    base = alt.Chart(alt.NamedData("bands"))
    y = stills.value_axis("15\u00a0%, 50\u00a0% and 85\u00a0% of the rows", domain)
    area = base.mark_area(opacity=0.25, color=mark.color).encode(x=x, y=alt.Y("low:Q", **y), y2="high:Q")
    line = base.mark_line(strokeWidth=3.5, color=mark.color).encode(x=x, y=alt.Y("middle:Q", **y))
    quantiles = (("low", "15\u00a0%"), ("middle", "50\u00a0%"), ("high", "85\u00a0%"))
    tooltip = [
        alt.Tooltip("step:Q", title="updates"),
        *(alt.Tooltip(f"{field}:Q", title=title, format=".3f") for field, title in quantiles),
    ]
    hover = base.mark_circle(size=140, opacity=0).encode(x=x, y=alt.Y("middle:Q", **y), tooltip=tooltip)
    return compose.layered(area, line, hover, height=HEIGHT)
