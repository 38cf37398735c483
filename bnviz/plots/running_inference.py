"""Right answers of the same weights in training mode, in eval mode and with recomputed statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from bnviz.core.inference import Folding
from bnviz.plots import compose, stills, theme
from bnviz.plots.figure import Figure
from bnviz.plots.inputs import thinned
from bnviz.plots.sentences import at_step, listed
from bnviz.plots.stills import Mark, Words
from bnviz.plots.theme import number, percent

Array = NDArray[Any]
HEIGHT = 380
MOST_ROWS = 60
WAYS = {
    "eval": "eval mode",
    "train": "training mode",
    "recomputed": "recomputed",
    "none": "without norm",
}
DASHES = {"eval": theme.SOLID, "train": (3, 3), "recomputed": (8, 4), "none": (2, 4)}


def marks(ways: Sequence[str], *, dark: bool) -> list[Mark]:
    """How the ways are named and drawn."""
    return [Mark(WAYS[way], theme.MODES[way][dark], DASHES[way]) for way in ways]


def accuracy_curves(
    steps: Mapping[str, Sequence[int]], values: Mapping[str, Array], *, step: int, total: int, dark: bool
) -> Figure:
    """Test accuracy over the updates, one line a way of using the weights.

    Args:
        steps: of each way, the update counts of its values.
        values: of each way, accuracies.
        step: the update count of the rule and of the caption.
        total: where the axis ends.
        dark: the theme.
    """
    drawn = marks(list(values), dark=dark)
    now = {way: float(one[_place(steps[way], step)]) for way, one in values.items()}
    ended = {way: at[-1] for way, at in steps.items() if at[-1] < step}
    caption = f"Right answers on test rows {at_step(step)}: {_told(now, ended)}."
    alt_text = f"Lines of the test accuracy over 0 to {total} updates, one a way of using the same weights. {caption}"
    rows = [
        (WAYS[way], at, value)
        for way, one in values.items()
        for at, value in zip(steps[way], one.tolist(), strict=True)
    ]
    lines = dict(zip(("series", "step", "value"), (list(column) for column in zip(*rows, strict=True)), strict=True))
    longest = max(steps.values(), key=len)
    exact: dict[str, list[Any]] = {"step": list(longest)}
    for way, one in values.items():
        exact[way] = [percent(float(one[_place(steps[way], at)])) for at in longest]
    words = Words("running-accuracy", "Test accuracy over the updates", caption, alt_text)
    tables = {"lines": lines, "exact": exact, stills.NOW: {"step": [step]}}
    return stills.still(words, _curve_spec(drawn, list(values), total, dark=dark), tables, dark=dark)


def _told(values: Mapping[str, float], ended: Mapping[str, int]) -> str:
    """The share of each way; of one that has diverged, when it was the last that is known."""
    last = {way: f" ({at_step(at)}; then it diverged)" for way, at in ended.items()}
    return listed([f"{percent(share)} {_with(way)}{last.get(way, '')}" for way, share in values.items()])


def _with(way: str) -> str:
    return {
        "eval": "in eval mode with running averages",
        "train": "in training mode",
        "recomputed": "with recomputed statistics",
        "none": "without norm",
    }[way]


def _place(steps: Sequence[int], step: int) -> int:
    return max(0, int(np.searchsorted(steps, step, side="right")) - 1)


def _curve_spec(drawn: list[Mark], ways: list[str], total: int, *, dark: bool) -> compose.Spec:
    x = alt.X(
        "step:Q",
        axis=alt.Axis(title="updates", grid=False, tickCount=5, tickMinStep=1, format="d"),
        scale=alt.Scale(domain=[0, total], nice=False),
    )
    y = alt.Y("value:Q", **stills.value_axis("test accuracy", (0.0, 1.0), share=True))
    lines = alt.Chart(alt.NamedData("lines")).mark_line(strokeWidth=3.5, clip=True, strokeJoin="round")
    tooltip = [alt.Tooltip("step:Q", title="updates"), *(alt.Tooltip(f"{way}:N", title=WAYS[way]) for way in ways)]
    return compose.layered(
        lines.encode(x=x, y=y, color=stills.color(drawn), strokeDash=stills.dash(drawn)),
        stills.now_rule(dark=dark),
        stills.listening("exact", x, tooltip),
        height=HEIGHT,
    )


def accuracy_bars(
    values: Mapping[str, float], *, step: int, ended: Mapping[str, int] | None = None, dark: bool
) -> Figure:
    """Test accuracy after some updates, one bar a way of using the weights.

    Args:
        values: of each way, the accuracy.
        step: updates made.
        ended: ways that diverged before that, with the update of their last value.
        dark: the theme.
    """
    ended = ended or {}
    gap = values["recomputed"] - values["eval"]
    verdict = (
        f"Recomputed statistics give {100 * abs(gap):.1f} percentage points {'more' if gap > 0 else 'less'} than the "
        "running averages."
        if abs(gap) > 5e-4
        else "Recomputed statistics and running averages give the same."
    )
    left = "".join(
        f" The bar {_with(way)} shows the network {at_step(at)}: then it diverged." for way, at in ended.items()
    )
    words = Words(
        "running-bars",
        f"Test accuracy {at_step(step)}",
        f"{verdict} The weights are the same in the first three.{left}",
        f"Bars of the test accuracy {at_step(step)}: {_told(values, ended)}.",
    )
    return stills.bars(words, marks(list(values), dark=dark), list(values.values()), title="test accuracy", dark=dark)


def _drawn_rows(outputs: Array) -> Array:
    """At most 60 rows, evenly spread, and the one with the largest output."""
    largest = int(np.abs(outputs).max(axis=1).argmax())
    return np.unique([*thinned(len(outputs), MOST_ROWS - 1).tolist(), largest])


def fold_scatter(folding: Folding, *, dark: bool) -> Figure:
    """The outputs with and without the norms, one dot an output of a test row."""
    total, rows = len(folding.before), _drawn_rows(folding.before)
    before, folded = folding.before[rows].ravel(), folding.after[rows].ravel()
    edge = 1.05 * float(max(np.abs(before).max(), np.abs(folded).max())) or 1.0
    some = f"Drawn: {len(rows)} test rows, the one with the largest output among them. " if len(rows) < total else ""
    caption = (
        f"{some}Over all {total:,} test rows the outputs differ by at most {number(folding.largest)}; the "
        f"largest output is {number(folding.size)} in size."
    )
    words = Words(
        "running-fold", "Outputs before and after folding", caption,
        f"Scatter of {len(before)} outputs of the network with batch norm against those of the folded network, with "
        f"the diagonal. {caption}",
    )  # fmt: skip
    x = alt.X("before:Q", **stills.value_axis("with batch norm, eval mode", (-edge, edge)))
    y = alt.Y("after:Q", **stills.value_axis("folded, no norm left", (-edge, edge)))
    diagonal = alt.Chart(alt.NamedData("diagonal")).mark_line(color=theme.MUTED[dark], strokeDash=[5, 4])
    tooltip = [alt.Tooltip("before:Q", title="with batch norm", format=".6f"),
               alt.Tooltip("after:Q", title="folded", format=".6f")]  # fmt: skip
    dots = alt.Chart(alt.NamedData("dots")).mark_circle(size=46, opacity=0.55, color=theme.MODES["eval"][dark])
    spec = compose.layered(diagonal.encode(x=x, y=y), dots.encode(x=x, y=y, tooltip=tooltip), height=HEIGHT)
    tables = {
        "dots": {"before": before.tolist(), "after": folded.tolist()},
        "diagonal": {"before": [-edge, edge], "after": [-edge, edge]},
    }
    return stills.still(words, spec, tables, dark=dark)
