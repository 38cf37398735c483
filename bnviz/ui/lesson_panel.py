"""A lesson beside a lab: the words of the step, the question, and after the choice what there is to see."""

from __future__ import annotations

import streamlit as st

from bnviz.ui import frame, hiding, links
from bnviz.ui.hiding import shown
from bnviz.ui.lessons import Place, answer, current, go_to_step, lessons
from bnviz.ui.messages import text

_CHOSEN, _FOLDED = "lesson.chosen", "lesson.folded"


def lesson_panel(page: str) -> bool:
    """The step that the address names; a line where it belongs to another page. Returns whether there is one."""
    explain_unknown(page)
    place = current()
    if place is None:
        return False
    here = place.step.lab == page
    chosen = st.session_state.pop(_CHOSEN, None)
    if here and chosen is not None and chosen[:2] == (place.lesson.name, place.number):
        answer(place, chosen[2])
    if not shown("lesson_text"):
        return True
    if here and place.answer is None:
        hiding.veil((*place.step.veiled, *hiding.QUESTION))  # one question at a time is enough
    with st.container(border=True, key="lesson_panel", gap="small"):
        _head(place)
        if not here:
            st.markdown(text("lessons.elsewhere", lab=text(f"app.{place.step.lab}_title")))
            if st.button(text("lessons.there"), key="lesson.there", icon=":material/arrow_forward:"):
                go_to_step(place.lesson.name, place.number)
        elif not st.session_state.get(_FOLDED):
            _body(place)
    return True


def explain_unknown(page: str) -> None:
    """Say that the address names a lesson or a step that there is not, and forget it."""
    given = None if current() is not None else links.kept().get("lesson")
    links.say_unread(page, "lesson", None if given is None else text("lessons.unknown", given=given))
    if given is not None:
        links.keep("lesson", None)


def _head(place: Place) -> None:
    """Where one is, and the buttons to the other steps."""
    lesson, number, total = place.lesson, place.number, len(place.lesson.steps)
    with st.container(horizontal=True, vertical_alignment="center", key="lesson_head"):
        st.markdown(f"**{place.step.title}**", width="content")
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


def _body(place: Place) -> None:
    step = place.step
    said, asked = st.columns([3, 2], gap="medium")
    with asked:
        _ask(place)
    if place.answer is None:
        said.markdown(step.words)
        asked.caption(text("lessons.choose"))
        return
    right = step.options[step.right]
    said.markdown(text("lessons.right") if place.answer == step.right + 1 else text("lessons.surprise", right=right))
    said.markdown(step.told)
    with said.expander(text("lessons.words"), icon=":material/menu_book:"):
        st.markdown(step.words)
    if place.number == len(place.lesson.steps):
        with said:
            _after_the_last(place)


def _after_the_last(place: Place) -> None:
    """Where to go from the last step: the next lesson, and the list of all."""
    kind = [name for name, lesson in lessons().items() if lesson.kind == place.lesson.kind]
    following = kind[kind.index(place.lesson.name) + 1 :]
    st.caption(text("lessons.last"))
    with st.container(horizontal=True, vertical_alignment="center"):
        if following:
            label = text("lessons.following", title=lessons()[following[0]].title)
            if st.button(label, key="lesson.following", icon=":material/arrow_forward:"):
                go_to_step(following[0], 1)
        st.page_link(frame.page("lessons"), label=text("lessons.all"), icon=":material/list:")


def _ask(place: Place) -> None:
    """The question of a step; the address tells the answer."""
    step, key = place.step, f"lesson.answer.{place.lesson.name}.{place.number}"

    def chosen() -> None:
        st.session_state[_CHOSEN] = (place.lesson.name, place.number, st.session_state[key] + 1)

    st.session_state[key] = None if place.answer is None else place.answer - 1
    st.radio(
        f"**{step.ask}**", range(len(step.options)), index=None, key=key, on_change=chosen,
        format_func=lambda option: step.options[option],
    )  # fmt: skip
