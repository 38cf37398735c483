"""The lab of the axes: its controls, its link, and the block as a component."""

from __future__ import annotations

import functools
from dataclasses import fields, replace
from typing import Any

import streamlit as st

from bnviz.core.axes import BATCHES, BLOCKS, GROUPS, LIVE, MOST_IMAGES, SHOWN, UPDATES, Choices
from bnviz.core.codec import group_from_link, group_to_link
from bnviz.core.norms import KINDS
from bnviz.ui import links
from bnviz.ui.hiding import ask
from bnviz.ui.messages import text
from bnviz.ui.notation import signed
from bnviz.ui.origin import Origin

COMPONENT_NAME = "bnviz.axes"
_PAGE, _GROUP = "axes", "axes"
_PROBLEMS, _VISIT, _CELL = "axes_link.problems", "axes_link.visit", "axes.cell"
_COMPONENT = "axes.player"  # links take no key with this name for a setting


def _key(name: str) -> str:
    return f"{_PAGE}.{name}"


def take_link() -> None:
    """Let the widgets show what the address names, if it says something new."""
    if links.arrived(_PAGE):
        problems: list[str] = []
        chosen = group_from_link(_GROUP, Choices(), st.query_params.to_dict(), problems)
        for item in fields(Choices):
            st.session_state[_key(item.name)] = getattr(chosen, item.name)
        st.session_state[_PROBLEMS] = problems
        st.session_state[_VISIT] = st.session_state.get(_VISIT, 0) + 1
    for item in fields(Choices):
        st.session_state.setdefault(_key(item.name), item.default)
    links.show_problems(st.session_state.get(_PROBLEMS, []))


def write_link(choices: Choices) -> None:
    """Let the address name what is on screen."""
    links.write(_PAGE, group_to_link(_GROUP, choices, Choices()))


def controls() -> Choices:
    """Show the controls; returns what they say."""
    with st.container(horizontal=True, gap="medium"):
        norm = _segments("norm", KINDS, lambda kind: text(f"axes.norm.{kind}"))
        if norm == "group":
            _segments("groups", GROUPS, str)
        else:
            st.session_state[_key("groups")] = st.session_state[_key("groups")]
        _slider("images", 1, MOST_IMAGES)
        _slider("batch", 1, BATCHES)
    with st.container(horizontal=True, gap="medium"):
        _segments("shown", SHOWN, lambda word: text(f"axes.shown.{word}"))
        _segments("block", range(1, BLOCKS + 1), block_name)
        _segments("updates", UPDATES, str)
    return current()


def current() -> Choices:
    """What the controls say."""
    values = {item.name: st.session_state.get(_key(item.name), item.default) for item in fields(Choices)}
    return replace(Choices(), **values)


def block_name(place: int) -> str:
    """What the block with this number is called."""
    if place == BLOCKS:
        return text("axes.block.average")
    height, width = LIVE.network.sides(LIVE.data.name)[place - 1]
    return text("axes.block.conv", place=place, height=height, width=width)


def _segments(name: str, options: Any, shown: Any) -> Any:
    return ask(
        st.segmented_control,
        text(f"axes.labels.{name}"),
        list(options),
        key=_key(name),
        persist_state="session",
        format_func=shown,
        help=text(f"axes.help.{name}"),
        required=True,
    )


def _slider(name: str, low: int, high: int) -> None:
    ask(
        st.slider,
        text(f"axes.labels.{name}"),
        low,
        high,
        key=_key(name),
        persist_state="session",
        help=text(f"axes.help.{name}"),
        width=180,
    )


def words(kind: str, drawn: str) -> dict[str, str]:
    """The sentences that the component fills with numbers.

    Args:
        kind: of norm.
        drawn: values, or normalized: what the panel tells first.
    """
    panel = {name: text(f"axes.panel.{name}") for name in ("where", "value", "mean", "var", "formula", "one", "many")}
    if kind == "rms":
        panel |= {name: text(f"axes.panel.rms_{name}") for name in ("mean", "var", "formula")}
    if drawn == "normalized":
        panel["value"] = text("axes.panel.value_normalized")
    panel |= {name: signed(panel[name]) for name in ("value", "formula")}
    return panel | {
        "who": text(f"axes.panel.who_{kind}"),
        "label": text("axes.panel.label"),
        "first": text("axes.panel.first"),
        "title": text("axes.panel.title", norm=text(f"axes.norm.{kind}")),
    }


def show_block(message: dict[str, Any], choices: Choices, origin: Origin) -> None:
    """Mount the block; the chosen cell comes back into the settings."""
    data = message | {
        "words": words(choices.norm, choices.shown),
        "cell": list(choices.cell),
        "visit": st.session_state.get(_VISIT, 0),
        "updates": choices.updates,
        "origin": origin.told(),
    }
    _component()(key=_COMPONENT, data=data, default={"cell": None}, on_cell_change=_take_cell)


def _take_cell() -> None:
    """Before the rerun that a click causes: remember the cell."""
    reported = st.session_state.get(_COMPONENT)
    cell = reported.get("cell") if reported is not None else None
    if isinstance(cell, list | tuple) and len(cell) == len(Choices().cell):
        st.session_state[_CELL] = tuple(int(place) for place in cell)


@functools.cache
def _component() -> Any:
    """Register the component, once in the life of the process."""
    return st.components.v2.component(COMPONENT_NAME, js="axes/axes.js", css="axes/axes.css")
