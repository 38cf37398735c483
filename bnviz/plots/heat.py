"""A sweep as a heat map: one row an arm, one column a value of the axis, one colour scale for all cells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from bnviz.core.labels import arm_labels
from bnviz.core.sweep import Point, Sweep
from bnviz.core.sweep_table import Floats, Spread, SweepTable
from bnviz.plots import compose, stills, theme
from bnviz.plots.figure import Figure
from bnviz.plots.sentences import between, middle
from bnviz.plots.stills import Words

DIVERGED, NEVER, HALF = "✕", "∅", " on half of the seeds or more (small: on fewer)"
CELL, MOST_HEIGHT, ROW_HEIGHTS = "cell", 320, (46, 84)
WORST_LOSS, BEST_LOSS, BEST_STEPS = 3.0, 1e-3, 10
TITLES = {
    "test_accuracy": "Right answers on test rows at the end",
    "train_loss": "Training loss on the last batch",
    "steps_to": "Updates to {target} right answers on test rows",
    "diverged": "Share of the seeds on which training diverged",
}
AXES = {
    "training.learning_rate": "learning rate",
    "network.gain": "scale of the initial weights",
    "network.depth": "hidden layers",
}
AXIS_TITLES = {field: name if field == "network.depth" else f"{name} {theme.LOG}" for field, name in AXES.items()}


@dataclass(frozen=True)
class Cell:
    """One cell: a point and an arm of a sweep, over the seeds."""

    point: Point
    arm: int
    told: str
    median: float
    low: float
    high: float
    count: int
    diverged: float


def cells(table: SweepTable, measure: str) -> list[Cell]:
    """All cells, the computed and the others, point by point and arm by arm."""
    spread, share = spread_of(table, measure), table.diverged_share()
    found = []
    for point in table.sweep.points():
        for arm in range(len(table.sweep.arms)):
            at = (*point, arm)
            median, low, high = (float(part[at]) for part in (spread.median, spread.low, spread.high))
            count = int(spread.count[at])
            diverged = float(share[at]) if count else 0.0
            found.append(Cell(point, arm, _told(measure, median, count, diverged), median, low, high, count, diverged))
    return found


def in_words(measure: str, cell: Cell) -> tuple[str, str]:
    """The value of a cell and its range over the seeds, for a tooltip."""
    value, low, high = (exact(measure, one) for one in (cell.median, cell.low, cell.high))
    return middle(value, cell.count, median=measure != "diverged"), between(low, high, cell.count)


def spread_of(table: SweepTable, measure: str) -> Spread:
    """Median and range over the seeds; of "diverged" the median is the share of the seeds."""
    if measure != "diverged":
        return table.over_seeds(measure)
    at = table.over_seeds("diverged_at")
    share = table.diverged_share()
    return Spread(share, share, share, at.count)


def _told(measure: str, median: float, count: int, diverged: float) -> str:
    """What stands in a cell: a short number, or a sign."""
    if not count:
        return ""
    if measure != "diverged" and diverged >= 0.5:
        return DIVERGED
    return short(measure, median)


def short(measure: str, value: float) -> str:
    """A value in as few characters as possible."""
    if math.isnan(value):
        return "—"
    if math.isinf(value):
        return NEVER
    if measure in ("test_accuracy", "diverged"):
        return f"{100 * value:.0f}"
    return f"{value:.0f}" if measure == "steps_to" else theme.number(value, 1) if value < 0.001 else f"{value:.2g}"


def exact(measure: str, value: float) -> str:
    """A value as it is told on hovering."""
    if math.isinf(value):
        return "never reached"
    if measure in ("test_accuracy", "diverged"):
        return theme.percent(value)
    return f"{value:g}" if measure == "steps_to" else theme.number(value, 3)


def goodness(measure: str, values: Floats, updates: int) -> Floats:
    """0 (bad) to 1 (good) for the colour."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "test_accuracy":
            good = values
        elif measure == "diverged":
            good = 1 - values
        elif measure == "steps_to":
            good = np.log(values / max(11, updates)) / math.log(BEST_STEPS / max(11, updates))
        else:
            good = np.log(values / WORST_LOSS) / math.log(BEST_LOSS / WORST_LOSS)
    result: Floats = np.clip(np.nan_to_num(good, nan=0.0), 0.0, 1.0)
    return result


def row_labels(sweep: Sweep) -> list[str]:
    """The rows from top to bottom: the arms; with a second axis, the arms at each of its values."""
    labels = arm_labels(sweep.base, short=True)
    if len(sweep.axes) == 1:
        return labels
    return [f"{kind_words(value)} · {label}" for value in sweep.axes[1].values for label in labels]


def title_of(sweep: Sweep, measure: str) -> str:
    """What a measure of a sweep is called."""
    return TITLES[measure].format(target=target_words(sweep))


def target_words(sweep: Sweep) -> str:
    """The accuracy to which updates are counted: "95 %"."""
    return f"{100 * (sweep.target or 0.9):g}\u00a0%"


def kind_words(name: str) -> str:
    """An activation as it is written."""
    return "ReLU" if name == "relu" else name


def column_labels(sweep: Sweep) -> list[str]:
    """The columns from left to right."""
    return [f"{value:g}" for value in sweep.axes[0].values]


def row_of(sweep: Sweep, cell: Cell) -> int:
    """In which row a cell stands."""
    return (cell.point[1] * len(sweep.arms) if len(cell.point) == 2 else 0) + cell.arm


def at_place(sweep: Sweep, column: int, row: int) -> tuple[Point, int]:
    """The point and the arm of a column and a row."""
    second, arm = divmod(row, len(sweep.arms))
    return ((column, second) if len(sweep.axes) == 2 else (column,)), arm


