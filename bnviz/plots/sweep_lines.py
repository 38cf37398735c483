"""A sweep over one axis as lines: a measure against the axis, one line an arm, with the range over the seeds."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import altair as alt

from bnviz.core.sweep_table import SweepTable
from bnviz.plots import compose, stills, theme
from bnviz.plots.figure import Figure
from bnviz.plots.heat import AXES, AXIS_TITLES, DIVERGED, Cell, cells, exact, in_words, title_of
from bnviz.plots.stills import Mark, Words

HEIGHT = 340
LOSS_RANGE = (1e-4, 1e3)
CROSS, STRIP = 15, 0.06


def lines(table: SweepTable, measure: str, *, dark: bool) -> Figure:
    """One line an arm over the only axis of a sweep; the band spans the seeds.

    Where the heat map has a cross, the line ends and a cross stands beyond the bad end of the values.

    Args:
        table: complete or not.
        measure: as in the heat map.
        dark: the theme.
    """
    sweep = table.sweep
    styles = theme.arm_style(sweep.base, dark=dark, short=True)
    marks = tuple(Mark(style.label, style.color, style.dash) for style in styles)
    axis = sweep.axes[0]
    spec = _spec(marks, axis.field, tuple(float(value) for value in axis.values), measure,
                 sweep.base.training.steps, dark)  # fmt: skip
    title = title_of(sweep, measure)
    caption = _caption(table, measure, marks)
    told = f"Line chart: {title} against the {AXIS_TITLES[axis.field]}, one line a norm. {caption}"
    words = Words("rates-lines", f"By {AXES[axis.field]}", caption, told)
    tables = {"lines": _rows(table, measure, marks), "crosses": _crosses(table, measure, marks)}
    return stills.still(words, spec, tables, dark=dark)


def _is_lost(cell: Cell) -> bool:
    """Whether the map shows no number there: what a run has reached by the time it diverges is no result."""
    return cell.told == DIVERGED


def _crosses(table: SweepTable, measure: str, marks: tuple[Mark, ...]) -> dict[str, list[Any]]:
    lost = [cell for cell in cells(table, measure) if _is_lost(cell)]
    return {
        "series": [marks[cell.arm].label for cell in lost],
        "x": [float(table.sweep.axes[0].values[cell.point[0]]) for cell in lost],
        "value": [_strip(measure, table.sweep.base.training.steps, cell.arm + 0.7) for cell in lost],
        "told": [
            f"diverged on {round(cell.diverged * cell.count)} of {cell.count} seeds" if cell.count > 1 else "diverged"
            for cell in lost
        ],
    }


def _rows(table: SweepTable, measure: str, marks: tuple[Mark, ...]) -> dict[str, list[Any]]:
    known = [cell for cell in cells(table, measure) if cell.count]
    values = table.sweep.axes[0].values
    most = float(table.sweep.base.training.steps)
    bounded = [
        (None, None) if _is_lost(cell) else (_drawn(measure, cell.low, most), _drawn(measure, cell.high, most))
        for cell in known
    ]
    return {
        "series": [marks[cell.arm].label for cell in known],
        "x": [float(values[cell.point[0]]) for cell in known],
        "value": [None if _is_lost(cell) else _finite(measure, cell.median) for cell in known],
        "low": [low for low, _ in bounded],
        "high": [high for _, high in bounded],
        "told": [in_words(measure, cell)[0] for cell in known],
        "range": [in_words(measure, cell)[1] for cell in known],
        "seeds": [cell.count for cell in known],
    }


def _finite(measure: str, value: float) -> float | None:
    if not math.isfinite(value):
        return None
    return min(max(value, LOSS_RANGE[0]), LOSS_RANGE[1]) if measure == "train_loss" else value


def _drawn(measure: str, value: float, most: float) -> float | None:
    """An end of the band; what is never reached ends it at the top."""
    return most if math.isinf(value) else _finite(measure, value)


def _caption(table: SweepTable, measure: str, marks: tuple[Mark, ...]) -> str:
    """The best value of each arm, and where."""
    parts = []
    for arm, mark in enumerate(marks):
        known = [cell for cell in cells(table, measure) if cell.arm == arm and math.isfinite(cell.median)
                 and not _is_lost(cell)]  # fmt: skip
        if known:
            sign = -1 if measure == "test_accuracy" else 1
            best = min(known, key=lambda cell: sign * cell.median)
            value = table.sweep.axes[0].values[best.point[0]]
            parts.append(f"{mark.label} {exact(measure, best.median)} at {value:g}")
    if not parts:
        return "Nothing is computed yet."
    crosses = any(map(_is_lost, cells(table, measure)))
    several = len(table.sweep.seeds) > 1
    notes = ["bands span the seeds"] if several else []
    notes += [f"{DIVERGED} diverged{' on half of the seeds or more' if several else ''}"] if crosses else []
    notes += ["a line ends where the target was not reached"] if measure == "steps_to" else []
    said = "; ".join(notes)
    bests = f"Best {'median ' if several else ''}of each row: {'; '.join(parts)}."
    return f"{bests} {said[:1].upper()}{said[1:]}." if said else bests


@lru_cache(maxsize=compose.KEPT)
def _spec(
    marks: tuple[Mark, ...], field: str, values: tuple[float, ...], measure: str, most: int, dark: bool
) -> compose.Spec:
    axis = alt.Axis(title=AXIS_TITLES[field], grid=False, values=list(values), labelExpr="format(datum.value, '~g')",
                    labelOverlap=True)  # fmt: skip
    x = alt.X("x:Q", axis=axis, scale=alt.Scale(type="log", domain=[values[0], values[-1]], nice=False, padding=12))
    y = alt.Y("value:Q", **_value_axis(measure, most, len(marks)))
    base = alt.Chart(alt.NamedData("lines"))
    color, dash = stills.color(marks), stills.dash(marks)
    band = base.mark_area(opacity=0.18, clip=True).encode(
        x=x, y=alt.Y("low:Q", **_value_axis(measure, most, len(marks))), y2="high:Q", color=color
    )
    line = base.mark_line(strokeWidth=3.5, clip=True).encode(x=x, y=y, color=color, strokeDash=dash)
    tips = [alt.Tooltip("series:N", title="norm"), alt.Tooltip("x:Q", title=AXES[field]),
            alt.Tooltip("told:N", title="value"), alt.Tooltip("range:N", title="over the seeds"),
            alt.Tooltip("seeds:Q", title="seeds computed")]  # fmt: skip
    points = base.mark_circle(size=90, clip=False, stroke=theme.PAPER[dark]).encode(x=x, y=y, color=color, tooltip=tips)
    tips = [alt.Tooltip("series:N", title="norm"), alt.Tooltip("told:N", title="state")]
    crosses = (
        alt.Chart(alt.NamedData("crosses"))
        .mark_text(text=DIVERGED, fontSize=CROSS, fontWeight="bold")
        .encode(x=x, y=y, color=stills.color(marks, shown=False), tooltip=tips)
    )
    return compose.layered(band, line, points, crosses, height=HEIGHT)


def _strip(measure: str, most: float, row: float) -> float:
    """Where the row of crosses of an arm stands: beyond the bad end of the values, a strip for each arm."""
    if measure == "train_loss":
        decades = math.log10(LOSS_RANGE[1] / LOSS_RANGE[0])
        return float(LOSS_RANGE[1] * 10 ** (STRIP * row * decades))
    return most * (1 + STRIP * row) if measure == "steps_to" else -STRIP * row


def _value_axis(measure: str, most: int, arms: int) -> dict[str, Any]:
    end = _strip(measure, most, arms + 0.3)
    if measure == "train_loss":
        axis = stills.log_axis(f"training loss {theme.LOG}", LOSS_RANGE)
        return {"axis": axis, "scale": alt.Scale(type="log", domain=[LOSS_RANGE[0], end], nice=False)}
    if measure == "steps_to":
        return stills.value_axis("updates", (0.0, end))
    words, lowest = ("share of seeds", 0.0) if measure == "diverged" else ("right answers", end)
    found = stills.value_axis(words, (lowest, 1.0), share=True)
    found["axis"].values = [0, 0.2, 0.4, 0.6, 0.8, 1]  # the crosses below 0 have no value
    return found
