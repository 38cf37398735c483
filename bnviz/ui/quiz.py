"""A quiz on a page: questions, the first answer to each counted, and explanations that open what they speak of."""

from __future__ import annotations

import streamlit as st

from bnviz.ui import links, presenter, quiz_live
from bnviz.ui.frame import LABS, page
from bnviz.ui.hiding import shown
from bnviz.ui.messages import text
from bnviz.ui.quiz_items import ARTICLE, Question, quizzes
from bnviz.ui.quiz_live import Live
from bnviz.ui.quiz_score import Answer, answers, forget, record, score
from bnviz.ui.scenarios import scenarios

PAGE = "quiz"


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
    """All questions of a quiz, and its score."""
    links.tell()
    for place, question in enumerate(quizzes()[name]):
        _one(name, place, question)
    _say_score(name)


def _one(name: str, place: int, question: Question) -> None:
    live = quiz_live.answer(question.live) if question.live else Live(question.right)
    first = answers()[name][place]
    with st.container(border=True, key=f"quiz_{name}_{question.id}"):
        if live is None:
            st.markdown(f"**{place + 1}. {question.ask}**")
            st.caption(text("quiz.not_now"))
            return
        options = [option.format(**live.said) for option in question.options] or list(live.options)
        chosen = _choose(name, place, question, options=options, right=live.right)
        if chosen is None:
            return
        _explain(chosen, live, first, options)
        st.markdown(question.because.format(**live.said) if live.said else question.because)
        _open(question)


def _choose(name: str, place: int, question: Question, *, options: list[str], right: int) -> int | None:
    """Ask; returns the place of what is chosen now."""
    key = f"{PAGE}.{name}.{question.id}"
    first = answers()[name][place]
    if key not in st.session_state or (st.session_state[key] or 0) >= len(options):
        st.session_state[key] = first.option if first is not None and first.option < len(options) else None

    def answered() -> None:
        chosen = st.session_state[key]
        if chosen is not None:
            record(name, place, Answer(chosen, chosen == right))

    chosen = st.radio(
        f"**{place + 1}. {question.ask}**",
        list(range(len(options))),
        index=None,
        key=key,
        format_func=lambda option: options[option],
        on_change=answered,
        persist_state="session",
    )
    return None if chosen is None else int(chosen)


def _explain(chosen: int, live: Live, first: Answer | None, options: list[str]) -> None:
    """Whether the chosen option is right, and what counts if it is not the first answer."""
    right = chosen == live.right
    mark = ":green[:material/check_circle:]" if right else ":orange[:material/cancel:]"
    said = text("quiz.right") if right else text("quiz.wrong", right=options[live.right])
    st.markdown(f"{mark} **{said}**")
    if first is None:
        return
    if first.option == chosen and first.right != right:
        st.caption(text("quiz.was_right" if first.right else "quiz.was_wrong"))
    elif first.option != chosen:
        option = options[first.option] if first.option < len(options) else str(first.option + 1)
        st.caption(text("quiz.first_right" if first.right else "quiz.first_wrong", option=option))


def _open(question: Question) -> None:
    """A link to what the explanation speaks of: its scenario, else a lab with settings; none where there is no page."""
    scenario = scenarios().get(question.scenario)
    if scenario is not None and scenario.lab in LABS:
        lab, params = scenario.lab, scenario.settings | {links.CLAIM: scenario.id}
        label = text("quiz.see_scenario", id=scenario.id, title=scenario.title)
    elif question.lab in LABS:
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
    _total()
    st.subheader(text("quiz.article"), anchor=False)
    st.caption(text("quiz.article_intro"))
    if shown("quiz"):
        _article()
    links.write(PAGE, {})


@st.fragment
def _article() -> None:
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
                st.markdown(text("quiz.article"), width=260)
            else:
                label = text(f"app.{name}_title")
                st.page_link(page(name), label=label, query_params=links.kept(), width=260)
            st.markdown(text("quiz.row", right=well, given=said, total=count), width="content")
    if given:
        st.button(text("quiz.again"), icon=":material/restart_alt:", on_click=_again, key="quiz_again")


def _again() -> None:
    forget()
    for name, questions in quizzes().items():
        for question in questions:
            st.session_state.pop(f"{PAGE}.{name}.{question.id}", None)
