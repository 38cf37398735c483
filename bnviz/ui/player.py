"""The player: several charts that all follow one step, played and scrubbed in the browser."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from bnviz.ui.payload import Picture, Playback, pack
from bnviz.ui.vega_bundle import ensure_bundle_once

COMPONENT_NAME = "bnviz.player"


@dataclass(frozen=True)
class PlayerResult:
    """What the reader did in the player.

    Attributes:
        step: The step at which the reader rests, or None while following a run or standing at its end.
        resync: Whether the player missed frames and asks for the whole run (first_frame=0) again.
    """

    step: int | None
    resync: bool


def player(playback: Playback, pictures: Sequence[Picture], *, key: str) -> PlayerResult:
    """Show pictures that follow one step.

    Args:
        playback: Which frames this message carries.
        pictures: The charts, in reading order.
        key: A name for the player, unique on the page; with it reruns update in place.

    Returns:
        Where the reader rests, and whether the player asks for everything again.
    """
    rest = {"run": playback.run_id, "visit": playback.visit, "step": playback.start}
    return mount(pack(playback, pictures), rest=rest, key=key)


def mount(message: bytes, *, rest: dict[str, Any], key: str) -> PlayerResult:
    """Show a message packed beforehand, which many readers may share.

    Args:
        message: What `bnviz.ui.payload.pack` returned.
        rest: The run and the visit that the message tells of, and the step at which it lets the reader begin.
        key: A name for the player, unique on the page.

    Returns:
        Where the reader rests, and whether the player asks for everything again.
    """
    result = _component()(
        key=key,
        data=message,
        default={"rest": None},
        on_rest_change=_rerun,
        on_resync_change=_rerun,
    )
    return PlayerResult(_resting_step(result.get("rest"), rest), bool(result.get("resync")))


@functools.cache
def _component() -> Any:
    """Register the component, once in the life of the process, when the first page mounts it."""
    ensure_bundle_once()
    return st.components.v2.component(COMPONENT_NAME, js="player.js", css="player.css")


def _resting_step(reported: Any, begun: dict[str, Any]) -> int | None:
    """Return the reported step; until there is a report of this run and visit, the step it began at."""
    known = isinstance(reported, dict) and all(reported.get(name) == begun[name] for name in ("run", "visit"))
    step = (reported if known else begun).get("step")
    return step if isinstance(step, int) else None


def _rerun() -> None:
    """Let a change rerun the page; Streamlit wants a callback for every name it should report."""
