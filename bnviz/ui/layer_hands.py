"""What the reader's hands do in the layer lab: gamma, beta and one value dragged, and the next batch."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from bnviz.core.layer_lab import MOST_BATCHES, Scene
from bnviz.ui import layer_state as state
from bnviz.ui.hiding import ask, group
from bnviz.ui.messages import text

ROOM = 5.0


def hands(scene: Scene) -> None:
    """gamma, beta and the dragged value of the followed feature, and the next batch."""
    lab, case, feature = state.lab(), scene.case, scene.feature
    name = scene.feature_names[feature]
    first, second, third = st.columns([1, 1, 1.3], vertical_alignment="bottom")
    for place, field, value in ((first, "gamma", case.gamma[feature]), (second, "beta", case.beta[feature])):
        with place:
            _own(field, name, feature, float(value))
    with third:
        _drag(scene, name)
    with group("batches", lambda: st.container(horizontal=True, vertical_alignment="bottom")):
        batch_norm = case.kind == "batch"
        ask(st.button, text("layer.labels.undo"), on_click=_undo, icon=":material/undo:", disabled=not batch_norm,
                  help=text("layer.help.undo"), key="layer_undo_button")  # fmt: skip
        changed = bool(lab.gamma or lab.beta or lab.undo >= 0)
        ask(st.button, text("layer.labels.plain"), on_click=_plain, disabled=not changed, key="layer_plain_button",
                  help=text("layer.help.plain"))  # fmt: skip
        ask(st.button, text("layer.labels.next_batch"), on_click=_batch, args=(lab.batch + 1,),
                  icon=":material/skip_next:",
                  help=text("layer.help.next_batch"), key="layer_next_button",
                  disabled=lab.batch >= MOST_BATCHES)  # fmt: skip
        if lab.batch:
            ask(st.button, text("layer.labels.first_batch"), on_click=_batch, args=(0,), icon=":material/first_page:",
                      key="layer_first_button")  # fmt: skip
            st.caption(text("layer.caption.batch_number", batch=lab.batch), width="content")


def _own(field: str, name: str, feature: int, value: float) -> None:
    key = f"layer.w.{field}"
    room = max(ROOM, float(f"{1.2 * abs(value):.1g}"))
    st.session_state[key] = value

    def moved() -> None:
        pairs = getattr(state.lab(), field)
        state.change(**{field: state.with_pair(pairs, feature, round(float(st.session_state[key]), 6))})

    label = text(f"layer.labels.{field}", feature=name)
    ask(st.slider, label, -room, room, step=room / 100, key=key, on_change=moved, format="%.4g")


def _drag(scene: Scene, name: str) -> None:
    key = "layer.w.drag"
    value = scene.case.h[scene.row, scene.feature]
    st.session_state[key] = float(min(30.0, max(-30.0, value)))

    def moved() -> None:
        state.change(drag=round(float(st.session_state[key]), 6), row=scene.row)

    slider, row = st.columns([3, 1], vertical_alignment="bottom")
    with slider:
        label = text("layer.labels.drag", feature=name)
        ask(st.slider, label, -30.0, 30.0, step=0.1, key=key, on_change=moved, format="%.4g")
    with row:
        _row(scene)


def _row(scene: Scene) -> None:
    key = "layer.w.row"
    st.session_state[key] = scene.row + 1

    def moved() -> None:
        state.change(row=int(st.session_state[key]) - 1, drag=None)

    ask(st.number_input, text("layer.labels.drag_row"), 1, len(scene.case.h), step=1, key=key, on_change=moved)


def _undo() -> None:
    lab = state.lab()
    state.change(undo=lab.batch, gamma=(), beta=(), drag=None, lesson="undo", phase=max(5, lab.phase))
    st.session_state.setdefault(state.KEPT, replace(lab, lesson="none"))
    state.turn()


def _plain() -> None:
    lesson = state.lab().lesson
    state.change(undo=-1, gamma=(), beta=(), lesson="none" if lesson == "undo" else lesson)


def _batch(number: int) -> None:
    state.change(batch=number, drag=None)
