"""A part of the page on noise: the claim, what the reader expects, the measurement as it comes in, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from bnviz.core.codec import to_link
from bnviz.core.verdict import judge_whole
from bnviz.runs.studies import StudyRun, shared_studies
from bnviz.ui import frame, links, noise_depth, noise_inputs, noise_regularization, noise_spread
from bnviz.ui.claims import Half, claim_box, show_verdict
from bnviz.ui.hiding import shown
from bnviz.ui.longwork import show_work
from bnviz.ui.messages import text
from bnviz.ui.noise_effects import Effect, in_unit
from bnviz.ui.noise_settings import PAGE, Settings
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
    found, study = scenario(name), settings.study(name)
    prediction = claim_box(PAGE, found)
    if settings.ahead and prediction is None and shown("predict"):
        st.info(text("noise.hidden"), icon=":material/visibility_off:")
        return

    def draw(run: StudyRun | None) -> None:
        if run is None:
            return
        effects = VIEWS[name](run, settings, dark)
        _conclude(found, effects, prediction)

    unit = text(f"noise.units.{settings.part}")
    show_work(shared_studies(), study, draw, key=f"{PAGE}.{name}", unit=unit)
    if settings.part != "depth" and st.button(
        text("noise.live", seed=settings.first_seed), key=f"noise_live_{name}", icon=":material/play_circle:"
    ):
        links.go("train", frame.PAGES / "train.py", to_link(study.seeded(0)))


def _conclude(found: Scenario, effects: Sequence[Effect], prediction: str | None) -> None:
    """The verdict on all that the claim says, and what else was measured in a sentence each."""
    claimed = [effect for place, effect in enumerate(effects) if effect.claimed or not place]
    with st.container(border=True):
        show_verdict(found, judge_whole([one.judged for one in claimed]), prediction=prediction,
                     halves=[_half(one) for one in claimed])  # fmt: skip
        for other in effects:
            verdict = other.verdict
            if other not in claimed and verdict.seeds:
                numbers = {
                    key: in_unit(other.unit, getattr(verdict, key)) for key in ("median", "low", "high", "least")
                }
                counts = {key: getattr(verdict, key) for key in ("agreeing", "opposing", "seeds")}
                word = text(f"noise.word.{verdict.word}")
                st.markdown(text("noise.also", effect=other.name, word=word, **numbers, **counts))


def _half(effect: Effect) -> Half:
    said = "claims.measured" if effect.limit is None else "claims.above" if effect.limit.above else "claims.below"
    return Half(effect.verdict, effect.name, effect.unit, said)
