"""Questions about what is on screen in the lab of rates, initialization and depth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from bnviz.core.experiment import Data
from bnviz.core.labels import arm_labels
from bnviz.core.rates import Choices, axes_of, norm_of, start_of
from bnviz.core.start_signal import start_signal
from bnviz.core.sweep_effects import LEARNED
from bnviz.core.sweep_table import SweepTable
from bnviz.plots import inside
from bnviz.plots.theme import number, percent
from bnviz.runs import Run
from bnviz.runs.sweeps import shared_sweeps
from bnviz.ui import rates_inside, rates_map, rates_start, rates_state
from bnviz.ui.asking import settled
from bnviz.ui.messages import text
from bnviz.ui.quiz_answer import CLOSE, Live, highest, kept, listed, ranged

MAPS = ("rate", "init", "depth")
READ = 0.002
"""Accuracies are read from the map as exactly as this."""


class Map(NamedTuple):
    """What the questions need to know of a sweep; one number an arm.

    Attributes:
        arms: labels.
        points: how many points the map has.
        learns: at how many points the median over the seeds is above 90 %.
        best: the highest median accuracy of any point; NaN where none is known.
        diverged, runs: how many runs have diverged, of how many.
    """

    arms: list[str]
    points: int
    learns: list[int]
    best: list[float]
    diverged: list[int]
    runs: int


def _map() -> Map | None:
    """The sweep on screen, once it is complete."""
    chosen = rates_state.current()
    if chosen.part not in MAPS:
        return None
    answered = bool(st.session_state.get(f"rates.predict.{chosen.claim}"))
    run = settled(shared_sweeps(), rates_map.wanted_of(chosen), answered=answered)
    if run is None or not run.table.complete:
        return None
    return kept("rates_map", run.sweep, lambda: _of(run.table))


def _of(table: SweepTable) -> Map:
    arms = len(table.sweep.arms)
    medians = table.over_seeds("test_accuracy").median.reshape(-1, arms)
    ended = np.isfinite(table.values("diverged_at")).reshape(-1, arms, len(table.sweep.seeds))
    known = [column[np.isfinite(column)] for column in medians.T]
    return Map(
        arm_labels(table.sweep.base, short=True),
        len(medians),
        [int((column > LEARNED).sum()) for column in known],
        [float(column.max()) if len(column) else math.nan for column in known],
        [int(count) for count in ended.sum(axis=(0, 2))],
        len(medians) * len(table.sweep.seeds),
    )


def learns() -> Live | None:
    """Which norm learns at the most points of the map."""
    found = _map()
    return None if found is None else _most(found.arms, found.learns, found.points)


def apart() -> Live | None:
    """How far the norms are apart, each at its best point."""
    found = _map()
    best = [] if found is None else [value for value in found.best if math.isfinite(value)]
    if found is None or len(best) < 2:
        return None
    gap = max(best) - min(best)
    told = listed(found.arms, [percent(value) for value in found.best])
    return ranged(gap, (0.01, 0.05), slack=READ).live(told=told, gap=f"{100 * gap:.1f}")


def diverged() -> Live | None:
    """Which norm had the most runs that diverged."""
    found = _map()
    return None if found is None else _most(found.arms, found.diverged, found.runs)


def _most(arms: Sequence[str], counts: Sequence[int], total: int) -> Live | None:
    """The arm with the highest count out of `total`; none is an answer too."""
    if len(arms) < 2:
        return None
    picked = highest(arms, [count or None for count in counts], none=text("quiz.none"))
    assert picked is not None, "There is always the option that it is none of them."
    return picked.live(told=listed(arms, [text("quiz.of", count=count, total=total) for count in counts]))


def start() -> Live | None:
    """What becomes of the gradient on its way to the first layer, before the first update."""
    chosen = rates_start.on_screen(rates_state.current())
    if chosen.part != "start":
        return None
    arm = "none" if "none" in chosen.arms else chosen.arms[0]
    seeds = range(chosen.seed, chosen.seed + min(chosen.seeds, rates_start.MOST_START_SEEDS))
    growth = [
        start_signal(start_of(chosen), Data(chosen.data), norm_of(arm, chosen.width), seed).growth for seed in seeds
    ]
    middle = float(np.median(growth))
    if not middle > 0:
        return None
    whole = middle ** (chosen.deep - 1)
    words = {"arm": text(f"rates.arms.{arm}"), "layers": str(chosen.deep)}
    return ranged(whole, (0.1, 10), share=CLOSE).live(
        text("quiz.rates.start", **words), **words, growth=number(middle, 3), whole=number(whole, 3)
    )


def ends() -> Live | None:
    """At which end of the axis gamma, beta or the updates are larger after the last update."""
    chosen = rates_state.current()
    if chosen.part != "inside":
        return None
    runs = rates_inside.found(chosen)
    if runs is None or runs.status != "finished":
        return None
    low, high = kept("rates_ends", chosen, lambda: [_last(one, chosen) for one in (runs.runs[0], runs.runs[-1])])
    if not (math.isfinite(low) and math.isfinite(high)):
        return None
    near = abs(high - low) <= 0.05 * max(abs(low), abs(high))
    right = 2 if near else 0 if high > low else 1
    values = axes_of(chosen)[0].values
    words = {
        "what": text(f"rates.quantities.{chosen.quantity}"),
        "layer": str(chosen.layer),
        "axis": text(f"rates.along.{chosen.along}"),
        "first": f"{values[0]:g}",
        "last": f"{values[-1]:g}",
    }
    said = words | {"low": number(low, 3), "high": number(high, 3)}
    return Live(right, said, ask=text("quiz.rates.ends", **words))


def _last(run: Run, chosen: Choices) -> float:
    """What a run ends with, as the picture draws it; NaN where it draws nothing."""
    recording = run.recording()
    if recording is None or (chosen.quantity != "ratio" and not rates_inside.has_learned(chosen)):
        return math.nan
    medians = inside.series(recording, chosen.quantity, chosen.layer - 1, "").median
    known = medians[np.isfinite(medians)]
    return float(known[-1]) if len(known) else math.nan
