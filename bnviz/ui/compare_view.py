"""What of the pinned runs is looked at: the arms, the kind of rows, the layer and the update; part of the link."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bnviz.core.experiment import MAX_DEPTH, MAX_STEPS
from bnviz.core.fields import Choice, FieldError, Kind, Number
from bnviz.core.labels import arm_labels
from bnviz.plots.compare import SPLITS
from bnviz.ui import pins
from bnviz.ui.messages import text

SPLIT, LAYER, STEP = "train.compare.split", "train.compare.layer", "train.compare.step"
ARMS, WITHOUT = "compare_arms", "pins_without"
_WANTED, _HIDDEN = "compare.wanted", "compare.hidden"
BETWEEN = "~"
"""Stands between the names of arms in the link; no name of an arm has it."""
KINDS: dict[str, tuple[str, Kind]] = {
    "pins_split": (SPLIT, Choice(SPLITS)),
    "pins_layer": (LAYER, Number(1, MAX_DEPTH, integer=True)),
    "pins_step": (_WANTED, Number(0, MAX_STEPS, integer=True)),
}
"""Parameter of the link -> where its value is kept, and what it may be."""


def from_params(params: dict[str, str], problems: list[str]) -> None:
    """Look where a link with pins points; one without pins leaves everything as it is.

    Args:
        params: of the link.
        problems: takes a sentence for each value that cannot be used.
    """
    if pins.PARAM not in params:
        return
    for name, (key, kind) in KINDS.items():
        st.session_state.pop(key, None)
        if name not in params:
            continue
        try:
            st.session_state[key] = kind.parse(params[name])
        except (ValueError, FieldError) as error:
            problems.append(text("compare.bad_place", name=name, problem=str(error)))
    given = [name for name in params.get(WITHOUT, "").split(BETWEEN) if name]
    known = {label for pin in pins.pins() for label in arm_labels(pin.experiment)}
    st.session_state[_HIDDEN] = tuple(name for name in given if name in known)
    problems += [
        text("compare.bad_arm", given=name, known=", ".join(sorted(known))) for name in given if name not in known
    ]


def to_params() -> dict[str, str]:
    """What differs from the usual: all arms, test rows, the first layer, the newest update."""
    if not pins.to_params():
        return {}
    usual = {"pins_split": SPLITS[0], "pins_layer": 1, "pins_step": None}
    found = {name: st.session_state.get(key, usual[name]) for name, (key, _) in KINDS.items()}
    hidden = st.session_state.get(_HIDDEN, ())
    without = {WITHOUT: BETWEEN.join(hidden)} if hidden else {}
    return without | {name: str(value) for name, value in found.items() if value != usual[name]}


def choose_arms(labels: Sequence[str]) -> list[str]:
    """The control of the arms; returns those that are compared, in their order.

    Args:
        labels: of all arms of the pinned runs; one that is new is compared until it is taken away.
    """

    def keep() -> None:
        chosen = st.session_state[ARMS]
        st.session_state[_HIDDEN] = tuple(label for label in labels if label not in chosen)

    hidden = [label for label in st.session_state.get(_HIDDEN, ()) if label in labels]
    st.session_state[ARMS] = [label for label in labels if label not in hidden]
    return st.pills(
        text("compare.arms"), labels, selection_mode="multi", key=ARMS, persist_state="session", wrap=True,
        on_change=keep,
    )  # fmt: skip


def choose(layers: Sequence[int], steps: Sequence[int]) -> tuple[int, int]:
    """The controls of layer and update; returns what they say.

    Args:
        layers: counted from 1.
        steps: the update counts of which something is recorded so far; the newest is shown until one is chosen.
    """
    if st.session_state.get(LAYER) not in layers:
        st.session_state[LAYER] = layers[0]
    wanted = st.session_state.get(_WANTED)
    known = [one for one in steps if wanted is None or one <= wanted]
    st.session_state[STEP] = max(known, default=steps[0])
    left, right = st.columns(2, gap="medium")
    with left:
        layer = st.segmented_control(
            text("compare.layer"), layers, key=LAYER, required=True, persist_state="session", wrap=True
        )
    with right:
        step = st.select_slider(text("compare.step"), steps, key=STEP, persist_state="session", on_change=_keep)
    return int(layer or layers[0]), int(step)


def _keep() -> None:
    """From now on the reader's update counts, and no longer the newest."""
    st.session_state[_WANTED] = st.session_state[STEP]
