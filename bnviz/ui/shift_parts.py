"""The claims of the page on shift: what was measured of each, drawn, and judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from bnviz.core.shift_effects import FURTHER, Result, effects
from bnviz.core.study import Study
from bnviz.core.verdict import Verdict, judge, judge_whole
from bnviz.plots import shift_flowers
from bnviz.plots.figure import Figure
from bnviz.runs.studies import StudyRun, shared_studies
from bnviz.ui.asking import Wanted, is_asked, say_what_is_missing
from bnviz.ui.charts import shift as draw
from bnviz.ui.claims import Half, claim_box, show_verdict
from bnviz.ui.hiding import shown
from bnviz.ui.longwork import show_work
from bnviz.ui.messages import text
from bnviz.ui.scenarios import scenario
from bnviz.ui.shift_controls import choose_for_claim
from bnviz.ui.shift_pictures import cost_of_noise, over_seeds, reached, show_pictures
from bnviz.ui.shift_settings import LAYER, PAGE, Settings, back_button, current

LEAST = {"F3": 0.05, "F4": 0.1, "E1": 0.5, "E4": 0.02, "E2": 0.02, "E3": 0.02}
UNITS = {
    "F3": "{:+.1f} points",
    "F4": "{:+.1f} points",
    "E1": "{:+.1f}",
    "E4": "{:+.2f}",
    "E2": "{:+.2f}",
    "E3": "{:+.2f}",
}
FURTHER_UNITS = {"F3": "{:.1%}", "F4": "{:.1f} points", "E1": "{:.1f}", "E4": "{:.1%}", "E3": "{:.0%}"}


def show_part(settings: Settings, *, dark: bool) -> Settings:
    """The open claim: what it says, its pictures, a prediction, and the verdict.

    Returns:
        The settings after the claim's own controls.
    """
    told = scenario(settings.claim)
    prediction = claim_box(PAGE, told, lambda: wanted_of(current()), below=back_button)
    if settings.claim == "F3":
        left, right = st.columns(2, gap="large")
        with left:
            _flowers(shift_flowers.flower_rows, settings, dark=dark)
        with right:
            _flowers(shift_flowers.plane, settings, dark=dark)
    settings = choose_for_claim(settings)
    draw_them = partial(show_pictures, settings, dark)
    show_work(shared_studies(), settings.shown, draw_them, key=f"{PAGE}.player.shown", unit=text("shift.unit"))
    _judge(settings, prediction)
    if settings.part == "internal" and shown("evidence"):
        _evidence("spread" if settings.claim in LAYER else "gradient")
    return settings


def _flowers(picture: Callable[..., Figure], settings: Settings, *, dark: bool) -> None:
    made = partial(picture, settings.data, settings.seed)
    draw(made(dark=dark), paper=partial(made, dark=False))


def wanted_of(settings: Settings) -> Wanted[Study]:
    """What the settings ask for: the study of the pictures, and that of the verdict."""
    return Wanted(settings.shown, settings.judged, settings.seeds)


def _judge(settings: Settings, prediction: str | None) -> None:
    """Measure the seeds when the reader has asked for it."""
    wanted = wanted_of(settings)
    if not is_asked(wanted, answered=bool(prediction), store=shared_studies()):
        say_what_is_missing(wanted, answered=bool(prediction))
        return
    if shown("verdict"):
        st.subheader(text("shift.labels.verdict"), anchor=False)
    draw_it = partial(_judged, settings, prediction)
    show_work(shared_studies(), settings.judged, draw_it, key=f"{PAGE}.player.judged", unit=text("shift.unit"))


def _judged(settings: Settings, prediction: str | None, run: StudyRun | None) -> None:
    """The verdict of the seeds that are complete."""
    if run is None:
        return
    found = [results[0] for results in run.results if results]
    claim = settings.claim
    whole, halves = judged(claim, found)
    if not whole.seeds:
        return
    show_verdict(scenario(claim), whole, prediction=prediction, halves=halves, measuring=run.active)
    if claim == "F3":
        st.caption(reached(found))
    elif claim != "F4":
        name, key = ("final_loss", "loss") if claim == "E3" else ("accuracy", "accuracy")
        st.caption(text(f"shift.captions.{key}", told=over_seeds(settings, found, name)))
    if claim == "E4":
        st.caption(cost_of_noise(found))


def judged(claim: str, found: Sequence[Result]) -> tuple[Verdict, list[Half]]:
    """The verdict on all that a claim says, and the one or two things that it says.

    Args:
        claim: as in `effects`.
        found: of its measure, one a seed.
    """
    values = effects(claim, found)
    first = judge(values, least=LEAST[claim])
    halves = [Half(first, text(f"shift.effects.{claim}"), UNITS[claim])]
    if claim not in FURTHER:
        return first, halves
    number, limit = FURTHER[claim]
    numbers = [number(result) for result in found]
    said = "claims.above" if limit.above else "claims.below"
    halves.append(Half(limit.judge(numbers), text(f"shift.further.{claim}"), FURTHER_UNITS[claim], said))
    return judge_whole([(values, LEAST[claim]), (limit.effects(numbers), 0.0)]), halves


def _evidence(meaning: str) -> None:
    """What speaks for and against this meaning of the term, with sources."""
    st.subheader(text(f"shift.{meaning}.title"), anchor=False)
    st.markdown(text(f"shift.{meaning}.claim"))
    for column, side, icon in zip(
        st.columns(2, gap="large"), ("support", "against"), (":material/add_circle:", ":material/do_not_disturb_on:"),
        strict=True,
    ):  # fmt: skip
        with column, st.container(border=True):
            st.markdown(f"{icon} **{text(f'shift.labels.{side}')}**")
            st.markdown(text(f"shift.{meaning}.{side}"))
    st.caption(text("shift.sources"))
