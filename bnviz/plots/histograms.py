"""Histograms of what flows through every hidden layer, layer by layer and arm by arm."""

from __future__ import annotations

from functools import lru_cache

import altair as alt
import numpy as np

from bnviz.core.experiment import Network
from bnviz.core.labels import arm_labels
from bnviz.core.recording import Array, Recording
from bnviz.core.schedule import BINS, KINDS, SIGNAL_RANGE, post_range
from bnviz.plots import compose, panels, theme
from bnviz.plots.bins import DATASET, STEEP, Frame, histogram_table, shares_of, steep_band, top_of
from bnviz.plots.figure import Figure
from bnviz.plots.panels import Look
from bnviz.plots.sentences import for_channels, hold, lists_by_arm, sentences
from bnviz.plots.theme import arm_style, number, number_expr, percent_expr

KIND_WORDS = {
    "pre": ("The sums W x + b of each layer", "the sum W x + b of a unit of layer {}"),
    "normalized": ("After the norm of each layer", "a unit of layer {}, normalized where there is a norm,"),
    "post": ("After the activation of each layer", "the activation of a unit of layer {}"),
}


def histograms(recording: Recording, *, kind: str = "normalized", dark: bool = False) -> Figure | None:
    """Shares of values per bin, in a grid of layers (rows) by arms (columns) on axes that all cells share.

    Args:
        recording: of a run, or of its beginning.
        kind: pre (W x + b), normalized (what the norm gave) or post (after the activation).
        dark: for a dark ground.

    Returns:
        None if the network has no hidden layer.
    """
    experiment, which = recording.experiment, KINDS.index(kind)
    if not experiment.network.hidden:
        return None
    low, high = post_range(experiment.network.activation) if kind == "post" else SIGNAL_RANGE
    shares = shares_of(recording, hold(recording, recording.histogram[:, :, :, which]))
    frame = Frame(low, high, top_of(recording, shares[..., 1:-1]))
    spread = hold(recording, recording.row_std[:, :, :, which])
    styles, labels = tuple(arm_style(experiment, dark=dark)), arm_labels(experiment)
    title = KIND_WORDS[kind][0]
    zeros = kind == "post" and experiment.network.activation == "relu"
    return Figure(
        id=f"histograms-{kind}",
        title=title,
        spec=_chart(styles, experiment.network, frame, kind, Look(dark)),
        narrow=_chart(styles, experiment.network, frame, kind, Look(dark, narrow=True)),
        tables=[histogram_table(recording, frame, shares, kind)],
        steps=recording.steps,
        captions=_captions(recording, kind, spread[:, :, -1]),
        alt=_alt(recording, frame, spread, title, zeros=zeros),
        columns=len(labels),
        narrow_columns=len(labels),
        paper=theme.PAPER[dark],
    )


def _captions(recording: Recording, kind: str, values: Array) -> list[str]:
    """How much a unit of the last layer varies, and what the shaded band is."""
    subject = KIND_WORDS[kind][1].format(len(recording.experiment.network.hidden))
    wording = (subject, "varies from row to row by")
    texts = sentences(
        recording, wording, values, text=lambda value: f"sd {number(value)}", empty=f"{subject} is not finite"
    )
    experiment = recording.experiment
    shaded = _shaded(recording, kind)
    return [for_channels(experiment, text.replace("by between", "between")) + shaded for text in texts]


def _shaded(recording: Recording, kind: str) -> str:
    """What the shaded bands are, and why some cells have none; empty where there are no bands."""
    network = recording.experiment.network
    cells = [(arm, layer) for arm in range(len(recording.experiment.arms)) for layer in range(len(network.hidden))]
    bands = [steep_band(recording, kind, arm, layer) for arm, layer in cells]
    if all(band is None for band in bands):
        return ""
    others = f" (not shaded where these values do not enter the {network.activation})" if None in bands else ""
    return f" Shaded: where the slope of the {network.activation} is at least half of its largest{others}."


