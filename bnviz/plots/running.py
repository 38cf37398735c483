"""Batch statistics, their running average and the full-data value of one unit; and how long the start stays inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from bnviz.core import averages
from bnviz.core.watch import Watched
from bnviz.plots import compose, stills, theme
from bnviz.plots.figure import Figure
from bnviz.plots.sentences import after, at_step
from bnviz.plots.stills import Mark, Words
from bnviz.plots.table import DASH
from bnviz.plots.theme import number

Array = NDArray[Any]
HEIGHT = 360
BATCH, RUNNING, FULL = "one batch", "running average", "all training rows"
WARM_UP = (0.1, 0.01, 0.001)
QUANTITIES = ("mean", "var")


@dataclass(frozen=True)
class Reading:
    """What is read off a run.

    Attributes:
        layer, unit: counted from 0.
        step: the update count of the rule and of the captions.
        momentum: weight of the new batch.
        biased: which batch variance is drawn and averaged; torch averages the unbiased one.
    """

    layer: int
    unit: int
    step: int
    momentum: float
    biased: bool = False


def traces(run: Watched, quantity: str, reading: Reading, *, dark: bool) -> Figure:
    """One unit's batch statistic as dots, its running average as a line and the full-data value as a reference.

    Args:
        run: what was watched.
        quantity: mean or var.
        reading: of which unit, with which momentum.
        dark: the theme.
    """
    part, name = QUANTITIES.index(quantity), "mean"
    if quantity == "var":
        name = f"variance ({'biased' if reading.biased else 'unbiased'})"
    average = run.averages(reading.layer, reading.momentum, biased=reading.biased)[part][:, reading.unit]
    batch = _batch(run, reading.layer, part, biased=reading.biased)[:, reading.unit]
    full = np.array([stats[reading.layer][part][reading.unit] for stats in run.full])
    words = _trace_words(run, reading, name, (batch, average, full))
    spec = _trace_spec(run, name, _range(batch, average, full), _marks(dark), dark=dark)
    return stills.still(words, spec, _trace_tables(run, batch, average, full, reading.step), dark=dark)


def _batch(run: Watched, layer: int, part: int, *, biased: bool) -> Array:
    if part == 0:
        return run.batch_mean[layer]
    var = run.batch_var[layer]
    return var if biased else averages.unbiased(var, run.experiment.training.batch_size)


def _marks(dark: bool) -> list[Mark]:
    return [
        Mark(BATCH, theme.MODES["train"][dark]),
        Mark(RUNNING, theme.MODES["eval"][dark]),
        Mark(FULL, theme.MODES["recomputed"][dark], (6, 4)),
    ]


def _range(*series: Array) -> tuple[float, float]:
    """All values, with a margin."""
    both = np.concatenate(series)
    low, high = float(both.min()), float(both.max())
    margin = 0.05 * (high - low) or 1.0
    return low - margin, high + margin


def _trace_tables(run: Watched, batch: Array, average: Array, full: Array, step: int) -> dict[str, dict[str, Any]]:
    updates = len(batch)
    at = [run.place(t) for t in range(updates + 1)]
    return {
        "batches": {"step": list(range(1, updates + 1)), "value": batch.tolist(), "series": [BATCH] * updates},
        "lines": {
            "step": [*range(updates + 1), *run.steps],
            "value": [*average.tolist(), *full.tolist()],
            "series": [RUNNING] * (updates + 1) + [FULL] * len(run.steps),
        },
        "exact": {
            "step": list(range(updates + 1)),
            "batch": [DASH, *map(_figures, batch.tolist())],
            "running": list(map(_figures, average.tolist())),
            "full": [_figures(float(full[place])) for place in at],
        },
        stills.NOW: {"step": [step]},
    }


def _figures(value: float) -> str:
    return number(value, 5)


def _trace_spec(
    run: Watched, name: str, domain: tuple[float, float], marks: Sequence[Mark], *, dark: bool
) -> compose.Spec:
    x = alt.X(
        "step:Q",
        axis=alt.Axis(title="updates", grid=False, tickCount=5, tickMinStep=1, format="d"),
        scale=alt.Scale(domain=[0, run.updates], nice=False),
    )
    y = alt.Y("value:Q", **stills.value_axis(name, domain))
    size = 40 if run.updates <= 100 else 22
    dots = alt.Chart(alt.NamedData("batches")).mark_circle(size=size, opacity=0.6, clip=True)
    lines = alt.Chart(alt.NamedData("lines")).mark_line(strokeWidth=3.5, clip=True)
    tooltip = [
        alt.Tooltip("step:Q", title="updates"),
        *(alt.Tooltip(f"{field}:N", title=title) for field, title in (("batch", BATCH), ("running", RUNNING),
                                                                     ("full", FULL))),
    ]  # fmt: skip
    return compose.layered(
        dots.encode(x=x, y=y, color=stills.color(marks)),
        lines.encode(x=x, y=y, color=stills.color(marks), strokeDash=stills.dash(marks)),
        stills.now_rule(dark=dark),
        stills.listening("exact", x, tooltip),
        height=HEIGHT,
    )


def _trace_words(run: Watched, reading: Reading, name: str, series: tuple[Array, Array, Array]) -> Words:
    (batch, average, full), step = series, reading.step
    reference = float(full[run.place(step)])
    last = f"the last batch {number(float(batch[step - 1]), 3)}, " if step else ""
    caption = (
        f"{after(np.array([step]))[0]}, {name} of unit {reading.unit + 1} in layer {reading.layer + 1}: {last}the "
        f"running average {number(float(average[step]), 3)}, all training rows {number(reference, 3)}."
    )
    alt_text = (
        f"Chart over 0 to {run.updates} updates: a dot for the {name} of each batch, from {number(float(batch.min()))} "
        f"to {number(float(batch.max()))}; a line for the running average, from {number(float(average[0]))} to "
        f"{number(float(average[-1]))}; a dashed line for the value over all training rows, from "
        f"{number(float(full[0]))} to {number(float(full[-1]))}. {caption}"
    )
    return Words(f"running-{name.split()[0]}", name.capitalize(), caption, alt_text)


def warm_up(momentum: float, step: int, *, formula: str = "", dark: bool) -> Figure:
    """How much of the initial value (mean 0, variance 1) is still in the average: (1 - momentum)^updates.

    Args:
        momentum: torch's; drawn thick, beside 0.1, 0.01 and 0.001.
        step: the update count of the rule and of the caption.
        formula: of that share, in the reader's symbols.
        dark: the theme.
    """
    shown = sorted({*WARM_UP, momentum} - {0.0}, reverse=True)
    steps = np.unique(np.concatenate([np.arange(1, 10), np.geomspace(10, 6000, 60).round()])).astype(int)
    marks = [_warm_mark(one, momentum, dark) for one in shown]
    rows = [
        (mark.label, int(t), averages.start_left(one, int(t)), one == momentum)
        for mark, one in zip(marks, shown, strict=True)
        for t in steps
    ]
    series, at, share, own = (list(column) for column in zip(*rows, strict=True))
    told = [theme.percent(value) for value in share]
    tables = {
        "lines": {"series": series, "step": at, "value": share, "told": told, "own": own},
        stills.NOW: {"step": [step] if step else []},
    }
    return stills.still(_warm_words(momentum, step, formula), _warm_spec(marks, dark=dark), tables, dark=dark)


def both(momentum: float) -> str:
    """The momentum in both conventions."""
    return f"torch {momentum:g} = Keras {averages.keras(momentum):g}"


def _warm_mark(one: float, momentum: float, dark: bool) -> Mark:
    if one == momentum:
        return Mark(both(one), theme.MODES["eval"][dark])
    dashes = dict(zip(WARM_UP, ((2, 3), (7, 4), (10, 3, 2, 3)), strict=True))
    return Mark(both(one), theme.MUTED[dark], dashes[one])


def _warm_spec(marks: Sequence[Mark], *, dark: bool) -> compose.Spec:
    axis = alt.Axis(title=f"updates {theme.LOG}", grid=False, values=[1, 10, 100, 1000, 5000], format=",d")
    x = alt.X("step:Q", axis=axis, scale=alt.Scale(type="log", domain=[1, 6000], nice=False))
    y = alt.Y("value:Q", **stills.value_axis("share of the initial value", (0.0, 1.0), share=True))
    base = alt.Chart(alt.NamedData("lines"))
    width = alt.condition("datum.own", alt.value(4), alt.value(2))
    tooltip = [alt.Tooltip("series:N", title="momentum"), alt.Tooltip("step:Q", title="updates"),
               alt.Tooltip("told:N", title="of the initial value")]  # fmt: skip
    lines = base.mark_line(clip=True).encode(
        x=x, y=y, color=stills.color(marks, columns=1), strokeDash=stills.dash(marks, columns=1), strokeWidth=width
    )
    points = base.mark_circle(size=160, opacity=0).encode(x=x, y=y, tooltip=tooltip)
    return compose.layered(lines, points, stills.now_rule(dark=dark), height=HEIGHT)


def _left_words(momentum: float, step: int, formula: str) -> str:
    """How much of the start is left now, and when it is as good as gone."""
    start, until = "the initial value (mean 0, variance 1)", averages.updates_until(momentum)
    if momentum >= 1:
        return f"With {both(momentum)}, {start} is gone after 1 update: the average is the last batch and nothing else."
    if momentum <= 0:
        return f"With {both(momentum)}, the average never moves: it stays at {start}."
    if step == 0:
        said = f"{at_step(step)} the average is {start} and nothing else"
    else:
        told = f": {formula} = {1 - momentum:.6g}^{step}" if formula else ""
        share = theme.percent(averages.start_left(momentum, step))
        said = f"{share} of {start} is still in the average {at_step(step)}{told}"
    return f"With {both(momentum)}, {said}; less than 1\u00a0% is left after {until:,.0f} updates."


def _warm_words(momentum: float, step: int, formula: str) -> Words:
    caption = _left_words(momentum, step, formula)
    others = "; ".join(f"{both(one)}: {averages.updates_until(one):,.0f}" for one in WARM_UP)
    alt_text = f"Falling curves of the share of the initial value over the updates, one a momentum. {caption} {others}."
    return Words("running-warm-up", "Warm-up", caption, alt_text)
