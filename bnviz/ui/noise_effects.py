"""What the views of the page on noise share: effects to be judged, marks of arms, and figures with their words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.core.experiment import Arm, Experiment
from bnviz.core.noise_cases import median_range
from bnviz.core.verdict import Limit, Verdict, judge
from bnviz.plots import theme
from bnviz.plots.stills import Mark, Words
from bnviz.ui.messages import text

Floats = NDArray[np.float64]
POINT = 1.0
"""A difference of one percentage point or less counts as none: 450 test rows tell no smaller ones apart."""


@dataclass(frozen=True)
class Effect:
    """A difference that was measured once a seed.

    Attributes:
        name: what was subtracted from what.
        values: one a seed; NaN where it is not measured yet.
        least: the size up to which it counts as none.
        unit: how a value is written.
        claimed: whether the claim says this, too; the first effect of a view always is.
        limit: what the claim wants of the values themselves, instead of a difference above `least`.
    """

    name: str
    values: Sequence[float]
    least: float
    unit: str = "{:.2f}"
    claimed: bool = False
    limit: Limit | None = None

    @property
    def judged(self) -> tuple[Sequence[float], float]:
        """What `judge_whole` takes."""
        return (self.limit.effects(self.values), 0.0) if self.limit else (self.values, self.least)

    @property
    def verdict(self) -> Verdict:
        """On this effect alone."""
        return self.limit.judge(self.values) if self.limit else judge(self.values, least=self.least)


def points(key: str, differences: Iterable[float], *, claimed: bool = False) -> Effect:
    """A difference of two shares as percentage points; `key` is that of its message."""
    return Effect(text(f"noise.{key}"), [100 * value for value in differences], POINT, "{:.1f}", claimed=claimed)


def bounded(key: str, shares: Iterable[float], limit: Limit) -> Effect:
    """Shares, such as a test accuracy, that a claim wants on one side of a limit."""
    return Effect(text(f"noise.{key}"), list(shares), 0.0, "{:.1%}", claimed=True, limit=limit)


def words(name: str, title: str, caption: str, alt: str) -> Words:
    """The words of a figure; `alt` is the key of what a screen reader hears, with the caption in it."""
    return Words(f"noise-{name}", title, caption, text(f"noise.{alt}", caption=caption))


def arm_marks(experiment: Experiment, *, dark: bool) -> list[Mark]:
    """A mark for each arm: the colour of its norm, and words that fit a phone."""
    styles = theme.arm_style(experiment, dark=dark)
    rows = experiment.training.batch_size
    whole = any(arm.norm == "batch_ghost" for arm in experiment.arms)
    labels = [_label(arm, rows if whole else 0) for arm in experiment.arms]
    return [Mark(label, style.color, style.dash) for label, style in zip(labels, styles, strict=True)]


def _label(arm: Arm, rows: int) -> str:
    if arm.norm == "batch_ghost":
        return text("noise.arms.ghost", size=arm.ghost_size)
    if arm.norm == "batch" and rows:
        return text("noise.arms.full", rows=rows)
    return text(f"noise.arms.{arm.norm}")


def medians(table: Floats) -> Floats:
    """Medians over the seeds."""
    return median_range(table)[0]


def spoken(key: str, table: Floats, **values: Any) -> str:
    """A sentence on a table of seeds x anything: that of the key, or where one seed is known that of `<key>_once`."""
    known = (~np.isnan(table)).reshape(len(table), -1).any(axis=1).sum()
    return text(f"noise.{key}_once" if known == 1 else f"noise.{key}", **values)


def listed(parts: Iterable[str]) -> str:
    """Parts of a sentence, one after the other."""
    return "; ".join(parts)
