"""A claim on a page: said in one sentence with its source, a prediction asked for, then what was measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from bnviz.core.verdict import Verdict
from bnviz.plots.formats import number
from bnviz.ui.asking import Wanted, ask_for, start_button, was_asked
from bnviz.ui.hiding import QUESTION, shown
from bnviz.ui.messages import text
from bnviz.ui.scenarios import Scenario

PREDICTIONS = ("holds", "opposite", "noise")
ICONS = {"holds": ":material/check_circle:", "opposite": ":material/swap_vert:", "noise": ":material/blur_on:",
         "few": ":material/hourglass_empty:", "part": ":material/contrast:"}  # fmt: skip


@dataclass(frozen=True)
class Half:
    """One thing that a claim says, as it was measured.

    Attributes:
        verdict: on this half alone.
        effect: what the numbers are, such as "Test accuracy with batch norm minus without".
        unit: a format such as "{:+.1%}" or "{:.2f} times".
        said: the key of the message that tells it.
    """

    verdict: Verdict
    effect: str
    unit: str
    said: str = "claims.measured"


def show_claim(scenario: Scenario) -> None:
    """The claim, who makes it, and where to look."""
    st.markdown(f"**{scenario.claim}**")
    st.caption(sources(scenario))
    st.markdown(scenario.look)


def sources(scenario: Scenario) -> str:
    """Who makes a claim: the literature, and the articles by their names."""
    articles = "; ".join(text(f"claims.articles.{name}") for name in scenario.articles)
    return " · ".join(part for part in (scenario.source, articles) if part)


def claim_box(
    page: str, scenario: Scenario, wanted: Callable[[], Wanted[Any]] | None, *, below: Callable[[], Any] = lambda: None,
    hidden: bool = False,
) -> str | None:  # fmt: skip
    """The claim with its source on the left, the question what the reader expects on the right: so on every lab.

    Args:
        page: the name of the lab.
        scenario: whose claim it is.
        wanted: says what the settings ask for; all seeds of it are measured when the reader answers or presses Start.
            None where nothing can be measured.
        below: draws what stands under the question.
        hidden: nothing of the measurement is shown before the reader has answered.

    Returns:
        As `ask_prediction`.
    """
    framed = any(map(shown, ("claim_text", *QUESTION)))
    with st.container(border=framed, key=f"{page}_claim_{scenario.id}"):
        said, asked = st.columns([3, 2], gap="medium") if shown("claim_text") else (None, st.container())
        if said is not None:
            with said:
                show_claim(scenario)
        with asked:
            prediction = ask_prediction(
                page, scenario, changed=lambda: ask_for(wanted().whole) if wanted else None,
                question=_question(wanted() if wanted else None, hidden=hidden),
            )  # fmt: skip
            if wanted is not None:
                start_button(f"{page}_judge_{scenario.id}", wanted)
            below()
    return prediction


def _question(wanted: Wanted[Any] | None, *, hidden: bool) -> str:
    """What is asked, true to what is on screen: nothing yet, one seed of several, or all of them."""
    if hidden:
        return text("claims.predict_hidden")
    if wanted is None or wanted.first == wanted.whole:
        return text("claims.predict")
    return text(f"claims.predict_{'seeds' if was_asked(wanted.whole) else 'one_shown'}", seeds=wanted.seeds)


def ask_prediction(page: str, scenario: Scenario, *, changed: Callable[[], None], question: str) -> str | None:
    """Ask what the reader expects; one of PREDICTIONS, or None for no answer or where a teacher has hidden it."""
    if not shown("predict"):
        return None
    chosen = st.segmented_control(
        question,
        PREDICTIONS,
        key=f"{page}.predict.{scenario.id}",
        format_func=lambda word: text(f"claims.prediction.{word}"),
        on_change=changed,
        persist_state="session",
    )
    return str(chosen) if chosen else None


def show_verdict(
    scenario: Scenario, verdict: Verdict, *, halves: Sequence[Half], prediction: str | None,
    more: Callable[[], None] = lambda: None, measuring: bool = False,
) -> None:  # fmt: skip
    """What the measurement says about a claim, how it compares to the prediction, and where opinions differ.

    Args:
        scenario: whose claim it is.
        verdict: from `bnviz.core.verdict.judge`, of effects that were measured just now.
        halves: what the claim says, told one by one; the verdict on several is that of
            `bnviz.core.verdict.judge_whole`.
        prediction: what `ask_prediction` gave.
        more: draws what else belongs to it.
        measuring: more seeds are on their way; then too few of them are no verdict yet.
    """
    st.session_state[_last(scenario.lab)] = (verdict, scenario.id)
    if measuring and verdict.word == "few":
        st.caption(text("claims.coming"))
    elif shown("verdict"):
        with st.container(border=True):
            _show_verdict(scenario, verdict, halves, prediction)
            more()


def _show_verdict(scenario: Scenario, verdict: Verdict, halves: Sequence[Half], prediction: str | None) -> None:
    st.markdown(f"{ICONS[verdict.word]} **{_word(verdict)}**")
    if verdict.seeds:
        for half in halves:
            st.markdown(_measured(half))
    if len(halves) > 1 and verdict.seeds > 1:
        st.markdown(text("claims.together", agreeing=verdict.agreeing, seeds=verdict.seeds))
    if prediction and verdict.word != "few":
        found = "noise" if verdict.word == "part" else verdict.word  # neither as claimed nor the opposite
        st.markdown(text("claims.right" if prediction == found else "claims.surprise"))
    with st.expander(text("claims.reveal"), icon=":material/visibility:", expanded=prediction is not None):
        st.markdown(scenario.expect)
    if scenario.dissent:
        st.info(scenario.dissent, icon=":material/forum:")


def last_verdict(lab: str) -> tuple[Verdict, str] | None:
    """What was measured last in a lab, as its page shows it, and the id of the scenario whose claim was judged."""
    found: tuple[Verdict, str] | None = st.session_state.get(_last(lab))
    return found


def _measured(half: Half) -> str:
    """What was measured of one half."""
    verdict, unit = half.verdict, half.unit
    numbers = {name: told(getattr(verdict, name), unit) for name in ("median", "low", "high")}
    numbers["least"] = told(verdict.least, unit.replace("+", ""))  # a size has no sign
    counts = {name: str(getattr(verdict, name)) for name in ("seeds", "agreeing", "opposing")}
    return text(half.said if verdict.seeds > 1 else "claims.measured_once", effect=half.effect, **numbers | counts)


def _last(lab: str) -> str:
    return f"claims.last.{lab}"


def _word(verdict: Verdict) -> str:
    """The verdict in a sentence; before the first seed is complete, that."""
    return text(f"claims.verdict.{verdict.word}" if verdict.seeds else "claims.none_yet")


def told(value: float, unit: str) -> str:
    """A number in its unit, with a true minus, the sign of infinity, and a space before a percent sign.

    A unit such as "{:+.1f} points" is for a difference of two shares: 0.05 are 5 points, and no 5 % of anything.
    """
    value = 100 * value if unit.endswith(" points") else value
    said = unit.format(value)
    if value and said.endswith("%") and not any(digit in said for digit in "123456789inf"):
        said = f"{number(100 * value)}%"  # what rounding would call 0.00 %
    return said.replace("inf", "∞").replace("-", "−").replace("%", "\u00a0%")
