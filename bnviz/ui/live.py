"""A run on screen: the player, the run's state in words, and the heartbeat while it is being trained."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import cast

import streamlit as st

from bnviz.core.experiment import Experiment
from bnviz.core.fields import FieldError
from bnviz.core.labels import arm_labels
from bnviz.core.recording import Recording
from bnviz.core.summary import summary
from bnviz.plots.sentences import listed
from bnviz.plots.theme import number, percent
from bnviz.runs import Run, shared_store
from bnviz.ui import dispatch
from bnviz.ui.hiding import ask
from bnviz.ui.marks import marks
from bnviz.ui.messages import text
from bnviz.ui.player import mount
from bnviz.ui.view import View

TICK = 0.3
MOMENT = 0.8  # seconds: what is there within it is shown at once, not bit by bit
GAIN = 0.5  # the rest of a run goes faster than its beginning, of which every frame is recorded
HOP = 0.03  # seconds between two looks at whether it is there
BAND_RUNS = 4
_VIEWER, _STOPPED = "live.viewer", "live.stopped"
_START, _STEP, _VISIT = "live.start", "live.step", "live.visit"
_SHOWN, _PLAYER, _RESTING = "live.shown", "train.player", "live.resting"


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
    others = other_seeds(experiment)
    for name in names[len(others) :]:
        store.leave(name)
    return tuple(store.open(other, name) for other, name in zip(others, names, strict=False))


def other_seeds(experiment: Experiment) -> list[Experiment]:
    """The same with the next seeds, as far as they can be run: with few rows a seed can leave a subset no batch."""
    found = []
    for place in range(BAND_RUNS):
        with suppress(FieldError):
            found.append(replace(experiment, seed=(experiment.seed + 1 + place) % 2**31))
    return found


def start_at(step: int | None) -> None:
    """The step that the player shows first (from a link); None for the newest."""
    st.session_state[_START] = step
    _rest_at(step)
    st.session_state[_VISIT] = st.session_state.get(_VISIT, 0) + 1


def forget_step() -> None:
    """Another run is shown from now on, and no link says at which step it begins."""
    st.session_state[_START] = None
    _rest_at(None)


def _rest_at(step: int | None) -> None:
    st.session_state[_STEP] = step
    resting()["step"] = step


def resting() -> dict[str, int | None]:
    """Where the reader rests, under "step": the same dictionary all through a session, for what is made later."""
    return cast("dict[str, int | None]", st.session_state.setdefault(_RESTING, {"step": None}))


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
    if not paused:
        _wait(run, MOMENT)
    going = [one for one in (run, *band) if one.active and not paused]

    def body() -> None:
        if not is_stopped(run.experiment):
            shared_store().watch(run, viewer())
            for place, one in enumerate(band):
                shared_store().watch(one, f"{viewer()}/{place}")
            _wait(run, TICK)
        _show(run, view, band, dark=dark)
        after()
        if is_stopped(run.experiment) != paused or any(not one.active for one in going):
            st.rerun()

    st.fragment(body, run_every=TICK if going else None)()


def _wait(run: Run, moment: float) -> None:
    """Wait for the end of a run that is near; a picture on the way to it would only cost time."""
    end = time.monotonic() + moment
    while run.active and time.monotonic() < end:
        left = run.seconds_left
        if left is not None and time.monotonic() + GAIN * left > end:
            return
        run.wait(run.version, HOP)
        st.session_state.get(_VIEWER)  # here Streamlit may leave, when the reader has moved another control


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
            ask(
                st.button, text("train.labels.go_on"), key="live_go_on", name="work", icon=":material/play_arrow:",
                type="tertiary", on_click=_go_on,
            )  # fmt: skip
        elif run.active:
            ask(
                st.button, text("train.labels.stop"), key="live_stop", name="work", icon=":material/stop:",
                type="tertiary", on_click=_stop, args=(run.experiment,),
            )  # fmt: skip
    if recording is None:
        if _SHOWN in st.session_state:  # until there is something new, so that the page keeps its height
            mount(**st.session_state[_SHOWN], key=_PLAYER)
        return
    if not view.show:
        st.info(text("train.state.no_picture"), icon=":material/image:")
        st.session_state.pop(_SHOWN, None)
        return
    start, visit = st.session_state.get(_START), st.session_state.get(_VISIT, 0)
    message = dispatch.message(run, view, band, dark=dark, begin=(start, visit))
    st.session_state[_SHOWN] = {"message": message, "rest": {"run": run.name, "visit": visit, "step": start}}
    result = mount(**st.session_state[_SHOWN], key=_PLAYER)
    if result.resync:
        dispatch.forget()
    _rest_at(result.step)


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
    shares = any(arm["test_accuracy"] is not None for arm in summary(recording))
    return text(
        f"train.state.{_state_of(run, recording)}",
        step=run.step,
        total=total,
        speed=speed,
        engine=text(f"train.state.engine_{run.engine if run.experiment.network.compilable else 'convolutions'}"),
        unit=text("train.state.percentages") if shares else "",
        stopped=_who_stopped(recording),
    )


def _state_of(run: Run, recording: Recording) -> str:
    """The name of the sentence that says what the run is doing."""
    if run.status != "finished":
        return "stopped" if is_stopped(run.experiment) else run.status
    diverged = recording.diverged_at >= 0
    return "finished_early" if diverged.all() else "finished_but" if diverged.any() else "finished"


def _who_stopped(recording: Recording) -> str:
    """ "the network with no norm stopped at step 3" of every arm that has diverged."""
    labels = zip(arm_labels(recording.experiment), recording.diverged_at.tolist(), strict=True)
    told = [text("train.state.arm_stopped", arm=label, step=at) for label, at in labels if at >= 0]
    return listed(told) if told else ""


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
