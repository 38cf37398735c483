"""The runs that a reader has pinned for comparison: kept in the session, and in the link of the training lab."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from dataclasses import dataclass, replace
from typing import cast

import streamlit as st

from bnviz.core import describe
from bnviz.core.codec import from_link, to_link
from bnviz.core.experiment import Experiment
from bnviz.ui import pin_words
from bnviz.ui.link_words import named
from bnviz.ui.messages import text

MOST = 6
MOST_LETTERS = pin_words.MOST_LETTERS
MOST_BYTES = 20_000  # of what a link unpacks to
PARAM = "pins"
_PINS, _BEFORE, _NOTE = "train.pins", "compare.before", "compare.note"


@dataclass(frozen=True)
class Pin:
    """One pinned run: its name among the pins, unique, and what it runs."""

    name: str
    experiment: Experiment


def pins() -> tuple[Pin, ...]:
    """The pinned runs in the order in which they were pinned."""
    return cast("tuple[Pin, ...]", st.session_state.get(_PINS, ()))


def _keep(wanted: tuple[Pin, ...], *, note: str = "") -> None:
    """Change the pins so that it can be undone."""
    st.session_state[_BEFORE] = pins()
    st.session_state[_PINS] = wanted
    st.session_state[_NOTE] = note


def note() -> str:
    """What the last change has to say; empty for nothing."""
    return str(st.session_state.get(_NOTE, ""))


def pin(experiment: Experiment) -> None:
    """Pin a run under a name that says what is new about it; of a seventh it is said why not."""
    known = pins()
    if any(one.experiment == experiment for one in known):
        return
    if len(known) >= MOST:
        st.session_state[_NOTE] = text("compare.too_many", most=MOST)
        return
    first = known[0].experiment if known else None
    name = pin_words.new_name(experiment, first, {one.name for one in known})
    if len(known) == 1:
        known = (replace(known[0], name=pin_words.told_apart(known[0].name, known[0].experiment, experiment)),)
    _keep((*known, Pin(name, experiment)))
    st.session_state.pop(_BEFORE)


def unpin(name: str) -> None:
    """Take one away."""
    _keep(tuple(one for one in pins() if one.name != name), note=text("compare.unpinned", name=name))


def clear() -> None:
    """Take all away."""
    _keep((), note=text("compare.cleared"))


def can_undo() -> bool:
    """Whether the last change took something away."""
    return _BEFORE in st.session_state


def undo() -> None:
    """Bring back what the last change took away."""
    st.session_state[_PINS] = st.session_state.pop(_BEFORE)
    st.session_state[_NOTE] = ""


def rename(old: str, new: str) -> None:
    """Give a pin another name; one that is empty or taken is refused in words."""
    wanted = " ".join(new.split())[:MOST_LETTERS]
    if not wanted or wanted == old:
        return
    if any(one.name == wanted for one in pins()):
        st.session_state[_NOTE] = text("compare.taken", name=wanted)
        return
    st.session_state[_PINS] = tuple(replace(one, name=wanted) if one.name == old else one for one in pins())
    st.session_state[_NOTE] = ""


def to_params() -> dict[str, str]:
    """The pins for a link, packed; those on a reader's own table stay in the session."""
    told = [[one.name, to_link(one.experiment)] for one in pins() if not describe.is_own(one.experiment)]
    if not told:
        return {}
    packed = zlib.compress(json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode(), 9)
    return {PARAM: base64.urlsafe_b64encode(packed).decode().rstrip("=")}


def from_params(params: dict[str, str], problems: list[str]) -> None:
    """Take the pins that a link names; a link without pins leaves those of the session.

    Args:
        params: of the link.
        problems: takes a sentence for each pin that cannot be used.
    """
    if PARAM not in params:
        return
    found: list[Pin] = []
    for entry in _unpacked(params[PARAM], problems):
        if len(found) == MOST:
            problems.append(text("compare.too_many", most=MOST))
            break
        one = _read(entry, {other.name for other in found}, problems)
        if one is not None and all(one.experiment != other.experiment for other in found):
            found.append(one)
    st.session_state[_PINS] = tuple(found)
    st.session_state.pop(_BEFORE, None)
    st.session_state[_NOTE] = ""


def _unpacked(given: str, problems: list[str]) -> list[object]:
    """The list in a link; an empty one, and a sentence, where there is none."""
    try:
        raw = base64.urlsafe_b64decode(given.encode("ascii") + b"=" * (-len(given) % 4))
        reader = zlib.decompressobj()
        told = json.loads(reader.decompress(raw, MOST_BYTES).decode())
        if reader.unconsumed_tail or not isinstance(told, list):
            raise ValueError
    except (ValueError, binascii.Error, zlib.error, RecursionError):
        problems.append(text("compare.unread"))
        return []
    return told


def _read(entry: object, taken: set[str], problems: list[str]) -> Pin | None:
    """One pin of a link; None, and a sentence, where it is none."""
    match entry:
        case [str(name), dict(params)] if all(isinstance(value, str) for value in params.values()):
            name = " ".join(name.split())[:MOST_LETTERS] or text("compare.name", letter="?")
            while name in taken:
                name += "'"
            experiment, messages = from_link(params)
            problems += [f"{name}: {named(message, 'train')}" for message in messages]
            return Pin(name, experiment)
        case _:
            problems.append(text("compare.unread"))
            return None
