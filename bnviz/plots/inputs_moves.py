"""Decorrelation as two moves: the cloud that turns and is scaled, and what each move does to the loss."""

from __future__ import annotations

import json
from typing import Any

import altair as alt
import numpy as np

from bnviz.core.motion import BETWEEN, FRAMES, STAGES, Motion, motion, stage_of, turn
from bnviz.core.prepared import Pair
from bnviz.core.table_facts import correlation
from bnviz.plots import compose, panels, theme
from bnviz.plots.figure import Column, Figure, FrameTable
from bnviz.plots.inputs import TEST, TRAIN, Floats, coloured, thinned
from bnviz.plots.inputs_series import signals
from bnviz.plots.inputs_window import both, follow, unseen, window

POINTS, AXES, CURVE, NOW = "points", "axes", "curve", "now"
HEIGHT = 340
MOST_TRAIN, MOST_TEST, MOST_MEASURED = 300, 100, 2000
REACH = 2.0  # the principal axes are drawn that many standard deviations long


def places() -> list[str]:
    """Where in the motion each frame is, in a few words."""
    words = []
    for frame in range(FRAMES):
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
    return [*drawn, signals(pair, moving, dark=dark)] if series else drawn


def _cloud(pair: Pair, moving: Motion, dark: bool) -> Figure:
    train, test = thinned(len(pair.train_rows), MOST_TRAIN), thinned(len(pair.test_rows), MOST_TEST)
    rows = np.concatenate([pair.train_rows[train], pair.test_rows[test]])
    y = np.concatenate([pair.y_train[train], pair.y_test[test]])
    moved = moving.at(pair.moves.standardized(pair.x[rows]))
    ends = moving.at(_axes(pair))
    targets = [pair.class_names[int(one)] if pair.classes else theme.number(float(one), 4) for one in y]
    points = [Column("part", [TRAIN] * len(train) + [TEST] * len(test)), Column("target", targets),
              Column("value", y.astype(np.float64)), *_positions(moved)]  # fmt: skip
    lines = [Column("axis", ["widest", "widest", "narrowest", "narrowest"]), *_positions(ends)]
    measured = pair.x[pair.train_rows[thinned(len(pair.train_rows), MOST_MEASURED)]]
    captions = _captions(pair, moving, moving.at(pair.moves.standardized(measured)))
    wide, narrow = both(_cloud_spec(pair, dark), dark=dark)
    return Figure(
        id="cloud", title="The cloud, one unit as long across as upwards", spec=wide, narrow=narrow,
        tables=[FrameTable(POINTS, points), FrameTable(AXES, lines), window(np.concatenate([moved, ends], axis=1))],
        steps=np.arange(FRAMES), captions=captions, half=True, paper=theme.PAPER[dark],
        alt=[f"Cloud of points with its two principal axes. {caption}" for caption in captions],
    )  # fmt: skip


def _positions(moved: Floats) -> list[Column]:
    return [Column(name, moved[..., i].astype(np.float32), per_frame=True) for i, name in enumerate("xy")]


def _axes(pair: Pair) -> Floats:
    """(4, 2) both ends of both principal axes, in standardized features."""
    axes, spread = turn(pair.moves)
    long = axes * spread[:, None] * REACH
    return np.array([-long[0], long[0], -long[1], long[1]])


