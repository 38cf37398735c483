"""The address of a page: every setting and the step, read once and written after every change."""

from __future__ import annotations

import streamlit as st

from bnviz.core.codec import from_link, to_link
from bnviz.core.experiment import Experiment
from bnviz.ui import own_labs
from bnviz.ui.messages import text

_PAGE = "link.page"


def _written(page: str) -> str:
    return f"link.written.{page}"


def _print(page: str) -> str:
    return f"link.print.{page}"


def _fingerprint(page: str) -> int:
    """Of everything that the reader's own hand can change on a page."""
    state = st.session_state.to_dict()
    return hash(tuple(sorted((str(key), repr(value)) for key, value in state.items() if _is_setting(page, str(key)))))


def _is_setting(page: str, key: str) -> bool:
    """Whether a key is that of a setting: those begin with the page's name; players and buttons are none."""
    return key.startswith(f"{page}.") and not key.endswith(("player", ".remove")) and f"{page}.player" not in key


def arrived(page: str) -> bool:
    """Whether the address says something that this page has not said itself.

    True for a pasted link, the Back button and a first visit. False when the reader comes back from another page
    (then what the page remembers counts), and when a control was moved: a browser that is told a new address while
    the next click is already on its way still sends the old one along.
    """
    current = st.query_params.to_dict()
    came_from = st.session_state.get(_PAGE)
    st.session_state[_PAGE] = page
    if came_from not in (None, page) and not current:
        return False
    if current == st.session_state.get(_written(page)):
        return False
    return st.session_state.get(_print(page)) in (None, _fingerprint(page))


def read() -> tuple[Experiment, dict[str, str], list[str]]:
    """The experiment that the address names, its other parameters, and a sentence for each that had to be replaced."""
    own, params = own_labs.accepted(st.query_params.to_dict(), pair=False)
    experiment, messages = from_link(params if own is None else own_labs.with_batch(params, own), own)
    known = to_link(experiment).keys() | {"arms", "seed"}
    others = {name: value for name, value in params.items() if name not in known and "." not in name}
    return experiment, others, messages


def write(page: str, wanted: dict[str, str]) -> None:
    """Let the address of a page name these parameters."""
    if wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)
    st.session_state[_written(page)] = wanted
    st.session_state[_print(page)] = _fingerprint(page)


def show_problems(problems: list[str]) -> None:
    """Say what of a link could not be used."""
    if problems:
        st.warning("\n".join([text("link.fell_back"), *(f"- {line}" for line in problems)]), icon=":material/link_off:")
