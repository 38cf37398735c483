"""Where each arm draws the line between two classes in the plane."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from bnviz.core.data import Dataset, load
from bnviz.core.recording import Array, Recording
from bnviz.core.schedule import MAP_CELLS
from bnviz.core.summary import final_scores, last_steps
from bnviz.plots import compose, panels, theme
from bnviz.plots.figure import Column, Figure, FrameTable
from bnviz.plots.panels import Look
from bnviz.plots.sentences import held, hold_known, lists_by_arm, sentences
from bnviz.plots.theme import arm_style

MAP, POINTS = "map", "points"
CLASSES = ("class 0", "class 1")
FULL = 200.0  # maps hold P(class 1) times 200
MOST_POINTS = 300
HEIGHT, LOW_HEIGHT, NARROW_HEIGHT = 300, 210, 165

Extent = tuple[float, float, float, float]


def decision_maps(recording: Recording, *, dark: bool = False) -> Figure | None:
    """P(class 1) in the plane in eval mode, one map an arm, under the training points.

    Each frame shows the last map drawn up to its step; an arm that has diverged keeps its last finite one.

    Returns:
        None if the data have not two features and two classes, or no map is recorded yet.
    """
    if not len(recording.maps_at):
        return None
    styles = arm_style(recording.experiment, dark=dark)
    labels = [style.label for style in styles]
    data = load(recording.experiment.data, recording.experiment.seed)
    names = tuple(data.feature_names)
    shown = _shown(recording)
    share = (shown.reshape(*shown.shape[:2], -1) > FULL / 2).mean(axis=-1)
    narrow_columns = 1 if len(labels) == 1 else 2
    columns = len(labels) if len(labels) <= 4 else 3
    return Figure(
        id="decision-maps",
        title="Decision boundary",
        spec=chart(tuple(labels), names, recording.map_extent, columns, Look(dark)),
        narrow=chart(tuple(labels), names, recording.map_extent, narrow_columns, Look(dark, narrow=True)),
        tables=[map_table(recording.map_extent, labels, shown), point_table(data)],
        steps=recording.steps,
        captions=_captions(recording),
        alt=_alt(recording, share),
        columns=columns,
        narrow_columns=narrow_columns,
        paper=theme.PAPER[dark],
    )


def _shown(recording: Recording) -> Array:
    """(F, A, G, G) the maps of every frame."""
    steps = recording.steps[np.minimum(held(recording), len(recording.steps) - 1)]
    place = np.searchsorted(recording.maps_at, steps, side="right") - 1
    arms = np.arange(recording.maps.shape[1])[None, :]
    return np.asarray(recording.maps[np.maximum(place, 0), arms])


def map_table(extent: Extent, labels: list[str], shown: Array) -> FrameTable:
    """One row a cell of each map.

    Args:
        extent: x1 low, x1 high, x2 low, x2 high.
        labels: of the maps.
        shown: (F, maps, G, G) P(class 1) times 200.
    """
    x1, x2, y1, y2 = extent
    x, y = np.linspace(x1, x2, MAP_CELLS + 1), np.linspace(y1, y2, MAP_CELLS + 1)
    # Neighbours overlap by a hair, or else the ground shines through between them.
    wide, high = 0.06 * (x[1] - x[0]), 0.06 * (y[1] - y[0])
    arms, cells = len(labels), MAP_CELLS * MAP_CELLS
    return FrameTable(
        MAP,
        [
            Column("arm", [label for label in labels for _ in range(cells)]),
            Column("x", _rounded(np.tile(x[:-1], MAP_CELLS * arms))),
            Column("x2", _rounded(np.tile(x[1:] + wide, MAP_CELLS * arms))),
            Column("y", _rounded(np.tile(np.repeat(y[:-1], MAP_CELLS), arms))),
            Column("y2", _rounded(np.tile(np.repeat(y[1:] + high, MAP_CELLS), arms))),
            Column("p", shown.reshape(len(shown), -1), per_frame=True),
        ],
    )


def _rounded(values: Array) -> list[float]:
    rounded: list[float] = np.round(values, 4).tolist()
    return rounded


def point_table(data: Dataset, names: tuple[str, str] = CLASSES) -> FrameTable:
    """The first training points, with the words of their class."""
    x, y = data.x_train[:MOST_POINTS], np.ravel(data.y_train)[:MOST_POINTS]
    return FrameTable(
        POINTS,
        [
            Column("x", _rounded(x[:, 0])),
            Column("y", _rounded(x[:, 1])),
            Column("class", [names[int(label)] for label in y]),
        ],
    )


def _equal_scales(extent: Extent) -> tuple[alt.Scale, alt.Scale]:
    """Scales on which one unit is as long across as upwards, however wide or tall the view becomes."""
    x1, x2, y1, y2 = extent
    unit = f"max({x2 - x1:.5g} / child_width, {y2 - y1:.5g} / child_height)"
    domain_x = [alt.ExprRef(f"{(x1 + x2) / 2:.5g} {sign} {unit} * child_width / 2") for sign in "-+"]
    domain_y = [alt.ExprRef(f"{(y1 + y2) / 2:.5g} {sign} {unit} * child_height / 2") for sign in "-+"]
    return (
        alt.Scale(domainMin=domain_x[0], domainMax=domain_x[1], nice=False, zero=False),
        alt.Scale(domainMin=domain_y[0], domainMax=domain_y[1], nice=False, zero=False),
    )


@lru_cache(maxsize=compose.KEPT)
def chart(
    labels: tuple[str, ...],
    names: tuple[str, ...],
    extent: Extent,
    columns: int,
    look: Look,
    classes: tuple[str, str] = CLASSES,
) -> compose.Spec:
    """Maps side by side, each under its label, with the points in front; filled by `map_table` and `point_table`."""
    height = NARROW_HEIGHT if look.narrow else HEIGHT if columns <= 4 else LOW_HEIGHT
    scale_x, scale_y = _equal_scales(extent)
    axis: dict[str, Any] = {"grid": False, "tickCount": 3, "domain": False, "titlePadding": 2}
    x = alt.X("x:Q", scale=scale_x, axis=alt.Axis(title=names[0], **axis))
    y = alt.Y("y:Q", scale=scale_y, axis=alt.Axis(title=names[1], **axis))
    cell = compose.layered(_cells(x, y, look), _points(x, y, look, classes), data=MAP, height=height)
    header = alt.Header(
        title=None, labelExpr=panels.wrapped_labels(labels, (44 if look.narrow else 150) // columns - 2),
        labelFontSize=theme.TINY if look.narrow else theme.FONT, labelPadding=4,
    )  # fmt: skip
    facet = {"field": "arm", "type": "nominal", "sort": list(labels), "header": header.to_dict(validate=False)}
    whole = compose.wrapped(cell, facet, columns=columns, narrow=look.narrow)
    if len(labels) > columns and len(labels) % columns:  # shared axes would stand under the empty cells, too
        whole["resolve"] = {"axis": {"x": "independent"}}
    return compose.finished(whole, dark=look.dark, narrow=look.narrow, steps=False)


def _cells(x: alt.X, y: alt.Y, look: Look) -> alt.Chart:
    colors = alt.Scale(
        domain=[0, FULL / 2, FULL], range=list(theme.MAP_COLOURS[look.dark]), clamp=True, interpolate="rgb"
    )
    tooltip = [alt.Tooltip("arm:N", title="arm"), alt.Tooltip("said:N", title="P(class 1)")]
    cells = alt.Chart().transform_calculate(said=theme.percent_expr(f"(datum.p / {FULL:g})"))
    result: alt.Chart = cells.mark_rect(strokeWidth=0).encode(
        x=x,
        x2=alt.X2("x2:Q"),
        y=y,
        y2=alt.Y2("y2:Q"),
        color=alt.Color("p:Q", scale=colors, legend=None),
        tooltip=tooltip,
    )
    return result


def _points(x: alt.X, y: alt.Y, look: Look, classes: tuple[str, str]) -> alt.Chart:
    """The training points, told apart by colour and by shape."""
    names = list(classes)
    key = alt.Legend(title=None, orient="top")
    fill = alt.Fill("class:N", scale=alt.Scale(domain=names, range=list(theme.CLASS_COLOURS[look.dark])), legend=key)
    shape = alt.Shape("class:N", scale=alt.Scale(domain=names, range=["circle", "triangle-up"]), legend=key)
    mark = alt.MarkDef(
        type="point", size=18 if look.narrow else 40, stroke=theme.PAPER[look.dark], strokeWidth=0.8, opacity=1
    )
    return alt.Chart(alt.NamedData(POINTS), mark=mark).encode(x=x, y=y, fill=fill, shape=shape)


def _captions(recording: Recording) -> list[str]:
    words, last = ("the share of test points on the right side", "is"), (last_steps(recording), final_scores(recording))
    return sentences(recording, words, hold_known(recording.test_accuracy), text=theme.percent, last=last)


def _alt(recording: Recording, share: Array) -> list[str]:
    x1, x2, y1, y2 = (theme.number(value) for value in recording.map_extent)
    start = (
        f"Maps of the plane, one an arm, x1 from {x1} to {x2} and x2 from {y1} to {y2}, coloured by the probability of "
        "class 1, with the training points of both classes. "
    )
    lists = zip(recording.steps.tolist(), lists_by_arm(recording, share[:, :, None], theme.percent), strict=True)
    return [f"{start}Step {step}: share of the map given to class 1: {said}." for step, said in lists]
