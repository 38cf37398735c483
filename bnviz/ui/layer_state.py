"""The reader's choices in the layer lab: one value in the session, and what the address says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from bnviz.core.batches_hand import FIRST
from bnviz.core.codec import group_from_link, group_to_link, to_link
from bnviz.core.experiment import Data, Experiment
from bnviz.core.followed import Followed
from bnviz.core.layer_lab import LESSONS, LayerLab, normed_layers
from bnviz.ui import controls, links, live

LAB, DATA, PROBLEMS = "layer.lab", "layer.data", "layer.problems"
VISIT, KEPT = "layer_visit", "layer_kept"
_FOLLOWED = "layer_followed"
WINE = Data("wine")
CONSTANT = tuple((10000.1, *row[1:]) for row in FIRST)
FAR = tuple((10000 + row[0], *row[1:]) for row in FIRST)
UNIT = tuple((float(1 + 2 * (place % 2)), *row[1:]) for place, row in enumerate(FIRST))
PRESETS: dict[str, dict[str, Any]] = {
    "two": {"hand": FIRST[:2]},
    "one": {"hand": FIRST[:1]},
    "constant": {"hand": CONSTANT, "precision": "float32"},
    "eps": {"hand": UNIT, "eps": 1.0},
    "far": {"hand": FAR, "precision": "float32"},
}
"""Lessons that bring a batch of their own; its first feature is the one to look at."""


def lab() -> LayerLab:
    """What the reader has chosen."""
    value = st.session_state.get(LAB)
    return value if isinstance(value, LayerLab) else LayerLab()


def data() -> Data:
    """The data set for batches from the data."""
    value = st.session_state.get(DATA)
    return value if isinstance(value, Data) else WINE


def change(**changes: Any) -> None:
    """Set some of the choices."""
    st.session_state[LAB] = replace(lab(), **changes)


def note(followed_now: Followed) -> None:
    """Keep in a few numbers what is on the stage, for those who ask about it later."""
    st.session_state[_FOLLOWED] = followed_now


def followed() -> Followed | None:
    """What was on the stage last; None before anything was."""
    found = st.session_state.get(_FOLLOWED)
    return found if isinstance(found, Followed) else None


def visit() -> int:
    """The number of times that phase and feature were set by the page."""
    return int(st.session_state.get(VISIT, 0))


def turn() -> None:
    """Let the microscope take over phase and feature from the page."""
    st.session_state[VISIT] = visit() + 1


def bound(field: str, value: Any) -> dict[str, Any]:
    """The key and the callback of a widget for one choice, which then shows `value`."""
    key = f"layer.w.{field}"
    st.session_state[key] = value

    def moved() -> None:
        change(**{field: st.session_state[key]})

    return {"key": key, "on_change": moved}


def take_link() -> list[str]:
    """Show what the address names if it says something new; returns what of it could not be used."""
    if links.arrived("layer"):
        params, problems = st.query_params.to_dict(), list[str]()
        usual = usual_for(params.get("layer.lesson", "none"))
        chosen = group_from_link("layer", usual, params, problems)
        st.session_state[LAB] = chosen
        st.session_state[DATA] = group_from_link("layer.data", WINE, params, problems)
        if chosen.source == "run":
            experiment, _, more = links.read()
            problems += more
            if to_link(experiment):
                controls.show_experiment(experiment)
        st.session_state[PROBLEMS] = problems
        st.session_state.pop(KEPT, None)
        if chosen.lesson in PRESETS:
            st.session_state[KEPT] = LayerLab()
        turn()
    return list(st.session_state.get(PROBLEMS, []))


def named(experiment: Experiment) -> dict[str, str]:
    """The parameters of a link to all choices."""
    wanted = group_to_link("layer", lab(), LayerLab()) | group_to_link("layer", lab(), usual_for(lab().lesson))
    if lab().source == "data":
        wanted |= group_to_link("layer.data", data(), WINE)
    if lab().source == "run":
        wanted |= to_link(experiment)
    return wanted


def write_link(experiment: Experiment) -> None:
    """Let the address name all choices."""
    links.write("layer", named(experiment))


def choose_source(source: str, experiment: Experiment) -> None:
    """Another kind of batch: begin at its first one, and leave what fitted the old one."""
    changes: dict[str, Any] = {"source": source, "batch": 0, "undo": -1, "gamma": (), "beta": (), "drag": None}
    changes |= {"feature": 0, "row": 0, "first_row": 0, "first_feature": 0, "eps": None, "lesson": "none"}
    if source == "run" and (arms := normed_layers(experiment)):
        arm = next(iter(arms))
        step = live.step()
        total = experiment.training.steps
        changes |= {"arm": arm, "layer": arms[arm][0], "step": total if step is None else min(step, total)}
    st.session_state.pop(KEPT, None)
    change(**changes)
    turn()


def choose_lesson(lesson: str | None) -> None:
    """Open a small lesson, or close it and go back to what was there before."""
    kept = st.session_state.pop(KEPT, None)
    now = kept if isinstance(kept, LayerLab) else lab()
    if lesson is None:
        left: dict[str, Any] = {} if isinstance(kept, LayerLab) else {"undo": -1, "drag": None}
        st.session_state[LAB] = replace(now, lesson="none", phase=lab().phase, **left)
    else:
        st.session_state[KEPT] = now
        st.session_state[LAB] = _opened(lesson, now)
    turn()


def _opened(lesson: str, now: LayerLab) -> LayerLab:
    """What a lesson makes of the choices; some bring a batch of their own."""
    fresh: dict[str, Any] = {"lesson": lesson, "drag": None, "undo": -1, "gamma": (), "beta": ()}
    if lesson in PRESETS:
        fresh |= {"source": "hand", "batch": 0, "feature": 0, "row": 0, "eps": None, **PRESETS[lesson]}
    extra: dict[str, dict[str, Any]] = {
        "undo": {"undo": now.batch, "phase": 5}, "drag": {"drag": 10.0, "phase": 4}, "weights": {"phase": 10},
        "one": {"phase": 3}, "far": {"phase": 3},
    }  # fmt: skip
    return replace(now, **(fresh | extra.get(lesson, {"phase": 4})))


def usual_for(lesson: str) -> LayerLab:
    """The choices as they are where a link names this lesson and nothing else."""
    return _opened(lesson, LayerLab()) if lesson in LESSONS else LayerLab()


def with_pair(pairs: tuple[tuple[int, float], ...], feature: int, value: float) -> tuple[tuple[int, float], ...]:
    """The pairs with another number for one feature."""
    return tuple(sorted((dict(pairs) | {feature: value}).items()))


def then(action: Callable[..., Any], key: str, *more: Any) -> Callable[[], None]:
    """A callback that hands a widget's value to an action."""

    def moved() -> None:
        action(st.session_state[key], *more)

    return moved
