"""The presenter view: large type, one picture large at a time, and a visible way out. Part of the link (present=1)."""

from __future__ import annotations

import functools
from typing import Any

import streamlit as st

from bnviz.ui import links
from bnviz.ui.messages import text

COMPONENT_NAME = "bnviz.presenter"
PRESENT = "present"
_DRAWN = "presenter.drawn"
WORDS = ("bar", "all", "leave", "picture", "microscope", "axes")


def presenting() -> bool:
    """Whether the reader shows the pages to others."""
    return links.kept().get(PRESENT) == "1"


def present(on: bool) -> None:
    """Enter the presenter view, or leave it, on every page."""
    links.keep(PRESENT, "1" if on else None)


def show_bar() -> None:
    """The bar with all pictures and the way out, where the reader presents."""
    st.session_state[_DRAWN] = presenting()
    if presenting():
        words = {name: text(f"share.presenter.{name}") for name in WORDS}
        _component()(key="presenter.bar", data={"words": words}, on_leave_change=_leave)


def is_as_drawn() -> bool:
    """Whether the page still shows what the address has said meanwhile (a page reads it after its bar is drawn)."""
    return bool(st.session_state.get(_DRAWN, presenting()) == presenting())


def _leave() -> None:
    present(False)


@functools.cache
def _component() -> Any:
    """Register the component, once in the life of the process."""
    return st.components.v2.component(COMPONENT_NAME, js="presenter/presenter.js", css="presenter/presenter.css")
