"""A teacher's switches: a link with ``hide=`` leaves out controls and panels; what is hidden keeps its value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any

import streamlit as st

from bnviz.ui import links

HIDE = "hide"
COMMON = ("claims", "quiz", "notation", "share")
PARTS: dict[str, tuple[str, ...]] = {
    "inputs": (
        "set", "feature", "axes", "stretch", "more", "clouds", "facts", "moves", "limits", "outlier", "scale", "offset",
        "n", "noise", "test_fraction", "seed", "preprocess", "ways_on",
    ),
    "ravine": (
        "scenes", "shown", "optimizer", "pace", "steps", "data", "name", "feature", "stretch", "noise", "model", "loss",
        "bias", "plane", "start", "seed", "article", "ways_on",
    ),
    "layer": (
        "source", "lesson", "editor", "name", "preprocess", "size", "arm", "layer", "step", "eps", "precision",
        "first_row", "first_feature", "gamma", "beta", "drag", "row", "batches", "sentences",
    ),
    "running": (
        "presets", "part", "momentum", "after", "data", "learning_rate", "batch_size", "updates", "order", "layers",
        "width", "seed", "layer", "unit", "biased", "row", "factor", "offset",
    ),
    "noise": (
        "part", "task", "seeds", "depth_seeds", "first_seed", "updates", "learning_rate", "layer", "digit_rows",
        "moon_rows", "moon_noise", "epochs", "small_rate", "input_rows", "level", "dropout", "activation", "blocks",
        "width", "ahead", "reset", "predict",
    ),
    "rates": (
        "part", "claim", "predict", "measure", "arms", "low", "high", "values", "scale_low", "scale_high", "scales",
        "depths", "kinds", "deep", "data", "activation", "layers", "width", "gain", "learning_rate", "batch_size",
        "updates", "target", "seeds", "seed", "reset", "along", "arm", "quantity", "layer", "watch",
    ),
    "shift": (
        "part", "claim", "predict", "seeds", "seed", "reset", "classifier", "learning_rate", "batch_size", "noise",
        "activation", "depth", "unit",
    ),
    "smoothness": (
        "part", "predict", "presets", "step", "quantity", "statistics", "loss", "norms", "activation", "layers",
        "width", "learning_rate", "batch_size", "updates", "seed", "seeds", "reset", "layer", "decay",
    ),
    "axes": ("norm", "groups", "images", "batch", "shown", "block", "updates", "formula", "counts", "facts"),
    "train": (
        "learning_rate", "activation", "depth", "arms", "training", "batch_size", "steps", "optimizer", "dropout",
        "weight_decay", "input_noise", "order", "network", "width", "gain", "init", "bias", "data", "name", "n",
        "features", "noise", "balance", "preprocess", "test_fraction", "seed", "reset", "show", "kind", "view_arm",
        "view_layer", "band", "results", "compare", "take_home",
    ),
}  # fmt: skip
"""What can be hidden in each lab: a control by the last part of its key, a panel by its name."""
_all_hidden: ContextVar[bool] = ContextVar("all_hidden", default=False)


def parts_of(page: str) -> tuple[str, ...]:
    """What can be hidden on a page."""
    return (*PARTS.get(page, ()), *COMMON)


def known() -> frozenset[str]:
    """What can be hidden anywhere."""
    return frozenset(name for parts in PARTS.values() for name in parts) | frozenset(COMMON)


def named() -> list[str]:
    """Every name that the address asks to hide, once, in its order."""
    return list(dict.fromkeys(name for name in links.kept().get(HIDE, "").split(".") if name))


def unknown() -> list[str]:
    """Names in the address that no page knows."""
    there = known()
    return [name for name in named() if name not in there]


def hide(names: list[str], *, page: str) -> None:
    """Hide exactly these parts of a page; what is hidden on other pages stays so."""
    others = [name for name in named() if name in known() and name not in parts_of(page)]
    links.keep(HIDE, ".".join([*names, *others]) or None)


def shown(name: str) -> bool:
    """Whether a control or a panel is to be shown."""
    return not _all_hidden.get() and name not in named()


def name_of(key: str) -> str:
    """What a widget is called in ``hide=``: the last part of its key, without the number of one of several."""
    return key.rpartition(".")[2].rstrip("0123456789")


def ask(widget: Callable[..., Any], *args: Any, key: str, **words: Any) -> Any:
    """A widget, or where a teacher has hidden it, its value.

    Args:
        widget: such as `st.slider`.
        args, words: what it takes.
        key: its key, whose last part is its name.
    """
    if shown(name_of(key)):
        wrapped = {"wrap": True} if widget in (st.pills, st.segmented_control) else {}  # else a phone cuts them off
        return widget(*args, key=key, **wrapped, **words)
    if widget is st.button:
        return False
    if key in st.session_state:
        st.session_state[key] = st.session_state[key]  # else Streamlit forgets it with its widget
    return st.session_state.get(key, words.get("value"))


@contextmanager
def group(name: str, opened: Callable[[], AbstractContextManager[Any]]) -> Iterator[None]:
    """A panel with controls: what `opened` opens, or where a teacher has hidden it, nothing, and the values stay."""
    if shown(name):
        with opened():
            yield
        return
    place, before = st.empty(), _all_hidden.set(True)
    try:
        with place.container():
            yield
    finally:
        _all_hidden.reset(before)
    place.empty()
