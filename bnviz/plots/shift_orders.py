"""One network on differently ordered batches, for the player: boundaries, losses, and accuracy on each subset."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from bnviz.core.data import Dataset
from bnviz.core.schedule import MAP_CELLS
from bnviz.plots import compose, maps, panels, theme
from bnviz.plots.figure import Column, Figure, SeriesTable
from bnviz.plots.panels import Look
from bnviz.plots.sentences import after, listed
from bnviz.plots.theme import percent

Run = Mapping[str, Any]
HEIGHT = 250
SUBSETS = ("on subset 1", "on subset 2", "on both")


def order_figures(found: Mapping[str, Any], data: Dataset, labels: Mapping[str, str], *, dark: bool) -> list[Figure]:
    """Boundaries, losses and accuracies of the orders, over the updates.

    Args:
        found: a result of `bnviz.core.order_study.orders` with maps, of one arm.
        data: the rows of the run.
        labels: what each order is called.
        dark: the theme.
    """
    steps = np.array(found["steps"], np.int32)
    runs = list(found["runs"])
    return [_maps(found, runs, data, labels, dark=dark), *_curves(steps, runs, labels, dark=dark)]


def _maps(
    found: Mapping[str, Any], runs: Sequence[Run], data: Dataset, labels: Mapping[str, str], *, dark: bool
) -> Figure:
    names = [labels[run["order"]] for run in runs]
    cells = [[np.frombuffer(base64.b64decode(one), np.uint8) for one in run["maps"]] for run in runs]
    shown = np.moveaxis(np.array(cells), 0, 1)  # frames x orders x cells
    side = MAP_CELLS
    x1, x2, y1, y2 = found["extent"]
    extent, features = (x1, x2, y1, y2), tuple(data.feature_names)
    classes = (data.class_names[0], data.class_names[1])
    steps = np.array(found["steps"], np.int32)
    captions = _captions(steps, "share of the test flowers on the right side of the line", runs, labels)
    return Figure(
        id="shift-maps",
        title="Where each one draws the line",
        spec=maps.chart(tuple(names), features, extent, len(names), Look(dark), classes),
        narrow=maps.chart(tuple(names), features, extent, 2, Look(dark, narrow=True), classes),
        tables=[
            maps.map_table(extent, names, shown.reshape(*shown.shape[:2], side, side)),
            maps.point_table(data, classes),
        ],
        steps=steps,
        captions=captions,
        alt=[f"Maps of the feature plane, one an order of the batches. {caption}" for caption in captions],
        columns=len(names),
        narrow_columns=2,
        paper=theme.PAPER[dark],
    )


def _captions(steps: Any, what: str, runs: Sequence[Run], labels: Mapping[str, str]) -> list[str]:
    def told(frame: int) -> str:
        return listed([f"{labels[run['order']]} {percent(run['accuracy'][frame])}" for run in runs])

    return [f"{start}, {what}: {told(frame)}." for frame, start in enumerate(after(steps))]


def _curves(steps: Any, runs: Sequence[Run], labels: Mapping[str, str], *, dark: bool) -> list[Figure]:
    names = tuple(run["order"] for run in runs)
    told = tuple(labels[name] for name in names)
    losses = np.array([[value if value is not None else np.nan for value in run["loss"]] for run in runs]).T
    shares = [np.array([run["by_subset"] for run in runs])[:, :, subset].T for subset in (0, 1)]
    shares.append(np.array([run["accuracy"] for run in runs]).T)
    total = int(steps[-1])
    figures = []
    for name, title, values in zip(
        ("first", "second", "all", "loss"),
        (*(f"Test accuracy {subset}" for subset in SUBSETS), "Loss on all training flowers"),
        (*shares, losses),
        strict=True,
    ):
        share = name != "loss"
        top = 1.0 if share else panels.nice_above(max(1e-3, float(np.nanmax(losses))), panels.FINE)
        said = percent if share else theme.loss_text
        captions = [
            f"{start}: {listed([f'{label} {said(float(value))}' for label, value in zip(told, row, strict=True)])}."
            for start, row in zip(after(steps), values, strict=True)
        ]
        figures.append(
            Figure(
                id=f"shift-{name}",
                title=title,
                spec=_curve_chart(names, told, (total, top, share), Look(dark)),
                narrow=_curve_chart(names, told, (total, top, share), Look(dark, narrow=True)),
                tables=[SeriesTable("curves", [Column("order", told), Column("value", values, per_frame=True)])],
                steps=steps,
                captions=captions,
                alt=[
                    f"Lines over the updates, one an order of the batches: {title}. {caption}" for caption in captions
                ],
                half=True,
                paper=theme.PAPER[dark],
            )
        )
    return figures


@lru_cache(maxsize=compose.KEPT)
def _curve_chart(
    names: tuple[str, ...], labels: tuple[str, ...], axis: tuple[int, float, bool], look: Look
) -> compose.Spec:
    total, top, share = axis
    x = panels.step_axis(total)
    label = "format(100 * datum.value, 'd') + '\u00a0%'" if share else theme.tick_expr()
    y = alt.Y(
        "value:Q",
        axis=alt.Axis(tickCount=5, title=None, labelExpr=label),
        scale=alt.Scale(domain=[0, top], nice=False),
    )
    key = alt.Legend(title=None, columns=2 if look.narrow else 3, symbolType="stroke", orient="top")
    color = alt.Color(
        "order:N", sort=None, legend=key,
        scale=alt.Scale(domain=list(labels), range=[theme.ORDERS[name][look.dark] for name in names]),
    )  # fmt: skip
    dash = alt.StrokeDash(
        "order:N", sort=None, legend=key,
        scale=alt.Scale(domain=list(labels), range=[list(theme.ORDER_DASHES[name]) for name in names]),
    )  # fmt: skip
    base = alt.Chart(alt.NamedData("curves"))
    lines = base.mark_line(clip=True, strokeWidth=3, strokeJoin="round").encode(x=x, y=y, color=color, strokeDash=dash)
    said = theme.percent_expr("datum.value") if share else theme.number_expr("datum.value", 3)
    tooltip = [alt.Tooltip("step:Q", title="updates"), alt.Tooltip("order:N", title="batches"),
               alt.Tooltip("said:N", title="value")]  # fmt: skip
    hover = base.transform_calculate(said=said).mark_circle(size=120, opacity=0).encode(x=x, y=y, tooltip=tooltip)
    chart = compose.layered(lines, hover, panels.step_rule(dark=look.dark), height=HEIGHT)
    return compose.finished(chart, dark=look.dark, narrow=look.narrow)
