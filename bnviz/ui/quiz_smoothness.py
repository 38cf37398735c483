"""Questions about the part that is on screen in the lab on smoothness, as measured on the seed of its pictures."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import median
from typing import Any

from bnviz.core import smoothness as measures
from bnviz.core.labels import arm_labels
from bnviz.core.scaling import FACTORS
from bnviz.plots.theme import number
from bnviz.runs.studies import shared_studies
from bnviz.ui import smoothness_settings as state
from bnviz.ui.asking import of_seeds
from bnviz.ui.claims import told
from bnviz.ui.messages import text
from bnviz.ui.quiz_answer import CLOSE, Live, choices, highest, kept, listed, ranged
from bnviz.ui.scenarios import scenario
from bnviz.ui.smoothness_parts import Part
from bnviz.ui.smoothness_results import LEAST, TIMES, UNITS
from bnviz.ui.smoothness_settings import Settings

Found = list[dict[str, Any]]
TEN, FIFTH = FACTORS.index(10.0), 5


def _seen() -> tuple[Settings, Found] | None:
    """What is on screen, and all that was measured of it on the first seed, once it is complete."""
    settings = state.current()
    experiment = state.experiment_of(settings)
    if state.state_problem(settings, experiment):
        return None
    wanted = of_seeds(state.study_of(settings, experiment))
    for study in (wanted.first, wanted.whole):  # the numbers of the first seed are the same in both
        run = shared_studies().find(study)
        if run is not None and run.complete[0] and run.results[0]:
            return settings, list(run.results[0])
    return None


def _at(settings: Settings, one: dict[str, Any]) -> list[float]:
    """The number that the part is about, of each arm at one look; NaN for an arm that has diverged."""
    part = settings.part
    if part == "safe":
        pairs = zip(one["loss"], one["safe"], strict=True)
        return [math.nan if loss is None else safe or measures.SMALLEST_RATE for loss, safe in pairs]
    if part == "scale":
        return [math.nan if row is None else row[TEN] for row in one["output"]]
    values = one["length"][0] if part == "growth" else one["sharpness" if part == "edge" else settings.quantity]
    return [math.nan if value is None else float(value) for value in values]


def _looked(settings: Settings, found: Found) -> dict[str, Any]:
    """The look that is judged: at the chosen step, or the last."""
    return found[-1] if settings.part in ("growth", "edge") else dict(measures.at_step(found, settings.step))


def _key(settings: Settings) -> str:
    return settings.quantity if settings.part == "along" else settings.part


def _opening(found: Live, settings: Settings) -> Live:
    """The same with the open claim as what the explanation opens."""
    return replace(found, scenario=state.CLAIMS[settings.part])


def most() -> Live | None:
    """Which arm has the largest number of the part."""
    seen = _seen()
    if seen is None:
        return None
    settings, found = seen
    labels, values = arm_labels(state.experiment_of(settings), short=True), list[float]()
    words = {"quantity": text(f"smoothness.options.quantity.{settings.quantity}")}
    if settings.part == "slice":
        known = [(one["arm"], one["statistics"], one["around"]) for one in found]
        statistics = {word: text(f"smoothness.options.statistics.{word}") for word in state.STATISTICS}
        labels = [f"{labels[arm]}, {statistics[word]}" for arm, word, _ in known]
        values = [math.nan if around is None else around for _, _, around in known]
    else:
        looked = _looked(settings, found)
        values, words = _at(settings, looked), words | {"step": str(looked["step"])}
    if len(values) < 2:
        return None
    size = max((value for value in values if math.isfinite(value)), default=0.0)
    picked = highest(labels, values, slack=CLOSE * size)
    if picked is None:
        return None
    told = listed(labels, [number(value) for value in values])
    return _opening(picked.live(text(f"quiz.smoothness.most_{settings.part}", **words), told=told), settings)


def change() -> Live | None:
    """How the number of the part changes over the run, in the arm without norm if there is one."""
    seen = _seen()
    if seen is None or seen[0].part == "slice":
        return None
    settings, found = seen
    if settings.part == "scale":
        return _tenfold(settings, found)
    experiment = state.experiment_of(settings)
    norms = [arm.norm for arm in experiment.arms]
    arm = norms.index("none") if "none" in norms else 0
    curve = [(int(one["step"]), _at(settings, one)[arm]) for one in found]
    known = [(step, value) for step, value in curve if math.isfinite(value)]
    if len(known) < 2 or not known[0][1] > 0:
        return None
    count = len(known) // FIFTH if settings.part == "along" and len(known) >= FIFTH else 1
    (begun, first), (ended, last) = known[count - 1], known[-count]
    if count > 1:  # along the gradient of one batch the numbers jump from look to look
        first, last = (median(value for _, value in some) for some in (known[:count], known[-count:]))
    words = {"arm": arm_labels(experiment, short=True)[arm], "begun": str(begun), "ended": str(ended),
             "quantity": text(f"smoothness.options.quantity.{settings.quantity}")}  # fmt: skip
    picked = ranged(last / first, (0.5, 2), share=CLOSE)
    said = {"first": number(first), "last": number(last), "ratio": number(last / first, 3)}
    fifths = "_fifths" if count > 1 else ""
    told = text(f"quiz.smoothness.told_change{fifths}", **words, **said)
    ask = text(f"quiz.smoothness.change_{settings.part}{fifths}", **words)
    options = choices("quiz.smoothness.change_options")
    return _opening(Live(picked.right, {"told": told}, options, ask, picked.fair), settings)


def _tenfold(settings: Settings, found: Found) -> Live | None:
    """What becomes of the gradient of ten times the weights, in the arm with a norm if there is one."""
    experiment, looked = state.experiment_of(settings), _looked(settings, found)
    pair = measures.pair(experiment)
    arm = 0 if pair is None else pair[1]
    if looked["gradient"][arm] is None:
        return None
    value = float(looked["gradient"][arm][TEN])
    words = {"arm": arm_labels(experiment, short=True)[arm], "step": str(looked["step"])}
    picked = ranged(value, (0.3, 3), share=CLOSE)
    told = text("quiz.smoothness.told_scale", value=number(value, 3), **words)
    ask, options = text("quiz.smoothness.change_scale", **words), choices("quiz.smoothness.change_scale_options")
    return _opening(Live(picked.right, {"told": told}, options, ask, picked.fair), settings)


def _edge(settings: Settings, found: Found) -> Live | None:
    """Where the steepest curvature settles, in units of 2 / learning rate, in the arm with a norm if there is one."""
    experiment = state.experiment_of(settings)
    pair, rate = measures.pair(experiment), experiment.training.learning_rate
    arm = 0 if pair is None else pair[1]
    where = measures.settled(found, arm, rate)
    words = {"arm": arm_labels(experiment, short=True)[arm], "limit": number(2 / rate, 3)}
    ask, options = text("quiz.smoothness.edge", **words), choices("quiz.smoothness.edge_options")
    if math.isnan(where):
        return _opening(Live(3, {"told": text("quiz.smoothness.edge_diverged", **words)}, options, ask), settings)
    picked = ranged(where, (0.9, 1.1), slack=0.01)
    told = text("quiz.smoothness.told_edge", where=number(where, 3), value=number(where * 2 / rate, 3), **words)
    return _opening(Live(picked.right, {"told": told}, options, ask, picked.fair), settings)


def alone() -> Live | None:
    """What the first seed by itself says about the claim."""
    seen = _seen()
    if seen is None:
        return None
    settings, found = seen
    if settings.part == "edge":
        return _edge(settings, found)
    experiment = state.experiment_of(settings)
    part = Part(settings, experiment, [found], dark=False)
    made = kept("smoothness_alone", (settings, experiment), lambda: part.effects([found]))
    if not made or math.isnan(made[0]):
        return None
    effect, least = made[0], LEAST[settings.part]
    right = 0 if effect > least else 1 if effect < -least else 2
    near = bool(least) and abs(abs(effect) - least) <= CLOSE * least
    fair = frozenset({0 if effect > 0 else 1, 2} - {right}) if near else frozenset()
    pair = measures.pair(experiment)
    assert pair is not None, "There is an effect only where there is a pair."
    labels = arm_labels(experiment, short=True)
    words = {"bare": labels[pair[0]], "normed": labels[pair[1]]}
    key = _key(settings) if settings.part != "slice" else settings.statistics
    what, claim = text(f"smoothness.effects.{key}", **words), scenario(state.CLAIMS[settings.part])
    return Live(
        right, {"told": text("quiz.smoothness.effect", what=what, value=_told(settings.part, effect))},
        choices("quiz.smoothness.alone_options"), fair=fair, scenario=claim.id,
        ask=text("quiz.smoothness.alone", claim=claim.claim, what=what),
    )  # fmt: skip


def _told(part: str, effect: float) -> str:
    """The effect as the verdict writes it."""
    return told(effect, UNITS[part]) if part in UNITS else told(2**effect, TIMES)
