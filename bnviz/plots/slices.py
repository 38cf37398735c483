"""Slices through the loss as maps side by side, all on one scale of colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import altair as alt

from bnviz.core.slice_study import along_axis
from bnviz.core.smoothness import Result
from bnviz.plots import compose, stills, theme
from bnviz.plots.figure import Figure
from bnviz.plots.lines import ticks
from bnviz.plots.sentences import listed
from bnviz.plots.stills import Words
from bnviz.plots.theme import ArmStyle, number

SIDE = 380
OVERLAP = 1.08  # of the cells, so that no seams show between them
WORDS = {"batch": "batch statistics", "running": "frozen statistics"}


def panel_name(result: Result, styles: Sequence[ArmStyle], *, both: bool) -> str:
    """The arm, and with which statistics where it has two panels."""
    label = styles[result["arm"]].label
    return f"{label}, {WORDS[result['statistics']]}" if both else label


def slice_maps(found: Sequence[Result], styles: Sequence[ArmStyle], *, dark: bool) -> list[Figure]:
    """One map a slice; all have the same colours for the same loss (log scale).

    Args:
        found: the slices of one seed.
        styles: one an arm.
        dark: the theme.
    """
    values = [value for one in found for line in one["losses"] for value in line if value is not None and value > 0]
    domain = (min(values, default=0.1), max(values, default=1.0))
    arms = [one["arm"] for one in found]
    names = [panel_name(one, styles, both=arms.count(one["arm"]) > 1) for one in found]
    return [_map(one, name, domain, dark=dark) for one, name in zip(found, names, strict=True)]


def slices_in_words(found: Sequence[Result], styles: Sequence[ArmStyle]) -> str:
    """What the slices say side by side."""
    arms = [one["arm"] for one in found]
    told = [
        f"{number(one['around'])} for {panel_name(one, styles, both=arms.count(one['arm']) > 1)}"
        for one in found
        if one["around"] is not None
    ]
    return f"Mean loss at radius 1: {listed(told)}." if told else "No slice has finite losses at radius 1."


def _map(result: Result, name: str, domain: tuple[float, float], *, dark: bool) -> Figure:
    places = along_axis(len(result["losses"]))
    half = float(places[1] - places[0]) / 2
    reach = OVERLAP * half
    rows = [
        (x - reach, x + reach, y - reach, y + reach, value, number(value, 3) if value is not None else "not finite")
        for x, line in zip(places.tolist(), result["losses"], strict=True)
        for y, value in zip(places.tolist(), line, strict=True)
    ]
    centre, ring = (number(math.nan if result[one] is None else result[one]) for one in ("centre", "around"))
    caption = f"{centre} in the middle, where the network is; {ring} on average at radius 1."
    identity = f"slice-{result['arm']}-{result['statistics']}"
    words = Words(identity, name[:1].upper() + name[1:], caption, f"Map of the loss over two directions. {caption}")
    names = ("left", "right", "low", "high", "value", "told")
    table: dict[str, list[Any]] = {key: [row[place] for row in rows] for place, key in enumerate(names)}
    return stills.still(words, _spec(domain, half), {"cells": table}, dark=dark)


def _spec(domain: tuple[float, float], half: float) -> compose.Spec:
    def scaled(title: str) -> dict[str, Any]:
        axis = alt.Axis(title=title, values=[-1, 0, 1], grid=False, labelExpr=theme.tick_expr())
        return {"axis": axis, "scale": alt.Scale(domain=[-1 - half, 1 + half], nice=False, zero=False)}

    legend = alt.Legend(
        title="loss",
        type="gradient",
        orient="bottom",
        gradientLength=180,
        values=ticks(*domain, most=4),
        labelExpr=theme.tick_expr(),
    )
    scale = alt.Scale(type="log", scheme="viridis", domain=list(domain))
    cells = (
        alt.Chart(alt.NamedData("cells"))
        .mark_rect(clip=True)
        .encode(
            x=alt.X("left:Q", **scaled("first direction")),
            x2="right:Q",
            y=alt.Y("low:Q", **scaled("second direction")),
            y2="high:Q",
            color=alt.Color("value:Q", scale=scale, legend=legend),
            tooltip=[alt.Tooltip("told:N", title="loss")],
        )
    )
    return compose.layered(cells, height=SIDE)
