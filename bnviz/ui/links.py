"""The address of a page: every setting and the step, read once and written after every change."""

from __future__ import annotations

import streamlit as st

from bnviz.core.codec import from_link, to_link
from bnviz.core.experiment import Experiment

_WRITTEN, _PAGE, _PRINT = "link.written", "link.page", "link.print"


def _fingerprint() -> int:
    """Of everything that the reader's own hand can change on a page."""
    state = st.session_state.to_dict()
    return hash(tuple(sorted((str(key), repr(value)) for key, value in state.items() if _is_setting(str(key)))))


def _is_setting(key: str) -> bool:
    return key.startswith("train.") and not key.endswith(("player", ".remove")) and not key.startswith("train.player")


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
    if current == st.session_state.get(_WRITTEN):
        return False
    return st.session_state.get(_PRINT) in (None, _fingerprint())


def read() -> tuple[Experiment, dict[str, str], list[str]]:
    """The experiment that the address names, its other parameters, and a sentence for each that had to be replaced."""
    params = st.query_params.to_dict()
    experiment, messages = from_link(params)
    known = to_link(experiment).keys() | {"arms", "seed"}
    others = {name: value for name, value in params.items() if name not in known and "." not in name}
    return experiment, others, messages


def write(experiment: Experiment, others: dict[str, str]) -> None:
    """Let the address name this experiment and these other parameters."""
    wanted = to_link(experiment) | others
    if wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)
    st.session_state[_WRITTEN] = wanted
    st.session_state[_PRINT] = _fingerprint()
