"""A part of the page on noise: the claim, what the reader expects, the measurement as it comes in, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from bnviz.core.codec import to_link
from bnviz.core.study import Study
from bnviz.core.verdict import judge_whole
from bnviz.runs.studies import StudyRun, shared_studies
from bnviz.ui import frame, links, noise_depth, noise_inputs, noise_regularization, noise_spread
from bnviz.ui.asking import Wanted, best, is_asked, of_seeds, say_what_is_missing, was_asked, what_now
from bnviz.ui.claims import Half, claim_box, show_verdict, told
from bnviz.ui.hiding import ask, shown
from bnviz.ui.longwork import show_work
from bnviz.ui.messages import text
from bnviz.ui.noise_effects import Effect
from bnviz.ui.noise_settings import PAGE, Settings, back_button, current
from bnviz.ui.scenarios import Scenario, scenario

View = Callable[[StudyRun, Settings, bool], Sequence[Effect]]
VIEWS: dict[str, View] = {
    "B1": noise_spread.view,
    "F1": noise_regularization.ghosts,
    "F1b": noise_regularization.moons,
    "F1c": noise_regularization.sizes,
    "F2": noise_regularization.small,
    "F7": noise_inputs.noise,
    "e27": noise_inputs.kinds,
    "F8": noise_depth.starts,
    "G1": noise_depth.depth,
}


def show_part(settings: Settings, *, dark: bool) -> None:
    """Show the part that the reader has chosen; what it needs is computed in the background."""
    _show(settings.scenario, settings, dark=dark)
    if settings.part == "input":
        st.divider()
        _show("e27", settings, dark=dark)


def _show(name: str, settings: Settings, *, dark: bool) -> None:
    found, store, wanted = scenario(name), shared_studies(), wanted_of(settings, name)
    below = back_button if name == settings.scenario else lambda: None
    closed = settings.ahead and shown("predict") and not was_asked(wanted.whole)
    prediction = claim_box(PAGE, found, lambda: wanted_of(current(), name), below=below, hidden=closed)
    asked = is_asked(wanted, answered=bool(prediction), store=store)
    if closed and prediction is None:
        st.info(text("noise.hidden"), icon=":material/visibility_off:")
        return

    def draw(run: StudyRun | None) -> None:
        if run is None:
            return
        effects = VIEWS[name](best(store, run, wanted), settings, dark)
        if asked:
            _conclude(found, effects, prediction, measuring=run.active)
        else:
            say_what_is_missing(wanted, answered=bool(prediction))

    unit = text(f"noise.units.{settings.part}")
    show_work(store, what_now(wanted, asked), draw, key=f"{PAGE}.{name}", unit=unit)
    if settings.part != "depth" and ask(
        st.button, text("noise.live", seed=settings.first_seed), key=f"noise_live_{name}", name="watch",
        icon=":material/play_circle:",
    ):  # fmt: skip
        links.go("train", frame.PAGES / "train.py", to_link(wanted.whole.seeded(0)))


def wanted_of(settings: Settings, name: str) -> Wanted[Study]:
    """What the settings ask for: the study of a claim with one seed, and with all."""
    return of_seeds(settings.study(name))


def _conclude(found: Scenario, effects: Sequence[Effect], prediction: str | None, *, measuring: bool) -> None:
    """The verdict on all that the claim says, and what else was measured in a sentence each."""
    claimed = [effect for place, effect in enumerate(effects) if effect.claimed or not place]
    others = [effect for effect in effects if effect not in claimed]
    show_verdict(found, judge_whole([one.judged for one in claimed]), prediction=prediction,
                 halves=[_half(one) for one in claimed], more=lambda: _also(others), measuring=measuring)  # fmt: skip


def _also(others: Sequence[Effect]) -> None:
    for other in others:
        verdict = other.verdict
        if verdict.seeds:
            numbers = {key: told(getattr(verdict, key), other.unit) for key in ("median", "low", "high", "least")}
            counts = {key: getattr(verdict, key) for key in ("agreeing", "opposing", "seeds")}
            word, key = text(f"noise.word.{verdict.word}"), "also" if verdict.seeds > 1 else "also_once"
            st.markdown(text(f"noise.{key}", effect=other.name, word=word, **numbers, **counts))


def _half(effect: Effect) -> Half:
    said = "claims.measured" if effect.limit is None else "claims.above" if effect.limit.above else "claims.below"
    return Half(effect.verdict, effect.name, effect.unit, said)
