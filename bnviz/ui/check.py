"""The page on how the numbers are checked: what the tests hold, and the same check run for the reader."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import streamlit as st

from bnviz.core import check as core
from bnviz.core.check import Check, Compared, Losses
from bnviz.core.codec import group_from_link, group_to_link
from bnviz.plots.theme import number, plain_number
from bnviz.runs import compiled
from bnviz.ui import links
from bnviz.ui.hiding import ask, shown
from bnviz.ui.messages import text

PAGE = "check"
EPSILONS = (1e-8, 1e-5, 1e-3, 1e-1, 1.0)
BATCHES = (2, 4, 8, 16, 32, 64)
EVERY = 10
_PROBLEMS = "check_link.problems"


def _key(name: str) -> str:
    return f"{PAGE}.{name}"


def show() -> None:
    """The whole page."""
    _take_link()
    st.markdown(text("check.how"))
    st.subheader(text("check.now"), anchor=False)
    check = _controls()
    with st.spinner(text("check.running")):
        layer, training = core.check_layer(check), core.check_training(check)
        engine = core.check_engine(check) if compiled.usable() else None
    rows = [*layer, training.compared, *([] if engine is None else [engine.compared])]
    _say(rows)
    if shown("compared"):
        _table(check, rows)
    st.caption(text("check.tolerances", layer=number(layer[0].tolerance), losses=number(core.LOSS_TOLERANCE)))
    if engine is None:
        st.caption(text("check.no_engine"))
    if shown("side_by_side"):
        _losses(check, training)
    links.write(PAGE, group_to_link(PAGE, check, Check()))


def _take_link() -> None:
    """Let the widgets show what the address names, if it says something new."""
    if links.arrived(PAGE):
        problems: list[str] = []
        chosen = group_from_link(PAGE, Check(), st.query_params.to_dict(), problems)
        for item in fields(Check):
            st.session_state[_key(item.name)] = getattr(chosen, item.name)
        st.session_state[_PROBLEMS] = problems
    for item in fields(Check):
        st.session_state.setdefault(_key(item.name), item.default)
    links.show_problems(st.session_state.get(_PROBLEMS, []))


def _controls() -> Check:
    """Show the controls; returns what they say."""
    with st.container(horizontal=True, gap="medium"):
        _words("norm", core.NORMS)
        _words("inputs", core.INPUTS)
        _scale("batch_size", BATCHES)
        _scale("eps", EPSILONS)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        _words("placement", core.PLACEMENTS)
        _words("activation", core.ACTIVATIONS)
        _words("optimizer", core.OPTIMIZERS)
        label, icon = text("check.again"), ":material/casino:"
        ask(
            st.button,
            label,
            icon=icon,
            key="check_again",
            name="again",
            on_click=_draw_again,
            help=text("check.again_help"),
        )
    return Check(**{item.name: st.session_state[_key(item.name)] for item in fields(Check)})


def _draw_again() -> None:
    st.session_state[_key("seed")] = random.randrange(1, 10_000)


def _words(name: str, options: Sequence[str]) -> None:
    ask(
        st.selectbox,
        text(f"check.labels.{name}"),
        list(options),
        key=_key(name),
        format_func=lambda word: text(f"check.options.{name}.{word}"),
        help=text(f"check.help.{name}"),
        persist_state="session",
        width=230,
    )


def _scale(name: str, options: Sequence[float]) -> None:
    value = st.session_state[_key(name)]
    ask(
        st.select_slider,
        text(f"check.labels.{name}"),
        sorted({*options, value}),
        key=_key(name),
        format_func=plain_number,
        help=text(f"check.help.{name}"),
        persist_state="session",
        width=230,
    )


def _say(rows: list[Compared]) -> None:
    """All in one sentence."""
    failed = [row for row in rows if not row.holds]
    seed = st.session_state[_key("seed")]
    if failed:
        names = ", ".join(text(f"check.names.{row.name}") for row in failed)
        st.error(text("check.failed", count=len(failed), total=len(rows), names=names), icon=":material/error:")
    else:
        worst = max(rows, key=lambda row: row.difference / row.tolerance)
        said = text("check.passed", total=len(rows), worst=text(f"check.names.{worst.name}"),
                    difference=number(worst.difference), tolerance=number(worst.tolerance), seed=seed)  # fmt: skip
        st.success(said, icon=":material/verified:")


def _table(check: Check, rows: list[Compared]) -> None:
    """One row a quantity."""
    columns: dict[str, Callable[[Compared], str]] = {
        "what": lambda row: text(f"check.names.{row.name}"),
        "verdict": lambda row: text("check.agrees" if row.holds else "check.differs"),
        "difference": lambda row: number(row.difference),
        "tolerance": lambda row: number(row.tolerance),
        "against": lambda row: text(f"check.against.{_rival(row.name)}"),
    }
    table: list[dict[str, Any]] = [
        {text(f"check.columns.{name}"): shown(row) for name, shown in columns.items()} for row in rows
    ]
    st.table(table, border="horizontal", hide_index=True, alt=text("check.table", norm=_norm(check)))


def _rival(name: str) -> str:
    return {"training_loss": "sequential", "engine_loss": "engine"}.get(name, "layer")


def _norm(check: Check) -> str:
    return text(f"check.options.norm.{check.norm}")


def _losses(check: Check, training: Losses) -> None:
    """The two trainings side by side, every tenth update."""
    st.subheader(text("check.side_by_side"), anchor=False)
    optimizer = text(f"check.options.optimizer.{check.optimizer}")
    st.markdown(text("check.training", norm=_norm(check), optimizer=optimizer, rate=core.RATES[check.optimizer]))
    names = ("updates", "ours", "theirs", "apart")
    heads = [text(f"check.columns.{name}") for name in names]
    rows = [
        dict(zip(heads, (str(step), f"{ours:.10f}", f"{theirs:.10f}", number(abs(ours - theirs))), strict=True))
        for step, (ours, theirs) in enumerate(zip(training.ours, training.theirs, strict=True))
        if step % EVERY == 0
    ]
    st.table(rows, border="horizontal", hide_index=True, alt=text("check.side_by_side"))
