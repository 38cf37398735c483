"""A run on screen: the player, the run's state in words, and the heartbeat while it is being trained."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import streamlit as st

from bnviz.core.experiment import Experiment
from bnviz.core.recording import Recording
from bnviz.core.summary import summary
from bnviz.plots.figure import Figure
from bnviz.plots.theme import number, percent
from bnviz.runs import Run, run_name, shared_store
from bnviz.ui.marks import marks
from bnviz.ui.messages import text
from bnviz.ui.payload import Playback, pack
from bnviz.ui.pictures import figures, picture
from bnviz.ui.player import mount
from bnviz.ui.view import View

TICK = 0.2
BAND_RUNS = 4
_VIEWER, _SENT, _STOPPED = "live.viewer", "live.sent", "live.stopped"
_START, _STEP, _VISIT = "live.start", "live.step", "live.visit"
_SHOWN, _PLAYER = "live.shown", "train.player"

Begin = tuple[int | None, int]  # the step to begin at, and the number of the visit


def viewer() -> str:
    """The name of this session among the viewers of a run."""
    if _VIEWER not in st.session_state:
        st.session_state[_VIEWER] = uuid.uuid4().hex
    return str(st.session_state[_VIEWER])


def open_run(experiment: Experiment) -> Run:
    """The run of an experiment, trained once for all who look at it; left as it is where the reader has stopped it."""
    stopped = shared_store().find(experiment) if is_stopped(experiment) else None
    return shared_store().open(experiment, viewer()) if stopped is None else stopped


def open_band(experiment: Experiment, view: View) -> tuple[Run, ...]:
    """The runs with other seeds that the view asks for, in the queue behind the run itself."""
    store, names = shared_store(), [f"{viewer()}/{place}" for place in range(BAND_RUNS)]
    if not view.band or "curves" not in view.show or is_stopped(experiment):
        for name in names:
            store.leave(name)
        return ()
    seeds = [(experiment.seed + 1 + place) % 2**31 for place in range(BAND_RUNS)]
    return tuple(store.open(replace(experiment, seed=seed), name) for seed, name in zip(seeds, names, strict=True))


def start_at(step: int | None) -> None:
    """The step that the player shows first (from a link); None for the newest."""
    st.session_state[_START] = st.session_state[_STEP] = step
    st.session_state[_VISIT] = st.session_state.get(_VISIT, 0) + 1


def forget_step() -> None:
    """Another run is shown from now on, and no link says at which step it begins."""
    st.session_state[_START] = st.session_state[_STEP] = None


def step() -> int | None:
    """The step at which the reader rests; None at the newest."""
    value = st.session_state.get(_STEP)
    return value if isinstance(value, int) else None


def show_run(run: Run, view: View, *, band: tuple[Run, ...] = (), dark: bool, after: Callable[[], None]) -> None:
    """The run on screen, refreshed by itself as long as training goes on.

    Args:
        run: from `open_run`.
        view: what of it is shown.
        band: from `open_band`.
        dark: the theme.
        after: called when the player has said where the reader rests.
    """
    paused = is_stopped(run.experiment)
    going = [one for one in (run, *band) if one.active and not paused]

    def body() -> None:
        if not is_stopped(run.experiment):
            shared_store().watch(run, viewer())
            for place, one in enumerate(band):
                shared_store().watch(one, f"{viewer()}/{place}")
        _show(run, view, band, dark=dark)
        after()
        if is_stopped(run.experiment) != paused or any(not one.active for one in going):
            st.rerun()

    st.fragment(body, run_every=TICK if going else None)()


def is_stopped(experiment: Experiment) -> bool:
    """Whether this session's reader has stopped the training of this experiment."""
    return bool(st.session_state.get(_STOPPED) == experiment)


def _stop(experiment: Experiment) -> None:
    st.session_state[_STOPPED] = experiment
    for name in (viewer(), *(f"{viewer()}/{place}" for place in range(BAND_RUNS))):
        shared_store().leave(name)


def _go_on() -> None:
    st.session_state.pop(_STOPPED, None)


