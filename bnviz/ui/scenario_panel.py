"""Claims on a lab: a list of those that the lab can show, and what there is to see of the one that is open."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bnviz.ui import frame, links
from bnviz.ui.claims import PREDICTIONS, show_claim
from bnviz.ui.hiding import ask, shown
from bnviz.ui.lesson_panel import lesson_panel
from bnviz.ui.messages import text
from bnviz.ui.scenarios import Scenario, of_lab, scenarios

_WANTED = "claim.wanted"


def guide(page: str, *, intro: str = "") -> None:
    """What leads a reader through a lab, under its title: the step of a lesson, or the claims.

    Args:
        page: the name of the lab, as in `frame.LABS`.
        intro: what the lab is, said where neither a lesson nor a claim says what to do.
    """
    row = st.container(horizontal=True, vertical_alignment="center", key=f"guide_{page}")
    place = row.empty()
    led = lesson_panel(page)
    opened = scenario_panel(page, row=None if led else row)
    if intro and not led and not opened:
        place.caption(intro)


def scenario_panel(page: str, *, row: DeltaGenerator | None) -> bool:
    """The list of the lab's claims; for the open one what is claimed, by whom, and where to look.

    Args:
        page: the name of the lab.
        row: where the list stands; None without it.

    Returns:
        Whether a claim is open.
    """
    known = {found.id: found for found in of_lab(page)}
    if not known:
        return False
    wanted = st.session_state.pop(_WANTED, None)
    if wanted in known:
        open_scenario(known[wanted])
    opened = known.get(links.claim(page) or "")
    explain_unknown(page, opened)
    if row is not None and shown("claims"):
        with row:
            _choose(page, known, opened)
    if opened is not None and shown("claim_text"):
        with st.container(border=True, key="claim_panel", gap="small"):
            _show(page, opened)
    return opened is not None


def guide_parts(page: str, *, intro: str) -> None:
    """`guide` for a lab whose parts are claims: the one that a link names is open by its settings, without a panel."""
    known = {found.id: found for found in of_lab(page)}
    explain_unknown(page, known.get(links.claim(page) or ""))
    links.close_claim(page)
    if not lesson_panel(page):
        st.caption(intro)


def open_scenario(scenario: Scenario) -> None:
    """Open the lab with every control as the scenario wants it."""
    links.go(scenario.lab, frame.PAGES / f"{scenario.lab}.py", params(scenario))


def params(scenario: Scenario) -> dict[str, str]:
    """The parameters of a link to a scenario; a lab that is about claims has them among its own settings."""
    own = f"{scenario.lab}.claim" in scenario.settings
    return scenario.settings | ({} if own else {links.CLAIM: scenario.id})


def _choose(page: str, known: dict[str, Scenario], opened: Scenario | None) -> None:
    key = f"claim.choose.{page}"

    def chosen() -> None:
        if st.session_state[key] is None:
            links.close_claim(page)
        st.session_state[_WANTED] = st.session_state[key]

    st.session_state[key] = None if opened is None else opened.id
    st.selectbox(
        text("claims.try"), list(known), key=key, on_change=chosen, label_visibility="collapsed",
        placeholder=text("claims.placeholder", count=len(known)), format_func=lambda name: known[name].title,
        width=320 if opened is None else 460,
    )  # fmt: skip


def explain_unknown(page: str, opened: Scenario | None) -> None:
    """Say that the address names a claim that there is not, or that belongs to another lab, and forget it."""
    given, said = links.claim(page), None
    if given is not None and opened is None:
        other = scenarios().get(given)
        said = text("claims.unknown", given=given)
        if other is not None:
            said = text("claims.elsewhere", title=other.title, lab=text(f"app.{other.lab}_title"))
        links.close_claim(page)
    links.say_unread(page, links.CLAIM, said)


def _show(page: str, scenario: Scenario) -> None:
    said, seen = st.columns([3, 2], gap="medium")
    with said:
        show_claim(scenario)
        _ways(page, scenario)
    with seen:
        expected = ask(
            st.radio, text("claims.guess"), PREDICTIONS, index=None, key=f"claim.guess.{scenario.id}", name="predict",
            persist_state="session", horizontal=True,
            format_func=lambda word: text(f"claims.prediction.{word}"),
        )  # fmt: skip
        with st.expander(text("claims.reveal"), icon=":material/visibility:", expanded=expected is not None):
            st.markdown(scenario.expect)
            if scenario.dissent:
                st.info(scenario.dissent, icon=":material/forum:")


def _ways(page: str, scenario: Scenario) -> None:
    """Set the controls once more, go back to what was there before, or close the claim and keep the controls."""
    with st.container(horizontal=True, key="claim_ways"):
        if st.button(text("claims.again"), key="claim.again", icon=":material/replay:", type="tertiary"):
            open_scenario(scenario)
        known = links.before(page)  # nothing after a reload, and where all was as usual
        if st.button(
            text("claims.undo" if known else "claims.usual"), key="claim.undo", icon=":material/undo:", type="tertiary"
        ):
            links.close_claim(page)
            links.go(page, frame.PAGES / f"{page}.py", known)
        label, icon = text("claims.close"), ":material/close:"
        st.button(label, key="claim.close", icon=icon, type="tertiary", on_click=links.close_claim, args=(page,))
