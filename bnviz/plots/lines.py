"""Lines over one axis, with what the same line spans over other seeds: the picture that most measures need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt

from bnviz.plots import compose, leaving, stills, theme
from bnviz.plots.figure import Figure
from bnviz.plots.stills import Mark, Words
from bnviz.plots.theme import ArmStyle, number

HEIGHT = 280
MOST_TICKS = 7
CROSS = 18
LISTENING = 260  # pixels in which a value is told, shared by all of a line
NOW, GUIDE, EXACT, LOST = "now", "guide", "exact", "lost"
Numbers = Sequence[float]


@dataclass(frozen=True, eq=False)
class Line:
    """One series.

    Attributes:
        style: its name, colour and dash.
        x, y: places and values; a value that is no number leaves a gap.
        low, high: over all seeds, one an x; empty where there is one seed only.
        lost: the x at which it diverged: a cross stands there on the top edge.
    """

    style: ArmStyle
    x: Numbers
    y: Numbers
    low: Numbers = ()
    high: Numbers = ()
    lost: float | None = None


@dataclass(frozen=True)
class Scales:
    """The two axes.

    Attributes:
        x, y: their titles.
        log_x, log_y: whether they go in equal ratios.
        domain: of y; what the numbers need if None. Lines that go on above it get a mark where they leave.
        now: a vertical rule at this x.
        level, level_words: a horizontal rule at this y, and what it says.
        level_side: the end at which it says so.
        dots: whether each value has a visible dot.
        guide: x and y of a thin dotted line on top.
        told: what a caption tells of each line: its median, or its end.
    """

    x: str
    y: str
    log_x: bool = False
    log_y: bool = True
    domain: tuple[float, float] | None = None
    now: float | None = None
    level: float | None = None
    level_words: str = ""
    level_side: Literal["left", "right"] = "right"
    dots: bool = False
    guide: tuple[Numbers, Numbers] = ((), ())
    told: str = "median"


def lines(words: Words, drawn: Sequence[Line], scales: Scales, *, dark: bool) -> Figure:
    """A figure of lines with bands, for a page that names the arms once for all its pictures.

    Args:
        words: what it says.
        drawn: at least one line.
        scales: the axes.
        dark: the theme.
    """
    up = scales.domain or domain_of(drawn, scales)
    across = sorted({x for line in drawn for x in line.x}) or [0.1, 1.0]
    marks = [Mark(line.style.label, line.style.color, line.style.dash) for line in drawn]
    tables: dict[str, dict[str, list[Any]]] = {
        "lines": _points(drawn, scales),
        "bands": _bands(drawn, scales),
        GUIDE: {"step": list(scales.guide[0]), "value": list(scales.guide[1])},
        NOW: {"step": [] if scales.now is None else [scales.now]},
        EXACT: _exact(drawn),
        LOST: _lost(drawn),
        leaving.LEAVING: leaving.rows(
            [(line.style.label, leaving.leaves(line.x, line.y, up[1])) for line in drawn if scales.domain]
        ),
        stills.LEVEL: {"level": [], "words": []}
        if scales.level is None
        else {"level": [scales.level], "words": [scales.level_words]},
    }
    return stills.still(words, _spec(marks, scales, across, up, dark=dark), tables, dark=dark)


def domain_of(drawn: Sequence[Line], scales: Scales) -> tuple[float, float]:
    """From the smallest to the largest number that is drawn, with a little air."""
    values = [value for line in drawn for value in (*line.y, *line.low, *line.high) if _shown(value, scales.log_y)]
    values += [] if scales.level is None else [scales.level]
    low, high = min(values, default=1.0), max(values, default=1.0)
    if scales.log_y:
        return low / 1.3, high * 1.3
    air = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    return low - air, high + air


def _shown(value: float, log: bool) -> bool:
    return math.isfinite(value) and (value > 0 or not log)


def _points(drawn: Sequence[Line], scales: Scales) -> dict[str, list[Any]]:
    rows = [(line.style.label, x, y, part) for line in drawn for part, x, y in _parts(line, scales.log_y)]
    names = ("series", "step", "value", "part")
    return {name: [row[index] for row in rows] for index, name in enumerate(names)}


def _parts(line: Line, log: bool) -> list[tuple[int, float, float]]:
    """Piece, x and y of every value that can be drawn: a gap begins another piece."""
    found, part = [], 0
    for x, y in zip(line.x, line.y, strict=True):
        if _shown(y, log):
            found.append((part, x, y))
        else:
            part += 1
    return found


def _exact(drawn: Sequence[Line]) -> dict[str, list[Any]]:
    """For every x what each line tells there, in the columns line0, line1 and so on."""
    places = sorted({x for line in drawn for x in line.x})
    told = {
        f"line{index}": [_told(line, line.x.index(x)) if x in line.x else "—" for x in places]
        for index, line in enumerate(drawn)
    }
    return {"step": places, **told}


def _told(line: Line, place: int) -> str:
    """A value, and those of all seeds."""
    if math.isinf(line.y[place]):
        return leaving.ENDLESS
    if not len(line.low):
        return number(line.y[place], 3)
    return f"{number(line.y[place], 3)} (seeds: {number(line.low[place], 3)} to {number(line.high[place], 3)})"


def _lost(drawn: Sequence[Line]) -> dict[str, list[Any]]:
    """Where lines end because their arm diverged."""
    gone = [(line.style.label, line.lost, f"diverged: {line.style.label}") for line in drawn if line.lost is not None]
    return {name: [row[index] for row in gone] for index, name in enumerate(("series", "step", "words"))}


def _bands(drawn: Sequence[Line], scales: Scales) -> dict[str, list[Any]]:
    rows = [
        (line.style.label, x, low, high)
        for line in drawn
        for x, low, high in zip(line.x, line.low, line.high, strict=False)
        if _shown(low, scales.log_y) and _shown(high, scales.log_y)
    ]
    return {name: [row[index] for row in rows] for index, name in enumerate(("series", "step", "low", "high"))}


def ticks(low: float, high: float, *, most: int = MOST_TICKS) -> list[float]:
    """Round numbers on a log axis, few enough to be read: 1, 2 and 5 times powers of ten, or powers of ten alone."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps, apart in (((1, 2, 5), 1), ((1, 3), 1), ((1,), 1), ((1,), 2), ((1,), 4)):
        found = [step * 10.0**power for power in powers if power % apart == 0 for step in steps]
        found = [float(f"{value:.1g}") for value in found if low <= value <= high]
        if len(found) <= most:
            break
    return found


