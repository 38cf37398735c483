"""The controls of the network: fully connected or convolutional, how wide, how it starts."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bnviz.core.experiment import HEADS, INITS, MAX_POOL, NETWORKS, Network
from bnviz.ui.fields import key_of, pick_number, pick_segment
from bnviz.ui.hiding import ask, group
from bnviz.ui.messages import text

WIDTHS = [1, 2, 4, 8, 16, 32, 50, 64, 100, 128, 200, 256]
CHANNELS = (8, 16, 16)
"""Blocks of a convolutional network as it is first shown."""


def network_controls(slots: dict[str, DeltaGenerator]) -> None:
    """Show the controls of the network; `slots` is filled with places for messages."""
    conv = st.session_state[key_of("network.kind")] == "conv"
    label, icon = text("train.labels.network"), ":material/hub:"
    with group("network", lambda: st.expander(label, icon=icon, expanded=conv, key="train_network")):
        _kind()
        if ask(st.toggle, text("train.labels.uneven"), key=key_of("uneven"), persist_state="session"):
            ask(
                st.text_input,
                text("train.labels.widths"),
                key=key_of("widths"),
                persist_state="session",
                help=text("train.help.widths"),
            )
        else:
            pick_number("width", WIDTHS)
        slots["network.hidden"] = slots["network"] = st.container()
        if conv:
            pick_number("network.pool", range(MAX_POOL + 1))
            pick_segment("network.head", HEADS, label=text("train.labels.head"))
        pick_number("network.gain", [0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 10.0])
        pick_segment("network.init", INITS, label=text("train.labels.init"))
        ask(
            st.toggle,
            text("train.labels.bias"),
            key=key_of("network.bias"),
            persist_state="session",
            help=text("train.help.bias"),
        )
    slots["network.kind"] = st.container()


def _kind() -> None:
    ask(
        st.segmented_control,
        text("train.labels.kind_of_network"),
        list(NETWORKS),
        key=key_of("network.kind"),
        name="network_kind",
        persist_state="session",
        format_func=lambda word: text(f"train.options.network_kind.{word}"),
        help=text("train.help.kind_of_network"),
        required=True,
        on_change=_usual_widths,
    )


def _usual_widths() -> None:
    """Another kind of network starts with its usual widths."""
    conv = st.session_state[key_of("network.kind")] == "conv"
    hidden = CHANNELS if conv else Network().hidden
    st.session_state[key_of("depth")] = len(hidden)
    st.session_state[key_of("width")] = hidden[0]
    st.session_state[key_of("uneven")] = conv
    st.session_state[key_of("widths")] = ", ".join(map(str, hidden))
