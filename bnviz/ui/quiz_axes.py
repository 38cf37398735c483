"""Questions about the block that is on screen in the lab of the axes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from bnviz.core import axes as core
from bnviz.core.axes import Choices
from bnviz.core.norms import KINDS
from bnviz.plots.theme import number
from bnviz.ui import axes
from bnviz.ui.messages import text
from bnviz.ui.quiz_answer import Live, Picked, figures, listed

SAME = 1e-9
"""Outputs that differ by less are the same but for rounding."""


@dataclass(frozen=True)
class Seen:
    """What the questions need to know of a block.

    Attributes:
        shape: N, C, H, W.
        cells, means: how many values share a mean, and how many means there are, by norm.
        apart: largest difference of the chosen norm's outputs to those of each other norm.
        alone: by how much the outputs of the first image change when it is normalized without the others.
    """

    shape: tuple[int, ...]
    cells: dict[str, int]
    means: dict[str, int]
    apart: dict[str, float]
    alone: float


def _seen() -> tuple[Choices, Seen]:
    chosen = axes.current()
    return chosen, _measured(replace(chosen, cell=Choices().cell, shown=Choices().shown))


@lru_cache(maxsize=128)
def _measured(chosen: Choices) -> Seen:
    values = core.live_block(chosen)
    found = {kind: core.block_of(values, kind, groups=chosen.groups) for kind in KINDS}
    mine, alone = found[chosen.norm], core.block_of(values[:1], chosen.norm, groups=chosen.groups)
    return Seen(
        tuple(values.shape),
        {kind: one.cells for kind, one in found.items()},
        {kind: len(one.var) for kind, one in found.items()},
        {kind: float(np.abs(one.x_hat - mine.x_hat).max()) for kind, one in found.items() if kind != chosen.norm},
        float(np.abs(alone.x_hat - mine.x_hat[:1]).max()),
    )


def _name(kind: str, groups: int) -> str:
    name = text(f"axes.norm.{kind}")
    if kind != "group":
        return name
    return text("quiz.axes.one_group" if groups == 1 else "quiz.axes.groups", name=name, groups=groups)


def _words(chosen: Choices, seen: Seen) -> dict[str, str]:
    name = _name(chosen.norm, chosen.groups)
    return {
        "norm": name,
        "Norm": name[:1].upper() + name[1:],
        "cells": f"{seen.cells[chosen.norm]:,}",
        "means": f"{seen.means[chosen.norm]:,}",
        "shape": " × ".join(str(size) for size in seen.shape),
        "images": str(seen.shape[0]),
        "channels": str(seen.shape[1]),
    }


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def cells() -> Live | None:
    """How many values share a mean, among what the other norms would average."""
    chosen, seen = _seen()
    mine = seen.cells[chosen.norm]
    found = figures(mine, *seen.cells.values(), 2 * mine, 1, say=_whole)
    return None if found is None else found.live(**_words(chosen, seen))


def learned() -> Live | None:
    """How many numbers the norm learns: gamma and beta have one for each channel, whatever is averaged."""
    chosen, seen = _seen()
    channels = seen.shape[1]
    right = core.counts(chosen.norm, channels).learned
    found = figures(right, channels, 2 * channels, 4 * channels, 2 * seen.cells[chosen.norm], say=_whole)
    if found is None:
        return None
    words = _words(chosen, seen)
    told = text(f"quiz.axes.learned_{'rms' if chosen.norm == 'rms' else 'both'}", **words)
    return found.live(text("quiz.axes.learned", **words), **words, learned=_whole(right), told=told)


def company() -> Live | None:
    """Whether the outputs of the first image depend on the other images."""
    chosen, seen = _seen()
    if seen.shape[0] < 2:
        return None
    words, across = _words(chosen, seen), core.counts(chosen.norm, seen.shape[1]).across
    told = text(f"quiz.axes.company_{'across' if across else 'alone'}", **words)
    said = words | {"alone": number(seen.alone), "told": told}
    return Live(0 if across else 1, said, ask=text("quiz.axes.company", **words))


def same() -> Live | None:
    """Which other norm would give the same on this block."""
    chosen, seen = _seen()
    kinds = list(seen.apart)
    alike = [place for place, kind in enumerate(kinds) if seen.apart[kind] < SAME]
    options = (*(_name(kind, chosen.groups) for kind in kinds), text("quiz.none"))
    found = Picked(alike[0] if alike else len(kinds), frozenset(alike[1:]), options)
    words = _words(chosen, seen)
    told = listed(options[:-1], [number(gap) for gap in seen.apart.values()])
    return found.live(text("quiz.axes.same", **words), **words, told=told)
