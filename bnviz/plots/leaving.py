"""Where lines leave a picture whose range is given: they go on outside, and a mark on the top edge says so."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import altair as alt

from bnviz.plots import compose, theme
from bnviz.plots.sentences import listed

LEAVING = "leaving"
UP, ENDLESS = "▲", "∞"
SIZE = 18
Numbers = Sequence[float]


def leaves(x: Numbers, y: Numbers, top: float) -> list[tuple[float, str]]:
    """Where a line goes out over the top and with which mark: ▲ on the way to a number, ∞ at the first without end.

    Args:
        x: places, growing and above 0 (the place between two of them is told in equal ratios).
        y: values; infinite ones are not drawn.
        top: of the picture, above 0.
    """
    found, inside, endless = [], True, False
    for place, value in enumerate(y):
        if math.isinf(value) and not endless:
            found.append((x[place], ENDLESS))
        elif value > top and inside and not math.isinf(value):
            found.append((x[place] if not place else _between(x, y, place, top), UP))
        inside, endless = not value > top, math.isinf(value)
    return found


def _between(x: Numbers, y: Numbers, place: int, top: float) -> float:
    """Where a straight line on logarithmic axes crosses the top on the way to a value."""
    before, after = y[place - 1], y[place]
    if not before > 0:
        return x[place]
    way = math.log(top / before) / math.log(after / before)
    return float(x[place - 1] * (x[place] / x[place - 1]) ** way)


def sentence(named: Sequence[tuple[str, Numbers]], x: Numbers, top: float) -> str:
    """What goes on above the picture, or nothing.

    Args:
        named: of each line its name and its values.
        x: their places.
        top: of the picture.
    """
    outside, endless = [], []
    for label, values in named:
        most = max((value for value in values if value > top and not math.isinf(value)), default=None)
        if most is not None:
            outside.append(f"{theme.number(most)} with {label}")
        first = next((place for place, value in zip(x, values, strict=True) if math.isinf(value)), None)
        if first is not None:
            endless.append(f"from {theme.number(first)} on with {label}")
    said = f" Above {top:g} a line goes on outside the picture ({UP}): up to {listed(outside)}." if outside else ""
    return said + (f" Too large for any number ({ENDLESS}) {listed(endless)}." if endless else "")


def rows(named: Sequence[tuple[str, Sequence[tuple[float, str]]]]) -> dict[str, list[Any]]:
    """The table of the marks: name, place and sign of each."""
    found = [(label, place, sign) for label, places in named for place, sign in places]
    return {name: [row[index] for row in found] for index, name in enumerate(("series", "step", "sign"))}


def marks(x: alt.X, hue: alt.Color, *, dark: bool) -> list[alt.Chart]:
    """The signs under the top edge, each on a ground of its own."""
    base = alt.Chart(alt.NamedData(LEAVING)).encode(x=x, y=alt.YValue(0), text="sign:N")
    looks: dict[str, Any] = {"fontSize": SIZE, "fontWeight": "bold", "baseline": "top", "dy": -3, "aria": False}
    return compose.grounded(base, looks, hue, dark=dark)
