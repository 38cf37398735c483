"""What surrounds every page: its configuration, the list of pages, and the theme."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from bnviz.ui.longwork import leave_all
from bnviz.ui.messages import text

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "pages"
LABS = ("inputs", "ravine", "layer", "running", "noise", "axes", "train")
DATA_LABS = ("inputs", "ravine", "train")  # that can be opened with the same data
_STARTED, _PAGE = "frame.started", "frame.page"


def labs() -> list[tuple[str, st.Page]]:
    """The labs in the order in which one teaches with them, each with its name."""
    return [(name, st.Page(PAGES / f"{name}.py", title=text(f"app.{name}_title"))) for name in LABS]


def others(name: str) -> list[tuple[str, st.Page]]:
    """The labs that can be opened with the same data as this one."""
    return [lab for lab in labs() if lab[0] in DATA_LABS and lab[0] != name]


def _pages() -> list[st.Page]:
    home = st.Page(PAGES / "home.py", title=text("app.title"), default=True, visibility="hidden")
    return [home, *(page for _, page in labs())]


def navigation() -> None:
    """Configure the app and run the page that the address names."""
    st.session_state[_STARTED] = True
    st.set_page_config(page_title=text("app.title"), page_icon=str(ROOT / "assets" / "icon.svg"), layout="wide")
    page = st.navigation(_pages(), position="top")
    if st.session_state.get(_PAGE) != page.url_path:
        st.session_state[_PAGE] = page.url_path
        leave_all()
    page.run()


def warm_up() -> None:
    """Get the default run onto the shelf before anybody asks, and what draws it into memory."""
    from bnviz.core.experiment import Experiment
    from bnviz.runs import shared_store
    from bnviz.ui import dispatch, lab

    dispatch.warm_up(shared_store().open(Experiment(), lab.__name__))


def begin() -> None:
    """First call of every page.

    On a fresh server the first visitor's deep link runs the page's own script, without app.py. The page then
    announces the navigation and starts over, this time through app.py.
    """
    if _STARTED not in st.session_state:
        st.session_state[_STARTED] = True
        st.navigation(_pages(), position="top")
        st.rerun()


def is_dark() -> bool:
    """Whether the reader looks at the dark theme."""
    return st.context.theme.type == "dark"


def go_to_train(link: dict[str, str] | None = None) -> None:
    """Open the training lab with the settings of a link, or with whatever the address holds."""
    st.switch_page(PAGES / "train.py", query_params=st.query_params.to_dict() if link is None else link)
