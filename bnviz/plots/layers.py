"""Every layer over time: saturation, largest activations, gradient and update sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import altair as alt
import numpy as np

from bnviz.core.experiment import Experiment
from bnviz.core.recording import Array, Recording
from bnviz.plots import compose, panels, theme
from bnviz.plots.figure import Column, Figure, SeriesTable
from bnviz.plots.panels import Look
from bnviz.plots.sentences import alt_texts, for_channels, has_diverged, hold, sentences
from bnviz.plots.theme import arm_style

DATASET = "layers"
GOOD_RATIO = 1e-3


@dataclass(frozen=True)
class Measure:
    """One number a layer: how it is drawn and named.

    Attributes:
        id, title: of the figure.
        axis: what the vertical axis shows.
        caption: subject and verb of the caption, with {} for the name of the layer.
        values: (F, A, L), NaN where there is none.
        y: the vertical axis.
        spoken: the layer of the caption, counted from 0 or from the end.
        log: whether the axis is logarithmic.
        text: how a number is written.
        level: a horizontal rule, if any.
    """

    id: str
    title: str
    axis: str
    caption: tuple[str, str]
    values: Array
    y: alt.Y
    spoken: int = -1
    log: bool = False
    text: Callable[[float], str] = theme.number
    level: float | None = None


def saturation(recording: Recording, *, dark: bool = False) -> Figure | None:
    """Saturated share of the values (sigmoid, tanh) or dead units (ReLU), by layer.

    Returns:
        None if the network has no hidden layer or its activation is linear.
    """
    activation = recording.experiment.network.activation
    if not recording.experiment.network.hidden or activation == "linear":
        return None
    dead = activation == "relu"
    known = panels.finite(_alive(recording, recording.saturated))
    top = min(1.0, panels.nice_above(max(0.1, 1.1 * float(known.max(initial=0.0))), panels.FINE))
    measure = Measure(
        id="saturation",
        title="Dead units" if dead else "Saturated values",
        axis="share of units that are 0 on the whole batch" if dead else "share of values that are saturated",
        caption=("the share of dead units in {}", "is") if dead else ("the saturated share of {}", "is"),
        values=recording.saturated,
        y=panels.share_axis("value", title=None, top=top, ticks=2),
        text=theme.percent,
    )
    return _figure(recording, measure, dark=dark)


def maxima(recording: Recording, *, dark: bool = False) -> Figure | None:
    """Largest value of a unit over the batch after a ReLU, mean over the units, by layer.

    Returns:
        None if the network has no hidden layer or its activation is not ReLU.
    """
    if not recording.experiment.network.hidden or recording.experiment.network.activation != "relu":
        return None
    known = panels.finite(_alive(recording, recording.maximum))
    top = panels.nice_above(max(1e-3, min(1e30, float(np.quantile(known, 0.98)) * 1.05))) if len(known) else 1.0
    axis = alt.Axis(tickCount=3, title=None, labelExpr=theme.tick_expr())
    measure = Measure(
        id="maxima",
        title="Largest activation in the batch",
        axis="largest activation of a unit, mean over the units",
        caption=("the largest activation of a unit in {}", "is on average"),
        values=recording.maximum,
        y=alt.Y("value:Q", axis=axis, scale=alt.Scale(domain=[0, top], nice=False)),
    )
    return _figure(recording, measure, dark=dark)


def gradients(recording: Recording, *, dark: bool = False) -> Figure:
    """Size of the gradient of every weight matrix, the output's last, on a logarithmic axis."""
    measure = Measure(
        id="gradients",
        title="Gradient size of each layer",
        axis="norm of the gradient of the weights",
        caption=("the gradient of {}", "has norm"),
        values=recording.grad_norm,
        y=panels.log_axis("value", panels.log_range(_alive(recording, recording.grad_norm)), title=None),
        spoken=0,
        log=True,
    )
    return _figure(recording, measure, dark=dark)


def updates(recording: Recording, *, dark: bool = False) -> Figure:
    """Size of the update over size of the weights, with the line at 1e-3 that a healthy run stays near."""
    values = recording.update_ratio
    low, high = panels.log_range(_alive(recording, values))
    measure = Measure(
        id="updates",
        title="Update size over weight size",
        axis="sd of the update / sd of the weights",
        caption=("sd of the update over sd of the weights in {}", "is"),
        values=values,
        y=panels.log_axis("value", (min(low, 1e-4), max(high, 1e-2)), title=None),
        spoken=0,
        log=True,
        level=GOOD_RATIO,
    )
    return _figure(recording, measure, dark=dark)


