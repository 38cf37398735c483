"""Other noise than that of batches: on the inputs, and dropout."""

from __future__ import annotations

import numpy as np
import streamlit as st

from bnviz.core.data import load
from bnviz.core.noise_cases import DROPOUTS, LEVELS, PICTURED, differences, gathered
from bnviz.plots import noise as plots
from bnviz.plots import noise_pictures
from bnviz.plots.noise import Axis, Over
from bnviz.plots.theme import percent, plain_number
from bnviz.runs.studies import StudyRun
from bnviz.ui.messages import text
from bnviz.ui.noise_effects import Effect, Floats, arm_marks, listed, medians, points, words
from bnviz.ui.noise_settings import Settings
from bnviz.ui.running_chart import draw


def noise(run: StudyRun, _settings: Settings, dark: bool) -> list[Effect]:
    """Accuracy over the strength of the noise, with the digits beside it (F7)."""
    experiment = run.study.experiment
    table = gathered(run.results, "test_accuracy", value=LEVELS, arm=range(len(experiment.arms)))
    middle = medians(table)[:, 0]
    left, right = st.columns([6, 5], gap="medium")
    with left:
        _curve(run, table, middle, dark=dark)
    with right:
        _digits(run, middle, dark=dark)
    half, most = LEVELS.index(0.5), len(LEVELS) - 1
    return [
        points("input.effect", differences(table, (most, 0), (0, 0))),
        points("input.little", differences(table, (half, 0), (0, 0))),
        points("input.normed", differences(table, (half, 1), (0, 1))),
    ]


def _curve(run: StudyRun, table: Floats, middle: Floats, *, dark: bool) -> None:
    values = listed(
        text("noise.input.value", level=plain_number(level), right=percent(float(one)))
        for level, one in zip(LEVELS, middle, strict=True)
    )
    best = "—" if np.isnan(middle).all() else plain_number(LEVELS[int(np.nanargmax(middle))])
    caption = text("noise.input.caption", values=values, best=best)
    said = words("input", text("noise.input.title"), caption, "input.alt")
    over = Over(text("noise.axes.input_noise"), LEVELS)
    axis = Axis(text("noise.axes.test_accuracy"), (0.3, 1.0), share=True)
    marks = arm_marks(run.study.experiment, dark=dark)
    draw(plots.lines(said, marks, np.moveaxis(table, 1, 2), (over, axis), dark=dark))


def _digits(run: StudyRun, middle: Floats, *, dark: bool) -> None:
    experiment = run.study.seeded(0)
    lines = {}
    for level in PICTURED:
        right = float(middle[LEVELS.index(level)])
        key = "noise.input.line" if np.isfinite(right) else "noise.input.line_open"
        lines[level] = text(key, level=plain_number(level), right=percent(right))
    caption = text("noise.input.digits_caption", seed=experiment.seed)
    said = words("digits", text("noise.input.digits"), caption, "input.alt_digits")
    data = load(experiment.data, experiment.seed)
    draw(noise_pictures.noisy_digits(said, data, lines, seed=experiment.seed, dark=dark))


def dropout(run: StudyRun, _settings: Settings, dark: bool) -> list[Effect]:
    """Dropout with and without norm (e27)."""
    experiment, count = run.study.experiment, len(DROPOUTS)
    table = gathered(run.results, "test_accuracy", arm=range(2 * count))
    gains = [100 * medians(table[:, [at + place]] - table[:, [at]])[0] for place in (1,) for at in (0, count)]
    caption = text(
        "noise.input.dropout_caption", none=f"{gains[0]:+.1f}", batch=f"{gains[1]:+.1f}",
        row=f"{100 / experiment.data.test_rows:.1f}",
    )  # fmt: skip
    said = words("dropout", text("noise.input.dropout"), caption, "input.alt_dropout")
    axis = Axis(text("noise.axes.test_accuracy"), (0.8, 1.0), share=True)
    draw(plots.strip(said, arm_marks(experiment, dark=dark), table, axis, dark=dark))

    def more(place: int) -> list[float]:
        none = differences(table, (place,), (0,))
        batch = differences(table, (count + place,), (count,))
        return [one - other for one, other in zip(none, batch, strict=True)]

    return [points("input.dropout_effect", more(1)), points("input.dropout_half", more(2))]