@lru_cache(maxsize=compose.KEPT)
def _chart(
    arm_styles: tuple[theme.ArmStyle, ...], network: Network, frame: Frame, kind: str, look: Look
) -> compose.Spec:
    styles, dark, narrow = list(arm_styles), look.dark, look.narrow
    layers = len(network.hidden)
    zeros = kind == "post" and network.activation == "relu"
    steep = kind != "post" and network.activation in STEEP
    height = int(np.clip((300 if narrow else 440) / layers, 40, 110))
    marks = [
        *([_steep_band(dark)] if steep else []),
        _area(styles, frame),
        _outside(frame, dark=dark),
        _clipped(dark),
        _veil(dark),
        *_cell_texts(frame, dark=dark, narrow=narrow, zeros=zeros),
        _hover(frame, zeros=zeros),
    ]
    title = {"pre": "W x + b", "normalized": "value after the norm", "post": "value after the activation"}[kind]
    cell = compose.layered(*marks, data=DATASET, height=height)
    rows = panels.layer_header(narrow=narrow, title="share of the values in each bin")
    chart = compose.grid(cell, rows, panels.arm_header(styles, narrow=narrow, title=title), narrow=narrow)
    return compose.finished(chart, dark=dark, narrow=narrow, steps=False)


def _x_axis(frame: Frame) -> alt.X:
    middle = (frame.low + frame.high) / 2
    axis = alt.Axis(title=None, values=[frame.low, middle, frame.high], grid=True, labelFlush=False, format="~r")
    return alt.X("x:Q", scale=alt.Scale(domain=frame.domain, nice=False, zero=False), axis=axis)


def _y_axis(frame: Frame) -> alt.Y:
    axis = alt.Axis(
        title=None, values=[frame.top], grid=False, labelBaseline="top",
        labelExpr="format(100 * datum.value, '~r') + '\u00a0%'",
        domain=False, ticks=False,
    )  # fmt: skip
    return alt.Y("value:Q", scale=alt.Scale(domain=[0, frame.top], nice=False, clamp=True), axis=axis, stack=None)


def _area(styles: list[theme.ArmStyle], frame: Frame) -> alt.Chart:
    mark = alt.MarkDef(type="area", interpolate="step-after", fillOpacity=0.5, strokeWidth=1.2, clip=True)
    stroke = alt.Stroke("arm:N", scale=theme.color_scale(styles), legend=None)
    return _part("bin", mark).encode(
        x=_x_axis(frame), y=_y_axis(frame), color=panels.arm_color(styles, shown=False), stroke=stroke
    )


def _part(name: str, mark: alt.MarkDef) -> alt.Chart:
    """A chart of the rows that tell one thing."""
    return alt.Chart(mark=mark).transform_filter(f"datum.part == '{name}'")


def _outside(frame: Frame, *, dark: bool) -> alt.Chart:
    """The values beyond the range, as bars of another colour at the very edges."""
    marks = _part("outside", alt.MarkDef(type="rect", color=theme.MUTED[dark], clip=True))
    return marks.encode(x=alt.X("x:Q"), x2=alt.X2("x2:Q"), y=_y_axis(frame), y2=alt.Y2Datum(0))


def _steep_band(dark: bool) -> alt.Chart:
    """Where the activation is steep."""
    marks = _part("sd", alt.MarkDef(type="rect", color=theme.BAND[dark], opacity=0.55))
    marks = marks.transform_filter("isValid(datum.steep)").transform_calculate(lo="-datum.steep", hi="datum.steep")
    return marks.encode(x=alt.X("lo:Q"), x2=alt.X2("hi:Q"))


def _veil(dark: bool) -> alt.Chart:
    """What has diverged stands still behind a veil."""
    marks = _part("diverged", alt.MarkDef(type="rect", color=theme.PAPER[dark]))
    shown = alt.OpacityValue(0, condition={"test": "datum.value >= 0", "value": 0.6})
    return marks.encode(x=alt.X("x:Q"), x2=alt.X2("x2:Q"), y=alt.YValue(0), y2=alt.Y2Value("height"), opacity=shown)


