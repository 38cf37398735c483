"""The sweep on screen: heat map, lines, verdict, the way to one of its runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from bnviz.core.codec import to_link
from bnviz.core.rate_claims import also_of, effect_of, headroom_of_others, pair_of, verdict_of
from bnviz.core.rates import Choices, sweep_of
from bnviz.core.sweep import Point, Sweep
from bnviz.core.sweep_table import SweepTable
from bnviz.plots import heat, sweep_lines, sweep_words
from bnviz.runs.sweeps import SweepRun, shared_sweeps
from bnviz.ui import charts, figure_files
from bnviz.ui.asking import Wanted, is_asked, say_what_is_missing, what_now
from bnviz.ui.claims import Half, claim_box, show_verdict, told
from bnviz.ui.frame import PAGES
from bnviz.ui.hiding import shown
from bnviz.ui.longwork import show_work
from bnviz.ui.messages import text
from bnviz.ui.rates_controls import choose_measure
from bnviz.ui.rates_state import back_button, current
from bnviz.ui.scenarios import scenario

_HEAT, _GO = "rates_heat", "rates_go"


def show_sweep(chosen: Choices, *, dark: bool) -> Choices:
    """The claim, the sweep as far as it is, and what it says; the reader's last choices are given back."""
    claim = scenario(chosen.claim)
    prediction = claim_box("rates", claim, lambda: wanted_of(current()), below=back_button)
    choose_measure()
    chosen, store = current(), shared_sweeps()
    wanted = wanted_of(chosen)
    asked = is_asked(wanted, answered=bool(prediction), store=store)

    def body(run: SweepRun | None) -> None:
        _follow(wanted.whole)
        table = _table(run, wanted)
        _pictures(table, chosen.measure, dark=dark)
        if not asked and pair_of(chosen) is not None:
            say_what_is_missing(wanted, answered=bool(prediction))
        elif run is not None:
            _say(run, chosen, prediction)
        if run is not None and not run.active:
            figure_files.numbers(lambda: pd.DataFrame(run.table.rows()), charts.rates_origin(), name="sweep")

    show_work(store, what_now(wanted, asked), body, key="rates.sweep")
    if shown("watch"):
        _open_live(wanted.whole)
    return chosen


def wanted_of(chosen: Choices) -> Wanted[Sweep]:
    """The sweep that the choices ask for: with one seed, and with all."""
    sweep = sweep_of(chosen)
    return Wanted(replace(sweep, seeds=sweep.seeds[:1]), sweep, len(sweep.seeds))


def _table(run: SweepRun | None, wanted: Wanted[Sweep]) -> SweepTable:
    """What is drawn: all seeds, until the first of them is complete the one seed that was on screen before."""
    found = shared_sweeps().find(wanted.first)
    if run is None or (run.sweep != wanted.first and run.cells < wanted.first.cells and found is not None):
        return SweepTable(wanted.first) if found is None else found.table
    return run.table


def _pictures(table: SweepTable, measure: str, *, dark: bool) -> None:
    figure = heat.heat_map(table, measure, dark=dark)
    lines = len(table.sweep.axes) == 1
    left, right = st.columns([7, 5], gap="medium") if lines else (st.container(), None)
    with left:
        figure_files.headed(figure, charts.rates_origin(), paper=partial(heat.heat_map, table, measure, dark=False))
        st.vega_lite_chart(
            figure.spec_at(width="container"), width="stretch", theme=None, alt=str(figure.alt), key=_HEAT,
            on_select=_clicked, selection_mode=heat.CELL,
        )  # fmt: skip
        st.caption(figure.caption_at(0))
    if right is not None:
        with right:
            charts.rates(sweep_lines.lines(table, measure, dark=dark))


def _clicked() -> None:
    """Before the rerun that a click causes: remember which cell it was."""
    picked = st.session_state[_HEAT]["selection"].get(heat.CELL) or []
    if picked:
        st.session_state[_GO] = (int(picked[0]["x"]), int(picked[0]["y"]))


def _follow(sweep: Sweep) -> None:
    """Open the run of the cell that was clicked."""
    place = st.session_state.pop(_GO, None)
    if place is not None and place[0] < sweep.shape[0]:
        point, _ = heat.at_place(sweep, *place)
        _to_train(sweep, point, sweep.seeds[0])