def _show(run: Run, view: View, band: tuple[Run, ...], *, dark: bool) -> None:
    recording = run.recording()
    with st.container(horizontal=True, gap="small", key="train_arms"):
        for line in marks(run.experiment, dark=dark) if recording is None else arms_in_words(recording, dark=dark):
            st.markdown(line, width="content")
    with st.container(horizontal=True, vertical_alignment="center", key="train_state"):
        st.caption(state_in_words(run, recording), width="content")
        if is_stopped(run.experiment) and run.status != "finished":
            st.button(text("train.labels.go_on"), icon=":material/play_arrow:", type="tertiary", on_click=_go_on)
        elif run.active:
            st.button(
                text("train.labels.stop"),
                icon=":material/stop:",
                type="tertiary",
                on_click=_stop,
                args=(run.experiment,),
            )
    if recording is None:
        if _SHOWN in st.session_state:  # until there is something new, so that the page keeps its height
            mount(**st.session_state[_SHOWN], key=_PLAYER)
        return
    if not view.show:
        st.info(text("train.state.no_picture"), icon=":material/image:")
        st.session_state.pop(_SHOWN, None)
        return
    start, visit = st.session_state.get(_START), st.session_state.get(_VISIT, 0)
    message = _message(run, view, band, dark=dark, begin=(start, visit))
    st.session_state[_SHOWN] = {"message": message, "rest": {"run": run.name, "visit": visit, "step": start}}
    result = mount(**st.session_state[_SHOWN], key=_PLAYER)
    if result.resync:
        st.session_state.pop(_SENT, None)
    st.session_state[_STEP] = result.step


def _message(run: Run, view: View, band: tuple[Run, ...], *, dark: bool, begin: Begin) -> bytes:
    """What the player is told: everything, or while training goes on the frames since the last two messages.

    Two, because a tick of the fragment that interrupts the one before it swallows its message.
    """
    recording = run.recording()
    assert recording is not None
    ready = [one.recording() for one in band if one.status == "finished"]
    others = tuple(one for one in ready if one is not None and one.done)
    if not run.active:
        st.session_state.pop(_SENT, None)
        return _whole(recording, view, others, dark, begin)
    drawn = figures(recording, view, dark=dark)
    looks = (run.name, *(figure.title + json.dumps(figure.spec) for figure in drawn))
    sent, first, last = st.session_state.get(_SENT, (None, 0, 0))
    first, last = (first, last) if sent == looks else (0, 0)
    frames = len(recording.steps)
    st.session_state[_SENT] = (looks, last if frames > last else first, frames)
    return _pack(recording, drawn, begin=begin, first=first)


@lru_cache(maxsize=32)
def _whole(recording: Recording, view: View, others: tuple[Recording, ...], dark: bool, begin: Begin) -> bytes:
    """The message for a run that rests; the same for all who look at it the same way."""
    return _pack(recording, figures(recording, view, others=others, dark=dark), begin=begin, first=0)


def _pack(recording: Recording, drawn: list[Figure], *, begin: Begin, first: int) -> bytes:
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
    return pack(playback, [picture(figure.since(first)) for figure in drawn])


def state_in_words(run: Run, recording: Recording | None) -> str:
    """What the run is doing: ready, training, finished, stopped or failed."""
    total = run.experiment.training.steps
    if run.status == "failed":
        return text("train.state.failed", problem=run.problem)
    if recording is None or run.status == "ready":
        ahead = shared_store().ahead_of(run)
        return text("train.state.waiting", ahead=ahead) if ahead else text("train.state.waiting_none")
    seconds = float(recording.seconds.sum())
    speed = f"{recording.updates.sum() / seconds:,.0f}" if seconds else "0"
    stopped = is_stopped(run.experiment) and run.status != "finished"
    shares = any(arm["test_accuracy"] is not None for arm in summary(recording))
    return text(
        f"train.state.{'stopped' if stopped else run.status}",
        step=run.step,
        total=total,
        speed=speed,
        unit=text("train.state.percentages") if shares else "",
    )


def arms_in_words(recording: Recording, *, dark: bool) -> list[str]:
    """The legend of all pictures, with what has become of each arm."""
    lines = []
    for mark, arm in zip(marks(recording.experiment, dark=dark), summary(recording), strict=True):
        if arm["diverged_at"] is not None:
            words = text("train.state.diverged", step=arm["diverged_at"])
        elif arm["test_accuracy"] is not None:
            words = text("train.state.accuracy", percent=percent(arm["test_accuracy"]))
        elif arm["test_loss"] is not None:
            words = text("train.state.test_loss", loss=number(arm["test_loss"]))
        else:
            words = ""
        lines.append(f"{mark} {words}")
    return lines
