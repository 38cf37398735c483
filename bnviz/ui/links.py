"""The address of a page: every setting and the step, read once and written after every change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import streamlit as st

from bnviz.core.codec import from_link, to_link
from bnviz.core.experiment import Experiment
from bnviz.core.fields import nearest, unknown_name
from bnviz.ui import own_labs
from bnviz.ui.link_words import as_it_came, in_words
from bnviz.ui.messages import text

KEPT = ("lesson", "hide", "present", "quiz", "notation")
"""Parameters that belong to no page: they stay in the address wherever the reader goes."""
CLAIM = "claim"
NAMES = (*KEPT, CLAIM, "arms", "seed", "step", "show", "kind", "band", "arm", "layer", "pins", "pins_split",
         "pins_layer", "pins_step", "pins_without", "search", "article", "lab")  # fmt: skip
"""Every parameter that belongs to no group of settings."""
MOST_DIGITS = 9
_PAGE, _AIM, _KEPT = "link.page", "link.aim", "link.kept"
# How often the session itself has set one of KEPT: in all, when a page last wrote, when `tell` last did.
_HANDS, _TOLD, _SENT = "link.hands", "link.told", "link.sent"


def _key(name: str, page: str) -> str:
    """Where something about a page is kept in the session."""
    return f"link.{name}.{page}"


def _fingerprint(page: str) -> int:
    """Of everything that the reader's own hand can change on a page."""
    state = st.session_state.to_dict()
    return hash(tuple(sorted((str(key), repr(value)) for key, value in state.items() if _is_setting(page, str(key)))))


def _is_setting(page: str, key: str) -> bool:
    """Whether a key is that of a setting: those begin with the page's name; players and buttons are none."""
    return key.startswith(f"{page}.") and not key.endswith(("player", ".remove")) and f"{page}.player" not in key


def arrived(page: str) -> bool:
    """Whether the address says something that this page has not said itself.

    True for a pasted link, the Back button, a first visit, and what `go` has opened. False when the reader comes back
    from another page (then what the page remembers counts), and when a control was moved: a browser that is told a
    new address while the next click is already on its way still sends the old one along.
    """
    current, old = st.query_params.to_dict(), st.session_state.get(_key("written", page))
    settings = _settings(current)
    came_from = st.session_state.get(_PAGE)
    st.session_state[_PAGE] = page
    if came_from != page:
        st.session_state.pop(_key("unread", page), None)
    if st.session_state.pop(_AIM, None) != page:
        new_lesson = current.get("lesson") not in (None, kept().get("lesson"))
        if came_from not in (None, page) and not settings and not new_lesson:
            _take_kept(current, all_of_them=False)
            return False
        if st.session_state.get(_key("print", page)) not in (None, _fingerprint(page)):
            return False
        if current != st.session_state.get(_key("whole", page)):
            _take_kept(current, all_of_them=came_from == page)
        if settings == old:
            return False
    st.session_state.pop(_key("unread", page), None)
    st.session_state[_key("news", page)] = True
    if CLAIM in current and claim(page) is None:
        st.session_state[_key("before", page)] = old or {}
    st.session_state[_key("claim", page)] = current.get(CLAIM)
    return True


def _settings(params: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in params.items() if name not in KEPT}


def _take_kept(current: dict[str, str], *, all_of_them: bool) -> None:
    """Let the address say what is kept on every page; what it leaves out is dropped or stays as it was."""
    if st.session_state.get(_HANDS) != st.session_state.get(_TOLD):
        return  # set by hand just now, and the browser still sends the address of before
    told = {name: current[name] for name in KEPT if name in current}
    st.session_state[_KEPT] = told if all_of_them else st.session_state.get(_KEPT, {}) | told


def kept() -> dict[str, str]:
    """The parameters that stay in the address on every page, as they are now."""
    if _KEPT not in st.session_state:
        _take_kept(st.query_params.to_dict(), all_of_them=True)
    return dict(st.session_state[_KEPT])


def keep(name: str, value: str | None) -> None:
    """Set one of KEPT from now on, on every page; None takes it away. The next `write` tells the address."""
    others = {known: said for known, said in kept().items() if known != name}
    st.session_state[_KEPT] = others | ({} if value is None else {name: value})
    st.session_state[_HANDS] = st.session_state.get(_HANDS, 0) + 1


