"""Inside the runs of a sweep: gamma, beta or the size of the updates over the training, one line a learning rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import altair as alt
import numpy as np

from bnviz.core.recording import Recording
from bnviz.plots import compose, inside_words, panels, stills, theme
from bnviz.plots.figure import Figure
from bnviz.plots.inside_words import Series
from bnviz.plots.stills import Mark, Words

HEIGHT = 380
ROOM = 18  # pixels that a name needs
ASIDE = 1.16  # the axis is so many times as long as the run, for the names
AIM = 1e-3
TITLES = {
    "gamma": "gamma of layer {layer}",
    "beta": "beta of layer {layer}",
    "ratio": "Updates : weights of layer {layer}",
}


def series(recording: Recording, quantity: str, layer: int, name: str) -> Series:
    """What one run says about a layer.

    Args:
        recording: with one arm.
        quantity: gamma or beta (median, and 15 % to 85 % of the units), or ratio: standard deviation of an update
            over that of the weights.
        layer: counted from 0.
        name: of the run.
    """
    arm = recording.experiment.arms[0]
    if quantity == "ratio":
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = recording.update_std[:, 0, layer] / recording.weight_std[:, 0, layer]
        return Series(name, arm.norm, recording.steps, ratio, ratio, ratio)
    values = getattr(recording, quantity)[:, 0, layer]
    with np.errstate(invalid="ignore"):
        low, median, high = np.quantile(values, (0.15, 0.5, 0.85), axis=1)
        undo = _undo(recording, quantity, layer) if arm.uses_batch_statistics else math.nan
    return Series(name, arm.norm, recording.steps, median, low, high, undo)


def _undo(recording: Recording, quantity: str, layer: int) -> float:
    """sigma = sqrt(var + eps), or mu, of the layer's input in the last frame: median over the units."""
    if quantity == "beta":
        return float(np.median(recording.batch_mean[-1, 0, layer]))
    return float(np.median(np.sqrt(recording.batch_var[-1, 0, layer] + recording.experiment.arms[0].eps)))


def over_updates(found: Sequence[Series], quantity: str, layer: int, what: str, *, dark: bool) -> Figure:
    """One line a run over the updates.

    Args:
        found: the runs, from the lowest value of the axis to the highest.
        quantity: as in `series`.
        layer: counted from 0.
        what: the axis: "learning rate" or "scale".
        dark: the theme.
    """
    marks = [Mark(one.name, color) for one, color in zip(found, ramp(len(found), dark=dark), strict=True)]
    rows: dict[str, list[Any]] = {name: [] for name in ("series", "step", "value", "told")}
    for one in found:
        for place in inside_words.known_frames(one, quantity):
            value = float(one.median[place])
            told = (one.name, int(one.steps[place]), value, theme.number(value, 3))
            for name, item in zip(rows, told, strict=True):
                rows[name].append(item)
    domain = _range(rows, quantity)
    named = _named(found, quantity, domain) if found else {}
    title = TITLES[quantity].format(layer=layer + 1)
    caption = _caption(found, quantity, what, dark=dark)
    spec = _spec(marks, quantity, (domain, _last(found)), what)
    if quantity == "ratio":
        rule = alt.Chart(alt.NamedData("aim")).mark_rule(strokeDash=[4, 4], strokeWidth=2, color=theme.MUTED[dark])
        spec["layer"].append(compose.single(rule.encode(y="value:Q")))
    words = Words("rates-inside", f"{title}, over the updates", caption, f"Lines over the updates. {caption}")
    return stills.still(words, spec, {"lines": rows, "named": named, "aim": {"value": [AIM]}}, dark=dark)


def _named(found: Sequence[Series], quantity: str, domain: tuple[float, float]) -> dict[str, list[Any]]:
    """The ends of the lines whose names have room there: those of the highest and the lowest value come first."""
    rows: dict[str, list[Any]] = {name: [] for name in ("series", "step", "value")}
    there: list[tuple[int, float]] = []
    wide = (ASIDE - 1) * _last(found)
    inner = list(found[1:-1])[::-1]
    for one in {series.name: series for series in (found[-1], found[0], *inner)}.values():
        for place in inside_words.known_frames(one, quantity)[-1:]:
            value, step = float(one.median[place]), int(one.steps[place])
            height = _height(value, domain, log=quantity == "ratio")
            if all(abs(height - other) >= ROOM / HEIGHT or abs(step - at) >= wide for at, other in there):
                there.append((step, height))
                for name, item in zip(rows, (one.name, step, value), strict=True):
                    rows[name].append(item)
    return rows


