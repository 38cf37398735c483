"""One question on the page: its options as they are now, what is chosen, and the first answer, which alone counts."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from bnviz.ui import quiz_live
from bnviz.ui.quiz_answer import Live
from bnviz.ui.quiz_items import Question, quizzes
from bnviz.ui.quiz_score import Answer, record

_SEEN, _SAID = "quiz_seen", "quiz_said"


@dataclass(frozen=True)
class Asked:
    """A question as it can be asked now.

    Attributes:
        name, place: of its quiz, and its place in it.
        question: itself.
        live: what is right; None while there is nothing on screen to ask about.
        options: in the order in which links name them.
        first: the answer that counts, if there is one.
    """

    name: str
    place: int
    question: Question
    live: Live | None
    options: tuple[str, ...]
    first: Answer | None

    @property
    def key(self) -> str:
        """The session key of its widget."""
        return f"quiz.{self.name}.{self.question.id}"

    @property
    def label(self) -> str:
        """The question as it is asked now."""
        return (self.live.ask if self.live is not None else "") or self.question.ask


def asked(name: str, place: int, first: Answer | None) -> Asked:
    """A question with what is right now."""
    question = quizzes()[name][place]
    live = quiz_live.answer(question.live) if question.live else Live(question.right)
    options = question.options
    if live is not None and question.live:
        options = live.options or tuple(option.format(**live.said) for option in options)
    return Asked(name, place, question, live, options, first)


def choose(one: Asked, number: int) -> int | None:
    """Ask; returns the place of what is chosen now."""
    key = one.key
    st.session_state[key] = _chosen(one)
    st.session_state.setdefault(_SEEN, {})[key] = one.options

    def answered() -> None:
        _take(one, st.session_state[key])

    chosen = st.radio(
        f"**{number}. {one.label}**",
        one.question.shown or list(range(len(one.options))),
        index=None,
        key=key,
        format_func=lambda option: one.options[option],
        on_change=answered,
        persist_state="session",
    )
    return None if chosen is None else int(chosen)


def _chosen(one: Asked) -> int | None:
    """What is to be chosen when the question is drawn.

    Where the options are computed and others than before, nothing is: the question is a new one. A session that has
    not seen the question takes the first answer from the link, unless that was given to other numbers.
    """
    if one.first is None:
        return None
    key, computed = one.key, not one.question.options
    seen = st.session_state.get(_SEEN, {}).get(key)
    if key in st.session_state and seen is not None:
        value = st.session_state[key]
        changed = computed and seen != one.options
        return None if changed or value is None or value >= len(one.options) else int(value)
    return one.first.option if _fits(one, one.first) else None


def _fits(one: Asked, first: Answer) -> bool:
    """Whether an answer of a link can have been given to the question as it is now."""
    if one.live is None or first.option >= len(one.options):
        return False
    return bool(one.question.options) or one.live.accepts(first.option) == first.right


def _take(one: Asked, chosen: int | None) -> None:
    """The reader has answered: to the question as it was drawn."""
    if chosen is None or one.live is None:
        return
    if one.first is None:
        st.session_state.setdefault(_SAID, {})[one.key] = one.options[chosen]
    record(one.name, one.place, Answer(chosen, one.live.accepts(chosen)))


def answered_before(one: Asked) -> str:
    """The words of the first answer, or nothing where they are not known any more."""
    said: str = st.session_state.get(_SAID, {}).get(one.key, "")
    if said or one.first is None:
        return said
    return one.options[one.first.option] if _fits(one, one.first) else ""


def forget_choices() -> None:
    """Nothing is chosen any more."""
    for name, questions in quizzes().items():
        for question in questions:
            st.session_state.pop(f"quiz.{name}.{question.id}", None)
    for kept in (_SEEN, _SAID):
        st.session_state.pop(kept, None)
