"""Loss and accuracy over the updates."""

from __future__ import annotations

from collections.abc import Callable

import altair as alt
import numpy as np

from bnviz.core.data import load
from bnviz.core.recording import Array, Recording
from bnviz.core.summary import finite_train_loss
from bnviz.plots import compose, panels, theme
from bnviz.plots.figure import Column, Figure, SeriesTable
from bnviz.plots.sentences import by_arm, hold_known, sentences
from bnviz.plots.theme import ArmStyle, arm_style

TEST, TRAIN = "test rows, eval mode", "training batch"
DATASET, ENDS = "curves", "ends"
HEIGHT = 260
NEAR_POINTS = 60  # a run with at most that many tests shows each as a point


def loss(recording: Recording, *, dark: bool = False) -> Figure:
    """Training loss on the batch of each update and test loss in eval mode, on a logarithmic axis."""
    styles = arm_style(recording.experiment, dark=dark)
    train, test = _train_loss(recording), recording.test_loss
    bounds = _loss_bounds(train, test)
    labels = [style.label for style in styles]
    latest = hold_known(test)
    words = "mean squared error" if recording.experiment.data.name == "diabetes" else "cross-entropy"
    captions = sentences(recording, "the test loss", "is", by_arm(labels, latest, theme.loss_text))
    return Figure(
        id="loss",
        title="Loss",
        spec=_loss_chart(recording, styles, bounds, dark=dark, narrow=False),
        narrow=_loss_chart(recording, styles, bounds, dark=dark, narrow=True),
        tables=[
            _table(labels, {TEST: panels.positive(test), TRAIN: panels.positive(train)}),
            _ends(recording, labels, train, bounds),
        ],
        steps=recording.steps,
        captions=captions,
        alt=_alt(recording, f"loss ({words}, logarithmic axis)", labels, latest, theme.loss_text),
        half=True,
        paper=theme.PAPER[dark],
    )


def accuracy(recording: Recording, *, dark: bool = False) -> Figure:
    """Test accuracy in eval mode, with what always naming the most frequent class would get.

    For a regression it is the share of the variance explained, R² = 1 - test loss / variance of the test targets.
    """
    data = load(recording.experiment.data, recording.experiment.seed)
    styles = arm_style(recording.experiment, dark=dark)
    labels = [style.label for style in styles]
    text: Callable[[float], str] = theme.percent if data.classes else theme.number
    if data.classes:
        values, name = recording.test_accuracy, "test accuracy"
        counts = np.bincount(np.ravel(data.y_test), minlength=data.classes)
        base, base_text, low = float(counts.max() / counts.sum()), "always the most frequent class", 0.0
    else:
        values, name = 1 - recording.test_loss / float(np.var(data.y_test)), "test R²"
        base, base_text, low = 0.0, "always the mean", -1.0
    chart = _Accuracy(recording, styles, name, (low, base), base_text, dark)
    latest = hold_known(values)
    return Figure(
        id="accuracy",
        title="Test accuracy" if data.classes else "Share of the variance explained, test rows",
        spec=chart.build(narrow=False),
        narrow=chart.build(narrow=True),
        tables=[_table(labels, {TEST: values})],
        steps=recording.steps,
        captions=sentences(recording, f"the {name}", "is", by_arm(labels, latest, text)),
        alt=_alt(recording, f"{name} in eval mode; {base_text} gives {text(base)}", labels, latest, text),
        half=True,
        paper=theme.PAPER[dark],
    )


def _train_loss(recording: Recording) -> Array:
    """(F, A) loss on the batch of each frame, NaN once the arm has diverged."""
    rows = recording.steps - recording.first_step
    result = np.full((len(rows), recording.train_loss.shape[1]), np.nan)
    for arm in range(result.shape[1]):
        losses = finite_train_loss(recording, arm)
        known = (rows >= 0) & (rows < len(losses))
        result[known, arm] = losses[rows[known]]
    return result


def _loss_bounds(train: Array, test: Array) -> tuple[float, float]:
    """The range of nearly all losses, not stretched by an arm that runs away."""
    both = np.concatenate([panels.finite(train), panels.finite(test)])
    first = panels.finite(train[:1])
    if len(first):
        both = np.minimum(both, 10 * first.max())
    return panels.log_range(both, decades=5)


def _table(labels: list[str], sets: dict[str, Array]) -> SeriesTable:
    """One row an arm and set of rows in every frame."""
    return SeriesTable(
        DATASET,
        [
            Column("arm", [label for _ in sets for label in labels]),
            Column("set", [name for name in sets for _ in labels]),
            Column("value", np.concatenate(list(sets.values()), axis=1).astype(np.float32), per_frame=True),
        ],
    )


def _ends(recording: Recording, labels: list[str], train: Array, bounds: tuple[float, float]) -> SeriesTable:
    """A number only where an arm diverges: its last finite loss, inside the axis."""
    values = np.full(train.shape, np.nan, np.float32)
    for arm, at in enumerate(recording.diverged_at.tolist()):
        frame = int(np.searchsorted(recording.steps, at))
        if at < 0 or frame >= len(values):
            continue
        known = panels.finite(train[:, arm])
        values[frame, arm] = np.clip(known[-1] if len(known) else bounds[1], *bounds)
    told = [f"diverged at step {at}" for at in recording.diverged_at.tolist()]
    return SeriesTable(ENDS, [Column("arm", labels), Column("told", told), Column("value", values, per_frame=True)])


