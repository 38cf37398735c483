"""Decorrelation as two moves: the cloud that turns and is scaled, its condition number, and two signals over time."""

from __future__ import annotations

import json
from typing import Any

import altair as alt
import numpy as np

from bnviz.core.motion import BETWEEN, STAGES, Motion, motion, stage_of, turn
from bnviz.core.prepared import Pair
from bnviz.core.table_facts import correlation
from bnviz.plots import compose, panels, theme
from bnviz.plots.figure import Column, Figure, FrameTable
from bnviz.plots.inputs import MOST_TRAIN, TEST, TRAIN, Floats, bounds, coloured, renamed, thinned

POINTS, AXES, CURVE, NOW, LINES, WINDOW = "points", "axes", "curve", "now", "lines", "window"
HEIGHT, SERIES_HEIGHT, MOST_LINE = 340, 240, 500
PAD = 0.06
REACH = 2.0  # the principal axes are drawn that many standard deviations long


def places() -> list[str]:
    """Where in the motion each frame is, in a few words."""
    words = []
    for frame in range(3 * BETWEEN + 1):
        stage, share = stage_of(frame)
        to = f" → {STAGES[stage + 1]}, {theme.percent(share)} of the way" if share else ""
        words.append(f"{STAGES[stage]}{to}")
    return words


def figures(pair: Pair, *, series: bool = False, dark: bool = False) -> list[Figure]:
    """The pictures of the motion, in reading order.

    Args:
        pair: the two features.
        series: whether the rows are in the order of time, so that both features can be drawn as curves.
        dark: the theme.
    """
    moving = motion(pair.moves, pair.moves.standardized(pair.x[pair.train_rows]))
    drawn = [_cloud(pair, moving, dark), _condition(moving, dark)]
    return [*drawn, _series(pair, moving, dark)] if series else drawn


def _figure(pair_id: str, title: str, spec: compose.Spec, narrow: compose.Spec, **more: Any) -> Figure:
    return Figure(id=pair_id, title=title, spec=spec, narrow=narrow, steps=np.arange(3 * BETWEEN + 1), **more)


def _window(moved: Floats, pad: float = PAD) -> FrameTable:
    """The middle of each axis and its length, which keep all points (F, R, 2) in view at every frame.

    They are data and not part of the specification: so the browser keeps its view whatever set is chosen.
    """
    low, high = moved.min(axis=1), moved.max(axis=1)
    middle = (low + high) / 2
    reach = np.maximum((high - low) * (1 + 2 * pad), np.abs(middle) * 1e-3 + 1e-9)
    named = {"x_middle": middle[:, :1], "y_middle": middle[:, 1:], "x_reach": reach[:, :1], "y_reach": reach[:, 1:]}
    return FrameTable(
        WINDOW, [Column(name, values.astype(np.float32), per_frame=True) for name, values in named.items()]
    )


def _scale(axis: str, height: int, *, equal: bool) -> alt.Scale:
    """One axis of the window; with `equal` one unit is as long across as upwards."""
    now = f"data('{WINDOW}')[0]"
    lengths = {"x": f"{now}.x_reach / width", "y": f"{now}.y_reach / {height}"}
    pixel = f"max({lengths['x']}, {lengths['y']})" if equal else lengths[axis]
    half = f"{pixel} * {'width' if axis == 'x' else height} / 2"
    ends = [alt.ExprRef(f"{now}.{axis}_middle {sign} {half}") for sign in "-+"]
    return alt.Scale(domainMin=ends[0], domainMax=ends[1], nice=False, zero=False)


def _unseen(x: alt.X | None, y: alt.Y) -> alt.Chart:
    """A mark over the window, without which its rows would be left out of the picture."""
    mark: alt.Chart = alt.Chart(alt.NamedData(WINDOW)).mark_point(opacity=0).encode(y=renamed(y, "y_middle"))
    return mark if x is None else mark.encode(x=renamed(x, "x_middle"))