def _height(value: float, domain: tuple[float, float], *, log: bool) -> float:
    """Where a value stands between the lower end of the picture (0) and the upper one (1)."""
    low, here, high = (math.log(one) if log else one for one in (domain[0], value, domain[1]))
    return (here - low) / (high - low)


def at_end(found: Sequence[Series], quantity: str, layer: int, what: str, *, dark: bool) -> Figure:
    """The last value of each run against the axis: median as a line, the middle 70 % of the units as a band.

    Args:
        found, quantity, layer, what: as in `over_updates`; the names of the runs are numbers.
        dark: the theme.
    """
    rows: dict[str, list[Any]] = {name: [] for name in ("x", "value", "low", "high", "told", "range")}
    undo: dict[str, list[Any]] = {"x": [], "undo": [], "told": []}
    for one in found:
        known = inside_words.known_frames(one, quantity)
        if known:
            value, low, high = (float(part[known[-1]]) for part in (one.median, one.low, one.high))
            told = theme.number(value, 3), f"{theme.number(low, 3)} to {theme.number(high, 3)}"
            for name, item in zip(rows, (float(one.name), value, low, high, *told), strict=True):
                rows[name].append(item)
        if math.isfinite(one.undo):
            for name, item in zip(undo, (float(one.name), one.undo, theme.number(one.undo, 3)), strict=True):
                undo[name].append(item)
    title = f"{TITLES[quantity].format(layer=layer + 1)}, at the end"
    numbers = "; ".join(f"{x:g}: {told} ({band})" for x, told, band in zip(
        rows["x"], rows["told"], rows["range"], strict=True))  # fmt: skip
    caption = inside_words.first_and_last(rows, quantity, what) + inside_words.cut_short(found, quantity)
    words = Words("rates-inside-end", title, caption, f"Line with a band. {title}, by {what}: {numbers}.")
    if quantity != "ratio" and undo["x"]:
        there = "sigma" if quantity == "gamma" else "mu"
        words = replace(words, caption=f"{words.caption} Dashed: the {there} of the layer's input (median); {quantity} "
                        "would have to equal it to undo the normalization.")  # fmt: skip
    both = {"value": rows["value"], "low": [*rows["low"], *undo["undo"]], "high": rows["high"]}
    spec = _end_spec(found, quantity, _range(both, quantity), what, dark=dark)
    return stills.still(words, spec, {"lines": rows, "undo": undo}, dark=dark)


def _end_spec(
    found: Sequence[Series], quantity: str, domain: tuple[float, float], what: str, *, dark: bool
) -> compose.Spec:
    values = [float(one.name) for one in found]
    axis = alt.Axis(title=f"{what} {theme.LOG}", grid=False, values=list(values), labelOverlap=True,
                    labelExpr="format(datum.value, '~g')")  # fmt: skip
    x = alt.X("x:Q", axis=axis, scale=alt.Scale(type="log", domain=[values[0], values[-1]], nice=False, padding=12))
    scale, ink = _value_scale(quantity, domain), theme.HUES[found[0].norm][dark]
    base, y = alt.Chart(alt.NamedData("lines")), alt.Y("value:Q", **scale)
    band = base.mark_area(opacity=0.2, clip=True, color=ink).encode(x=x, y=alt.Y("low:Q", **scale), y2="high:Q")
    line = base.mark_line(strokeWidth=3.5, clip=True, color=ink).encode(x=x, y=y)
    tips = [alt.Tooltip("x:Q", title=what), alt.Tooltip("told:N", title="at the end"),
            alt.Tooltip("range:N", title="middle 70\u00a0% of the units")]  # fmt: skip
    points = base.mark_circle(size=110, color=ink, opacity=1).encode(x=x, y=y, tooltip=tips)
    away = alt.Chart(alt.NamedData("undo")).mark_line(
        strokeDash=[6, 4], strokeWidth=2.5, color=theme.MUTED[dark], point={"size": 60, "color": theme.MUTED[dark]}
    )
    tip = [alt.Tooltip("x:Q", title=what), alt.Tooltip("told:N", title="would undo the normalization")]
    undo = away.encode(x=x, y=alt.Y("undo:Q", **scale), tooltip=tip)
    return compose.layered(band, undo, line, points, height=HEIGHT)


