"""Inside the runs of a sweep: gamma, beta or the size of the updates over the training, one line a learning rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np

from bnviz.core.recording import Recording
from bnviz.plots import compose, stills, theme
from bnviz.plots.figure import Figure
from bnviz.plots.stills import Mark, Words

HEIGHT = 380
AIM = 1e-3
TITLES = {
    "gamma": "gamma of layer {layer}",
    "beta": "beta of layer {layer}",
    "ratio": "Size of the updates against that of the weights, layer {layer}",
}


@dataclass(frozen=True)
class Series:
    """One run: median and band over the units, at the update counts of its frames."""

    name: str
    steps: Any
    median: Any
    low: Any
    high: Any


def series(recording: Recording, quantity: str, layer: int, name: str) -> Series:
    """What one run says about a layer.

    Args:
        recording: with one arm.
        quantity: gamma or beta (median, and 15 % to 85 % of the units), or ratio: standard deviation of an update
            over that of the weights.
        layer: counted from 0.
        name: of the run.
    """
    if quantity == "ratio":
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = recording.update_std[:, 0, layer] / recording.weight_std[:, 0, layer]
        return Series(name, recording.steps, ratio, ratio, ratio)
    values = getattr(recording, quantity)[:, 0, layer]
    with np.errstate(invalid="ignore"):
        low, median, high = np.quantile(values, (0.15, 0.5, 0.85), axis=1)
    return Series(name, recording.steps, median, low, high)


def over_updates(found: Sequence[Series], quantity: str, layer: int, what: str, *, dark: bool) -> Figure:
    """One line and one band a run over the updates.

    Args:
        found: the runs, from the lowest value of the axis to the highest.
        quantity: as in `series`.
        layer: counted from 0.
        what: the axis: "learning rate" or "scale".
        dark: the theme.
    """
    marks = [Mark(one.name, color) for one, color in zip(found, ramp(len(found), dark=dark), strict=True)]
    rows: dict[str, list[Any]] = {name: [] for name in ("series", "step", "value", "low", "high", "told")}
    for one in found:
        for step, value, low, high in zip(one.steps, one.median, one.low, one.high, strict=True):
            if np.isfinite(value) and (quantity != "ratio" or value > 0):
                for name, item in zip(rows, (one.name, int(step), *map(float, (value, low, high)),
                                             theme.number(float(value), 3)), strict=True):  # fmt: skip
                    rows[name].append(item)
    title = TITLES[quantity].format(layer=layer + 1)
    caption = _caption(found, quantity, what)
    spec = _spec(marks, quantity, title, (_range(rows, quantity), _last(found)), what)
    if quantity == "ratio":
        rule = alt.Chart(alt.NamedData("aim")).mark_rule(strokeDash=[4, 4], strokeWidth=2, color=theme.MUTED[dark])
        spec["layer"].append(compose.single(rule.encode(y="value:Q")))
    words = Words("rates-inside", f"{title}, over the updates", caption, f"Lines over the updates. {caption}")
    return stills.still(words, spec, {"lines": rows, "aim": {"value": [AIM]}}, dark=dark)


def ramp(count: int, *, dark: bool) -> list[str]:
    """Colours from low to high, all of which stand out from the ground."""
    low, high = ("#7aa6d8", "#7a0f4f") if not dark else ("#5b7fb5", "#ffd0ec")
    middle = "#8a4fb0" if not dark else "#c58be8"
    shares = [place / max(1, count - 1) for place in range(count)]
    return [
        theme.mixed(low, middle, 2 * one) if one < 0.5 else theme.mixed(middle, high, 2 * one - 1) for one in shares
    ]


def _last(found: Sequence[Series]) -> int:
    return max([1, *(int(one.steps[-1]) for one in found if len(one.steps))])


def _range(rows: dict[str, list[Any]], quantity: str) -> tuple[float, float]:
    if quantity == "ratio":
        return min([1e-5, *rows["low"]]), max([1.0, *rows["high"]])
    usual = 1.0 if quantity == "gamma" else 0.0
    low, high = min([usual - 0.2, *rows["low"]]), max([usual + 0.2, *rows["high"]])
    room = 0.05 * (high - low)
    return low - room, high + room


def _spec(
    marks: Sequence[Mark], quantity: str, title: str, ends: tuple[tuple[float, float], int], what: str
) -> compose.Spec:
    domain, most = ends
    x = alt.X("step:Q", axis=alt.Axis(title="updates", grid=False, tickCount=6, tickMinStep=1, format="d"),
              scale=alt.Scale(domain=[0, most], nice=False))  # fmt: skip
    if quantity == "ratio":
        axis = alt.Axis(title="std of the update / std of the weights", tickCount=6, labelExpr=theme.tick_expr())
        scale: dict[str, Any] = {"axis": axis, "scale": alt.Scale(type="log", domain=list(domain), nice=False)}
    else:
        scale = stills.value_axis(title, domain)
    base = alt.Chart(alt.NamedData("lines"))
    y, columns = alt.Y("value:Q", **scale), 6
    band = base.mark_area(opacity=0.14, clip=True).encode(
        x=x, y=alt.Y("low:Q", **scale), y2="high:Q", color=stills.color(marks, shown=False)
    )
    line = base.mark_line(strokeWidth=3, clip=True).encode(x=x, y=y, color=stills.color(marks, columns=columns))
    tips = [alt.Tooltip("series:N", title=what), alt.Tooltip("step:Q", title="updates"),
            alt.Tooltip("told:N", title="median over the units" if quantity != "ratio" else "ratio")]  # fmt: skip
    points = base.mark_circle(size=110, opacity=0).encode(x=x, y=y, tooltip=tips)
    return compose.layered(band, line, points, height=HEIGHT)


def _caption(found: Sequence[Series], quantity: str, what: str) -> str:
    parts = []
    for one in found:
        known = np.flatnonzero(np.isfinite(one.median))
        if len(known):
            at = known[-1]
            band = ""
            if quantity != "ratio":
                band = f" ({theme.number(float(one.low[at]))} to {theme.number(float(one.high[at]))})"
            parts.append(f"{one.name}: {theme.number(float(one.median[at]))}{band} after {int(one.steps[at])} updates")
    if not parts:
        return "Nothing is computed yet."
    shown = "the dashed line is 1 in 1000" if quantity == "ratio" else "the band holds the middle 70 % of the units"
    return f"By {what}; {shown}. {'; '.join(parts)}."
