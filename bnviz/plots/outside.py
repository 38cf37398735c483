"""Where the lines of a run leave the range of their picture: the axis is not stretched by one that runs away."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np

from bnviz.core.recording import Array
from bnviz.plots import compose
from bnviz.plots.figure import Column, SeriesTable
from bnviz.plots.leaving import LEAVING, UP
from bnviz.plots.sentences import listed

BELOW = "▼"
APART = 0.03  # of the run: marks of one line that are closer are one mark
SIZES = (16, 10)


def leaves(values: Array, steps: Array, bounds: tuple[float, float], *, above: bool) -> Array:
    """(F, R) at how many updates each line leaves the picture, in the first frame that is outside; NaN elsewhere.

    Args:
        values: (F, R); what is no number above 0 is left out, and the line goes on to the next.
        steps: (F,) update counts.
        bounds: of the logarithmic axis; a line between two frames is straight on it.
        above: over the upper bound, else below the lower one.
    """
    sign, border = (1, math.log(bounds[1])) if above else (-1, -math.log(bounds[0]))
    found = np.full(values.shape, np.nan)
    for line, column in enumerate(values.T):
        frames = np.flatnonzero(np.isfinite(column) & (np.nan_to_num(column) > 0))
        logs, at = sign * np.log(column[frames].astype(np.float64)), steps[frames]
        for place in np.flatnonzero(logs > border):
            if not place:
                found[frames[place], line] = at[place]
            elif logs[place - 1] <= border:
                share = (border - logs[place - 1]) / (logs[place] - logs[place - 1])
                found[frames[place], line] = at[place - 1] + share * (at[place] - at[place - 1])
    return found


def _thinned(at: Array, least: float, lost: Array) -> Array:
    """The same without marks that come too soon after one of the same line, or just before its end (R,)."""
    found = at.copy()
    for column, end in zip(found.T, lost, strict=True):
        last = -math.inf
        for frame in np.flatnonzero(np.isfinite(column)):
            if column[frame] - last < least or 0 <= end - column[frame] < least:
                column[frame] = np.nan
            else:
                last = column[frame]
    return found


def table(labels: Sequence[str], sets: Mapping[str, Array], steps: Array, bounds: tuple[float, float], *,
          lost: Sequence[int], total: int) -> SeriesTable:  # fmt: skip
    """One row a direction, set of rows and arm; its number is where the line leaves the picture.

    Args:
        labels: of the arms.
        sets: the (F, A) values of each set of rows.
        steps: (F,) update counts.
        bounds: of the axis.
        lost: (A,) the update at which each arm diverged, below 0 where it did not: a cross stands there.
        total: updates of the whole run.
    """
    values = np.concatenate(list(sets.values()), axis=1)
    ways = [(UP, bounds[1], True), (BELOW, bounds[0], False)]
    ends = np.array([*lost] * len(sets))
    found = [_thinned(leaves(values, steps, bounds, above=above), APART * total, ends) for _, _, above in ways]
    each = [(sign, value, name, label) for sign, value, _ in ways for name in sets for label in labels]
    names = ("sign", "border", "set", "arm")
    columns = [Column(name, [row[place] for row in each]) for place, name in enumerate(names)]
    return SeriesTable(LEAVING, [*columns, Column("at", np.concatenate(found, axis=1).astype(np.float32), True)])


def sentences(labels: Sequence[str], values: Array, given: SeriesTable, bounds: tuple[float, float]) -> list[str]:
    """What each frame's caption adds: what the marks mean that have come by then, and which arms are outside now.

    Only the lines of the first set of rows are spoken of; the thin ones tell their marks on hover.

    Args:
        labels: of the arms.
        values: (F, A) the numbers that the caption tells, NaN once an arm has diverged.
        given: from `table`.
        bounds: of the axis.
    """
    columns = {column.name: column.values for column in given.columns}
    spoken = np.array([name == columns["set"][0] for name in columns["set"]])
    come = (np.isfinite(np.asarray(columns["at"])) & spoken).cumsum(axis=0) > 0
    told = []
    for row, known in zip(values, come, strict=True):
        signs = sorted({sign for sign, there in zip(columns["sign"], known, strict=True) if there})
        now = [label for label, one in zip(labels, row, strict=True) if one > bounds[1] or one < bounds[0]]
        gone = f"; outside now: {listed(now)}" if now else ""
        told.append(f" {' '.join(signs)}: a line leaves the picture{gone}." if signs else "")
    return told


def marks(x: alt.X, y: alt.Y, color: alt.Color, thin: str, *, dark: bool) -> list[alt.Chart]:
    """The signs on the borders, in the colour of their arm; those of the thin lines are small."""
    place, border = x.copy(), y.copy()
    place.shorthand, border.shorthand = "at:Q", "border:Q"
    size = alt.expr(f"datum.set === '{thin}' ? {SIZES[1]} : {SIZES[0]}")
    tooltip = [
        alt.Tooltip("arm:N", title="arm"),
        alt.Tooltip("set:N", title="measured on"),
        alt.Tooltip("at:Q", title="leaves the picture at update", format=",.0f"),
    ]
    found = []
    for sign, baseline, away in ((UP, "top", -3), (BELOW, "bottom", 3)):
        base = alt.Chart(alt.NamedData(LEAVING)).transform_filter(f"datum.sign === '{sign}'")
        base = base.encode(x=place, y=border, text="sign:N")
        looks: dict[str, Any] = {"baseline": baseline, "dy": away, "fontWeight": "bold", "fontSize": size}
        ground, front = compose.grounded(base, looks, color, dark=dark)
        found += [ground, front.encode(tooltip=tooltip)]
    return found
