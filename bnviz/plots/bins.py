"""The numbers behind the histograms: shares per bin, fixed axes, and one table of rows for all cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bnviz.core.labels import arm_labels
from bnviz.core.recording import Array, Recording
from bnviz.core.schedule import BINS, KINDS
from bnviz.plots import panels
from bnviz.plots.figure import Column, FrameTable
from bnviz.plots.sentences import has_diverged, hold

# Where the slope of the activation is at least half of its maximum.
STEEP = {"sigmoid": 1.76, "tanh": 0.88}
CELL_PARTS = ["sd", "mean", "zero", "peak", "diverged"]
PARTS = ["bin"] * (BINS + 1) + ["outside"] * 2 + CELL_PARTS  # what the rows of a cell tell, one number each
ROWS = len(PARTS)
DATASET = "histogram"


@dataclass(frozen=True)
class Frame:
    """The fixed axes of all cells."""

    low: float
    high: float
    top: float

    @property
    def span(self) -> float:
        """Width of the recorded range."""
        return self.high - self.low

    @property
    def domain(self) -> list[float]:
        """The horizontal axis, with room for the outside bars."""
        return [self.low - 0.075 * self.span, self.high + 0.075 * self.span]


def shares_of(recording: Recording, counts: Array) -> Array:
    """Counts as shares of all values of the layer: rows of the batch times units, and positions of a convolution."""
    network, rows = recording.experiment.network, recording.experiment.training.batch_size
    positions = np.array(network.positions(recording.experiment.data.name), np.float32)
    sizes = rows * positions * np.array(network.hidden, np.float32)
    return np.asarray(counts / sizes[None, None, :, None], np.float32)


def top_of(recording: Recording, inside: Array) -> float:
    """The top of the vertical axis: nearly all bins of the run lie below it.

    As long as more frames come in it can only grow, and in large steps, so that the picture is seldom drawn anew.
    """
    if not recording.done:
        tenth = [frame[frame > 0] for frame in inside[recording.steps % 10 == 0]]
        highest = max((float(np.quantile(filled, 0.97)) for filled in tenth if len(filled)), default=0.1)
        return float(np.clip(panels.nice_above(highest), 0.2, 1.0))
    alive = inside[~has_diverged(recording)]
    filled = alive[alive > 0]
    if not len(filled):
        return 0.2
    return float(np.clip(panels.nice_above(1.25 * float(np.quantile(filled, 0.97)), panels.FINE), 0.05, 1.0))


def histogram_table(recording: Recording, frame: Frame, shares: Array, kind: str) -> FrameTable:
    """For each cell the left edges of the bins and the last right edge, the outside bins, and what it says in words."""
    frames, arms, layers, _ = shares.shape
    which, inner = KINDS.index(kind), shares[..., 1:-1]
    diverged = np.where(has_diverged(recording), recording.diverged_at, -1)
    rows = np.empty((frames, arms, layers, ROWS), np.float32)
    rows[..., :BINS] = inner
    rows[..., BINS] = inner[..., -1]
    rows[..., BINS + 1], rows[..., BINS + 2] = shares[..., 0], shares[..., -1]
    rows[..., BINS + 3] = hold(recording, recording.row_std[:, :, :, which])
    rows[..., BINS + 4] = hold(recording, recording.mean[:, :, :, which])
    rows[..., BINS + 5] = hold(recording, recording.zero_share)
    tallest = frame.low + frame.span / BINS * (inner.argmax(axis=-1) + 0.5)
    rows[..., BINS + 6] = np.where(inner.max(axis=-1) > frame.top, tallest, np.nan)
    rows[..., BINS + 7] = diverged[:, :, None]
    return FrameTable(
        DATASET, [*_fixed_columns(recording, frame, kind), Column("value", rows.reshape(frames, -1), per_frame=True)]
    )


def _fixed_columns(recording: Recording, frame: Frame, kind: str) -> list[Column]:
    """What does not move: whose cell a row belongs to, what it tells, and where it stands."""
    labels = arm_labels(recording.experiment)
    layers = len(recording.experiment.network.hidden)
    edges = np.linspace(frame.low, frame.high, BINS + 1)
    thin, gap = 0.05 * frame.span, 0.02 * frame.span
    x = [*edges, frame.low - gap - thin, frame.high + gap, *[frame.domain[0]] * len(CELL_PARTS)]
    x2 = [*edges, frame.low - gap, frame.high + gap + thin, *[frame.domain[1]] * len(CELL_PARTS)]
    cells = len(labels) * layers
    bands = [steep_band(recording, kind, arm, layer) for arm in range(len(labels)) for layer in range(layers)]
    return [
        Column("arm", [label for label in labels for _ in range(layers * ROWS)]),
        Column("layer", [layer + 1 for _ in labels for layer in range(layers) for _ in range(ROWS)]),
        Column("part", PARTS * cells),
        Column("x", [float(f"{value:.5g}") for value in x] * cells),
        Column("x2", [float(f"{value:.5g}") for value in x2] * cells),
        Column("steep", [band for band in bands for _ in range(ROWS)]),
        Column("start", [cell * ROWS for cell in range(cells) for _ in range(ROWS)]),
    ]


def steep_band(recording: Recording, kind: str, arm: int, layer: int) -> float | None:
    """Half the width of the steep part of the activation, where the values drawn are what enters it."""
    network = recording.experiment.network
    word = recording.experiment.arms[arm].placements(len(network.hidden))[layer]
    enters = {"pre": word != "before", "normalized": word != "after", "post": False}[kind]
    return STEEP.get(network.activation) if enters else None
