"""The page of all lessons."""

from __future__ import annotations

import streamlit as st

from bnviz.ui import frame, links
from bnviz.ui.lesson_panel import explain_unknown
from bnviz.ui.lessons import KINDS, Lesson, current, go_to_step, lessons, params
from bnviz.ui.messages import text

PAGE, COLUMNS = "lessons", 2


def take_link() -> None:
    """The address says nothing but what is kept on every page."""
    links.arrived(PAGE)


def show() -> None:
    """The lessons as cards, those for a class after the short ones."""
    explain_unknown(PAGE)
    links.write(PAGE, {})
    for kind in KINDS:
        of_kind = [lesson for lesson in lessons().values() if lesson.kind == kind]
        if of_kind:
            st.subheader(text(f"lessons.kind.{kind}"), anchor=False)
        for first in range(0, len(of_kind), COLUMNS):
            for column, lesson in zip(st.columns(COLUMNS), of_kind[first : first + COLUMNS], strict=False):
                with column.container(border=True, height="stretch", key=f"lesson_card_{lesson.name}"):
                    _card(lesson)


def _card(lesson: Lesson) -> None:
    st.markdown(f"**{lesson.title}**")
    st.caption(f"{lesson.about} {text('lessons.steps', count=len(lesson.steps), minutes=lesson.minutes)}")
    here = current()
    number = here.number if here is not None and here.lesson == lesson else 1
    label = text("lessons.start") if number == 1 else text("lessons.go_on", number=number)
    if st.button(label, key=f"lessons_start_{lesson.name}", icon=":material/play_arrow:"):
        go_to_step(lesson.name, number)
    with st.expander(text("lessons.all_steps")):
        for place, step in enumerate(lesson.steps, 1):
            label = f"{place}. {step.title}"
            st.page_link(frame.page(step.lab), label=label, query_params=params(lesson, place), icon=None)
