"""A quiz on a page: questions, the first answer to each counted, and explanations that open what they speak of."""

from __future__ import annotations

import streamlit as st

from bnviz.ui import links, presenter
from bnviz.ui.frame import LABS, page
from bnviz.ui.hiding import shown
from bnviz.ui.messages import text
from bnviz.ui.quiz_ask import Asked, answered_before, asked, choose, forget_choices
from bnviz.ui.quiz_items import ARTICLE, quizzes
from bnviz.ui.quiz_score import Answer, answers, forget, score
from bnviz.ui.scenarios import scenarios

PAGE = "quiz"
ROW_WIDTH = 190  # leaves room for the numbers beside it on a phone


def quiz_panel(lab: str) -> None:
    """The quiz of a lab, in a panel that can be opened, once at its foot."""
    if not presenter.is_as_drawn():
        st.rerun()  # the address has changed the view after its bar was drawn
    if shown("quiz") and lab in quizzes():
        _panel(lab)


@st.fragment
def _panel(lab: str) -> None:
    with st.expander(text("quiz.panel"), icon=":material/quiz:", key=f"quiz_panel_{lab}"):
        st.caption(text("quiz.intro"))
        ask(lab)
        st.page_link(page(PAGE), label=text("quiz.to_page"), icon=":material/arrow_forward:")


def ask(name: str) -> None:
    """All questions of a quiz: those about the screen first, those that wait for a measurement last; and its score."""
    links.tell()
    known = answers()[name]
    every = [asked(name, place, known[place]) for place in range(len(known))]
    parts = {
        "live": [one for one in every if one.question.live and one.live is not None],
        "idea": [one for one in every if not one.question.live],
        "waiting": [one for one in every if one.live is None],
    }
    asked_so_far = 0
    for part, some in parts.items():
        if some and len(some) < len(every):
            st.markdown(text(f"quiz.parts.{part}"))
        if part == "waiting":
            _wait(some, asked_so_far)
            continue
        for one in some:
            asked_so_far += 1
            _one(one, asked_so_far)
    _say_score(name)


def _wait(some: list[Asked], before: int) -> None:
    """Questions that cannot be asked now, and below those that wait for the same what to do about it."""
    for number, one in enumerate(some, start=1):
        st.markdown(f"{before + number}. {one.question.ask}")
        if one.first is not None:
            st.caption(text("quiz.was_answered_right" if one.first.right else "quiz.was_answered_wrong"))
        if one is some[-1] or some[number].question.wait != one.question.wait:
            st.caption(f":material/subdirectory_arrow_right: {one.question.wait}")


def _one(one: Asked, number: int) -> None:
    assert one.live is not None, "What waits is not asked."
    with st.container(border=True, key=f"quiz_{one.name}_{one.question.id}"):
        chosen = choose(one, number)
        if chosen is None:
            if one.first is not None:
                st.caption(text("quiz.anew_right" if one.first.right else "quiz.anew_wrong"))
            return
        _explain(one, chosen, right=one.live.accepts(chosen))
        because = one.question.because
        st.markdown(because.format(**one.live.said) if one.question.live else because)
        _open(one)


def _explain(one: Asked, chosen: int, *, right: bool) -> None:
    """Whether the chosen option is right, and what counts if it is not the first answer."""
    assert one.live is not None, "What waits is not explained."
    mark = ":green[:material/check_circle:]" if right else ":orange[:material/cancel:]"
    said = text("quiz.right") if right else text("quiz.wrong", right=one.options[one.live.right])
    st.markdown(f"{mark} **{said}**")
    first = one.first
    if first is None:
        return
    if first.option == chosen and first.right != right:
        st.caption(text("quiz.was_right" if first.right else "quiz.was_wrong"))
    elif first.option != chosen:
        _recall(one, first)


def _recall(one: Asked, first: Answer) -> None:
    """What the first answer was, if it is still known by name, and that it counts."""
    option = answered_before(one)
    word = "right" if first.right else "wrong"
    st.caption(text(f"quiz.first_{word}", option=option) if option else text(f"quiz.first_{word}_unnamed"))


def _open(one: Asked) -> None:
    """A link to what the explanation speaks of: its scenario, else a lab with settings; none where the reader is."""
    question, live = one.question, one.live
    scenario = scenarios().get((live.scenario if live is not None else "") or question.scenario)
    if scenario is not None and scenario.lab in LABS:
        lab, params = scenario.lab, scenario.settings | {links.CLAIM: scenario.id}
        label = text("quiz.see_scenario", id=scenario.id)
        st.caption(text("quiz.scenario", title=scenario.title))  # a link has room for one short line
    elif question.lab in LABS and (question.settings or question.lab != one.name):
        lab, params = question.lab, dict(question.settings)
        label = text("quiz.see", lab=text(f"app.{question.lab}_title"))
    else:
        return
    st.page_link(page(lab), label=label, icon=":material/visibility:", query_params=params | links.kept())


def _say_score(name: str) -> None:
    right, given = score(answers()[name])
    st.markdown(text("quiz.score", right=right, given=given, total=len(quizzes()[name])))


def quiz_page() -> None:
    """The six questions of the article, and how the reader stands in all quizzes."""
    links.arrived(PAGE)
    if shown("quiz"):
        _article()
    links.write(PAGE, {})


@st.fragment
def _article() -> None:
    _total()
    st.subheader(text("quiz.article"), anchor=False)
    st.caption(text("quiz.article_intro"))
    ask(ARTICLE)


def _total() -> None:
    """A row for each quiz, with a link, and the sum."""
    known = answers()
    right, given = score(tuple(answer for said in known.values() for answer in said))
    total = sum(len(questions) for questions in quizzes().values())
    if not shown("scores"):
        return
    st.markdown(text("quiz.total", right=right, given=given, total=total))
    st.progress(given / total)
    here = [name for name in (ARTICLE, *LABS) if name in known]
    rows = [(name, *score(known[name]), len(known[name])) for name in here]
    for name, well, said, count in rows:
        with st.container(horizontal=True, vertical_alignment="center", key=f"quiz_row_{name}"):
            if name == ARTICLE:
                st.markdown(text("quiz.article"), width=ROW_WIDTH)
            else:
                label = text(f"app.{name}_title")
                st.page_link(page(name), label=label, query_params=links.kept(), width=ROW_WIDTH)
            st.markdown(text("quiz.row", right=well, given=said, total=count), width="content")
    if given:
        st.button(text("quiz.again"), icon=":material/restart_alt:", on_click=_again, key="quiz_again")


def _again() -> None:
    forget()
    forget_choices()