def _axis(title: str, *, log: bool, domain: tuple[float, float], grid: bool) -> dict[str, Any]:
    more: dict[str, Any] = {"values": ticks(*domain)} if log else {"tickCount": 5}
    value = "datum.value"
    label = f"{value} > 0 && {value} < 0.001 ? ({theme.number_expr(value, 1)}) : ({theme.tick_expr()})"
    axis = alt.Axis(
        title=f"{title} {theme.LOG}" if log else title, labelExpr=label, grid=grid, labelOverlap=True, **more
    )
    scale = alt.Scale(type="log" if log else "linear", domain=list(domain), nice=False, zero=False)
    return {"axis": axis, "scale": scale}


def _spec(
    marks: Sequence[Mark], scales: Scales, across: Numbers, up: tuple[float, float], *, dark: bool
) -> compose.Spec:
    x = alt.X("step:Q", **_axis(scales.x, log=scales.log_x, domain=(across[0], across[-1]), grid=False))
    y = alt.Y("value:Q", **_axis(scales.y, log=scales.log_y, domain=up, grid=True))
    low = y.copy()
    low.shorthand = "low:Q"
    hue = stills.color(marks, shown=False)
    band = alt.Chart(alt.NamedData("bands")).mark_area(opacity=0.2, clip=True, aria=False)
    base = alt.Chart(alt.NamedData("lines"))
    tooltip = [alt.Tooltip("step:Q", title=scales.x)]
    tooltip += [alt.Tooltip(f"line{index}:N", title=mark.label) for index, mark in enumerate(marks)]
    dash = stills.dash(marks, shown=False)
    stroke = base.mark_line(strokeWidth=3.5, clip=True, strokeJoin="round")
    guide = alt.Chart(alt.NamedData(GUIDE)).mark_line(
        color=theme.INK[dark], strokeWidth=2, strokeDash=[1, 5], aria=False
    )
    return compose.layered(
        band.encode(x=x, y=low, y2="high:Q", color=hue, detail="series:N"),
        stroke.encode(x=x, y=y, color=hue, strokeDash=dash, detail="part:N"),
        guide.encode(x=x, y=y),
        *stills.level(scales.level_side, dark=dark),
        stills.now_rule(dark=dark),
        *_crosses(x, hue, middle=(across[0] + across[-1]) / 2),
        *leaving.marks(x, hue, dark=dark),
        base.mark_circle(size=70, opacity=1 if scales.dots else 0, clip=bool(scales.domain)).encode(
            x=x, y=y, color=hue
        ),
        stills.listening(EXACT, x, tooltip, wide=max(7, LISTENING / len(across))),
        height=HEIGHT,
    )


def _crosses(x: alt.X, hue: alt.Color, *, middle: float) -> list[alt.Chart]:
    """A cross on the top edge where an arm diverged, and beside it, on the side with more room, which one it was."""
    base = alt.Chart(alt.NamedData(LOST))
    top, tip = alt.YValue(0), [alt.Tooltip("words:N", title="state"), alt.Tooltip("step:Q", title="at update")]
    found = [base.mark_text(text="✕", fontSize=CROSS, fontWeight="bold", baseline="top").encode(
        x=x, y=top, color=hue, tooltip=tip)]  # fmt: skip
    sides: tuple[tuple[str, Literal["left", "right"], int], ...] = (("<=", "left", 13), (">", "right", -13))
    for test, align, away in sides:
        said = base.transform_filter(f"datum.step {test} {middle}").mark_text(
            align=align, baseline="top", dx=away, dy=2, fontSize=theme.FONT, fontWeight="bold"
        )
        found.append(said.encode(x=x, y=top, text="words:N", color=hue))
    return found