def heat_map(table: SweepTable, measure: str, *, dark: bool) -> Figure:
    """The heat map of one measure; cells that are not computed are empty.

    Args:
        table: of the sweep, complete or not.
        measure: test_accuracy, train_loss, steps_to or diverged.
        dark: the theme.
    """
    sweep = table.sweep
    found = cells(table, measure)
    columns, rows = column_labels(sweep), row_labels(sweep)
    title = title_of(sweep, measure)
    spec = _spec(tuple(columns), tuple(rows), sweep.axes[0].field, dark)
    data = _rows(sweep, found, measure, dark=dark)
    return stills.still(_words(table, measure, title, found, dark=dark), spec, {"cells": data}, dark=dark)


def _rows(sweep: Sweep, found: list[Cell], measure: str, *, dark: bool) -> dict[str, list[Any]]:
    columns, rows = column_labels(sweep), row_labels(sweep)
    good = goodness(measure, np.array([cell.median for cell in found]), sweep.base.training.steps)
    good = np.where([cell.told == DIVERGED for cell in found], 0.0, good)
    return {
        "column": [columns[cell.point[0]] for cell in found],
        "row": [rows[row_of(sweep, cell)] for cell in found],
        "x": [cell.point[0] for cell in found],
        "y": [row_of(sweep, cell) for cell in found],
        "good": [float(one) if cell.count else None for one, cell in zip(good, found, strict=True)],
        "told": [cell.told for cell in found],
        **{f"exact_{name}": [getattr(cell, name) for cell in found] for name in ("median", "low", "high")},
        "ink": [theme.heat_ink(float(one), dark=dark) for one in good],
        "part": [DIVERGED if 0 < cell.diverged < 0.5 and measure != "diverged" else "" for cell in found],
        "median": [in_words(measure, cell)[0] for cell in found],
        "range": [in_words(measure, cell)[1] for cell in found],
        "seeds": [f"{cell.count} of {len(sweep.seeds)}" for cell in found],
        "diverged": [f"{round(cell.diverged * cell.count)} of {cell.count}" if cell.count else "—" for cell in found],
    }


@lru_cache(maxsize=compose.KEPT)
def _spec(columns: tuple[str, ...], rows: tuple[str, ...], field: str, dark: bool) -> compose.Spec:
    split = alt.Axis(title=None, labelExpr="split(datum.label, ' · ')", ticks=False, domain=False, labelPadding=8,
                     labelFontSize=theme.FONT, labelOffset=-8 if " · " in rows[0] else 0)  # fmt: skip
    x = alt.X("column:N", sort=list(columns), axis=alt.Axis(
        title=AXIS_TITLES[field], labelAngle=0, orient="bottom", ticks=False, domain=False, labelFontSize=theme.FONT,
        labelOverlap=True))  # fmt: skip
    y = alt.Y("row:N", sort=list(rows), axis=split)
    picked = alt.selection_point(name=CELL, fields=["x", "y"], on="click", empty=False, toggle=False)
    base = alt.Chart(alt.NamedData("cells")).encode(x=x, y=y)
    color = alt.Color("good:Q", legend=None, scale=alt.Scale(domain=[0, 0.5, 1], range=list(theme.HEAT[dark])))
    tips = [alt.Tooltip(f"{name}:N", title=words) for name, words in (
        ("row", "row"), ("column", AXES[field]), ("median", "value"),
        ("range", "over the seeds"), ("seeds", "seeds computed"), ("diverged", "diverged"))]  # fmt: skip
    empty = alt.condition("datum.good === null", alt.value(theme.FAINT[dark]), color)
    drawn = base.mark_rect(stroke=theme.PAPER[dark], strokeWidth=2, cornerRadius=3, cursor="pointer")
    rects = drawn.encode(color=empty, tooltip=tips, opacity=alt.condition("datum.good === null", alt.value(0.5),
                                                                          alt.value(1))).add_params(picked)  # fmt: skip
    size = alt.expr("clamp(bandwidth('x') / 2.6, 9, 24)")
    text = base.mark_text(fontSize=size, fontWeight="bold", cursor="pointer").encode(
        text="told:N", color=alt.Color("ink:N", scale=None), tooltip=tips
    )
    sign = base.mark_text(
        fontSize=12, dx=alt.expr("bandwidth('x') / 2 - 9"), dy=alt.expr("11 - bandwidth('y') / 2")
    ).encode(text="part:N", color=alt.Color("ink:N", scale=None), tooltip=tips)
    apart = {"scale": {"color": "independent"}}
    return compose.layered(rects, text, sign, height=_height(len(rows)), resolve=apart)


def _height(rows: int) -> int:
    low, high = ROW_HEIGHTS
    return rows * max(low, min(high, MOST_HEIGHT // rows))


def _words(table: SweepTable, measure: str, title: str, found: list[Cell], *, dark: bool) -> Words:
    done, seeds = [cell for cell in found if cell.count], len(table.sweep.seeds)
    unit = " (in per cent)" if measure in ("test_accuracy", "diverged") else ""
    what, half = ("of one seed", "") if seeds == 1 else (f"median of {seeds} seeds", HALF)
    caption = (
        f"{title}{unit}, {what}. {'Bright' if dark else 'Dark'} is good. {DIVERGED} diverged{half}. "
        f"{NEVER} never reached. Click a cell to watch that run."
    )
    rows = row_labels(table.sweep)
    told = "; ".join(
        f"{rows[row_of(table.sweep, cell)]} at {column_labels(table.sweep)[cell.point[0]]}: "
        f"{exact(measure, cell.median)}"
        for cell in done
    )
    return Words("rates-heat", title, caption, f"Heat map of {len(found)} cells. {title}. {told or 'Nothing yet'}.")
