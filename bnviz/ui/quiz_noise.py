"""Questions about the claim that is on screen in the lab on noise, as medians over the seeds that were measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from bnviz.core.experiment import INITS
from bnviz.core.noise_cases import LEVELS, SIZES, gathered
from bnviz.core.residual import REMEDIES
from bnviz.plots.theme import number, percent, plain_number
from bnviz.runs.studies import StudyRun, shared_studies
from bnviz.ui import noise_settings
from bnviz.ui.asking import settled, was_asked
from bnviz.ui.hiding import shown
from bnviz.ui.messages import text
from bnviz.ui.noise_effects import Floats, arm_marks, medians
from bnviz.ui.noise_parts import wanted_of
from bnviz.ui.noise_settings import PAGE, Settings
from bnviz.ui.quiz_answer import CLOSE, Live, Picked, choices, highest, listed, ranged

READ = 0.003
"""Accuracies are read from the picture as exactly as this."""
NO_NORM, FEW = 0, (4, 16, 64)
Maker = Callable[[StudyRun], Live | None]


def _seen() -> tuple[str, StudyRun] | None:
    """The claim on screen and what was measured for it, once a seed is complete and nothing more comes by itself."""
    settings: Settings = noise_settings.current()
    claim = settings.scenario
    answered, wanted = bool(st.session_state.get(f"{PAGE}.predict.{claim}")), wanted_of(settings, claim)
    if settings.ahead and shown("predict") and not (answered or was_asked(wanted.whole)):
        return None  # the results wait for the reader
    run = settled(shared_studies(), wanted, answered=answered)
    return None if run is None or not run.results[0] else (claim, run)


def _arms(run: StudyRun) -> list[str]:
    return [mark.label for mark in arm_marks(run.study.experiment, dark=False)]


def _of_arms(run: StudyRun, name: str) -> Floats:
    return gathered(run.results, name, arm=range(len(run.study.experiment.arms)))


def _sizes(run: StudyRun) -> tuple[tuple[int, ...], Floats]:
    """The batch sizes, and the median accuracy: sizes x arms."""
    sizes = tuple(dict(run.study.options)["sizes"])
    arms = range(len(run.study.experiment.arms))
    return sizes, medians(gathered(run.results, "test_accuracy", value=sizes, arm=arms))


def _picked(claim: str, labels: Sequence[str], values: Floats, *, question: str, **words: str) -> Live | None:
    say = percent if question == "first" else _points
    found = highest(labels, [float(value) for value in values], slack=READ)
    if found is None:
        return None
    told = listed(labels, [say(float(value)) for value in values])
    ask = text(f"quiz.noise.{question}_{claim}", **words)
    return replace(found.live(ask, told=told), scenario=claim)


def _points(difference: float) -> str:
    """A difference of two shares in percentage points."""
    return text("quiz.noise.points", points=f"{100 * difference:+.1f}".replace("-", "−"))


def _range(claim: str, found: Picked, told: str, *, question: str = "second", **words: str) -> Live:
    ask = text(f"quiz.noise.{question}_{claim}", **words)
    return Live(
        found.right, {"told": told}, choices(f"quiz.noise.{question}_{claim}_options"), ask, found.fair, claim
    )  # fmt: skip


def _first_of_arms(claim: str) -> Maker:
    def made(run: StudyRun) -> Live | None:
        return _picked(claim, _arms(run), medians(_of_arms(run, "test_accuracy")), question="first")

    return made


def _first_of_sizes(claim: str) -> Maker:
    def made(run: StudyRun) -> Live | None:
        sizes, table = _sizes(run)
        return _picked(claim, _arms(run), table[0], question="first", size=str(sizes[0]))

    return made


def _levels(run: StudyRun) -> Floats:
    """The median accuracy without norm, by the strength of the noise on the inputs."""
    arms = range(len(run.study.experiment.arms))
    table: Floats = medians(gathered(run.results, "test_accuracy", value=LEVELS, arm=arms))
    return np.asarray(table[:, NO_NORM])


def _level(level: float) -> str:
    return text("quiz.noise.level", level=plain_number(level))


def _first_of_levels(run: StudyRun) -> Live | None:
    return _picked("F7", [_level(level) for level in LEVELS], _levels(run), question="first")


def _by_start(run: StudyRun) -> Floats:
    """The median accuracy without norm, by the kind of first weights."""
    arms = range(len(run.study.experiment.arms))
    table: Floats = medians(gathered(run.results, "test_accuracy", arm=arms, init=INITS))
    return np.asarray(table[NO_NORM])


def _first_of_starts(run: StudyRun) -> Live | None:
    return _picked("F8", [text(f"noise.init.{init}") for init in INITS], _by_start(run), question="first")


def _first_of_remedies(run: StudyRun) -> Live | None:
    labels = [text(f"noise.arms.{name}") for name in REMEDIES]
    return _picked("G1", labels, medians(gathered(run.results, "test_accuracy", remedy=REMEDIES)), question="first")


def _misses(run: StudyRun) -> Live | None:
    """By how much the mean of a small batch is off, in standard deviations of its unit."""
    means = medians(gathered(run.results, "mean", batch_size=SIZES))
    off = [float(means[SIZES.index(size)]) for size in FEW]
    if not all(math.isfinite(one) for one in off):
        return None
    told = text("quiz.noise.told_B1", **{f"rows{size}": percent(one) for size, one in zip(FEW, off, strict=True)})
    return _range("B1", ranged(off[0], (0.1, 0.3, 0.8), share=CLOSE), told, question="first")


def _flips(run: StudyRun) -> Live | None:
    """How often a test row is named differently in batches of two."""
    flips = float(medians(gathered(run.results, "flips", batch_size=SIZES))[0])
    if math.isnan(flips):
        return None
    told = text("quiz.noise.told_flips", size=SIZES[0], share=percent(flips))
    return _range("B1", ranged(flips, (0.01, 0.1), slack=0.0006), told, size=str(SIZES[0]))


def _gaps(claim: str) -> Maker:
    """Which arm has the largest gap between training rows and test rows."""

    def made(run: StudyRun) -> Live | None:
        gaps = medians(_of_arms(run, "train_accuracy") - _of_arms(run, "test_accuracy"))
        return _picked(claim, _arms(run), gaps, question="second")

    return made


def _larger_batches(run: StudyRun) -> Live | None:
    """What batch norm gains or loses from the smallest batch to the largest."""
    sizes, table = _sizes(run)
    batch = next(place for place, arm in enumerate(run.study.experiment.arms) if arm.norm == "batch")
    small, large = (float(table[place, batch]) for place in (0, -1))
    if math.isnan(small - large):
        return None
    found = ranged(large - small, (-0.01, 0.01), slack=0.001)
    words = {"small": str(sizes[0]), "large": str(sizes[-1])}
    told = text("quiz.noise.told_F1c", one=percent(small), other=percent(large), **words)
    return _range("F1c", found, told, **words)


def _most_lost(run: StudyRun) -> Live | None:
    """Which arm loses most from the largest batch to the smallest."""
    sizes, table = _sizes(run)
    words = {"small": str(sizes[0]), "large": str(sizes[-1])}
    return _picked("F2", _arms(run), table[-1] - table[0], question="second", **words)


def _lost(claim: str, labels: Sequence[str], values: Floats) -> Live | None:
    """How much less the second of two accuracies is."""
    one, other = (float(value) for value in values)
    if math.isnan(one - other):
        return None
    told = listed(labels, [percent(one), percent(other)])
    return _range(claim, ranged(one - other, (0.05, 0.25), slack=READ), told)


def _noise_lost(run: StudyRun) -> Live | None:
    labels = [_level(level) for level in (LEVELS[0], LEVELS[-1])]
    return _lost("F7", labels, _levels(run)[[0, -1]])


def _zero_lost(run: StudyRun) -> Live | None:
    labels = [text(f"noise.init.{init}") for init in ("normal", "zero")]
    return _lost("F8", labels, _by_start(run)[[INITS.index("normal"), INITS.index("zero")]])


def _growth(run: StudyRun) -> Live | None:
    """How much the variance of the signal grows without norm, from the first block to the last."""
    found = [one["variances"] for results in run.results for one in results
             if one["remedy"] == "none" and "variances" in one]  # fmt: skip
    if not found:
        return None
    grown = float(np.median([values[-1] / values[0] for values in found]))
    told = text("quiz.noise.told_G1", blocks=len(found[0]) - 1, ratio=number(grown, 3))
    return _range("G1", ranged(grown, (10, 1000), share=CLOSE), told, blocks=str(len(found[0]) - 1))


FIRST: dict[str, Maker] = {
    "B1": _misses,
    "F1": _first_of_arms("F1"),
    "F1b": _first_of_arms("F1b"),
    "F1c": _first_of_sizes("F1c"),
    "F2": _first_of_sizes("F2"),
    "F7": _first_of_levels,
    "F8": _first_of_starts,
    "G1": _first_of_remedies,
}
SECOND: dict[str, Maker] = {
    "B1": _flips,
    "F1": _gaps("F1"),
    "F1b": _gaps("F1b"),
    "F1c": _larger_batches,
    "F2": _most_lost,
    "F7": _noise_lost,
    "F8": _zero_lost,
    "G1": _growth,
}
"""What is asked about each claim: which is best, and by how much."""


def _asked(makers: dict[str, Maker]) -> Live | None:
    """The question about the claim on screen, with the number of seeds that it rests on."""
    seen = _seen()
    live = None if seen is None else makers[seen[0]](seen[1])
    if seen is None or live is None:
        return None
    count = sum(seen[1].complete)
    seeds = text("quiz.noise.one_seed") if count == 1 else text("quiz.noise.seeds", count=count)
    return replace(live, said={**live.said, "seeds": seeds})


def first() -> Live | None:
    """Which of those that are compared does best."""
    return _asked(FIRST)


def second() -> Live | None:
    """What it gains or costs."""
    return _asked(SECOND)
