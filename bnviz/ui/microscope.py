"""The microscope: a norm layer's numbers, phase by phase, stepped and pointed at in the browser."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import streamlit as st

COMPONENT_NAME = "bnviz.microscope"


@dataclass(frozen=True)
class Rest:
    """Where the reader is: the phase, from 1, and the followed feature's place in the window; None for unchanged."""

    phase: int | None = None
    feature: int | None = None


def microscope(message: dict[str, Any], *, key: str) -> Rest:
    """Show a layer.

    Args:
        message: what `layer_message.message` returned.
        key: a name, unique on the page.

    Returns:
        What the reader has reached since the message's `visit` began.
    """
    result = _component()(key=key, data=message, default={"rest": None}, on_rest_change=_rerun)
    rest = result.get("rest")
    if not isinstance(rest, dict) or rest.get("visit") != message["visit"]:
        return Rest()
    phase, feature = rest.get("phase"), rest.get("feature")
    if not isinstance(phase, int) or not 1 <= phase <= len(message["phases"]):
        return Rest()
    if not isinstance(feature, int) or not 0 <= feature < len(message["feature_names"]):
        return Rest(phase)
    return Rest(phase, feature)


@functools.cache
def _component() -> Any:
    """Register the component, once in the life of the process, when the first page mounts it."""
    return st.components.v2.component(COMPONENT_NAME, js="microscope/microscope.js", css="microscope/microscope.css")


def _rerun() -> None:
    """Let a change rerun the page; Streamlit wants a callback for every name it should report."""
