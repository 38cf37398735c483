"""What the reader has chosen in the lab of rates; part of the link."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import lru_cache
from typing import Any

import streamlit as st

from bnviz.core.codec import group_from_link, group_to_link
from bnviz.core.rates import Choices, fitted
from bnviz.ui import links
from bnviz.ui.messages import text
from bnviz.ui.scenarios import Scenario, of_lab, scenario

PAGE = "rates"
_PROBLEMS, _LAST = "rates_problems", "rates_last"


def key_of(name: str) -> str:
    """The session key of a setting's widget."""
    return f"{PAGE}.{name}"


@lru_cache(maxsize=32)
def choices_of(name: str) -> Choices:
    """What a claim sets."""
    found: Choices = group_from_link(PAGE, Choices(), scenario(name).settings, [])
    return fitted(found)


def claims_of(part: str) -> list[Scenario]:
    """The claims that a part of the lab puts to the test."""
    return [one for one in of_lab(PAGE) if choices_of(one.id).part == part]


def show(chosen: Choices) -> None:
    """Let every widget show these settings."""
    for item in fields(chosen):
        value = getattr(chosen, item.name)
        st.session_state[key_of(item.name)] = list(value) if isinstance(value, tuple) else value
    st.session_state[_LAST] = chosen


def current() -> Choices:
    """What the widgets say, made to fit."""
    last: Choices = st.session_state.get(_LAST, Choices())
    values: dict[str, Any] = {}
    for item in fields(Choices):
        usual = getattr(last, item.name)
        value = st.session_state.get(key_of(item.name), usual)
        values[item.name] = (tuple(value) or usual) if isinstance(usual, tuple) else usual if value is None else value
    return fitted(Choices(**values))


def to_part(part: str) -> None:
    """Open another part, as its first claim wants it."""
    there = claims_of(part)
    show(choices_of(there[0].id) if there else replace(Choices(), part=part))


def take_link() -> None:
    """Show what the address names if it says something new; explain what of it could not be used."""
    if links.arrived(PAGE):
        problems: list[str] = []
        read: Choices = group_from_link(PAGE, Choices(), st.query_params.to_dict(), problems)
        wanted = _of_part(fitted(read))
        for item in fields(read):
            given, used = getattr(read, item.name), getattr(wanted, item.name)
            if given != used and f"{PAGE}.{item.name}" in st.query_params:
                problems.append(text("rates.state.fitted", name=item.name, given=given, used=used))
        show(wanted)
        st.session_state[_PROBLEMS] = problems
    if key_of("part") not in st.session_state:
        show(st.session_state.get(_LAST, Choices()))
    if current() != st.session_state.get(_LAST):  # a control was moved: the link is history
        st.session_state[_PROBLEMS] = []
    links.show_problems(st.session_state.get(_PROBLEMS, []))


def _of_part(chosen: Choices) -> Choices:
    """The same with a claim that belongs to the open part."""
    there = [one.id for one in claims_of(chosen.part)]
    return chosen if not there or chosen.claim in there else replace(chosen, claim=there[0])


def write_link(chosen: Choices) -> None:
    """Let the address name what is on screen."""
    st.session_state[_LAST] = chosen
    links.write(PAGE, group_to_link(PAGE, chosen, Choices()))
