"""Inside the runs of a sweep: gamma, beta and the size of the updates, one line a learning rate."""

from __future__ import annotations

from functools import lru_cache, partial

import streamlit as st

from bnviz.core.rates import Choices, axes_of, inside_of
from bnviz.plots import inside, inside_words
from bnviz.runs import shared_store
from bnviz.runs.several import SeveralRuns, SeveralStore
from bnviz.ui.charts import rates as draw
from bnviz.ui.hiding import shown
from bnviz.ui.longwork import show_work
from bnviz.ui.messages import text
from bnviz.ui.rates_controls import choose_inside
from bnviz.ui.rates_state import current


@lru_cache(maxsize=1)
def _store() -> SeveralStore:
    return SeveralStore(shared_store())


def found(chosen: Choices) -> SeveralRuns | None:
    """The runs of these choices as they are; None unless all are there."""
    return _store().find(inside_of(chosen))


def show_inside(chosen: Choices, *, dark: bool) -> Choices:
    """The controls, the runs as far as they are, and one picture of them."""
    choose_inside(chosen.layers)
    chosen = current()
    if chosen.quantity != "ratio" and not has_learned(chosen):
        st.info(text(f"rates.inside.no_{chosen.quantity}"), icon=":material/info:")
        return chosen
    names = [f"{value:g}" for value in axes_of(chosen)[0].values]

    def body(runs: SeveralRuns | None) -> None:
        if runs is None:
            return
        there = zip(names, runs.recordings(), strict=True)
        layer = chosen.layer - 1
        lines = [inside.series(one, chosen.quantity, layer, name) for name, one in there if one is not None]
        what = text(f"rates.along.{chosen.along}")
        for column, picture in zip(st.columns([6, 5], gap="medium"), (inside.over_updates, inside.at_end), strict=True):
            with column:
                if lines:
                    paper = partial(picture, lines, chosen.quantity, layer, what, dark=False)
                    draw(picture(lines, chosen.quantity, layer, what, dark=dark), paper=paper)
        if lines and shown("ends"):
            with st.expander(text("rates.inside.numbers"), icon=":material/table:"):
                st.table(inside_words.table(lines, chosen.quantity, what), hide_index=True)

    show_work(_store(), inside_of(chosen), body, key="rates.inside", unit=text("rates.inside.unit"))
    st.caption(text(f"rates.inside.about_{chosen.quantity}"))
    return chosen


def has_learned(chosen: Choices) -> bool:
    """Whether the norm has a gamma (or a beta) to show."""
    return chosen.arm != "none" and (chosen.quantity, chosen.arm) != ("beta", "rms")
