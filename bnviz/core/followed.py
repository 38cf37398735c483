"""One value on its way through a norm, in a few numbers: the mean it shares, what is made of it, what is kept."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bnviz.core.layer_lab import Scene
from bnviz.core.microscope import Array, Phases


@dataclass(frozen=True)
class Followed:
    """The value of the dragged row in the followed feature.

    Attributes:
        kind, groups, eps, momentum: of the norm.
        rows, features: of the batch.
        row, feature: their names.
        value: what enters.
        mean, var: of the values that share a mean with it (RMS norm: 0 and the mean square).
        x_hat: the normalized value; NaN where batch norm refuses the batch.
        before, after: running mean of the feature before and after this batch; NaN where nothing is tracked.
        refused: whether batch norm refuses the batch.
    """

    kind: str
    groups: int
    eps: float
    momentum: float
    rows: int
    features: int
    row: str
    feature: str
    value: float
    mean: float
    var: float
    x_hat: float
    before: float
    after: float
    refused: bool

    @property
    def cells(self) -> int:
        """How many values share the mean."""
        return self.rows if self.kind == "batch" else self.features // self.groups


def followed(scene: Scene, phases: Phases) -> Followed:
    """What a batch on the stage says of the value that is followed.

    Args:
        scene: from `layer_lab.scene`.
        phases: from `microscope.examine`, of the scene's case.
    """
    case, row, feature = scene.case, scene.row, scene.feature
    rows, features = case.h.shape
    at = (0, feature) if case.kind == "batch" else (row, feature * phases.var.shape[1] // features)

    def tracked(values: Array | None) -> float:
        return math.nan if values is None else float(values[feature])

    return Followed(
        kind=case.kind,
        groups=case.groups,
        eps=case.eps,
        momentum=case.momentum,
        rows=rows,
        features=features,
        row=scene.row_names[row],
        feature=scene.feature_names[feature],
        value=float(case.h[row, feature]),
        mean=float(phases.mean[at]),
        var=float(phases.var[at]),
        x_hat=float(phases.x_hat[row, feature]),
        before=tracked(case.running_mean),
        after=math.nan if phases.refused else tracked(phases.running_mean),
        refused=bool(phases.refused),
    )
