"""Answers that depend on what is on screen: computed from the lab's present numbers whenever a question is shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bnviz.core.fields import FieldError
from bnviz.ui import (
    quiz_axes,
    quiz_inputs,
    quiz_layer,
    quiz_noise,
    quiz_rates,
    quiz_ravine,
    quiz_running,
    quiz_shift,
    quiz_smoothness,
    quiz_train,
)
from bnviz.ui.claims import last_verdict
from bnviz.ui.messages import text
from bnviz.ui.quiz_answer import Live
from bnviz.ui.scenarios import scenario

JUDGED = ("rates", "shift", "smoothness", "noise")
"""Labs that judge a claim by several seeds."""


def answer(name: str) -> Live | None:
    """The right answer now, or None while there is nothing on screen to ask about."""
    try:
        return LIVE[name]()
    except FieldError:
        return None


def verdict_of(lab: str) -> Live | None:
    """How many of the seeds that a lab has just measured are, each by itself, as its claim says."""
    last = last_verdict(lab)
    if last is None or last[0].seeds < 2:
        return None
    found, title = last[0], scenario(last[1]).title
    right = 0 if found.agreeing == found.seeds else 1 if found.agreeing else 2
    said = {name: str(getattr(found, name)) for name in ("seeds", "agreeing", "opposing")} | {"title": title}
    said["unclear"] = str(found.seeds - found.agreeing - found.opposing)
    return Live(right, said, ask=text("quiz.verdict", **said), scenario=last[1])


_ASKED: dict[str, tuple[Callable[[], Live | None], ...]] = {
    "inputs": (quiz_inputs.spread, quiz_inputs.within, quiz_inputs.rate, quiz_inputs.squeezed, quiz_inputs.alike),
    "ravine": (quiz_ravine.gradient, quiz_ravine.weights, quiz_ravine.path, quiz_ravine.roundest),
    "layer": (quiz_layer.sharing, quiz_layer.spread, quiz_layer.value, quiz_layer.running),
    "running": (quiz_running.left, quiz_running.modes, quiz_running.closest, quiz_running.spread),
    "axes": (quiz_axes.cells, quiz_axes.learned, quiz_axes.company, quiz_axes.same),
    "train": (quiz_train.first, quiz_train.best, quiz_train.gradient, quiz_train.gamma),
    "rates": (quiz_rates.learns, quiz_rates.apart, quiz_rates.diverged, quiz_rates.start, quiz_rates.ends),
    "shift": (quiz_shift.most, quiz_shift.means),
    "smoothness": (quiz_smoothness.most, quiz_smoothness.change, quiz_smoothness.alone),
    "noise": (quiz_noise.first, quiz_noise.second),
}
LIVE: dict[str, Callable[[], Live | None]] = {
    f"{lab}_{made.__name__}": made for lab, makers in _ASKED.items() for made in makers
} | {f"{lab}_verdict": partial(verdict_of, lab) for lab in JUDGED}
"""Who answers which question: `live` of a question is a name of this table."""
