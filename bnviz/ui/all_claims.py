"""The page of all claims: a search, and for each claim what it says, who says it and a way into its lab."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from bnviz.ui import frame, links
from bnviz.ui.claims import sources
from bnviz.ui.hiding import ask, shown
from bnviz.ui.messages import text
from bnviz.ui.scenario_panel import explain_unknown, params
from bnviz.ui.scenarios import ARTICLES, Scenario, scenarios

PAGE, COLUMNS = "claims", 2
NAMES = ("search", "article", "lab")


@dataclass(frozen=True)
class Wanted:
    """What the reader looks for: words that all have to occur, an article, a lab; empty for any."""

    search: str = ""
    article: str = ""
    lab: str = ""


def take_link() -> None:
    """Show what the address looks for, or the claim that it names; what is unknown counts as anything."""
    if links.arrived(PAGE):
        options = {"article": ARTICLES, "lab": tuple(_labs())}
        for name in NAMES:
            given = st.query_params.get(name, "")[:100]
            st.session_state[f"{PAGE}.{name}"] = given if given in options.get(name, (given,)) else ""
        if links.claim(PAGE) in scenarios():
            st.session_state[f"{PAGE}.search"] = links.claim(PAGE)
    explain_unknown(PAGE, scenarios().get(links.claim(PAGE) or ""))
    links.close_claim(PAGE)
    for name in NAMES:
        st.session_state.setdefault(f"{PAGE}.{name}", "")


def _about_the_articles() -> None:
    """What each of the four is about, where a claim only names it."""
    if shown("about"):
        with st.popover(text("claims.about_title"), icon=":material/article:", key=f"{PAGE}_about"):
            st.caption(text("claims.about_intro"))
            st.markdown("\n".join(f"- **{_article(name)}**: {text(f'claims.about.{name}')}" for name in ARTICLES))


def _labs() -> list[str]:
    return [name for name in frame.LABS if any(one.lab == name for one in scenarios().values())]


def choose() -> Wanted:
    """The search; the address follows."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="claims_search"):
        ask(
            st.text_input, text("claims.search"), key=f"{PAGE}.search", persist_state="session",
            icon=":material/search:", placeholder=text("claims.search_hint"), width=300,
        )  # fmt: skip
        _select("article", ARTICLES, _article, width=320)
        _select("lab", _labs(), lambda name: text(f"app.{name}_title"))
        _about_the_articles()
    values = {name: str(st.session_state[f"{PAGE}.{name}"]) for name in NAMES}
    links.write(PAGE, {name: value for name, value in values.items() if value})
    return Wanted(**values)


def _article(name: str) -> str:
    """The name of an article where a line begins with it."""
    said = text(f"claims.articles.{name}")
    return said[:1].upper() + said[1:]


def _select(name: str, options: tuple[str, ...] | list[str], shown: object, *, width: int = 230) -> None:
    ask(
        st.selectbox, text(f"claims.{name}"), ["", *options], width=width, key=f"{PAGE}.{name}",
        persist_state="session",
        format_func=lambda value: shown(value) if value and callable(shown) else text("claims.all"),
    )  # fmt: skip


def matches(scenario: Scenario, wanted: Wanted) -> bool:
    """Whether a scenario is what the reader looks for."""
    told = (scenario.id, scenario.title, scenario.claim, scenario.source, scenario.look, scenario.expect)
    words = " ".join(told).casefold()
    return (
        wanted.lab in ("", scenario.lab)
        and (not wanted.article or wanted.article in scenario.articles)
        and all(word in words for word in wanted.search.casefold().split())
    )


def show(wanted: Wanted) -> None:
    """The claims that were found, lab by lab in the order of a lesson."""
    known = [one for one in scenarios().values() if one.lab in frame.LABS]
    found = [one for one in known if matches(one, wanted)]
    st.caption(text("claims.found", found=len(found), total=len(known)))
    if not found:
        st.info(text("claims.nothing"), icon=":material/search_off:")
    for name, page in frame.labs():
        here = [one for one in found if one.lab == name]
        if here:
            st.subheader(text(f"app.{name}_title"), anchor=False)
        for first in range(0, len(here), COLUMNS):
            for column, one in zip(st.columns(COLUMNS), here[first : first + COLUMNS], strict=False):
                with column.container(border=True, height="stretch", key=f"claim_{one.id}"):
                    _card(one, page)
    st.caption(text("claims.not_here"))


def _card(scenario: Scenario, page: st.Page) -> None:
    title, icon = f"**{scenario.title}**", ":material/arrow_forward:"
    st.page_link(page, label=title, icon=icon, query_params=params(scenario))
    st.markdown(scenario.claim)
    st.caption(f"{scenario.id} · {sources(scenario)}")
