"""What surrounds every page: its configuration, the list of pages, and the theme."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Literal

import streamlit as st

from bnviz.ui import dispatch, presenter
from bnviz.ui.longwork import leave_all
from bnviz.ui.messages import text

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "pages"
LABS = ("inputs", "ravine", "layer", "running", "axes", "train", "rates", "shift", "smoothness", "noise")
DATA_LABS = ("inputs", "ravine", "train")  # that can be opened with the same data
SECTIONS = {
    "data": ("inputs", "ravine"),
    "layer": ("layer", "running", "axes"),
    "training": ("train", "rates"),
    "why": ("shift", "smoothness", "noise"),
    "class": ("lessons", "claims", "quiz", "check"),
}
"""Where a page stands in the navigation; a lab that is named nowhere stands with "why"."""
ICONS = {"inputs": "scatter_plot", "ravine": "landscape", "layer": "grid_on", "running": "moving",
         "axes": "deployed_code", "train": "play_circle", "rates": "speed", "shift": "swap_horiz",
         "smoothness": "waves", "noise": "grain", "lessons": "school", "claims": "fact_check",
         "quiz": "quiz", "check": "verified"}  # fmt: skip
HEAD_START = 0.15  # seconds: style sheets that come after the first words would move them
_STARTED, _PAGE = "frame.started", "frame.page"


def page(name: str) -> st.Page:
    """A page by the name of its file."""
    icon = f":material/{ICONS.get(name, 'science')}:"
    return st.Page(PAGES / f"{name}.py", title=text(f"app.{name}_title"), icon=icon)


def labs() -> list[tuple[str, st.Page]]:
    """The labs in the order in which one teaches with them, each with its name."""
    return [(name, page(name)) for name in LABS]


def others(name: str) -> list[tuple[str, st.Page]]:
    """The labs that can be opened with the same data as this one."""
    return [lab for lab in labs() if lab[0] in DATA_LABS and lab[0] != name]


def sections() -> dict[str, list[str]]:
    """The names of all pages but home, in sections with plain names; only those that exist."""
    named = {name for names in SECTIONS.values() for name in names}
    there = {*LABS, *SECTIONS["class"]}
    wanted = SECTIONS | {"why": (*SECTIONS["why"], *(name for name in LABS if name not in named))}
    found = {title: [name for name in names if name in there] for title, names in wanted.items()}
    return {text(f"home.section.{title}"): names for title, names in found.items() if names}


def _pages() -> dict[str, list[st.Page]]:
    home = st.Page(PAGES / "home.py", title=text("app.home_title"), icon=":material/home:", default=True)
    return {"": [home], **{title: [page(name) for name in names] for title, names in sections().items()}}


def _configure() -> None:
    """Name and icon of the app (without them Streamlit fetches the icon of a page from Google), and its sidebar.

    In the presenter view the sidebar is closed until its arrow opens it: the pictures need the width.
    """
    icon = str(ROOT / "assets" / "icon.svg")
    sidebar: Literal["auto", "collapsed"] = "collapsed" if presenter.presenting() else "auto"
    st.set_page_config(page_title=text("app.title"), page_icon=icon, layout="wide", initial_sidebar_state=sidebar)


def navigation() -> None:
    """Configure the app and run the page that the address names."""
    st.session_state[_STARTED] = True
    _configure()
    for sheet in ("page.css", "print.css"):
        st.html(ROOT / "assets" / sheet)
    if _PAGE not in st.session_state:
        time.sleep(HEAD_START)
    current = st.navigation(_pages(), position="top", expanded=True)
    if st.session_state.get(_PAGE) != current.url_path:
        st.session_state[_PAGE] = current.url_path
        leave_all()
        dispatch.forget()
    current.run()


def warm_up() -> None:
    """Get what pages show first onto the shelf: the runs of home and of the training lab, one seed of the first sweep.

    The sweep starts the process that measures the studies, too. Of these only the flowers are measured beforehand, in
    about a second: the others have something to show after a tenth of one.
    """
    from bnviz.core.experiment import Experiment
    from bnviz.core.rates import Choices
    from bnviz.runs import shared_store
    from bnviz.runs.studies import shared_studies
    from bnviz.runs.sweeps import shared_sweeps
    from bnviz.ui import dispatch, home, lab, rates_map, shift_settings

    shared_store().open(home.SHOWN, home.__name__)
    dispatch.warm_up(shared_store().open(Experiment(), lab.__name__))
    shared_sweeps().open(rates_map.wanted_of(Choices()).first, lab.__name__)
    for claim in ("F3", "E1"):  # where the page begins, and where the lesson on it does
        shared_studies().open(shift_settings.Settings(claim=claim).shown, lab.__name__)


def begin() -> None:
    """First call of every page.

    On a fresh server the first visitor's deep link runs the page's own script, without app.py. The page then
    announces the navigation and starts over, this time through app.py.
    """
    if _STARTED not in st.session_state:
        st.session_state[_STARTED] = True
        _configure()
        st.navigation(_pages(), position="top", expanded=True)
        st.rerun()
    presenter.show_bar()


def is_dark() -> bool:
    """Whether the reader looks at the dark theme."""
    return st.context.theme.type == "dark"
