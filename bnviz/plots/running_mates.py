"""One row in many batches: what it gives depends on its companions, less and less as the batch grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from bnviz.plots import compose, stills, theme
from bnviz.plots.figure import Figure
from bnviz.plots.stills import Mark, Words
from bnviz.plots.theme import number, percent

Array = NDArray[Any]
HEIGHT = 380
RIGHT, WRONG = "named right", "named wrong"
CALM = "eval"
MEASURED, LAW = "measured", "1/√B through the largest batch"


def probabilities(logits: Array) -> Array:
    """Softmax over the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: Array = shifted / shifted.sum(axis=-1, keepdims=True)
    return result


def company(drawn: Mapping[int, Array], alone: Array, truth: int, *, name: str, dark: bool) -> Figure:
    """Probability of the row's own class in many batches of each size, and in eval mode.

    Args:
        drawn: batch sizes to draws x outputs.
        alone: outputs in eval mode.
        truth: number of the row's class.
        name: of the class, as the reader knows it.
        dark: the theme.
    """
    rows = []
    for size, logits in drawn.items():
        share, guess = probabilities(logits)[:, truth], logits.argmax(axis=1)
        nudge = np.linspace(-0.3, 0.3, len(share))
        rows += [
            (str(size), float(p), RIGHT if one == truth else WRONG, percent(float(p)), float(place), int(one))
            for p, one, place in zip(share, guess, nudge, strict=True)
        ]
    calm = float(probabilities(alone)[truth])
    names = ("size", "value", "verdict", "told", "nudge", "guess")
    tables: stills.Tables = {
        "dots": dict(zip(names, (list(column) for column in zip(*rows, strict=True)), strict=True)),
        "calm": {"size": [CALM], "value": [calm], "told": [percent(calm)]},
    }
    spec = _company_spec([str(size) for size in drawn], dark=dark)
    return stills.still(_company_words(drawn, calm, truth, name), spec, tables, dark=dark)


def _company_words(drawn: Mapping[int, Array], calm: float, truth: int, name: str) -> Words:
    smallest, largest = min(drawn), max(drawn)
    wrong = {size: int((drawn[size].argmax(axis=1) != truth).sum()) for size in drawn}
    low, high = (
        (percent(float(edge)) for edge in (one.min(), one.max()))
        for one in (probabilities(drawn[size])[:, truth] for size in (smallest, largest))
    )
    caption = (
        f"In {len(drawn[smallest])} batches of {smallest} this row gets P({name}) from {' to '.join(low)} and is named "
        f"wrong {wrong[smallest]} times; in batches of {largest} from {' to '.join(high)}, wrong {wrong[largest]} "
        f"times. In eval mode it is always {percent(calm)}."
    )
    alt_text = f"Dots over batch sizes {smallest} to {largest}, one a batch, and a line for eval mode. {caption}"
    return Words("running-company", f"P({name}) of the same row in different batches", caption, alt_text)


def _company_spec(sizes: list[str], *, dark: bool) -> compose.Spec:
    marks = [Mark(RIGHT, theme.MODES["train"][dark]), Mark(WRONG, theme.WARNING[dark], shape="cross")]
    columns = [*sizes, CALM]
    x = alt.X("size:N", sort=columns, scale=alt.Scale(domain=columns),
              axis=alt.Axis(title="batch size in training mode", labelAngle=0, grid=False))  # fmt: skip
    y = alt.Y("value:Q", **stills.value_axis("probability of its class", (-0.02, 1.02), share=True))
    shape = alt.Shape(
        "verdict:N", scale=alt.Scale(domain=[m.label for m in marks], range=[m.shape for m in marks]),
        legend=alt.Legend(title=None, orient="top"), sort=None,
    )  # fmt: skip
    paint = alt.Color(
        "verdict:N", scale=alt.Scale(domain=[m.label for m in marks], range=[m.color for m in marks]),
        legend=alt.Legend(title=None, orient="top"), sort=None,
    )  # fmt: skip
    tooltip = [alt.Tooltip("size:N", title="batch size"), alt.Tooltip("told:N", title="probability of its class"),
               alt.Tooltip("guess:N", title="named class number")]  # fmt: skip
    dots = alt.Chart(alt.NamedData("dots")).mark_point(filled=True, size=55, opacity=0.7)
    calm = alt.Chart(alt.NamedData("calm"))
    blue = theme.MODES["eval"][dark]
    always = [alt.Tooltip("told:N", title="eval mode, always")]
    level = calm.mark_rule(color=blue, strokeWidth=2.5).encode(y=y, tooltip=always)
    dot = calm.mark_point(filled=True, shape="diamond", size=260, opacity=1, color=blue).encode(
        x=alt.X("size:N", sort=columns), y=y, tooltip=always
    )
    number_above = calm.mark_text(dy=-16, fontSize=theme.FONT, fontWeight="bold", color=blue).encode(
        x=alt.X("size:N", sort=columns), y=y, text="told:N"
    )
    offset = alt.XOffset("nudge:Q", scale=alt.Scale(domain=[-0.5, 0.5]))
    return compose.layered(
        level,
        dots.encode(x=x, y=y, xOffset=offset, color=paint, shape=shape, tooltip=tooltip),
        dot,
        number_above,
        height=HEIGHT,
    )