def _cloud_spec(pair: Pair, dark: bool) -> compose.Spec:
    plain: dict[str, Any] = {"grid": False, "tickCount": 4, "labelExpr": theme.tick_expr()}
    x = alt.X("x:Q", scale=follow("x", HEIGHT, equal=True), axis=alt.Axis(title="first coordinate", **plain))
    y = alt.Y("y:Q", scale=follow("y", HEIGHT, equal=True), axis=alt.Axis(title="second coordinate", **plain))
    color, shape = coloured(pair, dark)
    said = {f"said_{axis}": theme.number_expr(f"datum.{axis}", 3) for axis in "xy"}
    tooltip = [alt.Tooltip("said_x:N", title="first coordinate"), alt.Tooltip("said_y:N", title="second coordinate"),
               alt.Tooltip("target:N", title="class" if pair.classes else "target"),
               alt.Tooltip("part:N", title="part")]  # fmt: skip
    layers = []
    for part, filled in ((TRAIN, True), (TEST, False)):
        size: dict[str, Any] = {"size": 30} if filled else {"size": 36, "strokeWidth": 1.6}
        mark = alt.MarkDef(type="point", filled=filled, opacity=0.75, clip=True, **size)
        chart = alt.Chart(alt.NamedData(POINTS), mark=mark).transform_filter(f"datum.part == '{part}'")
        layers.append(chart.transform_calculate(**said).encode(x=x, y=y, color=color, shape=shape, tooltip=tooltip))
    line = alt.MarkDef(type="line", strokeWidth=3, color=theme.INK[dark])
    dashes = alt.Scale(domain=["widest", "narrowest"], range=[[1, 0], [6, 4]])
    dash = alt.StrokeDash("axis:N", sort=None, scale=dashes, legend=None)
    layers.append(alt.Chart(alt.NamedData(AXES), mark=line).encode(x=x, y=y, strokeDash=dash, detail="axis:N"))
    return compose.layered(*layers, unseen(x, y), height=HEIGHT)


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
    frames = np.arange(FRAMES)
    curve = FrameTable(CURVE, [Column("frame", frames.tolist()), Column("value", known.tolist())])
    now = FrameTable(NOW, [Column("frame", frames[:, None], per_frame=True),
                           Column("value", known[:, None].astype(np.float32), per_frame=True)])  # fmt: skip
    stages = [moving.conditions[place * BETWEEN] for place in range(len(STAGES))]
    said = ", ".join(f"{name} {_written(value)}" for name, value in zip(STAGES, stages, strict=True))
    wide, narrow = both(_condition_spec(known, dark), dark=dark)
    return Figure(
        id="condition", title="What each move does to the loss", spec=wide, narrow=narrow, tables=[curve, now],
        steps=frames, captions=f"Condition number of a linear model's loss, with a bias: {said}.",
        alt=f"Line chart of the condition number over the moves, logarithmic axis: {said}.", half=True,
        paper=theme.PAPER[dark],
    )  # fmt: skip


def _written(value: float) -> str:
    return theme.number(float(value)) if np.isfinite(value) else "∞ (one direction has no spread)"


def _condition_spec(known: Floats, dark: bool) -> compose.Spec:
    top = panels.nice_above(float(np.nanmax(known))) if np.isfinite(known).any() else 10.0
    labels = {str(place * BETWEEN): name for place, name in enumerate(STAGES)}
    axis = alt.Axis(values=[place * BETWEEN for place in range(len(STAGES))], title=None, labelFlush=False,
                    labelExpr=f"({json.dumps(labels)})[datum.value]")  # fmt: skip
    x = alt.X("frame:Q", scale=alt.Scale(domain=[0, FRAMES - 1], nice=False, padding=26), axis=axis)
    room = max(3.0, top**0.15)  # for the number above the first point
    y = panels.log_axis("value", (1.0, max(10.0, top) * room), title="condition number, with bias")
    curve = alt.Chart(alt.NamedData(CURVE)).transform_calculate(said=theme.number_expr("datum.value", 3))
    line = curve.mark_line(strokeWidth=3, color=theme.HUES["batch"][dark]).encode(x=x, y=y)
    exact = curve.mark_point(opacity=0, size=90)
    point = alt.MarkDef(type="point", filled=True, size=160, opacity=1, color=theme.HUES["layer"][dark])
    now = alt.Chart(alt.NamedData(NOW), mark=point).encode(x=x, y=y)
    mark = alt.MarkDef(type="text", dy=-16, fontSize=theme.FONT, fontWeight="bold", color=theme.INK[dark])
    told = alt.Chart(alt.NamedData(NOW), mark=mark).transform_calculate(said=theme.number_expr("datum.value"))
    return compose.layered(
        line, now, told.encode(x=x, y=y, text="said:N"),
        exact.encode(x=x, y=y, tooltip=[alt.Tooltip("said:N", title="condition number")]), height=HEIGHT,
    )  # fmt: skip
