"""What is measured when on the pages of claims: one seed by itself, all seeds when the reader asks, and anew only then.

A control that was moved shows its pictures at once, of one seed, which takes about a second. The verdict rests on all
seeds: these are measured when the reader has answered the question of the claim or has pressed Start, for the settings
of that moment. Other settings want another Start.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

import streamlit as st

from bnviz.core.study import Study
from bnviz.runs.studies import StudyRun
from bnviz.ui.hiding import QUESTION, ask, named, shown
from bnviz.ui.messages import text

_ASKED = "asking.asked"

What = TypeVar("What", bound=Hashable)


class _Found(Protocol):
    """Who remembers what was measured: the stores of `bnviz.runs` do."""

    def find(self, what: Any, /) -> Any: ...


@dataclass(frozen=True)
class Wanted(Generic[What]):
    """What the settings on screen ask for.

    Attributes:
        first: measured by itself, with one seed.
        whole: measured when the reader asks for it, with all seeds.
        seeds: how many these are.
    """

    first: What
    whole: What
    seeds: int


def _all_asked() -> set[Hashable]:
    found: set[Hashable] = st.session_state.setdefault(_ASKED, set())
    return found


def ask_for(whole: Hashable) -> None:
    """The reader wants this measured, with all seeds."""
    _all_asked().add(whole)


def was_asked(whole: Hashable) -> bool:
    """Whether the reader has asked for exactly this."""
    return whole in _all_asked()


def is_asked(wanted: Wanted[What], *, answered: bool = False, store: _Found | None = None) -> bool:
    """Whether the verdict is to be shown.

    Args:
        wanted: what the settings on screen ask for.
        answered: the reader has said what to expect; then what somebody has measured already is shown at once.
        store: who remembers it.
    """
    unasked = wanted.first == wanted.whole or set(QUESTION) <= set(named())
    if unasked or was_asked(wanted.whole):
        return True
    known = store.find(wanted.whole) if answered and store is not None else None
    return known is not None and known.status == "finished"


def of_seeds(study: Study) -> Wanted[Study]:
    """A study with its first seed, and with all."""
    return Wanted(replace(study, seeds=study.seeds[:1]), study, len(study.seeds))


def best(store: _Found, run: StudyRun, wanted: Wanted[Study]) -> StudyRun:
    """What is drawn: all seeds, until the first of them is complete the one seed that was on screen before."""
    first = store.find(wanted.first)
    if run.study == wanted.first or any(run.complete) or first is None or first.status != "finished":
        return run
    found: StudyRun = first
    return found


def settled(store: _Found, wanted: Wanted[What], *, answered: bool) -> Any:
    """The work that is on screen and to which nothing more comes by itself: of all seeds, or of the first one.

    Args:
        store: who remembers it.
        wanted: what the settings on screen ask for.
        answered: as in `is_asked`.

    Returns:
        None while it is being measured.
    """
    whole = store.find(wanted.whole) if is_asked(wanted, answered=answered, store=store) else None
    if whole is not None and (whole.active or whole.status == "finished"):
        return None if whole.active else whole
    first = store.find(wanted.first)
    return first if first is not None and first.status == "finished" else None


def what_now(wanted: Wanted[What], asked: bool) -> What:
    """What is to be measured now."""
    return wanted.whole if asked else wanted.first


def start_button(key: str, wanted: Callable[[], Wanted[What]]) -> None:
    """The button that measures all seeds of the settings as they are when it is pressed; none where there is but one.

    Once it is pressed it says where the verdict will stand.

    Args:
        key: one name for each place.
        wanted: says what the settings ask for: the controls of a claim may stand below its button.
    """
    now = wanted()
    if now.first == now.whole:
        return
    ask(
        st.button, text("claims.start", seeds=now.seeds), key=key, name="judge", icon=":material/play_arrow:",
        on_click=lambda: ask_for(wanted().whole), disabled=was_asked(now.whole),
    )  # fmt: skip
    if was_asked(now.whole) and shown("judge") and shown("verdict"):
        st.caption(text("claims.verdict_below"))


def say_what_is_missing(wanted: Wanted[What], *, answered: bool) -> None:
    """In the place of a verdict: that one seed is on screen, and what there is to do."""
    if shown("verdict") and any(map(shown, QUESTION)):
        st.caption(text("claims.changed" if answered else "claims.one_seed", seeds=wanted.seeds))
