"""Two signals over time that become their sum and their difference."""

from __future__ import annotations

import json

import altair as alt
import numpy as np

from bnviz.core.motion import BETWEEN, Motion
from bnviz.core.prepared import Pair
from bnviz.plots import compose, theme
from bnviz.plots.figure import Column, Figure, FrameTable
from bnviz.plots.inputs import Floats, bounds, thinned
from bnviz.plots.inputs_window import both, follow, unseen, window

LINES = "lines"
NAMES = ["one", "other"]
HEIGHT, MOST_ROWS = 240, 500
HALF_TURN = 3 * BETWEEN // 2


def signals(pair: Pair, moving: Motion, *, dark: bool) -> Figure:
    """Both features over time, all rows in order.

    Args:
        pair: the two features; its rows are in the order of time.
        moving: the motion.
        dark: the theme.
    """
    rows = thinned(len(pair.x), MOST_ROWS)
    moved = moving.at(pair.moves.standardized(pair.x[rows]))
    lines = [
        Column("time", [int(row) + 1 for _ in NAMES for row in rows]),
        Column("line", [name for name in NAMES for _ in rows]),
        Column("v", np.concatenate([moved[..., 0], moved[..., 1]], axis=1).astype(np.float32), per_frame=True),
    ]
    captions = _captions(pair, moved)
    wide, narrow = both(_spec(pair, dark), dark=dark)
    return Figure(
        id="series", title="The two signals over time", spec=wide, narrow=narrow, steps=np.arange(len(moved)),
        tables=[FrameTable(LINES, lines), window(moved.reshape(len(moved), -1, 1).repeat(2, axis=2), pad=0.16)],
        captions=captions, alt=[f"Two curves over time. {one}" for one in captions], paper=theme.PAPER[dark],
    )  # fmt: skip


def _spec(pair: Pair, dark: bool) -> compose.Spec:
    colors = theme.CLASS_COLOURS[dark]
    axis = alt.Axis(title="row, in the order of time", grid=False, tickCount=5)
    x = alt.X("time:Q", scale=alt.Scale(domain=[1, len(pair.x)], nice=False), axis=axis)
    values = alt.Axis(title="value", grid=False, tickCount=4, labelExpr=theme.tick_expr())
    y = alt.Y("v:Q", scale=follow("y", HEIGHT, equal=False), axis=values)
    color = alt.Color("line:N", scale=alt.Scale(domain=NAMES, range=list(colors)), legend=None)
    dash = alt.StrokeDash("line:N", scale=alt.Scale(domain=NAMES, range=[[1, 0], [5, 2]]), legend=None)
    data = alt.Chart(alt.NamedData(LINES)).transform_calculate(said=theme.number_expr("datum.v", 3))
    line = data.mark_line(strokeWidth=1.8, clip=True).encode(x=x, y=y, color=color, strokeDash=dash)
    tooltip = [alt.Tooltip("time:Q", title="row", format="d"), alt.Tooltip("said:N", title="value")]
    exact = data.mark_point(opacity=0, size=60, clip=True).encode(x=x, y=y, tooltip=tooltip)
    return compose.layered(line, exact, *_words(pair, colors), unseen(None, y), height=HEIGHT)


def _words(pair: Pair, colors: tuple[str, str]) -> list[alt.Chart]:
    """What each curve is: a feature, and from the middle of the turn on the sum or the difference."""
    names, new = pair.names, pair.ways["whitened"].names
    words = []
    for place, mark in enumerate(("━", "╍")):
        before, after = (json.dumps(f"{mark} {name[place]}", ensure_ascii=False) for name in (names, new))
        told = f"step > {HALF_TURN} ? {after} : {before}"
        word = alt.MarkDef(
            type="text", align="left", x=10 + 190 * place, y=10, fontSize=theme.FONT, fontWeight="bold",
            color=colors[place], text=alt.ExprRef(told),
        )  # fmt: skip
        words.append(alt.Chart(alt.InlineData(values=[{}]), mark=word))
    return words


def _near(value: float, other: float) -> str:
    """A value, with 0 for what rounding leaves of it."""
    return theme.number(value if abs(value) > 1e-9 * abs(other) else 0.0)


def _captions(pair: Pair, moved: Floats) -> list[str]:
    names, new = pair.names, pair.ways["whitened"].names
    found = []
    for frame in range(len(moved)):
        one, other = new if frame > HALF_TURN else names
        (a, b), (c, d) = (bounds(moved[frame, :, column]) for column in range(2))
        spans = [f"{_near(low, high)} to {_near(high, low)}" for low, high in ((a, b), (c, d))]
        found.append(f"The {one} runs from {spans[0]}, the {other} from {spans[1]}." if one in new else
                     f"{one} runs from {spans[0]}, {other} from {spans[1]}.")  # fmt: skip
    return found