def tell() -> None:
    """Tell the address what `keep` has set in a callback: for fragments and dialogs, in which no page writes."""
    hands = st.session_state.get(_HANDS)
    if hands not in (st.session_state.get(_TOLD), st.session_state.get(_SENT)):
        st.query_params.from_dict(_settings(st.query_params.to_dict()) | kept())
        st.session_state[_SENT] = hands


def claim(page: str) -> str | None:
    """The claim that is open on a page, as its address says."""
    found = st.session_state.get(_key("claim", page))
    return found if isinstance(found, str) else None


def before(page: str) -> dict[str, str]:
    """The settings that a page had before a claim was opened on it."""
    return dict(st.session_state.get(_key("before", page), {}))


def close_claim(page: str) -> None:
    """No claim is open on this page any more; its settings stay."""
    st.session_state.pop(_key("claim", page), None)


def go(page: str, file: Path, params: dict[str, str]) -> NoReturn:
    """Open a page with exactly these settings, whatever it remembers, and with what is kept on every page."""
    st.session_state[_AIM] = page
    st.switch_page(file, query_params=params | kept())


def read() -> tuple[Experiment, dict[str, str], list[str]]:
    """The experiment that the address names, its other parameters, and a sentence for each that had to be replaced."""
    own, params = own_labs.accepted(st.query_params.to_dict(), pair=False)
    experiment, messages = from_link(params if own is None else own_labs.with_batch(params, own), own)
    known = to_link(experiment).keys() | {"arms", "seed"}
    others = {name: value for name, value in params.items() if name not in known and "." not in name}
    return experiment, others, messages


def write(page: str, wanted: dict[str, str]) -> None:
    """Let the address of a page name these parameters, the claim that is open, and what is kept on every page."""
    opened = claim(page)
    settings = wanted | ({} if opened is None else {CLAIM: opened})
    if settings | kept() != st.query_params.to_dict():  # said twice, it might come after the reader has gone back
        st.query_params.from_dict(settings | kept())
    st.session_state[_key("written", page)] = settings
    st.session_state[_key("whole", page)] = settings | kept()
    st.session_state[_key("print", page)] = _fingerprint(page)
    st.session_state[_TOLD] = st.session_state.get(_HANDS)


def say_unread(page: str, name: str, said: str | None) -> None:
    """Say of one parameter that nothing could be made of it, until the reader opens another link or page.

    Args:
        page: on which it was given.
        name: of the parameter.
        said: the sentence, or None where nothing new has come.
    """
    known: dict[str, str] = st.session_state.setdefault(_key("unread", page), {})
    if said is not None:
        known[name] = said
    if name in known:
        st.warning(as_it_came(known[name]), icon=":material/link_off:")


def whole(given: str) -> int | None:
    """A whole number of at most nine digits as an address has it, such as 12; None for anything else."""
    return int(given) if given.isascii() and given.isdigit() and len(given) <= MOST_DIGITS else None


def misspelt(params: Mapping[str, str]) -> list[str]:
    """A sentence for each name outside of the groups that is nearly one of `NAMES`; what others add is no matter."""
    unknown = {name: nearest(name, NAMES) for name in params if "." not in name and name not in NAMES}
    return [unknown_name(name, near) for name, near in unknown.items() if near]


def show_problems(problems: list[str]) -> None:
    """Say what of a link could not be used, until the reader moves a control.

    Args:
        problems: a sentence for each parameter that gave way to another value.
    """
    page = str(st.session_state.get(_PAGE, ""))
    if st.session_state.pop(_key("news", page), False):
        st.session_state[_key("misspelt", page)] = misspelt(st.query_params.to_dict())
        st.session_state[_key("history", page)] = False
    elif st.session_state.get(_key("print", page)) not in (None, _fingerprint(page)):
        st.session_state[_key("history", page)] = True
    problems = [*problems, *st.session_state.get(_key("misspelt", page), [])]
    if problems and not st.session_state.get(_key("history", page)):
        told = [f"- {in_words(line, page)}" for line in problems]
        st.warning("\n".join([text("link.fell_back"), *told]), icon=":material/link_off:")
