"""A claim on a page: said in one sentence with its source, a prediction asked for, then what was measured."""

from __future__ import annotations

import streamlit as st

from bnviz.core.verdict import Verdict
from bnviz.ui.messages import text
from bnviz.ui.scenarios import Scenario

PREDICTIONS = ("holds", "opposite", "noise")
ICONS = {"holds": ":material/check_circle:", "opposite": ":material/swap_vert:", "noise": ":material/blur_on:",
         "few": ":material/hourglass_empty:"}  # fmt: skip


def show_claim(scenario: Scenario) -> None:
    """The claim, who makes it, and where to look."""
    st.markdown(f"**{scenario.claim}**")
    articles = ", ".join(text(f"claims.articles.{name}") for name in scenario.articles)
    st.caption(" · ".join(part for part in (scenario.source, articles) if part))
    st.markdown(scenario.look)


def ask_prediction(page: str, scenario: Scenario) -> str | None:
    """Ask what the reader expects before anything is measured; one of PREDICTIONS, or None for no answer."""
    chosen = st.segmented_control(
        text("claims.predict"),
        PREDICTIONS,
        key=f"{page}.predict.{scenario.id}",
        format_func=lambda word: text(f"claims.prediction.{word}"),
        persist_state="session",
    )
    return str(chosen) if chosen else None


def show_verdict(scenario: Scenario, verdict: Verdict, *, effect: str, unit: str, prediction: str | None) -> None:
    """What the measurement says about a claim, how it compares to the prediction, and where opinions differ.

    Args:
        scenario: whose claim it is.
        verdict: from `bnviz.core.verdict.judge`, of effects that were measured just now.
        effect: what the numbers are, such as "Test accuracy with batch norm minus without".
        unit: a format such as "{:+.1%}" or "{:.2f} times".
        prediction: what `ask_prediction` gave.
    """
    st.markdown(f"{ICONS[verdict.word]} **{text(f'claims.verdict.{verdict.word}')}**")
    if verdict.seeds:
        numbers = {name: _told(getattr(verdict, name), unit) for name in ("median", "low", "high", "least")}
        counts = {name: str(getattr(verdict, name)) for name in ("seeds", "agreeing", "opposing")}
        st.markdown(text("claims.measured", effect=effect, **numbers | counts))
    if prediction and verdict.word != "few":
        st.markdown(text("claims.right" if prediction == verdict.word else "claims.surprise"))
    if scenario.dissent:
        st.info(scenario.dissent, icon=":material/forum:")


def _told(value: float, unit: str) -> str:
    """A number in its unit, with a true minus and the sign of infinity."""
    return unit.format(value).replace("inf", "∞").replace("-", "−")