def _alive(recording: Recording, values: Array) -> Array:
    """Values (F, A, L) without those of arms that have diverged."""
    return np.where(has_diverged(recording)[:, :, None], np.nan, values)


def _in_words_of(measure: Measure, experiment: Experiment) -> Measure:
    """Channels instead of units where the network convolves."""
    title, axis, subject, verb = (
        for_channels(experiment, text) for text in (measure.title, measure.axis, *measure.caption)
    )
    return replace(measure, title=title, axis=axis, caption=(subject, verb))


def _figure(recording: Recording, measure: Measure, *, dark: bool) -> Figure:
    """One panel a layer with one line an arm."""
    measure = _in_words_of(measure, recording.experiment)
    labels = [style.label for style in arm_style(recording.experiment)]
    count, depth = measure.values.shape[2], len(recording.experiment.network.hidden)
    names = panels.layer_names(count, output=count > depth)
    columns, narrow_columns = count if count <= 6 else -(-count // 2), min(2, count)
    now, alive = hold(recording, measure.values), _alive(recording, measure.values)
    subject, verb = measure.caption
    spoken = names[measure.spoken].replace("output", "the output layer")
    about = f"{measure.title}, one panel a layer, one line an arm, over {recording.experiment.training.steps} updates"
    return Figure(
        id=measure.id,
        title=measure.title,
        spec=_chart(recording, measure, names, columns, Look(dark)),
        narrow=_chart(recording, measure, names, narrow_columns, Look(dark, narrow=True)),
        tables=[_table(labels, names, panels.positive(alive) if measure.log else alive)],
        steps=recording.steps,
        captions=sentences(recording, (subject.format(spoken), verb), now[:, :, measure.spoken], text=measure.text),
        alt=alt_texts(recording, about, f"{measure.axis}, from {names[0]} on", now, measure.text),
        columns=columns,
        narrow_columns=narrow_columns,
        paper=theme.PAPER[dark],
    )


def _table(labels: list[str], names: list[str], values: Array) -> SeriesTable:
    return SeriesTable(
        DATASET,
        [
            Column("arm", [label for label in labels for _ in names]),
            Column("layer", names * len(labels)),
            Column("value", values.reshape(len(values), -1).astype(np.float32), per_frame=True),
        ],
    )


def _axis_words(measure: Measure, look: Look) -> str:
    """The title of the values, as short as a phone needs it."""
    said = f"{measure.axis} {theme.LOG}" if measure.log else measure.axis
    return said if look.narrow and measure.log else f"{said}, over the updates"


def _chart(recording: Recording, measure: Measure, names: list[str], columns: int, look: Look) -> compose.Spec:
    styles = arm_style(recording.experiment, dark=look.dark)
    x = panels.step_axis(recording.experiment.training.steps, title=None, ticks=2)
    y = measure.y
    base = alt.Chart()
    lines = base.mark_line(strokeWidth=1.3, clip=True, strokeJoin="round").encode(
        x=x, y=y, color=panels.arm_color(styles, narrow=look.narrow),
        strokeDash=panels.arm_dash(styles, narrow=look.narrow),
    )  # fmt: skip
    layers = [*_level(measure, look), lines, _hover(measure, x, y), panels.step_rule(dark=look.dark)]
    height = 150 if look.narrow else 200 if columns >= len(names) else 150
    cell = compose.layered(*layers, data=DATASET, height=height)
    header = alt.Header(
        title=_axis_words(measure, look), titleOrient="bottom", titlePadding=4,
        labelFontSize=theme.TINY if look.narrow else theme.FONT, labelPadding=4,
    )  # fmt: skip
    facet = {"field": "layer", "type": "nominal", "sort": names, "header": header.to_dict(validate=False)}
    chart = compose.wrapped(cell, facet, columns=columns, narrow=look.narrow)
    return compose.finished(chart, dark=look.dark, narrow=look.narrow)


def _level(measure: Measure, look: Look) -> list[alt.Chart]:
    return [] if measure.level is None else [panels.level(measure.level, dark=look.dark)]


def _hover(measure: Measure, x: alt.X, y: alt.Y) -> alt.Chart:
    share = measure.text is theme.percent
    said = theme.percent_expr("datum.value") if share else theme.number_expr("datum.value", 3)
    tooltip = [
        alt.Tooltip("arm:N", title="arm"),
        alt.Tooltip("step:Q", title="updates", format="d"),
        alt.Tooltip("said:N", title=measure.axis),
    ]
    points = alt.Chart().transform_calculate(said=said).mark_point(opacity=0, size=60, clip=True)
    result: alt.Chart = points.encode(x=x, y=y, tooltip=tooltip)
    return result
