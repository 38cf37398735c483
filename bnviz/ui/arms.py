"""The editor for the arms of an experiment: add one, remove one, choose its norm and place, tune it."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bnviz.core.experiment import IMAGE_NORMS, MAX_ARMS, NORMS, OPTIMIZERS, PLACEMENTS, Arm
from bnviz.ui.fields import key_of, log_steps, pick_number
from bnviz.ui.hiding import ask, group
from bnviz.ui.messages import text

_IDS = "train.arm_ids"
_TUNED = ("momentum", "eps", "groups", "ghost_size")
_OWN = ("learning_rate", "gain", "optimizer", "dropout")
SUGGESTED = (
    Arm("none"),
    Arm("batch", "before"),
    Arm("batch", "after"),
    Arm("layer", "before"),
    Arm("group", "before"),
    Arm("rms", "before"),
)


def seed_arms(arms: tuple[Arm, ...]) -> None:
    """Let the widgets show these arms."""
    st.session_state[_IDS] = []
    for arm in arms:
        _append(arm)


def _append(arm: Arm) -> None:
    ids = st.session_state[_IDS]
    number = st.session_state.get("train.arm_count", 0)
    st.session_state["train.arm_count"] = number + 1
    st.session_state[_IDS] = [*ids, number]
    for name in ("norm", *_TUNED):
        st.session_state[_key(number, name)] = getattr(arm, name)
    for name in _OWN:
        st.session_state[_key(number, f"own_{name}")] = getattr(arm, name)
    each = not isinstance(arm.placement, str)
    st.session_state[_key(number, "per_layer")] = each
    st.session_state[_key(number, "placement")] = "before" if each else arm.placement
    for layer, word in enumerate(arm.placement if each else ()):
        st.session_state[_key(number, f"placement.{layer}")] = word


def _key(number: int, name: str) -> str:
    return key_of(f"arm{number}.{name}")


def _remove(number: int) -> None:
    st.session_state[_IDS] = [other for other in st.session_state[_IDS] if other != number]


def _add() -> None:
    present = [_read(number, 0) for number in st.session_state[_IDS]]
    known = {(arm["norm"], arm["placement"]) for arm in present}
    fresh = (arm for arm in SUGGESTED if (arm.norm, arm.placement) not in known)
    _append(next(fresh, Arm("batch", "before", momentum=0.01)))


def edit_arms(depth: int, *, slots: dict[str, DeltaGenerator], marks: list[str]) -> list[dict[str, Any]]:
    """Show the editor.

    Args:
        depth: hidden layers, for the choice layer by layer.
        slots: filled with a place for messages for each arm, under ``arms[i]``.
        marks: Markdown, the line that stands for each arm in the pictures and its name.

    Returns:
        The fields of each arm, unchecked.
    """
    ids = list(st.session_state[_IDS])
    for place, number in enumerate(ids):
        with st.container(border=True, key=f"train_arm_{number}"):
            _edit_one(number, depth, mark=marks[place] if place < len(marks) else "", only=len(ids) == 1)
            slots[f"arms[{place}]"] = st.container()
    ask(
        st.button,
        text("train.labels.add_arm"),
        key="train.add_arm",
        icon=":material/add:",
        on_click=_add,
        disabled=len(ids) >= MAX_ARMS,
        width="stretch",
    )
    return [_read(number, depth) for number in ids]


def _edit_one(number: int, depth: int, *, mark: str, only: bool) -> None:
    name, remove = st.columns([6, 1], vertical_alignment="center")
    with name:
        ask(
            st.selectbox,
            mark or text("train.labels.norm"),
            [*NORMS, *IMAGE_NORMS],
            key=_key(number, "norm"),
            persist_state="session",
            format_func=lambda word: text(f"train.options.norm.{word}"),
        )
    with remove:
        ask(
            st.button,
            text("train.labels.remove_arm"),
            icon=":material/close:",
            key=_key(number, "remove"),
            on_click=_remove,
            args=(number,),
            disabled=only,
            type="tertiary",
        )
    if st.session_state[_key(number, "norm")] == "none":
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ask(
            st.segmented_control,
            text("train.help.placement"),
            list(PLACEMENTS[:2]),
            key=_key(number, "placement"),
            persist_state="session",
            format_func=lambda word: text(f"train.options.placement.{word}"),
            label_visibility="collapsed",
            disabled=bool(st.session_state[_key(number, "per_layer")]),
            required=True,
        )
        more = text("train.labels.arm_settings")
        with group("arm_settings", lambda: st.popover("", icon=":material/tune:", help=more)):
            _tune(number, depth)


def _tune(number: int, depth: int) -> None:
    norm = st.session_state[_key(number, "norm")]
    if norm.startswith("batch"):
        pick_number(f"arm{number}.momentum", [0.0, 0.001, 0.01, 0.03, 0.1, 0.3, 0.5, 0.9, 0.99, 1.0])
    pick_number(f"arm{number}.eps", [10.0**power for power in range(-12, 1)])
    if norm == "group":
        pick_number(f"arm{number}.groups", [1, 2, 4, 8, 16, 32, 64, 128])
    if norm == "batch_ghost":
        pick_number(f"arm{number}.ghost_size", [2, 4, 8, 16, 32, 64])
    if ask(
        st.toggle,
        text("train.labels.per_layer"),
        key=_key(number, "per_layer"),
        persist_state="session",
        help=text("train.help.per_layer"),
    ):
        for layer in range(depth):
            key = _key(number, f"placement.{layer}")
            st.session_state.setdefault(key, st.session_state[_key(number, "placement")])
            ask(
                st.segmented_control,
                text("train.labels.layer", number=layer + 1),
                list(PLACEMENTS),
                key=key,
                persist_state="session",
                format_func=lambda word: text(f"train.options.placement.{word}"),
                required=True,
            )
    _own(number)


def _own(number: int) -> None:
    """The arm's own learning rate, gain, optimizer and dropout; None stands for the experiment's."""

    def name(value: Any) -> str:
        return text("train.labels.as_experiment") if value is None else str(value)

    for field, options in (
        ("learning_rate", log_steps(-4, 1)),
        ("gain", [0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0]),
        ("optimizer", OPTIMIZERS),
        ("dropout", [0.0, 0.1, 0.2, 0.3, 0.5, 0.7]),
    ):
        value = st.session_state[_key(number, f"own_{field}")]
        listed = options if value is None or value in options else sorted([*options, value])
        ask(
            st.selectbox,
            text(f"train.labels.own_{field}"),
            [None, *listed],
            key=_key(number, f"own_{field}"),
            persist_state="session",
            placeholder=name(None),
            format_func=name,
        )


def _read(number: int, depth: int) -> dict[str, Any]:
    """The fields of an arm as its widgets say."""

    def value(name: str) -> Any:
        return st.session_state[_key(number, name)]

    fields = {name: value(name) for name in ("norm", "placement", *_TUNED)}
    if fields["norm"] == "none":
        fields["placement"] = "before"
    elif value("per_layer") and depth:
        usual = value("placement")
        fields["placement"] = tuple(
            st.session_state.get(_key(number, f"placement.{layer}"), usual) for layer in range(depth)
        )
    return fields | {name: value(f"own_{name}") for name in _OWN}
