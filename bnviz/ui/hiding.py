"""A teacher's switches: a link with ``hide=`` leaves out controls and panels; what is hidden keeps its value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any

import streamlit as st

from bnviz.ui import links

HIDE = "hide"
_VEIL = "hiding.veil"
COMMON = ("claim_text", "predict", "lesson_text", "files", "quiz", "notation", "share")
"""Of every lab."""
QUESTION = ("predict", "judge")
"""What a lab asks about a claim, and the button that measures all seeds."""
MEASURED = ("judge", "back", "work", "verdict")
"""Of the labs whose claims are measured with several seeds."""
PARTS: dict[str, tuple[str, ...]] = {
    "inputs": (
        "claims",
        "set", "own", "feature", "axes", "stretch", "more", "clouds", "facts", "moves", "limits", "outlier", "scale",
        "offset", "n", "noise", "test_fraction", "seed", "preprocess", "ways_on",
    ),
    "ravine": (
        "claims",
        "scenes", "shown", "optimizer", "pace", "steps", "data", "name", "feature", "stretch", "noise", "model", "loss",
        "bias", "plane", "start", "seed", "options", "rates", "verdict", "surface", "contour", "arrows", "traces",
        "losses", "article", "ways_on",
    ),
    "layer": (
        "claims",
        "source", "lesson", "told", "factor", "editor", "name", "preprocess", "size", "open_train", "arm", "layer",
        "step", "eps", "precision", "first_row", "first_feature", "phases", "formula", "code", "gamma", "beta",
        "drag", "row", "batches", "sentences",
    ),
    "running": (
        "claims",
        "presets", "part", "momentum", "after", "data", "learning_rate", "batch_size", "updates", "order", "layers",
        "width", "seed", "reset", "layer", "unit", "biased", "estimates", "row", "factor", "offset", "folded",
    ),
    "noise": (
        "part", "task", *MEASURED, "seeds", "depth_seeds", "first_seed", "updates", "learning_rate", "layer",
        "digit_rows", "moon_rows", "moon_noise", "epochs", "small_rate", "input_rows", "level", "dropout",
        "activation", "blocks", "width", "ahead", "reset", "watch",
    ),
    "rates": (
        "part", "claim", *MEASURED, "measure", "arms", "low", "high", "values", "scale_low", "scale_high", "scales",
        "depths", "kinds", "deep", "data", "activation", "layers", "width", "gain", "learning_rate", "batch_size",
        "updates", "target", "seeds", "seed", "reset", "along", "arm", "quantity", "layer", "apart", "watch",
        "before", "ends",
    ),
    "shift": (
        "part", "claim", *MEASURED, "seeds", "seed", "reset", "classifier", "learning_rate", "batch_size", "noise",
        "activation", "depth", "unit", "evidence",
    ),
    "smoothness": (
        "part", *MEASURED, "presets", "step", "quantity", "statistics", "loss", "norms", "activation", "layers",
        "width", "learning_rate", "batch_size", "updates", "seeds", "seed", "reset", "take_run", "leave_run",
        "open_train", "layer", "decay",
    ),
    "axes": ("claims", "norm", "groups", "images", "batch", "shown", "block", "updates", "formula", "counts", "facts"),
    "train": (
        "claims",
        "learning_rate", "activation", "depth", "arms", "norm", "remove", "placement", "arm_settings", "momentum",
        "eps", "groups", "ghost_size", "per_layer", "own_learning_rate", "own_gain", "own_optimizer", "own_dropout",
        "add_arm", "training", "batch_size", "steps", "optimizer", "dropout", "weight_decay", "input_noise", "order",
        "network", "network_kind", "uneven", "widths", "width", "pool", "head", "gain", "init", "bias", "data",
        "name", "n", "features", "noise", "balance", "preprocess", "test_fraction", "seed", "reset", "show", "kind",
        "view_arm", "view_layer", "band", "work", "results", "compare", "take_home",
    ),
    "claims": ("search", "article", "lab", "about", "share"),
    "lessons": ("share",),
    "check": (
        "norm", "inputs", "batch_size", "eps", "placement", "activation", "optimizer", "again", "compared",
        "side_by_side", "share",
    ),
    "quiz": ("scores", "quiz", "share"),
}  # fmt: skip
"""What can be hidden on each page: a control by the last part of its key, a panel by its name."""
_OTHERS = ("claims", "lessons", "check", "quiz")
_all_hidden: ContextVar[bool] = ContextVar("all_hidden", default=False)


def parts_of(page: str) -> tuple[str, ...]:
    """What can be hidden on a page."""
    return (*PARTS.get(page, ()), *(() if page in _OTHERS else COMMON))


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


def veil(names: Iterable[str]) -> None:
    """Leave these parts out as well while the page runs: they would answer the question that a lesson asks."""
    st.session_state[_VEIL] = tuple(names)


def shown(name: str) -> bool:
    """Whether a control or a panel is to be shown."""
    return not _all_hidden.get() and name not in named() and name not in st.session_state.get(_VEIL, ())


def name_of(key: str) -> str:
    """What a widget is called in ``hide=``: the last part of its key, without the number of one of several."""
    return key.rstrip(".0123456789").rpartition(".")[2]


def ask(widget: Callable[..., Any], *args: Any, key: str, name: str = "", **words: Any) -> Any:
    """A widget, or where a teacher has hidden it, its value.

    Args:
        widget: such as `st.slider`.
        args, words: what it takes.
        key: its key.
        name: what it is called in ``hide=``; the last part of its key if empty.
    """
    if shown(name or name_of(key)):
        wrapped = {"wrap": True} if widget in (st.pills, st.segmented_control) else {}  # else a phone cuts them off
        return widget(*args, key=key, **wrapped, **words)
    if widget in (st.button, st.download_button):
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
