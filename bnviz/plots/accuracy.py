"""Accuracy over the updates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial

import altair as alt
import numpy as np

from bnviz.core.data import load
from bnviz.core.recording import Recording
from bnviz.core.schedule import recorded_steps
from bnviz.core.summary import final_scores, last_steps, test_scores
from bnviz.plots import compose, curves, panels, seeds, theme
from bnviz.plots.figure import Figure
from bnviz.plots.panels import Look
from bnviz.plots.sentences import hold_known, sentences
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
    chart = partial(
        _chart, recording.experiment.training.steps, tuple(styles), name, (low, base, base_text), bool(others)
    )
    latest = hold_known(values)
    least, most = seeds.ranges(values, [test_scores(other) for other in others])
    told = seeds.sentence(labels, least, most, len(others) + 1, text) if others else ""
    last = last_steps(recording), final_scores(recording)
    captions = sentences(recording, (f"the {name}", "is"), latest, text=text, last=last)
    return Figure(
        id="accuracy",
        title="Test accuracy" if data.classes else "Share of the variance explained, test rows",
        spec=chart(Look(dark)),
        narrow=chart(Look(dark, narrow=True)),
        tables=[curves.rows(labels, {curves.TEST: values}), *([seeds.table(labels, least, most)] if others else [])],
        steps=recording.steps,
        captions=[caption + told for caption in captions],
        alt=curves.alt_texts(recording, f"{name} in eval mode; {base_text} gives {text(base)}", latest, text),
        half=True,
        paper=theme.PAPER[dark],
    )


@lru_cache(maxsize=compose.KEPT)
def _chart(
    total: int,
    arm_styles: tuple[ArmStyle, ...],
    name: str,
    level: tuple[float, float, str],
    banded: bool,
    look: Look,
) -> compose.Spec:
    """The chart; `level` has the lower end of the axis, and the level that asks for no learning with its name."""
    (low, base, base_text), styles = level, list(arm_styles)
    x = panels.step_axis(total)
    label = "format(datum.value, '.1f')" if low else "format(100 * datum.value, 'd') + '\u00a0%'"
    axis = alt.Axis(tickCount=5, title=name, labelExpr=f"replace({label}, '-', '−')")
    y = alt.Y("value:Q", axis=axis, scale=alt.Scale(domain=[low, 1], nice=False))
    color, dash = curves.arms(styles, narrow=look.narrow)
    points = len(recorded_steps(total)) <= curves.NEAR_POINTS
    lines = alt.Chart(alt.NamedData(curves.DATASET)).mark_line(
        clip=True, strokeWidth=3, strokeJoin="round", point=points
    )
    chart = compose.layered(
        *((seeds.band(x, y, styles),) if banded else ()),
        panels.level(base, dark=look.dark),
        lines.encode(x=x, y=y, color=color, strokeDash=dash),
        *panels.level_text(base, base_text, dark=look.dark, size=theme.TINY if look.narrow else theme.SMALL),
        curves.exact(x, y, name, 2, share=not low),
        panels.step_rule(dark=look.dark),
        height=curves.HEIGHT,
    )
    return compose.finished(chart, dark=look.dark, narrow=look.narrow)
