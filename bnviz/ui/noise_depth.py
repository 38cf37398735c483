"""Two extras of the page on noise: other first weights, and depth without norm."""

from __future__ import annotations

import numpy as np
import streamlit as st

from bnviz.core.experiment import INITS
from bnviz.core.noise_cases import differences, gathered
from bnviz.core.residual import REMEDIES
from bnviz.core.verdict import Limit
from bnviz.plots import noise as plots
from bnviz.plots import theme
from bnviz.plots.noise import Axis, Over
from bnviz.plots.stills import Mark
from bnviz.plots.theme import number
from bnviz.runs.studies import StudyRun
from bnviz.ui.charts import noise as draw
from bnviz.ui.messages import text
from bnviz.ui.noise_effects import Effect, arm_marks, bounded, listed, medians, points, spoken, words
from bnviz.ui.noise_settings import Settings

HIGHEST = 1e10


def starts(run: StudyRun, _settings: Settings, dark: bool) -> list[Effect]:
    """Normal, zero and constant first weights, with and without batch norm (F8)."""
    arms = arm_marks(run.study.experiment, dark=dark)
    table, unlike = (
        gathered(run.results, name, arm=range(len(arms)), init=INITS) for name in ("test_accuracy", "unlike")
    )
    marks = [
        Mark(text("noise.arms.start", init=text(f"noise.init.{init}"), norm=arm.label), arm.color)
        for arm in arms
        for init in INITS
    ]
    values = listed(
        text("noise.starts.unlike_value", arm=mark.label, value=number(float(value)))
        for mark, value in zip(marks, medians(unlike).ravel(), strict=True)
        if np.isfinite(value)
    )
    caption = f"{text('noise.starts.caption')} {text('noise.starts.unlike', values=values)}"
    said = words("starts", text("noise.starts.title"), caption, "starts.alt")
    axis = Axis(text("noise.axes.test_accuracy"), (0.0, 1.0), share=True)
    draw(plots.strip(said, marks, table.reshape(len(table), -1), axis, dark=dark))
    return [
        points("starts.effect", differences(table, (0, 0), (0, 1))),
        bounded("starts.zero", table[:, 0, 1], Limit(0.2, above=False)),
        bounded("starts.biases", table[:, 0, 0], Limit(0.9)),
        points("starts.normed", differences(table, (1, 0), (1, 1))),
        points("starts.constant", differences(table, (0, 0), (0, 2))),
    ]


def depth(run: StudyRun, settings: Settings, dark: bool) -> list[Effect]:
    """Residual nets with and without norm (G1)."""
    marks = [
        Mark(text(f"noise.arms.{name}"), theme.REMEDIES[name][dark], dash)
        for name, dash in zip(REMEDIES, (theme.SOLID, *theme.SPARE_DASHES), strict=False)
    ]
    right = gathered(run.results, "test_accuracy", remedy=REMEDIES)
    diverged = gathered(run.results, "diverged_at", remedy=REMEDIES)
    left, beside = st.columns(2, gap="medium")
    with left:
        _growth(run, marks, settings.blocks, dark=dark)
    with beside:
        known = int((~np.isnan(diverged[:, 0])).sum())
        count = int((diverged[:, 0] >= 0).sum())
        failed = text("noise.depth.diverged", count=count, seeds=known) if known else ""
        caption = text("noise.depth.accuracy_caption", diverged=failed)
        said = words("depth", text("noise.depth.accuracy"), caption, "depth.alt_accuracy")
        axis = Axis(text("noise.axes.test_accuracy"), (0.0, 1.0), share=True)
        draw(plots.strip(said, marks, right, axis, dark=dark))
    worst = right[:, 2:].min(axis=1)  # NaN until all three are known
    return [
        points("depth.effect", worst - right[:, 0]),
        bounded("depth.worst", worst, Limit(0.8)),
        points("depth.against_norm", differences(right, (2,), (1,))),
    ]


def _growth(run: StudyRun, marks: list[Mark], blocks: int, *, dark: bool) -> None:
    """The variance of the signal from block to block."""
    values = np.full((len(run.results), len(REMEDIES), blocks + 1), np.nan)
    for seed, found in enumerate(run.results):
        for one in found:
            if "variances" in one:
                values[seed, REMEDIES.index(one["remedy"])] = one["variances"]
    ratios = medians(values[:, :, -1] / values[:, :, 0])
    told = listed(
        text("noise.depth.ratio", arm=mark.label, ratio=number(float(ratio)))
        for mark, ratio in zip(marks, ratios, strict=True)
        if np.isfinite(ratio)
    )
    caption = spoken("depth.variance_caption", values, blocks=blocks, ratios=told)
    said = words("growth", text("noise.depth.variance"), caption, "depth.alt")
    over = Over(text("noise.axes.block"), tuple(float(place) for place in range(blocks + 1)), even=True)
    axis = Axis(text("noise.axes.variance"), (0.1, HIGHEST), log=True)
    draw(plots.lines(said, marks, values, (over, axis), dark=dark))
