"""Several runs over each other: the arm gives colour and dash, as everywhere, the run the mark and the width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd

from bnviz.core.recording import Array, Recording
from bnviz.core.summary import final_scores, last_steps, test_scores
from bnviz.plots import compose, panels, stills, theme
from bnviz.plots.figure import Figure
from bnviz.plots.sentences import has_diverged
from bnviz.plots.stills import Words

SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
WIDTHS = (3.4, 1.8, 2.6, 1.3, 2.2, 1.0)
MARKS = 7  # on a line, so that its shape is seen
SPLITS = ("test", "train")
HEIGHT = 300
SPLIT_WORDS = {"test": "test rows, eval mode", "train": "training batch"}


@dataclass(frozen=True, eq=False)
class Compared:
    """One run of a comparison.

    Attributes:
        name: what the reader calls it.
        place: which of the marks and widths it has, counted from 0.
        recording: of it, or of its beginning.
    """

    name: str
    place: int
    recording: Recording


def colours(runs: Sequence[Compared], *, dark: bool) -> dict[str, str]:
    """The colour of every arm by its label; two labels that would look alike move towards the ink one by one."""
    found: dict[str, str] = {}
    for run in runs:
        for style in theme.arm_style(run.recording.experiment, dark=dark):
            color, tries = style.color, 0
            while style.label not in found and color in found.values() and tries < 3:
                tries += 1
                color = theme.mixed(style.color, theme.INK[dark], 0.25 * tries)
            found.setdefault(style.label, color)
    return found


def dashes(runs: Sequence[Compared]) -> dict[str, tuple[int, ...]]:
    """The dash of every arm by its label, as in all other pictures."""
    styles = [style for run in runs for style in theme.arm_style(run.recording.experiment)]
    return {style.label: style.dash for style in reversed(styles)}


def curves(
    runs: Sequence[Compared], arms: Sequence[str], *, split: str = "test", measure: str = "loss", dark: bool = False
) -> Figure | None:
    """Loss or accuracy of several runs over the updates, one line a run and arm.

    Args:
        runs: what is compared.
        arms: the labels of the arms that are drawn.
        split: test (eval mode) or train (the batch of each update).
        measure: loss, or accuracy (of regressions R², which is known of test rows alone).
        dark: the theme.

    Returns:
        None where no run has such numbers.
    """
    table = _lines(runs, arms, split, measure)
    if table.empty:
        return None
    name = "R²" if measure == "accuracy" and not _classified(runs) else measure
    colors = {label: color for label, color in colours(runs, dark=dark).items() if label in set(table["arm"])}
    total = max(run.recording.experiment.training.steps for run in runs)
    x, y = panels.step_axis(total), _value_axis(table, name)
    layers = _layers(x, y, runs, colors, name, dark=dark)
    title = f"{name[0].upper()}{name[1:]}, {SPLIT_WORDS[split]}"
    words = Words(f"{measure}-{split}", title, _caption(table, name, split), _alt(table, title, total))
    data = {str(key): table[key].tolist() for key in table.columns}
    return stills.still(words, compose.layered(*layers, height=HEIGHT), {"lines": data}, dark=dark)


def _classified(runs: Sequence[Compared]) -> list[Compared]:
    """The runs that tell classes apart: R² of the others has no place on their axis."""
    return [run for run in runs if not run.recording.experiment.data.regression]


def _values(recording: Recording, split: str, measure: str) -> Array:
    """(F, A) the numbers of one curve, NaN where there is none."""
    if measure == "accuracy":
        return test_scores(recording) if split == "test" else recording.train_accuracy.astype(np.float64)
    if split == "test":
        return recording.test_loss
    losses: Array = recording.train_loss[recording.steps - recording.first_step]
    return losses


def _last_values(recording: Recording, split: str, measure: str) -> Array:
    """(A,) the same numbers in the last state of each arm that has ended."""
    if measure == "accuracy":
        return final_scores(recording) if split == "test" else np.full(len(recording.diverged_at), np.nan)
    if split == "test":
        return recording.final_test_loss
    rows = last_steps(recording) - recording.first_step
    losses: Array = recording.train_loss[rows, np.arange(len(rows))]
    return losses


def _line(recording: Recording, values: Array, last: Array, arm: int) -> tuple[Array, Array]:
    """Steps and values of one line: those of the frames before it diverged, and of the last state."""
    known = np.isfinite(values[:, arm])
    steps, numbers, end = recording.steps[known], values[known, arm], int(last_steps(recording)[arm])
    if np.isfinite(last[arm]) and (not len(steps) or steps[-1] < end):
        steps, numbers = np.append(steps, end), np.append(numbers, last[arm])
    return steps, numbers


def _lines(runs: Sequence[Compared], arms: Sequence[str], split: str, measure: str) -> pd.DataFrame:
    parts = []
    for run in (_classified(runs) or runs) if measure == "accuracy" else runs:
        recording = run.recording
        values = np.where(has_diverged(recording), np.nan, _values(recording, split, measure))
        last = _last_values(recording, split, measure)
        if measure == "loss":
            values, last = panels.positive(values), panels.positive(last)
        for arm, style in enumerate(theme.arm_style(recording.experiment)):
            steps, numbers = _line(recording, values, last, arm)
            if style.label not in arms or not len(steps):
                continue
            marked = np.zeros(len(steps), bool)
            places = (np.arange(MARKS) + (run.place + 0.5) / len(SHAPES)) / MARKS * steps[-1]
            marked[np.searchsorted(steps, places).clip(max=len(steps) - 1)] = True
            parts.append(pd.DataFrame({"run": run.name, "arm": style.label, "step": steps,
                                       "value": numbers, "marked": marked}))  # fmt: skip
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _value_axis(table: pd.DataFrame, name: str) -> alt.Y:
    values = table["value"].to_numpy()
    if name == "loss":
        return panels.log_axis("value", panels.log_range(values, decades=5), title=name)
    low = 0.0 if values.min() >= 0 else max(-1.0, float(np.floor(values.min() * 2) / 2))
    percent = "format(100 * datum.value, 'd') + '\u00a0%'"
    axis = alt.Axis(tickCount=5, title=name, labelExpr=percent if name == "accuracy" else theme.tick_expr())
    return alt.Y("value:Q", axis=axis, scale=alt.Scale(domain=[low, 1.0], nice=False))


def _key(*, dark: bool) -> alt.Legend:
    """The legend of the runs, in the colour of the text."""
    ink = theme.INK[dark]
    return alt.Legend(
        title=None, orient="bottom", columns=3, symbolSize=90, symbolFillColor=ink, symbolStrokeColor=ink,
        symbolStrokeWidth=0,
    )  # fmt: skip


def _layers(
    x: alt.X, y: alt.Y, runs: Sequence[Compared], colors: dict[str, str], name: str, *, dark: bool
) -> list[alt.Chart]:
    base = alt.Chart(alt.NamedData("lines"))
    color = alt.Color("arm:N", sort=None, scale=alt.Scale(domain=list(colors), range=list(colors.values())),
                      legend=alt.Legend(title=None, symbolType="stroke", columns=2, labelLimit=0))  # fmt: skip
    names, key, dashed = [run.name for run in runs], _key(dark=dark), dashes(runs)
    dash_scale = alt.Scale(domain=list(colors), range=[list(dashed[arm]) for arm in colors])
    dash = alt.StrokeDash("arm:N", sort=None, scale=dash_scale,
                          legend=alt.Legend(title=None, symbolType="stroke", columns=2, labelLimit=0))  # fmt: skip
    width = alt.StrokeWidth("run:N", sort=None, legend=key,
                            scale=alt.Scale(domain=names, range=[WIDTHS[run.place] for run in runs]))  # fmt: skip
    shape = alt.Shape("run:N", sort=None, legend=key,
                      scale=alt.Scale(domain=names, range=[SHAPES[run.place] for run in runs]))  # fmt: skip
    detail = alt.Detail(["run:N", "arm:N"])
    said = theme.percent_expr("datum.value") if name == "accuracy" else theme.number_expr("datum.value", 3)
    tooltip = [alt.Tooltip("run:N", title="run"), alt.Tooltip("arm:N", title="arm"),
               alt.Tooltip("step:Q", title="updates", format="d"), alt.Tooltip("said:N", title=name)]  # fmt: skip
    line = base.mark_line(clip=True, strokeJoin="round")
    marks = base.transform_filter("datum.marked").mark_point(size=90, filled=True, clip=True, opacity=1)
    unseen = base.transform_calculate(said=said).mark_point(opacity=0, size=90, clip=True)
    return [
        line.encode(x=x, y=y, color=color, strokeDash=dash, strokeWidth=width, detail=detail),
        marks.encode(x=x, y=y, color=color, shape=shape),
        unseen.encode(x=x, y=y, tooltip=tooltip),
    ]


def _last(table: pd.DataFrame) -> list[tuple[str, str, int, float]]:
    """Run, arm, step and value at the end of each line."""
    ends = table.groupby(["run", "arm"], sort=False).tail(1)
    columns = (ends["run"].tolist(), ends["arm"].tolist(), ends["step"].tolist(), ends["value"].tolist())
    return list(zip(*columns, strict=True))


def _caption(table: pd.DataFrame, measure: str, split: str) -> str:
    """Which line ends highest and which lowest."""
    ends = sorted(_last(table), key=lambda one: one[3])
    text = theme.percent if measure == "accuracy" else theme.loss_text
    (low_run, low_arm, _, low), (high_run, high_arm, _, high) = ends[0], ends[-1]
    begin = f"The {'test' if split == 'test' else 'training'} {measure}"
    if len(ends) == 1:
        return f"{begin} ends at {text(low)} ({low_run}, {low_arm})."
    return (
        f"{begin} ends between {text(low)} ({low_run}, {low_arm}) and {text(high)} ({high_run}, {high_arm}). "
        "An arm that diverges ends where it does."
    )


def _alt(table: pd.DataFrame, title: str, total: int) -> str:
    ends = "; ".join(f"{run}, {arm}: {theme.number(value, 3)} at step {step}" for run, arm, step, value in _last(table))
    return f"Line chart, {title}, over 0 to {total} updates, one line a run and arm. Last values: {ends}."


def known_steps(runs: Sequence[Compared]) -> list[int]:
    """All update counts at which one of the runs was recorded."""
    return sorted({int(step) for run in runs for step in run.recording.steps})


def table_of(runs: Sequence[Compared]) -> pd.DataFrame:
    """The four curves of all runs in long form: run, arm, measure, split, step, value."""
    parts = [
        _lines(runs, list(colours(runs, dark=False)), split, measure)
        .drop(columns="marked", errors="ignore")
        .assign(measure=measure, split=split)
        for measure in ("loss", "accuracy")
        for split in SPLITS
    ]
    kept = [part for part in parts if len(part)]
    return pd.concat(kept, ignore_index=True)[["run", "arm", "measure", "split", "step", "value"]]