def spreads(drawn: Mapping[int, Array], *, dark: bool) -> Figure:
    """Standard deviation of the outputs over the batches, against the batch size, beside 1/√B.

    Args:
        drawn: batch sizes to draws x outputs.
        dark: the theme.
    """
    sizes = list(drawn)
    measured = [float(logits.std(axis=0, ddof=1).mean()) for logits in drawn.values()]
    anchor = measured[-1] * np.sqrt(sizes[-1])
    law = [float(anchor / np.sqrt(size)) for size in sizes]
    half = sizes[len(sizes) // 2]
    ratio = measured[len(sizes) // 2] / measured[-1] if measured[-1] > 0 else float("nan")
    caption = (
        f"The outputs scatter by {number(measured[0])} in batches of {sizes[0]} and by {number(measured[-1])} in "
        f"batches of {sizes[-1]}; from {half} to {sizes[-1]} rows by a factor of {number(ratio)}, where 1/√B says "
        f"{number(float(np.sqrt(sizes[-1] / half)))}."
    )
    words = Words("running-spread", "Spread of the outputs", caption,
                  f"Dots and a falling line on logarithmic axes. {caption}")  # fmt: skip
    floor = 1e-9
    tables: stills.Tables = {
        "lines": {
            "size": sizes * 2,
            "value": [max(floor, value) for value in (*measured, *law)],
            "series": [MEASURED] * len(sizes) + [LAW] * len(sizes),
            "told": [number(value, 3) for value in (*measured, *law)],
        }
    }
    return stills.still(words, _spread_spec(sizes, [*measured, *law], dark=dark), tables, dark=dark)


def _spread_spec(sizes: list[int], values: list[float], *, dark: bool) -> compose.Spec:
    marks = [Mark(MEASURED, theme.MODES["train"][dark]), Mark(LAW, theme.MUTED[dark], (6, 4))]
    x = alt.X("size:Q", axis=alt.Axis(title=f"batch size {theme.LOG}", values=sizes, grid=False, format="d"),
              scale=alt.Scale(type="log", base=2, domain=[sizes[0], sizes[-1]], nice=False, padding=14))  # fmt: skip
    low, high = max(1e-9, min(values) / 1.3), max(2e-9, max(values) * 1.3)
    y = alt.Y("value:Q", axis=alt.Axis(title=f"std of the outputs {theme.LOG}", tickCount=4, format="~g"),
              scale=alt.Scale(type="log", domain=[low, high], nice=False))  # fmt: skip
    base = alt.Chart(alt.NamedData("lines"))
    tooltip = [alt.Tooltip("series:N", title="line"), alt.Tooltip("size:Q", title="batch size"),
               alt.Tooltip("told:N", title="std")]  # fmt: skip
    lines = base.mark_line(strokeWidth=3).encode(
        x=x, y=y, color=stills.color(marks, columns=1), strokeDash=stills.dash(marks, columns=1)
    )
    dots = (
        base.transform_filter(alt.datum.series == MEASURED)
        .mark_circle(size=110, opacity=1)
        .encode(x=x, y=y, color=stills.color(marks, shown=False), tooltip=tooltip)
    )
    return compose.layered(lines, dots, height=HEIGHT)