def _clipped(dark: bool) -> alt.Chart:
    """A small triangle over a bin that is taller than the axis."""
    mark = alt.MarkDef(type="point", shape="triangle-up", size=40, filled=True, color=theme.INK[dark], opacity=1)
    return _part("peak", mark).encode(x=alt.X("value:Q"), y=alt.YValue(4))


def _cell_texts(frame: Frame, *, dark: bool, narrow: bool, zeros: bool) -> list[alt.Chart]:
    """ "sd 0.98" at the upper right of every cell, the share of zeros below it, and who has diverged."""
    size = theme.TINY if narrow else theme.SMALL
    lines = [("sd", f"'sd ' + ({number_expr('datum.value')})", theme.INK[dark])]
    if zeros:
        lines.append(("zero", f"isValid(datum.value) ? {percent_expr('datum.value')} + ' are 0' : ''", theme.INK[dark]))
    told = "datum.layer == 1 && datum.value >= 0 ? 'diverged at step ' + datum.value : ''"
    lines.append(("diverged", told, theme.WARNING[dark]))
    charts = []
    for row, (part, text, color) in enumerate(lines):
        mark = alt.MarkDef(type="text", align="right", baseline="top", dx=-4, fontSize=size, fill=color, lineBreak="\n")
        lower = r"\n" * row  # below what the rows above it say, however large the letters are
        chart = _part(part, mark).transform_calculate(said=f"({text}) ? '{lower}' + ({text}) : ''")
        charts.append(
            chart.encode(x=alt.XDatum(frame.high, type="quantitative"), y=alt.YValue(0), text=alt.Text("said:N"))
        )
    return charts


def _hover(frame: Frame, *, zeros: bool) -> alt.Chart:
    """An unseen sheet over each cell that tells its numbers; they stand in the rows of that cell."""

    def value(row: int) -> str:
        return f"data('{DATASET}')[datum.start + {row}].value"

    said = {
        "arm": "datum.arm",
        "layer": "'' + datum.layer",
        "sd": number_expr(value(BINS + 3), 3),
        "mean": number_expr(value(BINS + 4), 3),
        f"below {theme.plain_number(frame.low)}": percent_expr(value(BINS + 1)),
        f"above {theme.plain_number(frame.high)}": percent_expr(value(BINS + 2)),
        **({"exactly 0": percent_expr(value(BINS + 5))} if zeros else {}),
    }
    entries = ", ".join(f"'{name}': {expression}" for name, expression in said.items())
    marks = _part("sd", alt.MarkDef(type="rect", opacity=0))
    return marks.encode(
        x=alt.X("x:Q"), x2=alt.X2("x2:Q"), y=alt.YValue(0), y2=alt.Y2Value("height"),
        tooltip=alt.TooltipValue(alt.ExprRef("{" + entries + "}")),
    )  # fmt: skip


def _alt(recording: Recording, frame: Frame, spread: Array, title: str, *, zeros: bool) -> list[str]:
    labels = [style.label for style in arm_style(recording.experiment)]
    layers = spread.shape[2]
    start = (
        f"{title}: histograms in a grid of {layers} layer{'s' if layers > 1 else ''} by {len(labels)} "
        f"arm{'s' if len(labels) > 1 else ''}. Horizontal axis: value from {theme.plain_number(frame.low)} to "
        f"{theme.plain_number(frame.high)}. Vertical axis: share of the values in a bin, 0 to "
        f"{theme.percent(frame.top)}. {'Values that are exactly 0 are left out. ' if zeros else ''}"
    )
    lists = zip(recording.steps.tolist(), lists_by_arm(recording, spread), strict=True)
    return [f"{start}Step {step}: standard deviations from layer 1 on: {text}." for step, text in lists]
