"""Loss over the updates, and what all such curves share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import altair as alt
import numpy as np

from bnviz.core.recording import Array, Recording
from bnviz.core.summary import finite_train_loss, last_steps
from bnviz.plots import compose, outside, panels, seeds, theme
from bnviz.plots.figure import Column, Figure, SeriesTable
from bnviz.plots.panels import Look
from bnviz.plots.sentences import has_diverged, hold_known, lists_by_arm, sentences
from bnviz.plots.theme import ArmStyle, arm_style

TEST, TRAIN = "test rows, eval mode", "training batch"
DATASET, ENDS = "curves", "ends"
HEIGHT = 220
NEAR_POINTS = 60  # a run with at most that many frames shows each as a point


def loss(recording: Recording, *, others: Sequence[Recording] = (), dark: bool = False) -> Figure:
    """Training loss on the batch of each update and test loss in eval mode, on a logarithmic axis.

    Args:
        recording: the run that is shown.
        others: the same experiment with other seeds; their test losses become a band.
        dark: whether the picture stands on a dark ground.
    """
    styles = arm_style(recording.experiment, dark=dark)
    train, test = _train_loss(recording), recording.test_loss
    bounds = _loss_bounds(train, test, done=recording.done)
    labels, total = [style.label for style in styles], recording.experiment.training.steps
    latest = hold_known(test)
    words = "mean squared error" if recording.experiment.data.regression else "cross-entropy"
    last = last_steps(recording), recording.final_test_loss
    captions = sentences(recording, ("the test loss", "is"), latest, text=theme.loss_text, last=last)
    low, high = seeds.ranges(panels.positive(test), [panels.positive(other.test_loss) for other in others])
    sets = {TEST: test, TRAIN: train}
    gone = outside.table(labels, sets, recording.steps, bounds, lost=recording.diverged_at.tolist(), total=total)
    also = outside.sentences(labels, np.where(has_diverged(recording), np.nan, latest), gone, bounds)
    told = seeds.sentence(labels, low, high, len(others) + 1, theme.loss_text) if others else ""
    return Figure(
        id="loss",
        title="Loss",
        spec=_loss_chart(total, tuple(styles), bounds, bool(others), Look(dark)),
        narrow=_loss_chart(total, tuple(styles), bounds, bool(others), Look(dark, narrow=True)),
        tables=[
            rows(labels, {name: panels.positive(values) for name, values in sets.items()}),
            _ends(recording, labels, train, bounds),
            gone,
            *([seeds.table(labels, low, high)] if others else []),
        ],
        steps=recording.steps,
        captions=[caption + told + more for caption, more in zip(captions, also, strict=True)],
        alt=alt_texts(recording, f"loss ({words}, logarithmic axis)", latest, theme.loss_text),
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


def _loss_bounds(train: Array, test: Array, *, done: bool) -> tuple[float, float]:
    """The range of nearly all losses, not stretched by an arm that runs away.

    As long as more losses come in, it holds whole decades, so that the picture is seldom drawn anew.
    """
    both = np.concatenate([panels.finite(train), panels.finite(test)])
    first = panels.finite(train[:1])
    if len(first):
        both = np.minimum(both, 10 * first.max())
    low, high = panels.log_range(both, decades=5)
    if done:
        return low, high
    return 10.0 ** math.floor(math.log10(low) + 1e-9), 10.0 ** math.ceil(math.log10(high) - 1e-9)


def rows(labels: list[str], sets: dict[str, Array]) -> SeriesTable:
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


@lru_cache(maxsize=compose.KEPT)
def _loss_chart(
    total: int, arm_styles: tuple[ArmStyle, ...], bounds: tuple[float, float], banded: bool, look: Look
) -> compose.Spec:
    styles, dark, narrow = list(arm_styles), look.dark, look.narrow
    x = panels.step_axis(total)
    y = panels.log_axis("value", bounds, title="loss")
    width = alt.StrokeWidth(
        "set:N", sort=None, scale=alt.Scale(domain=[TEST, TRAIN], range=[3, 0.9]), legend=_set_legend(dark)
    )
    fade = alt.StrokeOpacity(
        "set:N", sort=None, scale=alt.Scale(domain=[TEST, TRAIN], range=[1, 0.5]), legend=_set_legend(dark)
    )
    color, dash = arms(styles, narrow=narrow)
    base = alt.Chart(alt.NamedData(DATASET))
    lines = base.mark_line(clip=True, strokeJoin="round").encode(
        x=x, y=y, color=color, strokeDash=dash, strokeWidth=width, strokeOpacity=fade
    )
    shade = (seeds.band(x, y, styles),) if banded else ()
    signs = outside.marks(x, y, panels.arm_color(styles, shown=False), TRAIN, dark=dark)
    marks = (*shade, lines, *signs, exact(x, y, "loss", 3), _crosses(x, y, dark=dark), panels.step_rule(dark=dark))
    return compose.finished(compose.layered(*marks, height=HEIGHT), dark=dark, narrow=narrow)


def arms(styles: list[ArmStyle], *, narrow: bool) -> tuple[alt.Color, alt.StrokeDash]:
    """Colour and dash, with a legend for half the width of a window."""
    letters = panels.LETTERS * 3 // 5
    return (
        panels.arm_color(styles, narrow=narrow, letters=letters),
        panels.arm_dash(styles, narrow=narrow, letters=letters),
    )


def _set_legend(dark: bool) -> alt.Legend:
    return alt.Legend(title=None, symbolStrokeColor=theme.INK[dark], symbolType="stroke", orient="bottom")


def exact(x: alt.X, y: alt.Y, name: str, digits: int, *, share: bool = False) -> alt.Chart:
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


def alt_texts(recording: Recording, what: str, latest: Array, text: Callable[[float], str]) -> list[str]:
    """Text of each frame for a screen reader: the chart, and the latest values (F, A) of all arms."""
    start = f"Line chart of the {what}, over 0 to {recording.experiment.training.steps} updates, one line an arm. "
    lists = lists_by_arm(recording, latest[:, :, None], text)
    return [f"{start}Step {step}: {said}." for step, said in zip(recording.steps.tolist(), lists, strict=True)]
