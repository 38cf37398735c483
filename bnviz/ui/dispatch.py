"""What the player of a session is told about a run: everything, or while training goes on only what is new."""

from __future__ import annotations

import weakref
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from bnviz.core.recording import Recording
from bnviz.plots.figure import Figure
from bnviz.runs import Run, run_name
from bnviz.ui.kept import MESSAGES
from bnviz.ui.origin import told_of_run
from bnviz.ui.payload import Playback, pack
from bnviz.ui.pictures import figures, picture
from bnviz.ui.traits import Traits, outline, traits
from bnviz.ui.view import View

OVERLAP = 3  # messages in a row of which one has to arrive
_SENT = "dispatch.sent"
_DRAWN: weakref.WeakKeyDictionary[Recording, dict[tuple[View, bool], list[Figure]]] = weakref.WeakKeyDictionary()

Begin = tuple[int | None, int]  # the step to begin at, and the number of the visit


@dataclass(frozen=True)
class _Told:
    """How much of a run a message has brought the player to.

    Attributes:
        frames: how many.
        traits: of each picture.
        editions: of each picture, how often its earlier frames have changed after all.
    """

    frames: int
    traits: Mapping[str, Traits]
    editions: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class _Sent:
    """The last message of a session while a run goes on, and what the last ones have told, the newest last."""

    about: tuple[object, ...]
    begin: Begin
    recording: Recording
    drawn: list[Figure]
    message: bytes
    told: tuple[_Told, ...]


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
    """The message that follows: what is new since the last few.

    Since several, because a message may be lost: a tick that interrupts the one before it takes its message along,
    and a browser that is busy drawing sees only the newest of those that have come in the meantime.
    """
    now = _told(sent, recording, drawn)
    told = () if sent is None else sent.told
    if len(told) < OVERLAP:
        packed = _pack(recording, drawn, begin=begin)
    else:
        first = told[0].frames
        known = {name: one for name, one in now.traits.items() if all(old.traits.get(name) == one for old in told)}
        again = {name for name, one in now.editions.items() if any(old.editions.get(name) != one for old in told)}
        packed = _pack(recording, drawn, begin=begin, news=_News(first, known, again))
    return _Sent(about, begin, recording, drawn, packed, (*told, now)[-OVERLAP:])


def _told(sent: _Sent | None, recording: Recording, drawn: list[Figure]) -> _Told:
    if sent is None:
        editions = {figure.id: 0 for figure in drawn}
    else:
        before, old = sent.told[-1].editions, {figure.id: figure for figure in sent.drawn}
        editions = {one.id: before[one.id] + (not continues(one, old[one.id])) for one in drawn}
    return _Told(len(recording.steps), {one.id: traits(picture(one)) for one in drawn}, editions)


def continues(figure: Figure, earlier: Figure) -> bool:
    """Whether a figure shows in the frames of an earlier one of the same run what that one showed."""
    frames = len(earlier.steps)
    for table, old_table in zip(figure.tables, earlier.tables, strict=True):
        for column, old in zip(table.columns, old_table.columns, strict=True):
            if column.per_frame and np.asarray(column.values)[:frames].tobytes() != np.asarray(old.values).tobytes():
                return False
    texts = ((figure.captions, earlier.captions), (figure.alt, earlier.alt))
    return all(isinstance(new, str) or list(new[:frames]) == list(old) for new, old in texts)


def _figures(recording: Recording, view: View, dark: bool) -> list[Figure]:
    """The figures of a run that goes on; the same for all who look at it the same way."""
    made = _DRAWN.setdefault(recording, {})
    if (view, dark) not in made:
        made[view, dark] = figures(recording, view, dark=dark)
    return made[view, dark]


def _whole(recording: Recording, view: View, others: tuple[Recording, ...], dark: bool, begin: Begin) -> bytes:
    """The message for a run that rests; the same for all who look at it the same way."""
    how = ("train", view, tuple(weakref.ref(one) for one in others), dark, begin)
    return MESSAGES.get(
        recording, how, lambda: _pack(recording, figures(recording, view, others=others, dark=dark), begin=begin)
    )


@dataclass(frozen=True)
class _News:
    """What a message that continues another one holds: frames from `first` on, and see `payload.pack`."""

    first: int = 0
    known: Mapping[str, Traits] = field(default_factory=dict)
    again: Collection[str] = ()


def _pack(recording: Recording, drawn: list[Figure], *, begin: Begin, news: _News = _News()) -> bytes:
    experiment = recording.experiment
    playback = Playback(
        run_id=run_name(experiment),
        steps=recording.steps[news.first :],
        total_steps=experiment.training.steps,
        steps_per_epoch=experiment.data.train_rows // experiment.training.batch_size,
        finished=recording.done,
        start=begin[0],
        visit=begin[1],
        first_frame=news.first,
        origin=told_of_run(experiment),
    )
    pictures = [picture(one if one.id in news.again else one.since(news.first)) for one in drawn]
    return pack(playback, pictures, known=news.known, again=news.again)
