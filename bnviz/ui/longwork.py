"""Long work on a page: how far it is, how long it will take, and buttons to start, stop and carry on.

The work itself is done by a store of `bnviz.runs`, in a process of its own, once for all who ask for the same. A page
says what it wants and how a result, complete or not, is drawn; it is drawn anew only while something is going on.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypeVar

import streamlit as st

from bnviz.ui import live
from bnviz.ui.hiding import shown
from bnviz.ui.messages import text

TICK = 0.4
_WATCHED = "longwork.watched"


class Work(Protocol):
    """What is computed bit by bit: `bnviz.runs.sweeps.SweepRun` is one.

    Attributes:
        status: ready (waiting for its turn), computing, finished, stopped or failed.
        problem: a sentence for the viewers of a failed work, else empty.
        version: grows whenever there is something new to see.
        done, total: how many parts there are, and how many of them are complete.
        seconds_left: an estimate; None while nothing is known.
        active: whether more is to be expected without anybody asking again.
    """

    @property
    def status(self) -> str: ...

    @property
    def problem(self) -> str: ...

    @property
    def version(self) -> int: ...

    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...

    @property
    def seconds_left(self) -> float | None: ...

    @property
    def active(self) -> bool: ...


What = TypeVar("What", bound=Hashable, contravariant=True)
Done = TypeVar("Done", bound=Work)


class Store(Protocol[What, Done]):
    """Who computes: `bnviz.runs.sweeps.SweepStore` is one."""

    def open(self, what: What, viewer: str, /) -> Done: ...

    def find(self, what: What, /) -> Done | None: ...

    def watch(self, run: Done, viewer: str, /) -> None: ...

    def leave(self, viewer: str, /) -> None: ...

    def ahead_of(self, run: Done, /) -> int: ...


def show_work(
    store: Store[What, Done],
    what: What,
    draw: Callable[[Done | None], None],
    *,
    key: str,
    by_itself: bool = True,
    unit: str = "",
) -> Done | None:
    """Start or find a work, and show it for as long as it goes on.

    Args:
        store: computes it.
        what: is to be computed: a frozen value.
        draw: shows what was found so far; it gets None where nothing was ever started. It may be called many times.
        key: one name for each place on a page at which works are shown.
        by_itself: begin without being asked; else there is a button.
        unit: what the parts are called in the sentence on progress; "runs" if empty.

    Returns:
        The work as it is now, or None before it is started.
    """
    run, wanted = _opened(store, what, key, by_itself=by_itself)
    viewer, pressed = _viewer(key), _pressed(key)
    going = wanted and run is not None and run.active

    def body() -> None:
        if going and run is not None:
            (store.open(what, viewer) if run.status == "stopped" else store.watch(run, viewer))
        ahead = store.ahead_of(run) if going and run is not None else 0
        if shown("work"):
            _line(run, ahead, key=key, what=what, unit=unit or text("longwork.unit"))
        draw(run)
        if _pressed(key) != pressed or (going and run is not None and not run.active):
            st.rerun()

    st.fragment(body, run_every=TICK if going else None)()
    return run


def _opened(store: Store[What, Done], what: What, key: str, *, by_itself: bool) -> tuple[Done | None, bool]:
    """The work as it is, started or continued if it is to be; and whether it is."""
    viewer, pressed = _viewer(key), _pressed(key)
    asked = pressed in (("start", what), ("go_on", what), ("again", what))
    wanted = asked or (by_itself and pressed != ("stop", what))
    _remember(store, viewer)
    run = store.find(what)
    if not wanted:
        store.leave(viewer)
    elif run is None or run.status != "failed" or pressed == ("again", what):
        run = store.open(what, viewer)
        _wait(run)
    if pressed == ("again", what):  # once is enough
        _press(key, "start", what)
    return run, wanted


def leave_all() -> None:
    """The reader has gone to another page: nothing goes on for this session any more."""
    for store, viewer in st.session_state.pop(_WATCHED, {}).values():
        store.leave(viewer)


def left_in_words(seconds: float | None) -> str:
    """An estimate of the time that is left; empty while there is none."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    if seconds < 1:
        return text("longwork.left.moment")
    if seconds < 60:
        return text("longwork.left.seconds", count=math.ceil(seconds))
    return text("longwork.left.minutes", count=math.ceil(seconds / 60))


def _viewer(key: str) -> str:
    return f"{live.viewer()}/{key}"


def _remember(store: Any, viewer: str) -> None:
    """Keep the place at which this session is a viewer, to leave it with the page."""
    st.session_state.setdefault(_WATCHED, {})[viewer] = (store, viewer)


def _wait(run: Work) -> None:
    """Give the first parts, or the end of a short work, a moment to come."""
    end, seen = time.monotonic() + live.MOMENT, run.done
    while run.active and time.monotonic() < end:
        left = run.seconds_left
        if run.done > seen and (left is None or time.monotonic() + left > end):
            return
        time.sleep(live.HOP)
        st.session_state.get(_WATCHED)  # here Streamlit may leave, when the reader has moved another control


def _pressed(key: str) -> tuple[str, Hashable] | None:
    """Which button was pressed last at this place, and for what."""
    found: tuple[str, Hashable] | None = st.session_state.get(f"longwork.pressed.{key}")
    return found


def _press(key: str, button: str, what: Hashable) -> None:
    """Remember which button was pressed."""
    st.session_state[f"longwork.pressed.{key}"] = (button, what)


def _line(run: Work | None, ahead: int, *, key: str, what: Hashable, unit: str) -> None:
    """One line: how far it is, and the button that fits."""
    paused = _pressed(key) == ("stop", what)
    status = "new" if run is None else "stopped" if paused and run.status != "finished" else run.status
    with st.container(horizontal=True, vertical_alignment="center", key=f"longwork_{key.replace('.', '_')}"):
        if run is not None and status in ("ready", "computing"):
            st.progress(min(1.0, run.done / max(1, run.total)), _progress(run, ahead, unit))
        else:
            st.caption(_state(run, status, unit), width="content")
        name = {"new": "start", "ready": "stop", "computing": "stop", "stopped": "go_on", "failed": "again"}.get(status)
        if name is not None:
            st.button(
                text(f"longwork.buttons.{name}"),
                key=f"longwork_{name}_{key}",
                icon=ICONS[name],
                on_click=_press,
                args=(key, name, what),
            )


ICONS = {
    "start": ":material/play_arrow:",
    "stop": ":material/stop:",
    "go_on": ":material/play_arrow:",
    "again": ":material/refresh:",
}


def _progress(run: Work, ahead: int, unit: str) -> str:
    words = [text("longwork.state.computing", done=run.done, total=run.total, unit=unit)]
    words.append(left_in_words(run.seconds_left) if run.done else text("longwork.state.ready"))
    if ahead:
        words.append(text("longwork.state.ahead", count=ahead))
    return " · ".join(word for word in words if word)


def _state(run: Work | None, status: str, unit: str) -> str:
    if run is None:
        return text("longwork.state.new")
    if status == "finished" and run.total == 1:
        return text("longwork.state.finished_one")
    return text(f"longwork.state.{status}", done=run.done, total=run.total, unit=unit, problem=run.problem)