def _to_train(sweep: Sweep, point: Point, seed: int) -> None:
    st.switch_page(PAGES / "train.py", query_params=to_link(sweep.experiment(point, seed)))


def _say(run: SweepRun, chosen: Choices, prediction: str | None) -> None:
    """The verdict on the claim; of a sweep over rates also how high and how fast, kept apart."""
    table = run.table
    verdict = verdict_of(chosen.claim, table, chosen)
    if verdict is None or pair_of(chosen) is None:
        st.info(text("rates.state.needs_arms"), icon=":material/add:")
    else:
        show_verdict(
            scenario(chosen.claim), verdict, prediction=prediction, halves=_halves(table, chosen),
            more=lambda: _others(table, chosen), measuring=run.active,
        )  # fmt: skip
    if chosen.part == "rate" and shown("apart"):
        _apart(table, chosen, measuring=run.active)


def _halves(table: SweepTable, chosen: Choices) -> list[Half]:
    """What the claim says, one thing after the other, each with its own numbers."""
    claim = chosen.claim
    words = text(f"rates.effects.{claim}", target=f"{100 * chosen.target:g}\u00a0%")
    halves = [Half(effect_of(claim, table, chosen), words, text(f"rates.units.{claim}"))]
    for one in also_of(claim, table, chosen):
        said = "claims.above" if one.limit.above else "claims.below"
        halves.append(Half(one.limit.judge(one.numbers), text(f"rates.also.{claim}_{one.name}"), "{:.1%}", said))
    return halves


def _others(table: SweepTable, chosen: Choices) -> None:
    """How much headroom the other norms have, from the same sweep."""
    for name, found in headroom_of_others(table, chosen).items():
        if not found.seeds:
            continue
        numbers = {key: told(getattr(found, key), text("rates.units.C5")) for key in ("median", "low", "high")}
        word = text(f"rates.headroom.{found.word}", least=f"{found.least:g}")
        arm = text(f"rates.arms.{name}")
        key = "other" if found.seeds > 1 else "other_once"
        st.markdown(text(f"rates.headroom.{key}", arm=arm, seeds=found.seeds, word=word, **numbers))


def _apart(table: SweepTable, chosen: Choices, *, measuring: bool) -> None:
    """Two claims that are often taken for one, each with its own verdict from this sweep."""
    st.markdown(f"**{text('rates.apart.title')}**")
    for column, name in zip(st.columns(3, gap="medium"), ("C5", "C8", "same"), strict=True):
        verdict = verdict_of(name, table, chosen)
        rate = f"{table.sweep.axes[0].values[0]:g}"
        column.markdown(text(f"rates.apart.{name}", rate=rate))
        if verdict is not None:
            open_yet = not verdict.seeds or (measuring and verdict.word == "few")
            word = text(f"rates.apart.{'nothing' if open_yet else verdict.word}")
            column.markdown(f"**{word}** {text('rates.apart.seeds', seeds=verdict.seeds)}")
    st.table(sweep_words.rates_table(table), hide_index=True)


def _open_live(sweep: Sweep) -> None:
    """The same as a click on a cell, for the keyboard."""
    st.markdown(f"**{text('rates.live.title')}**")
    place: list[int] = []
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for number, axis in enumerate(sweep.axes):
            name = f"rates_live_{number}"
            options = list(range(len(axis.values)))
            if st.session_state.get(name, 0) not in options:
                st.session_state[name] = 0
            label = text(f"rates.live.{axis.field.partition('.')[2]}")
            place.append(st.selectbox(label, options, key=name, width=200, format_func=_value_of(axis.values)))
        seed = st.selectbox(text("rates.live.seed"), sweep.seeds, key="rates_live_seed", width=120)
        pressed = st.button(text("rates.live.open"), key="rates_live_open", icon=":material/play_circle:")
    if pressed:
        _to_train(sweep, tuple(place), seed)


def _value_of(values: tuple[Any, ...]) -> Callable[[int], str]:
    words = [f"{value:g}" if isinstance(value, float) else heat.kind_words(str(value)) for value in values]
    return words.__getitem__
