"""What a norm layer has learned: gamma and beta of every unit, beside the sigma and mu that would undo the norm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import altair as alt
import numpy as np

from bnviz.core.experiment import BATCH_NORMS
from bnviz.core.recording import Array, Recording
from bnviz.plots import compose, panels, theme
from bnviz.plots.figure import Column, Figure, SeriesTable
from bnviz.plots.panels import Look
from bnviz.plots.sentences import after, for_channels, has_diverged
from bnviz.plots.theme import ArmStyle, arm_style, number

UNITS, MIDDLES = "units", "middles"
LEARNED, UNDOING = "learned: gamma, beta", "would undo the norm: sigma, mu"
MOST_LINES = 32
SQUASHED = 4.0  # sigma gets an axis of its own where its range is that many times gamma's


@dataclass(frozen=True)
class Pair:
    """A learned quantity and the statistic that it could undo, each (F, U).

    Attributes:
        name, other: gamma and sigma, or beta and mu.
        learned, undoing: their values; `undoing` is None for norms that do not average over the batch.
        start: the value of the learned quantity before training.
    """

    name: str
    other: str
    learned: Array
    undoing: Array | None
    start: float

    @property
    def drawn(self) -> Array:
        """(F, at most MOST_LINES) the units that have a line of their own."""
        return self.learned[:, :MOST_LINES]

    @property
    def band(self) -> Array:
        """(F, 3) middle of what could be undone."""
        return self.learned if self.undoing is None else _middle(self.undoing).T

    @property
    def apart(self) -> bool:
        """Whether the two need axes of their own."""
        if self.undoing is None:
            return False
        narrow, wide = _bounds(self.start, self.drawn), _bounds(self.start, np.hstack([self.drawn, self.band]))
        return wide[1] - wide[0] > SQUASHED * (narrow[1] - narrow[0])


def gamma_beta(recording: Recording, *, arm: int, layer: int, dark: bool = False) -> Figure | None:
    """Paths of gamma (above) and beta (below) of each unit, with the median and the middle 70 per cent.

    Beside them stand sigma = sqrt(batch variance + eps) and mu = batch mean of what enters the norm: with
    gamma = sigma and beta = mu the layer would undo its norm.

    Args:
        recording: of a run, or of its beginning.
        arm, layer: which, counted from 0.
        dark: for a dark ground.

    Returns:
        None if there is no norm in that layer.
    """
    pairs = _pairs(recording, arm, layer)
    if pairs is None:
        return None
    style = arm_style(recording.experiment, dark=dark)[arm]
    return Figure(
        id="gamma-beta",
        title=f"gamma and beta of layer {layer + 1}, {style.label}",
        spec=_chart(recording, pairs, style, Look(dark)),
        narrow=_chart(recording, pairs, style, Look(dark, narrow=True)),
        tables=_tables(pairs),
        steps=recording.steps,
        captions=_captions(recording, pairs, arm, layer),
        alt=_alt(recording, pairs, layer),
        paper=theme.PAPER[dark],
    )


def _pairs(recording: Recording, arm: int, layer: int) -> tuple[Pair, Pair] | None:
    experiment = recording.experiment
    depth = len(experiment.network.hidden)
    if layer >= depth or experiment.arms[arm].placements(depth)[layer] == "none":
        return None
    units = min(experiment.network.hidden[layer], recording.gamma.shape[-1])
    gone = has_diverged(recording)[:, arm, None]

    def of(values: Array) -> Array:
        return np.where(gone, np.nan, values[:, arm, layer, :units])

    over_batch = experiment.arms[arm].norm in BATCH_NORMS
    sigma = np.sqrt(of(recording.batch_var) + experiment.arms[arm].eps) if over_batch else None
    mu = of(recording.batch_mean) if over_batch else None
    return Pair("gamma", "sigma", of(recording.gamma), sigma, 1.0), Pair("beta", "mu", of(recording.beta), mu, 0.0)


def _bounds(start: float, values: Array) -> tuple[float, float]:
    """A range around all values but the most extreme and the starting value, with round ends."""
    low, high = np.quantile(np.append(panels.finite(values), start), [0.001, 0.999])
    reach = max(abs(float(high) - start), abs(start - float(low)), 0.05)
    step = panels.nice_above(reach / 5)
    down, up = (np.floor(min(float(low), start) / step - 0.1), np.ceil(max(float(high), start) / step + 0.1))
    return float(f"{down * step:.6g}"), float(f"{up * step:.6g}")


def _tables(pairs: tuple[Pair, Pair]) -> list[SeriesTable]:
    """The first units one by one, and the middle of all."""
    lines = [Column("unit", [unit + 1 for unit in range(pairs[0].drawn.shape[1])])]
    middles = [Column("row", [0])]
    for pair in pairs:
        lines.append(Column(pair.name, pair.drawn.astype(np.float32), per_frame=True))
        for name, values in ((pair.name, pair.learned), (pair.other, pair.undoing)):
            if values is None:
                continue
            for end, place in zip(("low", "middle", "high"), _middle(values), strict=True):
                middles.append(Column(f"{name}_{end}", place[:, None].astype(np.float32), per_frame=True))
    return [SeriesTable(UNITS, lines), SeriesTable(MIDDLES, middles)]


def _middle(values: Array) -> Array:
    """(3, F): 15th percentile, median and 85th percentile over the units; NaN where there is nothing."""
    result = np.full((3, len(values)), np.nan)
    known = np.isfinite(values).all(axis=1)
    if known.any():
        result[:, known] = np.quantile(values[known], [0.15, 0.5, 0.85], axis=1)
    return result


def _chart(recording: Recording, pairs: tuple[Pair, Pair], style: ArmStyle, look: Look) -> compose.Spec:
    rows = [_panel(recording, pair, style, look) for pair in pairs]
    return compose.finished({"vconcat": rows, "spacing": 18}, dark=look.dark, narrow=look.narrow)


def _panel(recording: Recording, pair: Pair, style: ArmStyle, look: Look) -> compose.Spec:
    """gamma over sigma, or beta over mu, against the updates."""
    x = panels.step_axis(recording.experiment.training.steps, title="updates" if pair.name == "beta" else None)
    alone = pair.apart or pair.undoing is None
    together = pair.drawn if alone else np.hstack([pair.drawn, pair.band])
    title = pair.name if alone else f"{pair.name}, {pair.other}"
    y = _axis(title, _bounds(pair.start, together), orient="left")
    lines = alt.Chart(alt.NamedData(UNITS)).mark_line(strokeWidth=0.8, opacity=0.4, color=style.color, clip=True)
    lines = lines.encode(
        x=x, y=alt.Y(f"{pair.name}:Q", **y), detail=alt.Detail("unit:N"),
        tooltip=[alt.Tooltip("unit:N", title=for_channels(recording.experiment, "unit")),
                 alt.Tooltip("step:Q", title="updates"),
                 alt.Tooltip(f"{pair.name}:Q", format=".3f")],
    )  # fmt: skip
    legend = _Legend(style, look)
    left = compose.layered(lines, *_band(x, y, pair.name, LEARNED, legend))
    height, rule = 150 if look.narrow else 190, panels.step_rule(dark=look.dark)
    if pair.undoing is None:
        return compose.layered(left, rule, height=height)
    if pair.apart:
        y = _axis(f"{pair.other} (own axis)", _bounds(pair.start, pair.band), orient="right")
    right = compose.layered(*_band(x, y, pair.other, UNDOING, legend))
    resolve: dict[str, Any] = {"resolve": {"scale": {"y": "independent"}}} if pair.apart else {}
    return compose.layered(left, right, compose.single(rule), height=height, **resolve)


def _axis(title: str, bounds: tuple[float, float], *, orient: Literal["left", "right"]) -> dict[str, Any]:
    """Keywords of a vertical axis."""
    axis = alt.Axis(title=title, tickCount=4, orient=orient, grid=orient == "left",
                    labelExpr="replace(format(datum.value, '~r'), '-', '−')")  # fmt: skip
    return {"axis": axis, "scale": alt.Scale(domain=list(bounds), nice=False, zero=False)}


class _Legend:
    """One legend for both panels: the learned and the undoing."""

    def __init__(self, style: ArmStyle, look: Look) -> None:
        names, key = [LEARNED, UNDOING], alt.Legend(title=None, symbolType="stroke", columns=1 if look.narrow else 2)
        self.color = alt.Color(
            "of:N", scale=alt.Scale(domain=names, range=[style.color, theme.INK[look.dark]]), legend=key
        )
        self.dash = alt.StrokeDash("of:N", scale=alt.Scale(domain=names, range=[[1, 0], [2, 3]]), legend=key)


def _band(x: alt.X, y: dict[str, Any], name: str, told: str, legend: _Legend) -> list[alt.Chart]:
    """Median and middle 70 per cent over the units."""
    base = alt.Chart(alt.NamedData(MIDDLES)).transform_calculate(of=f"'{told}'")
    tooltip = [alt.Tooltip("step:Q", title="updates")] + [
        alt.Tooltip(f"{name}_{end}:Q", title=f"{name}, {title}", format=".3f")
        for end, title in (("low", "15\u00a0%"), ("middle", "median"), ("high", "85\u00a0%"))
    ]
    area = base.mark_area(opacity=0.18, clip=True, strokeWidth=0).encode(
        x=x, y=alt.Y(f"{name}_low:Q", **y), y2=alt.Y2(f"{name}_high:Q"), color=legend.color, tooltip=tooltip
    )
    line = base.mark_line(strokeWidth=3, clip=True).encode(
        x=x, y=alt.Y(f"{name}_middle:Q", **y), color=legend.color, strokeDash=legend.dash, tooltip=tooltip
    )
    return [area, line]


def _captions(recording: Recording, pairs: tuple[Pair, Pair], arm: int, layer: int) -> list[str]:
    diverged = int(recording.diverged_at[arm])
    apart = [pair.other for pair in pairs if pair.apart]
    own = "an axis of its own" if len(apart) == 1 else "axes of their own"
    note = f" Mind: {' and '.join(apart)} {'is' if len(apart) == 1 else 'are'} drawn on {own}." if apart else ""
    if pairs[0].undoing is None:
        note = " This norm averages within a row of the batch, so no gamma and beta could undo it."
    middles = [(_middle(pair.learned)[1], None if pair.undoing is None else _middle(pair.undoing)[1]) for pair in pairs]
    texts = []
    for frame, start in enumerate(after(recording.steps)):
        if 0 <= diverged <= recording.steps[frame]:
            texts.append(f"{start}: the arm diverged at step {diverged}.")
            continue
        said = [
            f"{pair.name} is {number(learned[frame])} at the median"
            + ("" if undoing is None else f" ({number(undoing[frame])}, {pair.other}, would undo the norm)")
            for pair, (learned, undoing) in zip(pairs, middles, strict=True)
        ]
        texts.append(f"{start}, in layer {layer + 1}, {' and '.join(said)}.{note}")
    return texts


def _alt(recording: Recording, pairs: tuple[Pair, Pair], layer: int) -> list[str]:
    middles = [
        (name, _middle(values).T.tolist())
        for pair in pairs
        for name, values in ((pair.name, pair.learned), (pair.other, pair.undoing))
        if values is not None
    ]
    start = for_channels(
        recording.experiment,
        f"Two line charts over 0 to {recording.experiment.training.steps} updates, layer {layer + 1}: gamma above, "
        "beta below, one thin line a unit, with the median and the 15th to 85th percentile. ",
    )
    texts = []
    for frame, step in enumerate(recording.steps.tolist()):
        told = [
            f"{name} {number(rows[frame][1])} ({number(rows[frame][0])} to {number(rows[frame][2])})"
            for name, rows in middles
        ]
        texts.append(f"{start}Step {step}: {', '.join(told)}.")
    return texts
