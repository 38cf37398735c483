"""Pinned runs over each other: their curves, histograms, results, and the settings in which they differ."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from bnviz import plots
from bnviz.core import describe
from bnviz.plots import compare as drawn
from bnviz.plots import compare_bins, theme
from bnviz.plots.compare import Compared
from bnviz.plots.figure import Figure
from bnviz.runs import Run, shared_store
from bnviz.ui import charts, compare_view, controls, figure_files, live, pin_words, pins, results_table
from bnviz.ui.compare_view import SPLIT
from bnviz.ui.hiding import shown
from bnviz.ui.messages import plain, text
from bnviz.ui.origin import Origin
from bnviz.ui.pins import Pin

TICK = 0.5
COLUMN = 3
STEM = "bnviz-compare"
PATHS = ("M14 1a4 4 0 1 0 0.01 0z", "M10.5 1.5h7v7h-7z", "M14 1l4.5 8h-9z", "M14 0l5 5l-5 5l-5 -5z",
         "M12.5 1h3v2.5h2.5v3h-2.5v2.5h-3v-2.5h-2.5v-3h2.5z", "M14 9l4.5 -8h-9z")  # fmt: skip


def show(run: Run, *, dark: bool, after: Callable[[], None]) -> None:
    """The pinned runs, and the button that pins the one on screen.

    Args:
        run: the one on screen.
        dark: the theme.
        after: called when the reader has said what of them to look at.
    """
    if not shown("compare"):
        return
    st.subheader(text("compare.title"), anchor=False)
    _pin_button(run)
    if pins.note():
        with st.container(horizontal=True, vertical_alignment="center", key="compare_note"):
            st.info(plain(pins.note()), icon=":material/push_pin:")
            if pins.can_undo():
                st.button(text("compare.undo"), icon=":material/undo:", key="compare_undo", on_click=pins.undo)
    _leave_others(len(pins.pins()))
    if not pins.pins():
        st.caption(text("compare.about"))
        return
    _names(dark=dark)
    runs = _open()
    going = any(one.active for one in runs)

    def body() -> None:
        for place, one in enumerate(runs):
            shared_store().watch(one, _viewer(place))
        _compared(runs, dark=dark)
        after()
        if going and not any(one.active for one in runs):
            st.rerun()

    st.fragment(body, run_every=TICK if going else None)()


def _viewer(place: int) -> str:
    return f"{live.viewer()}/pin{place}"


def _open() -> list[Run]:
    """The runs of all pins, trained again where they have been forgotten; one that was stopped stays as it is."""
    store, found = shared_store(), []
    for place, pin in enumerate(pins.pins()):
        stopped = store.find(pin.experiment) if live.is_stopped(pin.experiment) else None
        found.append(stopped or store.open(pin.experiment, _viewer(place)))
    return found


def _leave_others(first: int) -> None:
    for place in range(first, pins.MOST):
        shared_store().leave(_viewer(place))


def _pin_button(run: Run) -> None:
    known = next((pin.name for pin in pins.pins() if pin.experiment == run.experiment), None)
    with st.container(horizontal=True, key="compare_buttons"):
        st.button(
            text("compare.pin") if known is None else text("compare.pinned", name=plain(known)),
            icon=":material/push_pin:",
            key="compare_pin",
            on_click=pins.pin,
            args=(run.experiment,),
            disabled=known is not None,
        )
        if pins.pins():
            st.button(text("compare.clear"), icon=":material/close:", key="compare_clear", on_click=pins.clear)


def mark(place: int, *, dark: bool) -> str:
    """The width and the mark of one run as Markdown."""
    ink = theme.INK[dark]
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="28" height="10">'
        f'<line x1="0" y1="5" x2="28" y2="5" stroke="{ink}" stroke-width="{drawn.WIDTHS[place]}"/>'
        f'<path d="{PATHS[place]}" fill="{ink}"/></svg>'
    )
    return f"![](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"


def _names(*, dark: bool) -> None:
    """The legend of the runs; each name opens what can be done with it."""
    with st.container(horizontal=True, key="compare_pins"):
        for place, pin in enumerate(pins.pins()):
            with st.popover(f"{mark(place, dark=dark)} **{plain(pin.name)}**"):
                st.caption(" · ".join(describe.words(pin.experiment)))
                _name_of(pin, place)
                st.button(
                    text("compare.open"), key=f"compare_open_{place}", icon=":material/visibility:", width="stretch",
                    on_click=controls.show_experiment, args=(pin.experiment,),
                )  # fmt: skip
                st.button(
                    text("compare.unpin"), key=f"compare_unpin_{place}", icon=":material/close:", width="stretch",
                    on_click=pins.unpin, args=(pin.name,),
                )  # fmt: skip
    if any(describe.is_own(pin.experiment) for pin in pins.pins()):
        st.caption(text("compare.own"))


def _name_of(pin: Pin, place: int) -> None:
    key = f"compare_name_{place}"
    st.session_state[key] = pin.name
    st.text_input(
        text("compare.rename"), key=key, max_chars=pins.MOST_LETTERS,
        on_change=lambda: pins.rename(pin.name, st.session_state[key]),
    )  # fmt: skip


def _compared(runs: Sequence[Run], *, dark: bool) -> None:
    """Everything about the runs of which something is recorded."""
    known = []
    for place, (pin, run) in enumerate(zip(pins.pins(), runs, strict=True)):
        recording = run.recording()
        if run.status == "failed":
            st.warning(text("compare.failed", name=plain(pin.name), problem=run.problem))
        elif recording is None or run.active:
            total = run.experiment.training.steps
            st.progress(run.step / total, text("compare.training", name=plain(pin.name), step=run.step, total=total))
        if recording is not None:
            known.append(Compared(pin.name, place, recording))
    if not known:
        return
    arms, split = _choices(known, dark=dark)
    if arms:
        settings = [f"{pin.name}: {', '.join(describe.words(pin.experiment))}" for pin in pins.pins()]
        _curves(known, arms, split, settings, dark=dark)
        _histograms(known, arms, settings, dark=dark)
    else:
        st.info(text("compare.no_arm"))
    _tables(known)


def _choices(known: Sequence[Compared], *, dark: bool) -> tuple[list[str], str]:
    arms = compare_view.choose_arms(list(drawn.colours(known, dark=dark)))
    st.session_state.setdefault(SPLIT, drawn.SPLITS[0])
    split = st.segmented_control(
        text("compare.split"), drawn.SPLITS, key=SPLIT, required=True,
        format_func=lambda name: text(f"compare.{name}"), persist_state="session", wrap=True,
    )  # fmt: skip
    return arms, str(split)


def _origin(settings: Sequence[str] = ()) -> Origin:
    """Of the pinned runs."""
    return Origin("train", STEM, tuple(settings), pins.to_params() | compare_view.to_params())


def _draw(figure: Figure, settings: Sequence[str]) -> None:
    charts.show(figure, _origin(settings))


def _curves(known: Sequence[Compared], arms: list[str], split: str, settings: Sequence[str], *, dark: bool) -> None:
    for column, measure in zip(st.columns(2, gap="medium"), ("loss", "accuracy"), strict=True):
        figure = drawn.curves(known, arms, split=split, measure=measure, dark=dark)
        if figure is not None:
            with column:
                _draw(figure, settings)


def _histograms(known: Sequence[Compared], arms: list[str], settings: Sequence[str], *, dark: bool) -> None:
    depth = max(len(run.recording.experiment.network.hidden) for run in known)
    if not depth:
        st.caption(text("compare.no_layer"))
        return
    st.markdown(f"**{text('compare.histograms')}**")
    with st.container(horizontal=True, key="compare_runs"):
        for run in known:
            st.markdown(f"{mark(run.place, dark=dark)} {plain(run.name)}", width="content")
    layer, step = compare_view.choose(list(range(1, depth + 1)), drawn.known_steps(known))
    figures = [compare_bins.histograms(known, arm, layer=layer - 1, step=step, dark=dark) for arm in arms]
    there = [figure for figure in figures if figure is not None]
    for begin in range(0, len(there), COLUMN):
        for column, figure in zip(st.columns(COLUMN, gap="medium"), there[begin : begin + COLUMN], strict=False):
            with column:
                _draw(figure, settings)


def _tables(known: Sequence[Compared]) -> None:
    """In which settings the runs differ, and what became of their arms."""
    wanted = pins.pins()
    st.markdown(f"**{text('compare.differ')}**")
    if len(wanted) < 2:
        st.caption(text("compare.one"))
    else:
        columns = [pin.name for pin in wanted]
        found = describe.differing([pin.experiment for pin in wanted])
        names = {text("compare.setting"): [text(f"compare.settings.{name}") for name in found]}
        rows = [[pin_words.said(name, value) for value in values] for name, values in found.items()]
        st.dataframe(pd.DataFrame(names | dict(zip(columns, zip(*rows, strict=True), strict=True))),
                     hide_index=True, width="stretch")  # fmt: skip
    st.markdown(f"**{text('compare.results')}**")
    results_of = [plots.results(run.recording).assign(run=run.name) for run in known]
    results = pd.concat(results_of, ignore_index=True).drop(columns=["cost of an update", "updates per second"])
    order = ["run", *(name for name in results.columns if name != "run")]
    results_table.show(results[order])
    figure_files.numbers(lambda: drawn.table_of(known), _origin(), name="curves")
