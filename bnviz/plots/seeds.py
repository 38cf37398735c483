"""The same experiment with other seeds: between which values its curves lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import altair as alt
import numpy as np

from bnviz.core.recording import Array
from bnviz.plots import theme
from bnviz.plots.figure import Column, SeriesTable
from bnviz.plots.theme import ArmStyle

DATASET = "seeds"


def ranges(own: Array, others: Sequence[Array]) -> tuple[Array, Array]:
    """Lowest and highest value over all seeds in each frame of the own run; NaN where no seed has a value.

    Args:
        own: (F, A) values of the run that is shown.
        others: the same of runs with other seeds, with at least as many frames.
    """
    stacked = np.stack([own, *(values[: len(own)] for values in others)])
    return np.fmin.reduce(stacked), np.fmax.reduce(stacked)


def table(labels: list[str], low: Array, high: Array) -> SeriesTable:
    """One row an arm in every frame."""
    columns = [
        Column(name, values.astype(np.float32), per_frame=True) for name, values in (("low", low), ("high", high))
    ]
    return SeriesTable(DATASET, [Column("arm", labels), *columns])


def band(x: alt.X, y: alt.Y, styles: list[ArmStyle]) -> alt.Chart:
    """The range as a soft area behind the lines; `y` is the axis of the lines."""
    low = y.copy()
    low.shorthand = "low:Q"
    chart: alt.Chart = (
        alt.Chart(alt.NamedData(DATASET))
        .mark_area(opacity=0.22, clip=True)
        .encode(
            x=x,
            y=low,
            y2=alt.Y2("high:Q"),
            color=alt.Color("arm:N", scale=theme.color_scale(styles), legend=None, sort=None),
            detail="arm:N",
        )
    )
    return chart


def sentence(labels: list[str], low: Array, high: Array, seeds: int, text: Callable[[float], str]) -> str:
    """Where the last known values lie, arm by arm."""
    parts = []
    for arm, label in enumerate(labels):
        known = np.flatnonzero(np.isfinite(high[:, arm]))
        if len(known):
            last = known[-1]
            parts.append(f"{text(float(low[last, arm]))} to {text(float(high[last, arm]))} with {label}")
    return f" Over {seeds} seeds (shaded) it ends at {', '.join(parts)}." if parts else ""
