"""A claim on a page: said in one sentence with its source, a prediction asked for, then what was measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from bnviz.core.verdict import Verdict
from bnviz.ui.hiding import shown
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
    articles = ", ".join(text(f"claims.articles.{name}") for name in scenario.articles)
    st.caption(" · ".join(part for part in (scenario.source, articles) if part))
    st.markdown(scenario.look)


def claim_box(
    page: str,
    scenario: Scenario,
    *,
    below: Callable[[], Any] = lambda: None,
    changed: Callable[[], None] | None = None,
) -> str | None:
    """The claim with its source on the left, the question what the reader expects on the right: so on every lab.

    Args:
        page: the name of the lab.
        scenario: whose claim it is.
        below: draws what stands under the question, such as the button that measures.
        changed: is called when the reader has answered.

    Returns:
        As `ask_prediction`.
    """
    with st.container(border=True, key=f"{page}_claim_{scenario.id}"):
        said, asked = st.columns([3, 2], gap="medium")
        with said:
            show_claim(scenario)
        with asked:
            prediction = ask_prediction(page, scenario, changed=changed)
            below()
    return prediction


def ask_prediction(page: str, scenario: Scenario, *, changed: Callable[[], None] | None = None) -> str | None:
    """Ask what the reader expects; one of PREDICTIONS, or None for no answer or where a teacher has hidden it."""
    if not shown("predict"):
        return None
    chosen = st.segmented_control(
        text("claims.predict"),
        PREDICTIONS,
        key=f"{page}.predict.{scenario.id}",
        format_func=lambda word: text(f"claims.prediction.{word}"),
        on_change=changed,
        persist_state="session",
    )
    return str(chosen) if chosen else None


def show_verdict(
    scenario: Scenario, verdict: Verdict, *, effect: str = "", unit: str = "", prediction: str | None,
    halves: Sequence[Half] = (),
) -> None:  # fmt: skip
    """What the measurement says about a claim, how it compares to the prediction, and where opinions differ.

    Args:
        scenario: whose claim it is.
        verdict: from `bnviz.core.verdict.judge`, of effects that were measured just now.
        effect: what the numbers are, such as "Test accuracy with batch norm minus without".
        unit: a format such as "{:+.1%}" or "{:.2f} times".
        prediction: what `ask_prediction` gave.
        halves: of a claim that says several things at once, told one by one instead of `effect`; the verdict is then
            that of `bnviz.core.verdict.judge_whole`.
    """
    st.session_state[_last(scenario.lab)] = verdict
    st.markdown(f"{ICONS[verdict.word]} **{_word(verdict)}**")
    if verdict.seeds:
        for half in halves or (Half(verdict, effect, unit),):
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


def _measured(half: Half) -> str:
    """What was measured of one half."""
    verdict, unit = half.verdict, half.unit
    numbers = {name: told(getattr(verdict, name), unit) for name in ("median", "low", "high")}
    numbers["least"] = told(verdict.least, unit.replace("+", ""))  # a size has no sign
    counts = {name: str(getattr(verdict, name)) for name in ("seeds", "agreeing", "opposing")}
    return text(half.said if verdict.seeds > 1 else "claims.measured_once", effect=half.effect, **numbers | counts)


def last_verdict(lab: str) -> Verdict | None:
    """What was measured last in a lab, as its page shows it."""
    found = st.session_state.get(_last(lab))
    return found if isinstance(found, Verdict) else None


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
    return unit.format(value).replace("inf", "∞").replace("-", "−").replace("%", " %")
