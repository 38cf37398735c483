"""The last values of the runs of a sweep as a table: what `inside` draws, in numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bnviz.plots import theme
from bnviz.plots.inside import Series, known_frames


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
