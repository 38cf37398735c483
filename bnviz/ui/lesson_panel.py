"""A lesson beside a lab: the words of the step, the question, and after the choice what there is to see."""

from __future__ import annotations

import streamlit as st

from bnviz.ui import frame, links
from bnviz.ui.hiding import shown
from bnviz.ui.lessons import Lesson, current, go_to_step
from bnviz.ui.messages import text

_LOOK, _FOLDED = "lesson.look", "lesson.folded"


def lesson_panel(page: str) -> bool:
    """The step that the address names; a line where it belongs to another page. Returns whether there is one."""
    found = current()
    if found is None:
        _explain_unknown()
        return False
    lesson, number = found
    step = lesson.steps[number - 1]
    if st.session_state.pop(_LOOK, None) == (lesson.name, number) and step.lab == page:
        links.go(page, frame.PAGES / f"{page}.py", step.then)
    if not shown("lesson_text"):
        return True
    with st.container(border=True, key="lesson_panel", gap="small"):
        _head(lesson, number)
        if step.lab != page:
            st.markdown(text("lessons.elsewhere", lab=text(f"app.{step.lab}_title")))
            if st.button(text("lessons.there"), key="lesson.there", icon=":material/arrow_forward:"):
                go_to_step(lesson.name, number)
        elif not st.session_state.get(_FOLDED):
            _body(lesson, number)
    return True


def _explain_unknown() -> None:
    given = links.kept().get("lesson")
    if given is not None:
        st.warning(text("lessons.unknown", given=given), icon=":material/link_off:")
        links.keep("lesson", None)


def _head(lesson: Lesson, number: int) -> None:
    """Where one is, and the buttons to the other steps."""
    total = len(lesson.steps)
    with st.container(horizontal=True, vertical_alignment="center", key="lesson_head"):
        st.markdown(f"**{lesson.steps[number - 1].title}**", width="content")
        st.caption(text("lessons.place", title=lesson.title, number=number, total=total))
        with st.container(horizontal=True, width="content", key="lesson_ways"):
            if _way("back", "arrow_back", disabled=number == 1):
                go_to_step(lesson.name, number - 1)
            if _way("next", "arrow_forward", disabled=number == total):
                go_to_step(lesson.name, number + 1)
            folded = bool(st.session_state.get(_FOLDED))
            if _way("unfold" if folded else "fold", "unfold_more" if folded else "unfold_less"):
                st.session_state[_FOLDED] = not folded
                st.rerun()
            if _way("end", "close"):
                links.keep("lesson", None)
                st.rerun()


def _way(name: str, icon: str, *, disabled: bool = False) -> bool:
    label, icon = text(f"lessons.{name}"), f":material/{icon}:"
    return st.button(label, key=f"lesson.{name}", icon=icon, type="tertiary", disabled=disabled)


def _body(lesson: Lesson, number: int) -> None:
    step = lesson.steps[number - 1]
    said, asked = st.columns([3, 2], gap="medium")
    with asked:
        answer = _ask(lesson, number)
    if answer is None:
        said.markdown(step.words)
        asked.caption(text("lessons.choose"))
        return
    right = step.options[step.right]
    said.markdown(text("lessons.right") if answer == step.right else text("lessons.surprise", right=right))
    said.markdown(step.told)
    with said.expander(text("lessons.words"), icon=":material/menu_book:"):
        st.markdown(step.words)
    if number == len(lesson.steps):
        said.caption(text("lessons.last"))


def _ask(lesson: Lesson, number: int) -> int | None:
    """The question of a step; returns the answer that was chosen."""
    step = lesson.steps[number - 1]

    def chosen() -> None:
        st.session_state[_LOOK] = (lesson.name, number)

    return st.radio(
        f"**{step.ask}**", range(len(step.options)), index=None, key=f"lesson.answer.{lesson.name}.{number}",
        persist_state="session", format_func=lambda place: step.options[place], on_change=chosen,
    )  # fmt: skip
