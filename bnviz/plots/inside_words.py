"""One run of a sweep from inside, and its last values in words and as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bnviz.plots import theme


@dataclass(frozen=True)
class Series:
    """One run: median and band over the units, at the update counts of its frames.

    Attributes:
        name: the value of the axis.
        norm: of its arm.
        steps, median, low, high: one number a frame.
        undo: median over the units of what gamma (or beta) would have to be to give the layer's input back: sigma
            (or mu) of the last batch; NaN where there are no batch statistics.
    """

    name: str
    norm: str
    steps: Any
    median: Any
    low: Any
    high: Any
    undo: float = math.nan


def known_frames(one: Series, quantity: str) -> list[int]:
    """The frames whose value can be drawn."""
    drawn = np.isfinite(one.median) & (one.median > 0 if quantity == "ratio" else True)
    return [int(place) for place in np.flatnonzero(drawn)]


def first_and_last(rows: dict[str, list[Any]], quantity: str, what: str) -> str:
    """The outer values in a sentence; all of them stand in `table`."""
    if not rows["x"]:
        return "Nothing is computed yet."
    name = "Updates : weights" if quantity == "ratio" else f"Median of {quantity}"
    band = "" if quantity == "ratio" else " The band holds the middle 70 % of the units."
    first = f"{rows['told'][0]} at the {what} {rows['x'][0]:g}"
    if len(rows["x"]) == 1:
        return f"{name}: {first}.{band}"
    return f"{name}: {first}, {rows['told'][-1]} at {rows['x'][-1]:g}.{band}"


def cut_short(found: Sequence[Series], quantity: str) -> str:
    """Which runs have no value at the end, and when they had their last."""
    ends = [(one, known_frames(one, quantity)[-1:]) for one in found]
    gone = [f"{one.name} after {one.steps[at[0]]:,} updates" for one, at in ends if at and at[0] < len(one.steps) - 1]
    why = "diverged, or no update any more" if quantity == "ratio" else "diverged"
    return f" Last value before the end ({why}): {', '.join(gone)}." if gone else ""


def table(found: Sequence[Series], quantity: str, what: str) -> dict[str, list[str]]:
    """The last values in numbers, one row a run.

    Args:
        found, quantity, what: as in `over_updates`.

    Returns:
        Columns by their heading.
    """
    ends = [known_frames(one, quantity)[-1:] for one in found]

    def told(part: str) -> list[str]:
        return [
            theme.number(float(getattr(one, part)[at[0]]), 3) if at else "—"
            for one, at in zip(found, ends, strict=True)
        ]

    columns = {what: [one.name for one in found]}
    if quantity == "ratio":
        return columns | {"std of the update / std of the weights": told("median")}
    bands = [f"{low} to {high}" for low, high in zip(told("low"), told("high"), strict=True)]
    columns |= {f"{quantity}, median of the units": told("median"), "middle 70 % of the units": bands}
    if any(math.isfinite(one.undo) for one in found):
        there = "sigma" if quantity == "gamma" else "mu"
        columns[f"{there} of the layer's input (median)"] = [theme.number(one.undo, 3) for one in found]
    return columns
