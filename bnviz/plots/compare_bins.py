"""Histograms of one layer in several runs over each other: the norm gives the colour, the run mark and width."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np

from bnviz.core.recording import Array
from bnviz.core.schedule import BINS, KINDS, SIGNAL_RANGE
from bnviz.plots import compose, panels, stills, theme
from bnviz.plots.bins import shares_of
from bnviz.plots.compare import SHAPES, WIDTHS, Compared, colours
from bnviz.plots.figure import Figure
from bnviz.plots.sentences import hold, listed
from bnviz.plots.stills import Words


def histograms(runs: Sequence[Compared], arm: str, *, layer: int, step: int, dark: bool = False) -> Figure | None:
    """What the norm of one layer gave, as outlines over each other: one a run that has this arm.

    Args:
        runs: what is compared.
        arm: the label of the arm.
        layer: counted from 0; runs with fewer layers are left out.
        step: the last recorded frame at or before it is drawn.
        dark: the theme.

    Returns:
        None where no run has the arm and the layer.
    """
    kind, edges = KINDS.index("normalized"), np.linspace(*SIGNAL_RANGE, BINS + 1)
    rows: dict[str, list[Any]] = {"run": [], "x": [], "value": [], "told": [], "marked": []}
    told = list[str]()
    for run in runs:
        labels = [style.label for style in theme.arm_style(run.recording.experiment)]
        if arm not in labels or layer >= len(run.recording.experiment.network.hidden):
            continue
        place, recording = labels.index(arm), run.recording
        frame = max(0, int((recording.steps <= step).sum()) - 1)
        shares = shares_of(recording, hold(recording, recording.histogram[:, :, :, kind]))[frame, place, layer, 1:-1]
        told.append(_told(run, float(hold(recording, recording.row_std)[frame, place, layer, kind]), place, frame))
        rows["run"] += [run.name] * (BINS + 1)
        rows["x"] += edges.tolist()
        rows["value"] += [*shares.tolist(), float(shares[-1])]
        rows["marked"] += [*_marked(shares, run.place), False]
        rows["told"] += [f"{low:.1f} to {low + edges[1] - edges[0]:.1f}" for low in edges]
    if not told:
        return None
    caption = f"Layer {layer + 1}: a unit varies from row to row by sd {listed(told)}."
    slug = re.sub(r"[^a-z0-9.]+", "-", arm.lower())
    words = Words(f"histogram-layer{layer + 1}-{slug}", arm, caption, f"Histograms over each other, {arm}. {caption}")
    spec = _outlines(runs, max(rows["value"]), colours(runs, dark=dark)[arm])
    return stills.still(words, spec, {"bins": rows}, dark=dark)


def _marked(shares: Array, place: int) -> list[bool]:
    """Whether a bin of an outline has the mark of its run: the tallest one, and of those above the ground every few."""
    own = (np.arange(len(shares)) + place) % len(SHAPES) == 0
    return [bool(one) for one in (shares == shares.max()) | (own & (shares > shares.max() / 20))]


def _told(run: Compared, spread: float, arm: int, frame: int) -> str:
    """A spread, and the update at which the arm showed it: the chosen one, the last of a shorter run, or the last
    before it diverged."""
    recording = run.recording
    last, at = recording.last_finite_frame(arm), int(recording.diverged_at[arm])
    step = int(recording.steps[min(frame, last)])
    end = f" (it diverged at step {at})" if frame > last else ""
    return f"{theme.number(spread)} in {run.name} after {step} update{'' if step == 1 else 's'}{end}"


def _outlines(runs: Sequence[Compared], highest: float, color: str) -> compose.Spec:
    names = [run.name for run in runs]
    top = float(np.clip(panels.nice_above(max(highest, 1e-3), panels.FINE), 0.05, 1.0))
    x = alt.X("x:Q", title="value after the norm", scale=alt.Scale(domain=list(SIGNAL_RANGE), nice=False))
    y = panels.share_axis("value", title="share of the values", top=top, ticks=2)
    width = alt.StrokeWidth("run:N", sort=None, legend=None,
                            scale=alt.Scale(domain=names, range=[WIDTHS[run.place] for run in runs]))  # fmt: skip
    shape = alt.Shape("run:N", sort=None, legend=None,
                      scale=alt.Scale(domain=names, range=[SHAPES[run.place] for run in runs]))  # fmt: skip
    base = alt.Chart(alt.NamedData("bins"))
    line = base.mark_line(interpolate="step-after", color=color, clip=True)
    marked = base.transform_filter("datum.marked")
    tooltip = [alt.Tooltip("run:N", title="run"), alt.Tooltip("told:N", title="values from"),
               alt.Tooltip("value:Q", title="share", format=".1%")]  # fmt: skip
    return compose.layered(
        line.encode(x=x, y=y, strokeWidth=width, detail="run:N"),
        marked.mark_point(size=80, clip=True, filled=True, color=color, opacity=1).encode(x=x, y=y, shape=shape),
        base.mark_point(opacity=0, size=80).encode(x=x, y=y, tooltip=tooltip),
        height=180,
    )
