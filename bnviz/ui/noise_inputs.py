"""Other noise than that of batches: on the inputs, and dropout."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from bnviz.core.data import load
from bnviz.core.noise_cases import LEVELS, PICTURED, differences, gathered
from bnviz.core.noise_measures import KINDS
from bnviz.plots import noise as plots
from bnviz.plots import noise_pictures, theme
from bnviz.plots.noise import Axis, Over
from bnviz.plots.stills import Mark
from bnviz.plots.theme import percent, plain_number
from bnviz.runs.studies import StudyRun
from bnviz.ui.charts import noise as draw
from bnviz.ui.claims import told
from bnviz.ui.messages import text
from bnviz.ui.noise_effects import Effect, Floats, arm_marks, listed, medians, points, spoken, words
from bnviz.ui.noise_settings import Settings


def noise(run: StudyRun, settings: Settings, dark: bool) -> list[Effect]:
    """Accuracy over the strength of the noise, with the digits beside it (F7)."""
    experiment = run.study.experiment
    table = gathered(run.results, "test_accuracy", value=LEVELS, arm=range(len(experiment.arms)))
    middle = medians(table)[:, 0]
    left, right = st.columns([6, 5], gap="medium")
    with left:
        _curve(run, table, middle, dark=dark)
    with right:
        _digits(run, middle, settings, dark=dark)
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
    caption = spoken("input.caption", table, values=values, best=best)
    said = words("input", text("noise.input.title"), caption, "input.alt")
    over = Over(text("noise.axes.input_noise"), LEVELS)
    axis = Axis(text("noise.axes.test_accuracy"), (0.3, 1.0), share=True)
    marks = arm_marks(run.study.experiment, dark=dark)
    draw(plots.lines(said, marks, np.moveaxis(table, 1, 2), (over, axis), dark=dark))


def _digits(run: StudyRun, middle: Floats, settings: Settings, *, dark: bool) -> None:
    experiment = run.study.seeded(0)
    lines = {}
    for level in sorted({*PICTURED, settings.level}):
        right = float(middle[LEVELS.index(level)]) if level in LEVELS else np.nan
        key = "noise.input.line" if np.isfinite(right) else "noise.input.line_open"
        lines[level] = text(key, level=plain_number(level), right=percent(right))
    caption = text("noise.input.digits_caption", seed=experiment.seed)
    said = words("digits", text("noise.input.digits"), caption, "input.alt_digits")
    data = load(experiment.data, experiment.seed)
    made = partial(noise_pictures.noisy_digits, said, data, lines, seed=experiment.seed)
    draw(made(dark=dark), paper=partial(made, dark=False))


def kinds(run: StudyRun, settings: Settings, dark: bool) -> list[Effect]:
    """Input noise, dropout and the noise of ghost batches beside each other (e27)."""
    at = {name: place for place, name in enumerate(KINDS)}
    table = gathered(run.results, "test_accuracy", kind=KINDS)
    gains = {name: 100 * medians(table[:, [at[name]]] - table[:, [at[name.split("_")[0]]]])[0] for name in KINDS}
    experiment = run.study.experiment
    caption = spoken("input.kinds_caption", table, row=f"{100 / experiment.data.test_rows:.1f}",
                   batch=experiment.training.batch_size,
                   changes=listed(text("noise.input.change", arm=label, points=told(float(gains[name]), "{:+.1f}"))
                                  for name, label in _labels(settings).items() if "_" in name))  # fmt: skip
    said = words("kinds", text("noise.input.kinds"), caption, "input.alt_kinds")
    axis = Axis(text("noise.axes.test_accuracy"), (0.8, 1.0), share=True)
    hues = ["batch_ghost" if name == "batch_ghost" else name.split("_")[0] for name in KINDS]
    marks = [Mark(label, theme.HUES[hue][dark]) for label, hue in zip(_labels(settings).values(), hues, strict=True)]
    draw(plots.strip(said, marks, table, axis, dark=dark))

    def gain(name: str, over: str) -> list[float]:
        return differences(table, (at[name],), (at[over],))

    pairs = zip(gain("none_dropout", "none"), gain("batch_dropout", "batch"), strict=True)
    return [
        points("input.dropout_effect", [one - other for one, other in pairs]),
        points("input.dropout_none", gain("none_dropout", "none")),
        points("input.dropout_batch", gain("batch_dropout", "batch")),
    ]


def _labels(settings: Settings) -> dict[str, str]:
    """What each kind of noise is called."""
    values = {"level": plain_number(settings.level), "share": percent(settings.dropout)}
    return {name: text(f"noise.kinds.{name}", **values) for name in KINDS}