def _loss_chart(
    recording: Recording, styles: list[ArmStyle], bounds: tuple[float, float], *, dark: bool, narrow: bool
) -> compose.Spec:
    x = panels.step_axis(recording.experiment.training.steps)
    y = panels.log_axis("value", bounds, title="loss")
    width = alt.StrokeWidth(
        "set:N", sort=None, scale=alt.Scale(domain=[TEST, TRAIN], range=[3, 0.9]), legend=_set_legend(dark)
    )
    fade = alt.StrokeOpacity(
        "set:N", sort=None, scale=alt.Scale(domain=[TEST, TRAIN], range=[1, 0.5]), legend=_set_legend(dark)
    )
    color, dash = _arms(styles, narrow=narrow)
    base = alt.Chart(alt.NamedData(DATASET))
    lines = base.mark_line(clip=True, strokeJoin="round").encode(
        x=x, y=y, color=color, strokeDash=dash, strokeWidth=width, strokeOpacity=fade
    )
    marks = (lines, _exact(x, y, "loss", 3), _crosses(x, y, dark=dark), panels.step_rule(dark=dark))
    return compose.finished(compose.layered(*marks, height=HEIGHT), dark=dark, narrow=narrow)


def _arms(styles: list[ArmStyle], *, narrow: bool) -> tuple[alt.Color, alt.StrokeDash]:
    """Colour and dash, with a legend for half the width of a window."""
    letters = panels.LETTERS * 3 // 5
    return (
        panels.arm_color(styles, narrow=narrow, letters=letters),
        panels.arm_dash(styles, narrow=narrow, letters=letters),
    )


def _set_legend(dark: bool) -> alt.Legend:
    return alt.Legend(title=None, symbolStrokeColor=theme.INK[dark], symbolType="stroke", orient="bottom")


def _exact(x: alt.X, y: alt.Y, name: str, digits: int, *, share: bool = False) -> alt.Chart:
    """Unseen points that tell the exact values."""
    said = theme.percent_expr("datum.value") if share else theme.number_expr("datum.value", digits)
    points = alt.Chart(alt.NamedData(DATASET)).transform_calculate(said=said).mark_point(opacity=0, size=90, clip=True)
    tooltip = [
        alt.Tooltip("arm:N", title="arm"),
        alt.Tooltip("set:N", title="measured on"),
        alt.Tooltip("step:Q", title="updates", format="d"),
        alt.Tooltip("said:N", title=name),
    ]
    result: alt.Chart = points.encode(x=x, y=y, tooltip=tooltip)
    return result


def _crosses(x: alt.X, y: alt.Y, *, dark: bool) -> alt.Chart:
    """A cross where an arm diverged."""
    mark = alt.MarkDef(
        type="point", shape="cross", angle=45, size=140, filled=True, color=theme.WARNING[dark], opacity=1
    )
    tooltip = [alt.Tooltip("arm:N", title="arm"), alt.Tooltip("told:N", title="state")]
    return alt.Chart(alt.NamedData(ENDS), mark=mark).encode(x=x, y=y, tooltip=tooltip)


class _Accuracy:
    """Builds the chart of the accuracy, wide and narrow."""

    def __init__(
        self, recording: Recording, styles: list[ArmStyle], name: str, levels: tuple[float, float], base_text: str,
        dark: bool,
    ) -> None:  # fmt: skip
        self.recording, self.styles, self.name, self.dark = recording, styles, name, dark
        self.low, self.base = levels
        self.base_text = base_text

    def build(self, *, narrow: bool) -> compose.Spec:
        """The chart for one kind of window."""
        dark = self.dark
        x = panels.step_axis(self.recording.experiment.training.steps)
        label = "format(datum.value, '.1f')" if self.low else "format(100 * datum.value, 'd') + ' %'"
        axis = alt.Axis(tickCount=5, title=self.name, labelExpr=f"replace({label}, '-', '−')")
        y = alt.Y("value:Q", axis=axis, scale=alt.Scale(domain=[self.low, 1], nice=False))
        color, dash = _arms(self.styles, narrow=narrow)
        base = alt.Chart(alt.NamedData(DATASET))
        points = len(self.recording.steps) <= NEAR_POINTS
        lines = base.mark_line(clip=True, strokeWidth=3, strokeJoin="round", point=points).encode(
            x=x, y=y, color=color, strokeDash=dash
        )
        chart = compose.layered(
            panels.level(self.base, dark=dark),
            panels.level_text(self.base, f"{self.base_text}", dark=dark, size=theme.TINY if narrow else theme.SMALL),
            lines,
            _exact(x, y, self.name, 2, share=not self.low),
            panels.step_rule(dark=dark),
            height=HEIGHT,
        )
        return compose.finished(chart, dark=dark, narrow=narrow)


def _alt(recording: Recording, what: str, labels: list[str], latest: Array, text: Callable[[float], str]) -> list[str]:
    start = f"Line chart of the {what}, over 0 to {recording.experiment.training.steps} updates, one line an arm. "
    rows = zip(recording.steps.tolist(), latest.tolist(), strict=True)
    return [
        f"{start}Step {step}: {'; '.join(f'{label} {text(value)}' for label, value in zip(labels, row, strict=True))}."
        for step, row in rows
    ]
