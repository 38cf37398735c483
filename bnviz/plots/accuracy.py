"""Accuracy over the updates."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import altair as alt
import numpy as np

from bnviz.core.data import load
from bnviz.core.recording import Recording
from bnviz.core.schedule import recorded_steps
from bnviz.core.summary import test_scores
from bnviz.plots import compose, curves, panels, seeds, theme
from bnviz.plots.figure import Figure
from bnviz.plots.sentences import by_arm, hold_known, sentences
from bnviz.plots.theme import ArmStyle, arm_style


def accuracy(recording: Recording, *, others: Sequence[Recording] = (), dark: bool = False) -> Figure:
    """Test accuracy in eval mode, with what always naming the most frequent class would get.

    For a regression it is the share of the variance explained, R² = 1 - test loss / variance of the test targets.
    The arguments are those of `loss`.
    """
    data = load(recording.experiment.data, recording.experiment.seed)
    styles = arm_style(recording.experiment, dark=dark)
    labels = [style.label for style in styles]
    text: Callable[[float], str] = theme.percent if data.classes else theme.number
    values = test_scores(recording)
    if data.classes:
        name = "test accuracy"
        counts = np.bincount(np.ravel(data.y_test), minlength=data.classes)
        base, base_text, low = float(counts.max() / counts.sum()), "always the most frequent class", 0.0
    else:
        name = "test R²"
        base, base_text, low = 0.0, "always the mean", -1.0
    chart = _Accuracy(recording, styles, name, (low, base), base_text, dark)
    chart.banded = bool(others)
    latest = hold_known(values)
    least, most = seeds.ranges(values, [test_scores(other) for other in others])
    told = seeds.sentence(labels, least, most, len(others) + 1, text) if others else ""
    captions = sentences(recording, f"the {name}", "is", by_arm(labels, latest, text))
    return Figure(
        id="accuracy",
        title="Test accuracy" if data.classes else "Share of the variance explained, test rows",
        spec=chart.build(narrow=False),
        narrow=chart.build(narrow=True),
        tables=[curves.rows(labels, {curves.TEST: values}), *([seeds.table(labels, least, most)] if others else [])],
        steps=recording.steps,
        captions=[caption + told for caption in captions],
        alt=curves.alt_texts(recording, f"{name} in eval mode; {base_text} gives {text(base)}", labels, latest, text),
        half=True,
        paper=theme.PAPER[dark],
    )


class _Accuracy:
    """Builds the chart of the accuracy, wide and narrow."""

    def __init__(
        self, recording: Recording, styles: list[ArmStyle], name: str, levels: tuple[float, float], base_text: str,
        dark: bool,
    ) -> None:  # fmt: skip
        self.recording, self.styles, self.name, self.dark = recording, styles, name, dark
        self.low, self.base = levels
        self.base_text = base_text
        self.banded = False

    def build(self, *, narrow: bool) -> compose.Spec:
        """The chart for one kind of window."""
        dark = self.dark
        x = panels.step_axis(self.recording.experiment.training.steps)
        label = "format(datum.value, '.1f')" if self.low else "format(100 * datum.value, 'd') + ' %'"
        axis = alt.Axis(tickCount=5, title=self.name, labelExpr=f"replace({label}, '-', '−')")
        y = alt.Y("value:Q", axis=axis, scale=alt.Scale(domain=[self.low, 1], nice=False))
        color, dash = curves.arms(self.styles, narrow=narrow)
        base = alt.Chart(alt.NamedData(curves.DATASET))
        points = len(recorded_steps(self.recording.experiment.training.steps)) <= curves.NEAR_POINTS
        lines = base.mark_line(clip=True, strokeWidth=3, strokeJoin="round", point=points).encode(
            x=x, y=y, color=color, strokeDash=dash
        )
        chart = compose.layered(
            *((seeds.band(x, y, self.styles),) if self.banded else ()),
            panels.level(self.base, dark=dark),
            panels.level_text(self.base, f"{self.base_text}", dark=dark, size=theme.TINY if narrow else theme.SMALL),
            lines,
            curves.exact(x, y, self.name, 2, share=not self.low),
            panels.step_rule(dark=dark),
            height=curves.HEIGHT,
        )
        return compose.finished(chart, dark=dark, narrow=narrow)
