"""When the noise of batches helps, and when it hurts."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from bnviz.core.data import load
from bnviz.core.noise_cases import differences, gathered
from bnviz.plots import noise as plots
from bnviz.plots import noise_pictures
from bnviz.plots.noise import Axis, Over
from bnviz.plots.stills import Mark
from bnviz.plots.theme import number, percent
from bnviz.runs.studies import StudyRun
from bnviz.ui.charts import noise as draw
from bnviz.ui.messages import text
from bnviz.ui.noise_effects import Effect, Floats, arm_marks, listed, medians, points, spoken, words
from bnviz.ui.noise_settings import Settings

LOSS_LEAST = 0.05
GHOST = 8


def _tables(run: StudyRun) -> dict[str, Floats]:
    arms = range(len(run.study.experiment.arms))
    names = ("train_accuracy", "test_accuracy", "test_loss")
    return {name: gathered(run.results, name, arm=arms) for name in names}


def _pair(run: StudyRun, tables: dict[str, Floats], *, lowest: float, most: float, dark: bool) -> None:
    """Accuracy with the gap to the training rows, and beside it the loss on test rows."""
    marks = arm_marks(run.study.experiment, dark=dark)
    left, right = st.columns(2, gap="medium")
    gaps = 100 * medians(tables["train_accuracy"] - tables["test_accuracy"])
    caption = spoken(
        "regularization.accuracy_caption",
        tables["test_accuracy"],
        gaps=listed(
            text("noise.regularization.gap", arm=mark.label, gap=number(float(gap)))
            for mark, gap in zip(marks, gaps, strict=True)
        ),
    )
    with left:
        said = words("accuracy", text("noise.regularization.accuracy"), caption, "regularization.alt")
        axis = Axis(text("noise.axes.accuracy"), (lowest, 1.0), share=True)
        draw(plots.strip(said, marks, tables["test_accuracy"], axis, beside=tables["train_accuracy"], dark=dark))
    with right:
        caption = text("noise.regularization.loss_caption")
        said = words("loss", text("noise.regularization.loss"), caption, "regularization.alt")
        draw(plots.strip(said, marks, tables["test_loss"], Axis(text("noise.axes.test_loss"), (0.0, most)), dark=dark))


def _ghost(run: StudyRun) -> tuple[int, int, int]:
    """The numbers of three arms: ghost batches of 8, the full batch, no norm."""
    arms = run.study.experiment.arms
    ghost = next(index for index, arm in enumerate(arms) if arm.norm == "batch_ghost" and arm.ghost_size == GHOST)
    return ghost, len(arms) - 1, 0


def ghosts(run: StudyRun, _settings: Settings, dark: bool) -> list[Effect]:
    """Ghost batches of digits (F1)."""
    tables, (ghost, full, none) = _tables(run), _ghost(run)
    _pair(run, tables, lowest=0.6, most=1.2, dark=dark)
    right, loss = tables["test_accuracy"], tables["test_loss"]
    return [
        points("regularization.ghost_full", differences(right, (ghost,), (full,))),
        points("regularization.ghost_none", differences(right, (ghost,), (none,))),
        Effect(text("noise.regularization.none_loss"), differences(loss, (none,), (ghost,)), LOSS_LEAST),
    ]


def moons(run: StudyRun, settings: Settings, dark: bool) -> list[Effect]:
    """Ghost batches in the plane, with the boundaries of the first seed (F1b)."""
    tables, (ghost, full, none) = _tables(run), _ghost(run)
    _boundaries(run, settings, dark=dark)
    _pair(run, tables, lowest=0.6, most=2.0, dark=dark)
    right, loss = tables["test_accuracy"], tables["test_loss"]
    return [
        Effect(text("noise.regularization.full_loss"), differences(loss, (full,), (ghost,)), LOSS_LEAST),
        Effect(text("noise.regularization.none_loss"), differences(loss, (none,), (ghost,)), LOSS_LEAST),
        points("regularization.ghost_none", differences(right, (ghost,), (none,))),
    ]


def _boundaries(run: StudyRun, settings: Settings, *, dark: bool) -> None:
    experiment = run.study.seeded(0)
    marks, data = arm_marks(experiment, dark=dark), load(experiment.data, experiment.seed)
    found: list[dict[str, Any]] = run.results[0]
    for column, one in zip(st.columns(len(marks), gap="medium"), found, strict=False):
        caption = text(
            "noise.regularization.map_caption", seed=settings.first_seed, right=percent(one["test_accuracy"]),
            loss=number(one["test_loss"] if one["test_loss"] is not None else np.nan, 2),
        )  # fmt: skip
        said = words(f"map-{one['arm']}", marks[one["arm"]].label, caption, "regularization.alt_map")
        with column:
            made = partial(noise_pictures.boundary, said, one["map"], one["extent"], data)
            draw(made(dark=dark), paper=partial(made, dark=False))


def _over_sizes(run: StudyRun, title: str, axis: Axis, caption: str, *, dark: bool) -> None:
    sizes = dict(run.study.options)["sizes"]
    values = np.moveaxis(_by_size(run), 1, 2)
    over = Over(text("noise.axes.batch_size"), tuple(sizes), log=True)
    said = words("sizes", title, caption, "regularization.alt_sizes")
    draw(plots.lines(said, arm_marks(run.study.experiment, dark=dark), values, (over, axis), dark=dark))


def _by_size(run: StudyRun) -> Floats:
    """Test accuracy: seeds x sizes x arms."""
    arms = range(len(run.study.experiment.arms))
    return gathered(run.results, "test_accuracy", value=dict(run.study.options)["sizes"], arm=arms)


def sizes(run: StudyRun, _settings: Settings, dark: bool) -> list[Effect]:
    """The batch size as a regularizer (F1c)."""
    table, marks = _by_size(run), arm_marks(run.study.experiment, dark=dark)
    middle = medians(table)
    changes = listed(
        text("noise.regularization.change", arm=mark.label, first=percent(one[0]), last=percent(one[-1]))
        for mark, one in zip(marks, middle.T, strict=True)
    )
    title = text("noise.regularization.sizes", steps=run.study.experiment.training.steps)
    axis = Axis(text("noise.axes.test_accuracy"), (0.6, 1.0), share=True)
    _over_sizes(run, title, axis, spoken("regularization.sizes_caption", table, changes=changes), dark=dark)
    last = table.shape[1] - 1
    batch, none = (differences(table, (0, arm), (last, arm)) for arm in (1, 0))
    beyond = [one - other for one, other in zip(batch, none, strict=True)]
    return [
        points("regularization.small_full", batch),
        points("regularization.small_full_beyond", beyond, claimed=True),
        points("regularization.small_full_none", none),
    ]


def small(run: StudyRun, settings: Settings, dark: bool) -> list[Effect]:
    """Batch norm, layer norm, group norm and none in small batches (F2)."""
    table, marks = _by_size(run), arm_marks(run.study.experiment, dark=dark)
    middle, tried = medians(table), dict(run.study.options)["sizes"]
    caption = spoken(
        "small.caption", table, small=tried[0], large=tried[-1], values=_values(marks, middle[0]),
        values_large=_values(marks, middle[-1]),
    )  # fmt: skip
    axis = Axis(text("noise.axes.test_accuracy"), (0.0, 1.0), share=True)
    _over_sizes(run, text("noise.small.title", epochs=settings.epochs), axis, caption, dark=dark)
    last = len(tried) - 1
    return [
        points("small.effect", differences(table, (0, 3), (0, 1))),
        points("small.layer", differences(table, (0, 2), (0, 1)), claimed=True),
        points("small.large", differences(table, (last, 3), (last, 1))),
    ]


def _values(marks: list[Mark], values: Floats) -> str:
    return listed(
        text("noise.small.value", arm=mark.label, right=percent(float(one)))
        for mark, one in zip(marks, values, strict=True)
    )