def _both(spec: compose.Spec, *, dark: bool) -> tuple[compose.Spec, compose.Spec]:
    """The specification for wide and for narrow windows."""
    return compose.finished(spec, dark=dark, narrow=False), compose.finished(spec, dark=dark, narrow=True)


def _cloud(pair: Pair, moving: Motion, dark: bool) -> Figure:
    parts = ((TRAIN, pair.train_rows, pair.y_train), (TEST, pair.test_rows, pair.y_test))
    chosen = [(name, thinned(len(rows), MOST_TRAIN * 3 // 4 if name == TRAIN else 100)) for name, rows, _ in parts]
    rows = np.concatenate([parts[i][1][places] for i, (_, places) in enumerate(chosen)])
    y = np.concatenate([parts[i][2][places] for i, (_, places) in enumerate(chosen)])
    moved = moving.at(pair.moves.standardized(pair.x[rows]))
    axes, spread = turn(pair.moves)
    arms = np.concatenate(
        [[axis * width * REACH * side for side in (-1, 1)] for axis, width in zip(axes, spread, strict=True)]
    )
    ends = moving.at(arms)
    names = [pair.class_names[int(one)] for one in y] if pair.classes else [theme.number(float(one), 4) for one in y]
    points = FrameTable(POINTS, [
        Column("x", moved[..., 0].astype(np.float32), per_frame=True),
        Column("y", moved[..., 1].astype(np.float32), per_frame=True),
        Column("part", [name for name, places in chosen for _ in places]),
        Column("target", names),
        Column("value", y.astype(np.float64)),
    ])  # fmt: skip
    lines = FrameTable(AXES, [
        Column("x", ends[..., 0].astype(np.float32), per_frame=True),
        Column("y", ends[..., 1].astype(np.float32), per_frame=True),
        Column("axis", ["widest", "widest", "narrowest", "narrowest"]),
    ])  # fmt: skip
    window = _window(np.concatenate([moved, ends], axis=1))
    train = moving.at(pair.moves.standardized(pair.x[pair.train_rows[thinned(len(pair.train_rows), 2000)]]))
    captions = _captions(pair, moving, train)
    alts = [f"Cloud of points with its two principal axes. {caption}" for caption in captions]
    return _figure(
        "cloud", "The cloud, one unit as long across as upwards", *_both(_cloud_spec(pair, dark), dark=dark),
        tables=[points, lines, window], captions=captions, alt=alts, half=True, paper=theme.PAPER[dark],
    )  # fmt: skip


def _cloud_spec(pair: Pair, dark: bool) -> compose.Spec:
    plain: dict[str, Any] = {"grid": False, "tickCount": 4, "labelExpr": theme.tick_expr()}
    x = alt.X("x:Q", scale=_scale("x", HEIGHT, equal=True), axis=alt.Axis(title="first coordinate", **plain))
    y = alt.Y("y:Q", scale=_scale("y", HEIGHT, equal=True), axis=alt.Axis(title="second coordinate", **plain))
    color, shape = coloured(pair, dark)
    layers = []
    for part, filled in ((TRAIN, True), (TEST, False)):
        size: dict[str, Any] = {"size": 30} if filled else {"size": 36, "strokeWidth": 1.6}
        mark = alt.MarkDef(type="point", filled=filled, opacity=0.75, clip=True, **size)
        chart = alt.Chart(alt.NamedData(POINTS), mark=mark).transform_filter(f"datum.part == '{part}'")
        layers.append(chart.encode(x=x, y=y, color=color, shape=shape))
    line = alt.MarkDef(type="line", strokeWidth=3, color=theme.INK[dark])
    dash = alt.StrokeDash("axis:N", sort=None, scale=alt.Scale(domain=["widest", "narrowest"], range=[[1, 0], [6, 4]]),
                          legend=None)  # fmt: skip
    layers.append(alt.Chart(alt.NamedData(AXES), mark=line).encode(x=x, y=y, strokeDash=dash, detail="axis:N"))
    return compose.layered(*layers, _unseen(x, y), height=HEIGHT)


def _captions(pair: Pair, moving: Motion, train: Floats) -> list[str]:
    """Where the motion is, and what it has changed: correlation and condition number at every frame."""
    found = []
    for frame, place in enumerate(places()):
        rho, kappa = theme.number(correlation(train[frame])), theme.number(float(moving.conditions[frame]))
        start = f"{place[0].upper()}{place[1:]}: correlation {rho}, condition number {kappa}."
        stage, share = stage_of(frame)
        found.append(start if share else f"{start} {_told(pair, moving, stage)}")
    return found


def _told(pair: Pair, moving: Motion, stage: int) -> str:
    """What one says at a stage that is reached."""
    first, second = pair.names
    one, other = (theme.number(float(std)) for std in pair.moves.std)
    axes = pair.ways["whitened"].names
    rotated = theme.number(float(moving.conditions[2 * BETWEEN]))
    return (
        f"{first} has a standard deviation of {one}, {second} of {other}.",
        f"Both features have mean 0 and standard deviation 1; the widest axis now lies at {_angle(pair)}°.",
        f"The coordinates are now the {axes[0]} and the {axes[1]} (each over √2). Turning alone leaves the condition "
        f"number at {rotated}.",
        "Each coordinate is divided by its own spread: a round cloud, and a round bowl for the loss.",
    )[stage]  # fmt: skip


def _angle(pair: Pair) -> str:
    axis = turn(pair.moves)[0][0]
    return theme.plain_number(round(float(np.degrees(np.arctan2(axis[1], axis[0])))))


def _condition(moving: Motion, dark: bool) -> Figure:
    """The condition number over the motion, with a point where it is now."""
    known = np.where(np.isfinite(moving.conditions), moving.conditions, np.nan)
    low, high = 1.0, max(10.0, panels.nice_above(float(np.nanmax(known))) if np.isfinite(known).any() else 10.0)
    frames = np.arange(len(known))
    labels = {str(place * BETWEEN): name for place, name in enumerate(STAGES)}
    ticks = f"({json.dumps(labels)})[datum.value]"
    x = alt.X("frame:Q", scale=alt.Scale(domain=[0, 3 * BETWEEN], nice=False, padding=26),
              axis=alt.Axis(values=[place * BETWEEN for place in range(4)], labelExpr=ticks, title=None, grid=True,
                            labelFlush=False))  # fmt: skip
    y = panels.log_axis("value", (low, high * 3), title="condition number (with bias)")
    line = alt.Chart(alt.NamedData(CURVE)).mark_line(strokeWidth=3, color=theme.HUES["batch"][dark]).encode(x=x, y=y)
    point = alt.MarkDef(type="point", filled=True, size=160, opacity=1, color=theme.HUES["layer"][dark])
    now = alt.Chart(alt.NamedData(NOW), mark=point).encode(x=x, y=y)
    said = alt.MarkDef(
        type="text", dy=-16, fontSize=theme.FONT, fontWeight="bold", color=theme.INK[dark], align="center"
    )
    text = alt.Chart(alt.NamedData(NOW), mark=said).transform_calculate(said=theme.number_expr("datum.value"))
    spec = compose.layered(line, now, text.encode(x=x, y=y, text="said:N"), height=HEIGHT)
    curve = FrameTable(CURVE, [Column("frame", frames.tolist()), Column("value", known.tolist())])
    point_now = FrameTable(NOW, [Column("frame", frames[:, None], per_frame=True),
                                 Column("value", known[:, None].astype(np.float32), per_frame=True)])  # fmt: skip
    ends = ", ".join(f"{name} {theme.number(float(moving.conditions[i * BETWEEN]))}" for i, name in enumerate(STAGES))
    return _figure(
        "condition", "What each move does to the loss", *_both(spec, dark=dark),
        tables=[curve, point_now], captions=f"Condition number of a linear model's loss: {ends}.",
        alt=f"Line chart of the condition number over the moves, logarithmic axis: {ends}.", half=True,
        paper=theme.PAPER[dark],
    )  # fmt: skip


def _series(pair: Pair, moving: Motion, dark: bool) -> Figure:
    """Both features over time, all rows in order, as two curves that become a sum and a difference."""
    rows = thinned(len(pair.x), MOST_LINE)
    moved = moving.at(pair.moves.standardized(pair.x[rows]))
    window = _window(moved.reshape(len(moved), -1, 1).repeat(2, axis=2), pad=0.16)
    names = [*pair.names, *pair.ways["whitened"].names]
    colors = theme.CLASS_COLOURS[dark]
    x = alt.X("time:Q", scale=alt.Scale(domain=[1, len(pair.x)], nice=False),
              axis=alt.Axis(title="row, in the order of time", grid=False, tickCount=5))  # fmt: skip
    y = alt.Y(
        "v:Q",
        scale=_scale("y", SERIES_HEIGHT, equal=False),
        axis=alt.Axis(title="value", grid=False, tickCount=4, labelExpr=theme.tick_expr()),
    )
    line = alt.MarkDef(type="line", strokeWidth=1.8, clip=True)
    domain = ["one", "other"]
    color = alt.Color("line:N", scale=alt.Scale(domain=domain, range=list(colors)), legend=None)
    dash = alt.StrokeDash("line:N", scale=alt.Scale(domain=domain, range=[[1, 0], [5, 2]]), legend=None)
    layers: list[Any] = [alt.Chart(alt.NamedData(LINES), mark=line).encode(x=x, y=y, color=color, strokeDash=dash)]
    for place, mark in enumerate(("━", "╍")):
        told = f"'{mark} ' + (step > {3 * BETWEEN // 2} ? {names[2 + place]!r} : {names[place]!r})"
        word = alt.MarkDef(type="text", align="left", x=10 + 190 * place, y=10, fontSize=theme.FONT,
                           fontWeight="bold", color=colors[place], text=alt.ExprRef(told))  # fmt: skip
        layers.append(alt.Chart(alt.InlineData(values=[{}]), mark=word))
    table = FrameTable(LINES, [
        Column("time", [int(row) + 1 for _ in range(2) for row in rows]),
        Column("line", [name for name in domain for _ in rows]),
        Column("v", np.concatenate([moved[..., 0], moved[..., 1]], axis=1).astype(np.float32), per_frame=True),
    ])  # fmt: skip
    specs = _both(compose.layered(*layers, _unseen(None, y), height=SERIES_HEIGHT), dark=dark)
    captions = _series_captions(pair, moved)
    return _figure("series", "The two signals over time", specs[0], specs[1], tables=[table, window], captions=captions,
                   alt=[f"Two curves over time. {one}" for one in captions], paper=theme.PAPER[dark])  # fmt: skip


def _near(value: float, other: float) -> str:
    """A value, with 0 for what rounding leaves of it."""
    return theme.number(value if abs(value) > 1e-9 * abs(other) else 0.0)


def _series_captions(pair: Pair, moved: Floats) -> list[str]:
    names, new = pair.names, pair.ways["whitened"].names
    found = []
    for frame in range(len(moved)):
        one, other = new if frame > 3 * BETWEEN // 2 else names
        (a, b), (c, d) = (bounds(moved[frame, :, column]) for column in range(2))
        spans = [f"{_near(low, high)} to {_near(high, low)}" for low, high in ((a, b), (c, d))]
        found.append(f"The {one} runs from {spans[0]}, the {other} from {spans[1]}." if one in new else
                     f"{one} runs from {spans[0]}, {other} from {spans[1]}.")  # fmt: skip
    return found
