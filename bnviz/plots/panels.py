"""What the pictures over time share: the rule at the current step, axes, legends, headers, robust ranges."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from bnviz.plots import compose, theme
from bnviz.plots.figure import STEP
from bnviz.plots.theme import ArmStyle

LETTERS = 150  # that fit across a wide picture
NICE = (1.0, 2.0, 5.0)
FINE = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)


@dataclass(frozen=True)
class Look:
    """Where a chart will stand.

    Attributes:
        dark: on a dark ground.
        narrow: in a window under 600 px.
    """

    dark: bool
    narrow: bool = False


def step_axis(total: int, *, title: str | None = "updates", ticks: int = 5) -> alt.X:
    """The horizontal axis of a picture over time: the whole run, also while only a part is known."""
    axis = alt.Axis(tickCount=ticks, grid=False, title=title, format=",d", tickMinStep=1, labelOverlap=True)
    return alt.X(f"{STEP}:Q", axis=axis, scale=alt.Scale(domain=[0, max(1, total)], nice=False))


def step_rule(*, dark: bool) -> alt.Chart:
    """A vertical rule at the parameter `step`, in every view once."""
    mark = alt.Chart(alt.InlineData(values=[{"one": 1}])).mark_rule(color=theme.INK[dark], strokeWidth=1.5, opacity=0.7)
    result: alt.Chart = mark.encode(x=alt.XDatum(alt.ExprRef(STEP), type="quantitative"))
    return result


def level(value: float, *, dark: bool, dash: Sequence[int] = (5, 4)) -> alt.Chart:
    """A horizontal rule at a value that has a meaning."""
    chart = alt.Chart(alt.InlineData(values=[{"one": 1}]))
    result: alt.Chart = chart.mark_rule(color=theme.MUTED[dark], strokeDash=list(dash), strokeWidth=1.5).encode(
        y=alt.YDatum(value, type="quantitative")
    )
    return result


def level_text(value: float, text: str, *, dark: bool, size: int = theme.SMALL) -> list[alt.Chart]:
    """The name of a level, below its right end, and a ground for it, so that it can be read where lines cross it."""
    looks: dict[str, Any] = {"text": text, "align": "right", "baseline": "top", "dx": -4, "dy": 5, "fontSize": size}
    chart = alt.Chart(alt.InlineData(values=[{"one": 1}]))
    said = chart.encode(y=alt.YDatum(value, type="quantitative"), x=alt.XValue("width"))
    return compose.grounded(said, looks, theme.INK[dark], dark=dark)


def legend(styles: list[ArmStyle], *, narrow: bool, letters: int = LETTERS) -> alt.Legend | None:
    """The legend of the arms; none where there is but one arm."""
    if len(styles) < 2:
        return None
    widest = max(len(style.label) for style in styles)
    columns = max(1, min(len(styles), (54 if narrow else letters) // (widest + 6)))
    return alt.Legend(columns=columns, title=None, symbolType="stroke")


def arm_color(styles: list[ArmStyle], *, narrow: bool = False, shown: bool = True, letters: int = LETTERS) -> alt.Color:
    """Colour by arm."""
    key = legend(styles, narrow=narrow, letters=letters) if shown else None
    return alt.Color("arm:N", scale=theme.color_scale(styles), legend=key, sort=None)


def arm_dash(
    styles: list[ArmStyle], *, narrow: bool = False, shown: bool = True, letters: int = LETTERS
) -> alt.StrokeDash:
    """Dash by arm, in the same legend as the colour."""
    key = legend(styles, narrow=narrow, letters=letters) if shown else None
    return alt.StrokeDash("arm:N", scale=theme.dash_scale(styles), legend=key, sort=None)


def wrapped_labels(labels: Sequence[str], letters: int) -> str:
    """A label expression that breaks long labels into lines."""
    lines = {label: textwrap.wrap(label, max(6, letters), break_long_words=False) for label in labels}
    return f"({json.dumps(lines, ensure_ascii=False)})[datum.value]"


def arm_header(styles: list[ArmStyle], *, narrow: bool, title: str | None = None) -> dict[str, Any]:
    """Columns by arm, each with its name on top and one title for all below."""
    letters = (44 if narrow else 150) // len(styles) - 2
    header = alt.Header(
        labelExpr=wrapped_labels([style.label for style in styles], letters),
        labelFontSize=theme.TINY if narrow else theme.FONT,
        labelPadding=6,
        labelBaseline="bottom",
        title=title,
        titleOrient="bottom",
        titlePadding=4,
    )
    labels = [style.label for style in styles]
    return {"field": "arm", "type": "nominal", "sort": labels, "header": header.to_dict(validate=False)}


def layer_header(*, narrow: bool, title: str | None = None) -> dict[str, Any]:
    """Rows by layer, the first on top, with the number at the left."""
    header = alt.Header(
        labelExpr="datum.value" if narrow else "'layer ' + datum.value",
        labelAngle=0,
        labelAlign="right",
        labelOrient="left",
        labelPadding=4,
        labelFontSize=theme.TINY if narrow else theme.FONT,
        title=title,
        titlePadding=4,
    )
    return {"field": "layer", "type": "ordinal", "header": header.to_dict(validate=False)}


def layer_names(count: int, *, output: bool) -> list[str]:
    """ "layer 1" to "layer n", with the output layer at the end if it is among them."""
    return [f"layer {index + 1}" for index in range(count - output)] + ["output"] * output


def finite(values: Any) -> NDArray[np.float64]:
    """The finite ones, flat, as float64."""
    flat = np.asarray(values, dtype=np.float64).ravel()
    return np.asarray(flat[np.isfinite(flat)])


def nice_above(value: float, steps: Sequence[float] = NICE) -> float:
    """The next of 1, 2, 5, 10, ... (or of other steps in a decade) that is not below a positive value."""
    base = 10.0 ** math.floor(math.log10(value))
    return float(f"{next(base * step for step in (*steps, 10.0) if base * step >= value * (1 - 1e-9)):.6g}")


def nice_below(value: float) -> float:
    """The last of 1, 2, 5, 10, ... that is not above a positive value."""
    base = 10.0 ** math.floor(math.log10(value))
    return float(f"{next(base * step for step in (5.0, 2.0, 1.0) if base * step <= value * (1 + 1e-9)):.6g}")


def positive(values: NDArray[Any]) -> NDArray[Any]:
    """Values for a logarithmic axis, which has no place for 0: gaps instead."""
    with np.errstate(invalid="ignore"):
        return np.where(values > 0, values, np.nan)


def log_range(values: Any, *, decades: float = 8, tail: float = 0.005) -> tuple[float, float]:
    """A range for a logarithmic axis that leaves out the extreme `tail` of the values at either end.

    It is rounded outwards to 1, 2, 5, ..., so that it seldom changes while a run is still coming in.
    """
    known = finite(values)
    known = known[known > 0]
    if not len(known):
        return 0.1, 10.0
    low, high = np.quantile(known, [tail, 1 - tail])
    high = float(min(max(high, 1e-30), 1e30))
    low = float(max(low, high * 10.0**-decades, 1e-37))
    bottom, top = nice_below(low), nice_above(high)
    return (bottom, top) if top > bottom else (bottom / 2, top * 2)


def log_ticks(low: float, high: float) -> list[float]:
    """1, 2, 5 within a decade and a half, else powers of ten, at most about six of them."""
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    span = math.log10(high / low)
    steps = NICE if span <= 1.6 else (1.0,)
    every = max(1, math.ceil((last - first) / 6))
    ticks = [step * 10.0**power for power in range(first, last + 1, every) for step in steps]
    return [float(f"{tick:.6g}") for tick in ticks if low * (1 - 1e-9) <= tick <= high * (1 + 1e-9)]


def log_axis(column: str, bounds: tuple[float, float], *, title: str | None) -> alt.Y:
    """A logarithmic axis with a few plain numbers on it; its title says that it is one."""
    plain = bounds[0] >= 0.001 and bounds[1] <= 10_000
    title = title and f"{title} {theme.LOG}"
    axis = alt.Axis(
        values=log_ticks(*bounds), title=title, labelExpr="format(datum.value, '~r')" if plain else _power_label()
    )
    return alt.Y(f"{column}:Q", axis=axis, scale=alt.Scale(type="log", domain=list(bounds), nice=False))


def _power_label() -> str:
    exponent = "round(log(datum.value) / LN10 * 1000) / 1000"
    return f"{exponent} == floor({exponent}) ? '10' + {theme.superscript_expr(f'({exponent})')} : ''"


def share_axis(column: str, *, title: str | None, top: float = 1.0, ticks: int = 5) -> alt.Y:
    """A linear axis for shares; it begins a little below 0, so that a line at 0 is seen whole."""
    values = np.linspace(0, top, ticks + 1).tolist()
    axis = alt.Axis(values=values, title=title, labelExpr="format(100 * datum.value, '~r') + '\u00a0%'")
    return alt.Y(f"{column}:Q", axis=axis, scale=alt.Scale(domain=[-0.05 * top, top], nice=False))
