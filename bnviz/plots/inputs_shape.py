"""What scaling does not do: the shape of a distribution beside the normal one, and one point that squeezes the rest."""

from __future__ import annotations

import altair as alt
import numpy as np

from bnviz.core.prepared import Pair
from bnviz.core.table_facts import Squeeze
from bnviz.plots import compose, theme
from bnviz.plots.inputs import Floats, bounds, for_page, thinned

HEIGHT, STRIPS_HEIGHT = 220, 170
BARS, CURVE, ROWS = "bars", "curve", "rows"
MOST_TICKS = 600


def shape(pair: Pair, column: int, *, dark: bool = False) -> compose.Spec:
    """One standardized feature beside the normal distribution, as densities.

    Args:
        pair: the two features.
        column: 0 or 1.
        dark: the theme.
    """
    z = pair.ways["zscore"].train[:, column]
    low, high = bounds(z)
    density, edges = np.histogram(z, bins=28, range=(low, high), density=True)
    bars = [
        {"low": float(a), "high": float(b), "density": float(d),
         "share": theme.percent(float(d * (b - a))),
         "said": f"{theme.number(float(a), 3)} to {theme.number(float(b), 3)}"}
        for a, b, d in zip(edges[:-1], edges[1:], density, strict=True)
    ]  # fmt: skip
    places = np.linspace(min(low, -3.2), max(high, 3.2), 160)
    curve = [{"z": float(p), "density": float(np.exp(-p * p / 2) / np.sqrt(2 * np.pi))} for p in places]
    x_axis = alt.Axis(title=f"{pair.names[column]}, z-score", grid=False, tickCount=7, labelExpr=theme.tick_expr())
    scale = alt.Scale(domain=[min(low, -3.2), max(high, 3.2)], nice=False, zero=False)
    y = alt.Y("density:Q", axis=alt.Axis(title="density", grid=False, tickCount=4))
    mark = alt.MarkDef(type="rect", color=theme.HUES["batch"][dark], opacity=0.55)
    tooltip = [alt.Tooltip("said:N", title="z-score"), alt.Tooltip("share:N", title="training rows")]
    drawn = alt.Chart(alt.NamedData(BARS), mark=mark).encode(
        x=alt.X("low:Q", scale=scale, axis=x_axis), x2="high:Q", y=y, y2=alt.datum(0), tooltip=tooltip
    )
    line = alt.MarkDef(type="line", strokeWidth=3, strokeDash=[7, 4], color=theme.HUES["layer"][dark])
    normal = alt.Chart(alt.NamedData(CURVE), mark=line).encode(x=alt.X("z:Q", scale=scale), y=y)
    return for_page(compose.layered(drawn, normal, height=HEIGHT), {BARS: bars, CURVE: curve}, dark=dark)


def shape_words(pair: Pair, column: int) -> str:
    """How far the standardized feature is from a normal one."""
    z, known = pair.ways["zscore"].train[:, column], pair.ways["raw"].facts
    if not np.isfinite(known.skew[column]):
        return f"{pair.names[column]} is constant: it has no spread and no shape."
    one, two = (theme.percent(float(np.mean(np.abs(z) <= reach))) for reach in (1, 2))
    skew, kurtosis = theme.number(float(known.skew[column])), theme.number(float(known.kurtosis[column]))
    return (
        f"{pair.names[column]}: {one} of the training rows lie within ±1 and {two} within ±2 (a normal distribution: "
        f"68\u00a0% and 95\u00a0%); skew {skew}, excess kurtosis {kurtosis}, as before scaling (a normal distribution: "
        "0 and 0)."
    )


def strips(column: Floats, squeezed: Squeeze, *, dark: bool = False) -> compose.Spec:
    """A min-max scaled feature as it was and with one point more, on the same axis from 0 to 1.

    Args:
        column: (N,) the raw training values.
        squeezed: what the point does.
        dark: the theme.
    """
    low, high = float(column.min()), float(column.max())
    top = max(high, squeezed.value)
    kept = column[thinned(len(column), MOST_TICKS)]
    names = ("without the point", "with the point")
    rows = [
        {"strip": name, "at": float((value - low) / (end - low)), "raw": theme.number(float(value), 4), "added": False}
        for name, end in zip(names, (high, top), strict=True)
        for value in kept
    ]
    rows.append({"strip": names[1], "at": (squeezed.value - low) / (top - low), "raw": theme.number(squeezed.value, 4),
                 "added": True})  # fmt: skip
    x = alt.X("at:Q", scale=alt.Scale(domain=[0, 1], nice=False),
              axis=alt.Axis(title="after min-max scaling", grid=False, tickCount=5))  # fmt: skip
    y = alt.Y("strip:N", sort=list(names), axis=alt.Axis(title=None, grid=False, domain=False, ticks=False))
    tooltip = [alt.Tooltip("raw:N", title="raw"), alt.Tooltip("at:Q", title="min-max", format=".4f")]
    tick = alt.MarkDef(type="tick", thickness=1.5, size=44, opacity=0.5, color=theme.HUES["batch"][dark])
    cross = alt.MarkDef(type="point", shape="cross", angle=45, size=260, filled=True, opacity=1,
                        color=theme.WARNING[dark])  # fmt: skip
    base = alt.NamedData(ROWS)
    drawn = alt.Chart(base, mark=tick).transform_filter("!datum.added").encode(x=x, y=y, tooltip=tooltip)
    added = alt.Chart(base, mark=cross).transform_filter("datum.added").encode(x=x, y=y, tooltip=tooltip)
    return for_page(compose.layered(drawn, added, height=STRIPS_HEIGHT), {ROWS: rows}, dark=dark)


def strips_words(name: str, squeezed: Squeeze) -> str:
    """How much room one point leaves to the others."""
    if squeezed.minmax >= squeezed.before:
        return (
            f"One point more at {name} = {theme.number(squeezed.value, 3)}, where the largest value is already: the "
            f"range stays, and so does what the middle 99 % of the training rows fill of 0…1, "
            f"{theme.percent(squeezed.minmax)}. Move the point further out."
        )
    return (
        f"One point more at {name} = {theme.number(squeezed.value, 3)}: the middle 99\u00a0% of the training rows, "
        f"which filled {theme.percent(squeezed.before)} of 0…1, now fill {theme.percent(squeezed.minmax)}. The z-score "
        f"suffers as well, but has no fixed range to lose: the same rows are now "
        f"{theme.number(squeezed.zscore)} standard deviations long."
    )  # fmt: skip
