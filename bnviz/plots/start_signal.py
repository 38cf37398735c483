"""What enters each layer before the first update, and the gradient that comes back: small pictures, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np

from bnviz.core.start_signal import Signal
from bnviz.plots import compose, stills, theme
from bnviz.plots.figure import Figure
from bnviz.plots.sentences import between, middle
from bnviz.plots.stills import Mark, Words

HEIGHT = 260
QUANTITIES = ("spread", "saturated", "grad")
TITLES = {
    "spread": "Spread of what enters the activation",
    "saturated": "Saturated activations",
    "dead": "Dead units",
    "grad": "Gradient of each layer",
}
SMALLEST = 1e-12

Signals = Mapping[str, Sequence[Signal]]


def by_layer(signals: Signals, quantity: str, marks: Sequence[Mark], *, relu: bool, dark: bool) -> Figure:
    """One quantity against the layer, one line an arm, with the range over the seeds.

    Args:
        signals: for each arm (in the order of the marks) one measurement a seed.
        quantity: spread, saturated or grad.
        marks: of the arms.
        relu: saturated units of a ReLU are called dead.
        dark: the theme.
    """
    title = TITLES["dead" if relu and quantity == "saturated" else quantity]
    arrays = [np.array([getattr(one, quantity) for one in seeds]) for seeds in signals.values()]
    rows: dict[str, list[Any]] = {name: [] for name in ("series", "layer", "value", "low", "high", "told", "range")}
    for mark, values in zip(marks, arrays, strict=True):
        for layer, column in enumerate(values.T):
            _add(rows, mark.label, layer, column, quantity)
    spec = _spec(marks, quantity, [float(v) for array in arrays for v in array.ravel()], len(arrays[0].T))
    caption = _caption(marks, arrays, quantity, signals)
    words = Words(f"rates-start-{quantity}", title, caption, f"{title} against the layer. {caption}")
    return stills.still(words, spec, {"lines": rows}, dark=dark)


def _add(rows: dict[str, list[Any]], label: str, layer: int, column: Any, quantity: str) -> None:
    share = quantity == "saturated"
    told = theme.percent if share else theme.number
    known = np.maximum(column, 0.0 if share else SMALLEST)
    rows["series"].append(label)
    rows["layer"].append(layer + 1)
    for name, value in (("value", np.median(known)), ("low", known.min()), ("high", known.max())):
        rows[name].append(float(value))
    rows["told"].append(middle(told(float(np.median(column))), len(column)))
    rows["range"].append(between(told(float(column.min())), told(float(column.max())), len(column)))


def _spec(marks: Sequence[Mark], quantity: str, values: list[float], layers: int) -> compose.Spec:
    ticks = list(range(1, layers + 1)) if layers <= 12 else [1, *range(5, layers + 1, 5)]
    x = alt.X("layer:Q", axis=alt.Axis(title="layer", grid=False, values=ticks, format="d"),
              scale=alt.Scale(domain=[1, max(2, layers)], nice=False, padding=10))  # fmt: skip
    scale = stills.value_axis("", (0.0, 1.0), share=True) if quantity == "saturated" else _log_axis(quantity, values)
    y, base = alt.Y("value:Q", **scale), alt.Chart(alt.NamedData("lines"))
    color = stills.color(marks)
    band = base.mark_area(opacity=0.18, clip=True).encode(x=x, y=alt.Y("low:Q", **scale), y2="high:Q", color=color)
    line = base.mark_line(strokeWidth=3.5, clip=True).encode(x=x, y=y, color=color, strokeDash=stills.dash(marks))
    tips = [alt.Tooltip("series:N", title="norm"), alt.Tooltip("layer:Q"), alt.Tooltip("told:N", title="value"),
            alt.Tooltip("range:N", title="over the seeds")]  # fmt: skip
    points = base.mark_circle(size=70).encode(x=x, y=y, color=color, tooltip=tips)
    return compose.layered(band, line, points, height=HEIGHT)


def _log_axis(quantity: str, values: list[float]) -> dict[str, Any]:
    known = [max(value, SMALLEST) for value in values if math.isfinite(value)]
    low, high = min(known, default=0.1), max(known, default=1.0)
    words = f"standard deviation {theme.LOG}" if quantity == "spread" else f"size of dL/dz {theme.LOG}"
    low, high = 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high))
    return {"axis": stills.log_axis(words, (low, high)), "scale": alt.Scale(type="log", domain=[low, high], nice=False)}


def _caption(marks: Sequence[Mark], arrays: Sequence[Any], quantity: str, signals: Signals) -> str:
    told = theme.percent if quantity == "saturated" else theme.number
    parts = []
    for mark, values, seeds in zip(marks, arrays, signals.values(), strict=True):
        first, last = (float(np.median(values[:, place])) for place in (0, -1))
        words = f"{mark.label} {told(first)} in layer 1, {told(last)} in layer {values.shape[1]}"
        if quantity == "grad" and values.shape[1] > 1:
            growth = float(np.median([one.growth for one in seeds]))
            words += f" (× {theme.number(growth, 3)} a layer towards the input)"
        parts.append(words)
    return f"{'; '.join(parts)}."
