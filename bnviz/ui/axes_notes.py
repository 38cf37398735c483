"""What stands around the block: the formula with its axes, the counts, and which norms are the same thing."""

from __future__ import annotations

from functools import partial

import streamlit as st

from bnviz import plots
from bnviz.core import axes as core
from bnviz.core import describe
from bnviz.core.axes import Block, Choices, Values
from bnviz.core.codec import group_to_link
from bnviz.core.export_labs import block_table
from bnviz.core.norms import KINDS
from bnviz.plots import theme
from bnviz.ui import axes, figure_files
from bnviz.ui.hiding import shown
from bnviz.ui.messages import text
from bnviz.ui.notation import formula, signed, symbols
from bnviz.ui.origin import Origin


def show(choices: Choices, *, dark: bool) -> None:
    """The block, and all below it."""
    with st.spinner(text("axes.training")):
        values = core.live_block(choices)
    block = core.block_of(values, choices.norm, groups=choices.groups)
    images, digits = core.live_images(choices)
    message = plots.block_message(
        block,
        images,
        kind=choices.norm,
        groups=choices.groups,
        normalized=choices.shown == "normalized",
        dark=dark,
    )
    origin = _origin(choices)
    axes.show_block(message, choices, origin)
    if block.nothing_left:
        st.info(block.nothing_left, icon=":material/info:")
    st.caption(_source(choices, block, [int(digit) for digit in digits]))
    figure_files.numbers(partial(block_table, block), origin, name="block")
    left, right = st.columns([5, 6], gap="large")
    with left:
        if shown("formula"):
            _formula(choices, block)
    with right:
        if shown("counts"):
            _counts(choices, values)
    if shown("facts"):
        _facts(values)


def _origin(choices: Choices) -> Origin:
    """Of this lab, as it stands."""
    norm = text(f"axes.norm.{choices.norm}")
    said = (
        f"{norm}, {choices.groups} groups" if choices.norm == "group" else norm,
        *describe.words(core.LIVE)[:4],
        f"{axes.block_name(choices.block)} after {choices.updates} updates",
        f"{choices.images} images of batch {choices.batch}",
        text(f"axes.shown.{choices.shown}"),
    )
    stem = f"bnviz-axes-{choices.norm}-block{choices.block}-after{choices.updates}"
    return Origin("axes", stem, said, group_to_link("axes", choices, Choices()))


def _source(choices: Choices, block: Block, digits: list[int]) -> str:
    shape = " × ".join(str(size) for size in block.values.shape)
    listed = ", ".join(map(str, digits))
    listed = text("axes.source.digit" if len(digits) == 1 else "axes.source.digits", digits=listed)
    place = "average" if choices.block == core.BLOCKS else "conv"
    source = text(f"axes.source.{place}", updates=choices.updates, block=choices.block)
    drawn = text(f"axes.source.{choices.shown}", source=source, norm=text(f"axes.norm.{choices.norm}"))
    return text("axes.source.all", shape=shape, digits=listed, drawn=drawn)


def _formula(choices: Choices, block: Block) -> None:
    st.subheader(text("axes.formula.title", norm=text(f"axes.norm.{choices.norm}")), anchor=False)
    st.markdown(formula(f"axes.formula.{choices.norm}"))
    st.markdown(formula("axes.formula.rest_rms" if choices.norm == "rms" else "axes.formula.rest"))
    st.markdown(text(f"axes.says.{choices.norm}"))
    averages, values = _counted("average", len(block.var)), _counted("value", block.cells)
    values = values if len(block.var) == 1 else text("axes.says.each", values=values)
    st.markdown(text("axes.says.count", averages=averages, values=values))


def _counted(word: str, count: int) -> str:
    return text(f"axes.says.{word}" if count == 1 else f"axes.says.{word}s", count=count)


def _counts(choices: Choices, values: Values) -> None:
    """One row a norm."""
    st.subheader(text("axes.counts.title"), anchor=False)
    columns = ("norm", "axes", "means", "cells", "learned", "tracked", "fixed")
    rows = []
    for kind in KINDS:
        found = core.block_of(values, kind, groups=choices.groups)
        numbers = core.counts(kind, core.CHANNELS)
        fixed = ", ".join(symbols().get(name, name) for name in numbers.fixed)
        cells = [text(f"axes.counts.name.{kind}"), text(f"axes.counts.over.{kind}"), len(found.var), found.cells,
                 numbers.learned, numbers.tracked, fixed]  # fmt: skip
        told = [f"**{cell}**" if kind == choices.norm else str(cell) for cell in cells]
        rows.append({text(f"axes.counts.{column}"): cell for column, cell in zip(columns, told, strict=True)})
    st.table(rows, border="horizontal", hide_index=True, alt=text("axes.counts.title"))
    st.caption(signed(text("axes.counts.note")))


def _facts(values: Values) -> None:
    st.subheader(text("axes.facts.title"), anchor=False)
    st.markdown(text("axes.facts.convolution"))
    lines = [
        f"- {text(f'axes.facts.{name}', difference=theme.number(gap))}" for name, gap in core.equalities(values).items()
    ]
    st.markdown("\n".join([text("axes.facts.measured"), *lines]))
