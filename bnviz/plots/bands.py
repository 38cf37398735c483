"""Percentile bands of every hidden layer over time."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from bnviz.core.labels import arm_labels
from bnviz.core.recording import Array, Recording
from bnviz.core.schedule import KINDS
from bnviz.plots import compose, panels, theme
from bnviz.plots.figure import Column, Figure, SeriesTable
from bnviz.plots.panels import Look
from bnviz.plots.sentences import alt_texts, has_diverged, hold, sentences
from bnviz.plots.theme import arm_style

DATASET = "bands"
KIND_WORDS = {"pre": "W x + b", "normalized": "value after the norm", "post": "value after the activation"}
QUANTILE_NAMES = ("p5", "p15", "p50", "p85", "p95")


def bands(
    recording: Recording, *, kind: str = "normalized", layer: int | None = None, dark: bool = False
) -> Figure | None:
    """Percentile bands over time (5 to 95 and 15 to 85 per cent, and the median), layers by arms.

    Args:
        recording: of a run, or of its beginning.
        kind: pre (W x + b), normalized (what the norm gave) or post (after the activation).
        layer: only this one, counted from 0; None shows all.
        dark: for a dark ground.

    Returns:
        None if the network has no hidden layer.
    """
    depth = len(recording.experiment.network.hidden)
    if not depth:
        return None
    shown = list(range(depth)) if layer is None else [layer]
    gone = has_diverged(recording)[:, :, None, None]
    values = np.where(gone, np.nan, recording.quantiles[:, :, :, KINDS.index(kind)])[:, :, shown]
    bounds = _bounds(recording, values)
    labels = arm_labels(recording.experiment)
    wide = hold(recording, values[..., -1] - values[..., 0])
    subject = f"nine tenths of the values of layer {shown[-1] + 1} ({KIND_WORDS[kind]})"
    ends = " to ".join(map(theme.plain_number, bounds))
    chart = f"Percentile bands ({KIND_WORDS[kind]}) over the updates, layers by arms; vertical axis {ends}"
    told = f"distance from the 5th to the 95th percentile from layer {shown[0] + 1} on"
    return Figure(
        id=f"bands-{kind}",
        title="Percentiles over time",
        spec=_chart(recording, bounds, kind, shown, Look(dark)),
        narrow=_chart(recording, bounds, kind, shown, Look(dark, narrow=True)),
        tables=[_table(labels, shown, values)],
        steps=recording.steps,
        captions=sentences(recording, (subject, "span"), wide[:, :, -1]),
        alt=alt_texts(recording, chart, told, wide),
        columns=len(labels),
        narrow_columns=len(labels),
        paper=theme.PAPER[dark],
    )


def _bounds(recording: Recording, values: Array) -> tuple[float, float]:
    """A range that holds nearly all of the bands; an arm that diverges or runs away is cut off."""
    steady = recording.diverged_at < 0
    values = values[:, steady] if steady.any() else values
    per_arm = [panels.finite(values[:, arm]) for arm in range(values.shape[1])]
    ends = np.array([np.quantile(known, [0.01, 0.99]) for known in per_arm if len(known)])
    if not len(ends):
        return -1.0, 1.0
    reach = np.minimum(np.abs(ends).max(axis=1), 8 * np.median(np.abs(ends).max(axis=1)) + 1e-6)
    top = panels.nice_above(max(0.01, min(float(reach.max()), 1e30)), panels.FINE)
    return (0.0 if ends.min() >= 0 else -top), top


def _table(labels: list[str], layers: Sequence[int], values: Array) -> SeriesTable:
    frames = len(values)
    moving = [
        Column(name, values[..., place].reshape(frames, -1).astype(np.float32), per_frame=True)
        for place, name in enumerate(QUANTILE_NAMES)
    ]
    fixed = [
        Column("arm", [label for label in labels for _ in layers]),
        Column("layer", [layer + 1 for _ in labels for layer in layers]),
    ]
    return SeriesTable(DATASET, [*fixed, *moving])


def _chart(
    recording: Recording, bounds: tuple[float, float], kind: str, layers: Sequence[int], look: Look
) -> compose.Spec:
    styles = arm_style(recording.experiment, dark=look.dark)
    x = panels.step_axis(recording.experiment.training.steps, title=None, ticks=2 if look.narrow else 4)
    ticks = sorted({bounds[0], 0.0, bounds[1]})
    axis = alt.Axis(values=ticks, title=None, labelExpr=theme.tick_expr(), labelFlush=True)
    scale = alt.Scale(domain=list(bounds), nice=False)
    low, inner, y = (alt.Y(f"{name}:Q", axis=axis, scale=scale) for name in ("p5", "p15", "p50"))
    color = panels.arm_color(styles, shown=False)
    base = alt.Chart()
    height = 240 if len(layers) == 1 else int(np.clip((300 if look.narrow else 440) / len(layers), 40, 110))
    cell = compose.layered(
        base.mark_area(opacity=0.25, clip=True).encode(x=x, y=low, y2=alt.Y2("p95:Q"), color=color),
        base.mark_area(opacity=0.4, clip=True).encode(x=x, y=inner, y2=alt.Y2("p85:Q"), color=color),
        base.mark_line(strokeWidth=2, clip=True).encode(x=x, y=y, color=color),
        _hover(x, y),
        panels.step_rule(dark=look.dark),
        data=DATASET,
        height=height,
    )
    chart = compose.grid(
        cell,
        panels.layer_header(narrow=look.narrow, title=KIND_WORDS[kind]),
        panels.arm_header(styles, narrow=look.narrow, title="updates"),
        narrow=look.narrow,
    )
    return compose.finished(chart, dark=look.dark, narrow=look.narrow)


def _hover(x: alt.X, y: alt.Y) -> alt.Chart:
    said = {f"said_{name}": theme.number_expr(f"datum.{name}", 3) for name in QUANTILE_NAMES}
    titles = ("5\u00a0%", "15\u00a0%", "median", "85\u00a0%", "95\u00a0%")
    tooltip = [alt.Tooltip("step:Q", title="updates", format="d")]
    tooltip += [alt.Tooltip(f"{name}:N", title=title) for name, title in zip(said, titles, strict=True)]
    result: alt.Chart = (
        alt.Chart()
        .transform_calculate(**said)
        .mark_point(opacity=0, size=60, clip=True)
        .encode(x=x, y=y, tooltip=tooltip)
    )
    return result