def _value_scale(quantity: str, domain: tuple[float, float]) -> dict[str, Any]:
    if quantity != "ratio":
        return stills.value_axis(quantity, domain)
    axis = stills.log_axis(f"std of update / weights {theme.LOG}", domain)
    return {"axis": axis, "scale": alt.Scale(type="log", domain=list(domain), nice=False)}


def ramp(count: int, *, dark: bool) -> list[str]:
    """Colours from low to high, ever farther from the ground in lightness, so that their order can be seen."""
    low, middle, high = ("#6aaee8", "#a63d97", "#16081c") if not dark else ("#5569a8", "#d47fd0", "#fff4c2")
    shares = [place / max(1, count - 1) for place in range(count)]
    return [
        theme.mixed(low, middle, 2 * one) if one < 0.5 else theme.mixed(middle, high, 2 * one - 1) for one in shares
    ]


def _last(found: Sequence[Series]) -> int:
    return max([1, *(int(one.steps[-1]) for one in found if len(one.steps))])


def _range(rows: dict[str, list[Any]], quantity: str) -> tuple[float, float]:
    if quantity == "ratio":
        return 10 ** math.floor(math.log10(min([1e-5, *rows["value"]]))), 1.0 if max([0, *rows["value"]]) <= 1 else 10.0
    usual = 1.0 if quantity == "gamma" else 0.0
    drawn = [value for name in ("value", "low", "high") for value in rows.get(name, []) if value is not None]
    low, high = min([usual - 0.2, *drawn]), max([usual + 0.2, *drawn])
    room = 0.05 * (high - low)
    return low - room, high + room


def _spec(marks: Sequence[Mark], quantity: str, ends: tuple[tuple[float, float], int], what: str) -> compose.Spec:
    domain, most = ends
    x = alt.X("step:Q", axis=alt.Axis(title="updates", grid=False, values=_ticks(most), format=",d"),
              scale=alt.Scale(domain=[0, ASIDE * most], nice=False))  # fmt: skip
    scale = _value_scale(quantity, domain)
    base = alt.Chart(alt.NamedData("lines"))
    y, color = alt.Y("value:Q", **scale), stills.color(marks, columns=4)
    line = base.mark_line(strokeWidth=3, clip=True).encode(x=x, y=y, color=color)
    names = base.mark_text(
        align="left", baseline="middle", dx=6, fontSize=theme.FONT, fontWeight="bold"
    ).encode(x=x, y=y, text="series:N", color=stills.color(marks, shown=False))  # fmt: skip
    names.data = alt.NamedData("named")
    tips = [alt.Tooltip("series:N", title=what), alt.Tooltip("step:Q", title="updates"),
            alt.Tooltip("told:N", title="median over the units" if quantity != "ratio" else "ratio")]  # fmt: skip
    points = base.mark_circle(size=110, opacity=0).encode(x=x, y=y, tooltip=tips)
    return compose.layered(line, names, points, height=HEIGHT)


def _ticks(most: int) -> list[int]:
    """Round numbers of updates, up to the end of the run."""
    step = max(1, round(panels.nice_above(most / 6)))
    return list(range(0, most + 1, step))


def _caption(found: Sequence[Series], quantity: str, what: str, *, dark: bool) -> str:
    if not found:
        return "Nothing is computed yet."
    shown = "the dashed line is 1 in 1000" if quantity == "ratio" else "a line is the median of the units"
    order = f"the {'darker' if not dark else 'lighter'} a line, the higher the {what}"
    return f"One line for each {what}; {shown}; {order}. Named at their ends: those that have room."
