"""What the player of a session is told about a run: everything, or while training goes on only what is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from bnviz.core.recording import Recording
from bnviz.plots.figure import Figure
from bnviz.runs import Run, run_name
from bnviz.ui.payload import NOTHING, Playback, pack
from bnviz.ui.pictures import figures, picture
from bnviz.ui.traits import Traits, outline, traits
from bnviz.ui.view import View

_SENT = "dispatch.sent"

Begin = tuple[int | None, int]  # the step to begin at, and the number of the visit


@dataclass(frozen=True)
class _Told:
    """How much of a run a message has brought the player to: the frames, and the traits of each picture."""

    frames: int
    traits: Mapping[str, Traits]


@dataclass(frozen=True, eq=False)
class _Sent:
    """The last message of a session while a run goes on, and what it and the one before it have told."""

    about: tuple[object, ...]
    begin: Begin
    recording: Recording
    message: bytes
    last: _Told
    before: _Told | None


def forget() -> None:
    """The player asks for everything again."""
    st.session_state.pop(_SENT, None)


def message(run: Run, view: View, band: tuple[Run, ...], *, dark: bool, begin: Begin) -> bytes:
    """What the player is told now.

    Args:
        run: of which something is recorded.
        view: what of it is shown.
        band: runs of the same experiment with other seeds.
        dark: the theme.
        begin: where the reader begins.
    """
    active, recording = run.active, run.recording()
    assert recording is not None
    if not active:
        forget()
        ready = [one.recording() for one in band if one.status == "finished"]
        others = tuple(one for one in ready if one is not None and one.done)
        return _whole(recording, view, others, dark, begin)
    sent: _Sent | None = st.session_state.get(_SENT)
    drawn = _figures(recording, view, dark)
    about = (run.name, run.restarts, *(outline(picture(figure)) for figure in drawn))
    if sent is not None and sent.about != about:
        sent = None
    if sent is not None and sent.recording is recording and sent.begin == begin:
        return sent.message
    now = _next(sent, about, begin, recording, drawn)
    st.session_state[_SENT] = now
    return now.message


def warm_up(run: Run) -> None:
    """Draw a run once, as its first reader will see it: the first charts of a process take half a second."""
    while run.active:
        run.wait(run.version, 1.0)
    recording = run.recording()
    if recording is not None:
        _whole(recording, View(), (), False, (None, 1))


def _next(
    sent: _Sent | None, about: tuple[object, ...], begin: Begin, recording: Recording, drawn: list[Figure]
) -> _Sent:
    """The message that follows: what is new since the one before the last.

    Not since the last: a tick of the fragment that interrupts the one before it swallows its message.
    """
    told = _Told(len(recording.steps), {figure.id: traits(picture(figure)) for figure in drawn})
    last, before = (None, None) if sent is None else (sent.last, sent.before)
    if last is None or before is None:
        packed = _pack(recording, drawn, begin=begin)
    else:
        known = {name: now for name, now in last.traits.items() if before.traits.get(name) == now}
        packed = _pack(recording, drawn, begin=begin, first=before.frames, known=known)
    return _Sent(about, begin, recording, packed, told, last)


@lru_cache(maxsize=4)
def _figures(recording: Recording, view: View, dark: bool) -> list[Figure]:
    """The figures of a run that goes on; the same for all who look at it the same way."""
    return figures(recording, view, dark=dark)


@lru_cache(maxsize=32)
def _whole(recording: Recording, view: View, others: tuple[Recording, ...], dark: bool, begin: Begin) -> bytes:
    """The message for a run that rests; the same for all who look at it the same way."""
    return _pack(recording, figures(recording, view, others=others, dark=dark), begin=begin)


def _pack(
    recording: Recording,
    drawn: list[Figure],
    *,
    begin: Begin,
    first: int = 0,
    known: Mapping[str, Traits] = NOTHING,
) -> bytes:
    experiment = recording.experiment
    playback = Playback(
        run_id=run_name(experiment),
        steps=recording.steps[first:],
        total_steps=experiment.training.steps,
        steps_per_epoch=experiment.data.train_rows // experiment.training.batch_size,
        finished=recording.done,
        start=begin[0],
        visit=begin[1],
        first_frame=first,
    )
    return pack(playback, [picture(figure.since(first)) for figure in drawn], known=known)
