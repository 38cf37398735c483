"""One data set, prepared in several ways: the loss over two weights and the descent on it, side by side.

The same start means the same model: a point of one landscape is carried to another by the linear map between the
features, so all descents begin at the same loss.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bnviz.core.curvature import Curvature
from bnviz.core.data import load
from bnviz.core.descent import LIMITS, OPTIMIZERS, Descent, descend
from bnviz.core.experiment import PREPROCESSES, Data
from bnviz.core.fields import Choice, FieldError, ListOf, Number, OrNone, check_fields, setting
from bnviz.core.landscape import BIASES, LOSSES, Floats, Objective
from bnviz.core.preprocess import preprocess
from bnviz.core.remembered import remembered
from bnviz.core.surface import Surface, surfaces

PACES = ("own", "same", "best")
PLANES = ("w1_w2", "w1_b", "w2_b")
WEIGHT = Number(-1e6, 1e6)
STEPS = Number(5, 300, integer=True)
# Learning rates that the slider offers: in units of 2 / lambda_max, or as they are for the adaptive optimizers.
SHARES = (0.01, 0.02, 0.03, 0.05, 0.07, *(round(0.05 * k, 2) for k in range(2, 20)), 0.99, 1.0, 1.01, 1.02, 1.05, 1.1,
          1.2, 1.3, 1.5, 1.7, 1.8, 1.88, 1.9, 1.92, 2.0, 2.2, 2.5)  # fmt: skip
SIZES = (*(float(f"{m}e{power}") for power in range(-4, 1) for m in (1, 1.5, 2, 3, 5, 7)), 10.0)


@dataclass(frozen=True)
class Ravine:
    """What is computed.

    Attributes:
        loss: linear or logistic.
        bias: profiled (at its best for every w), third (a weight of its own) or none.
        shown: preprocessings side by side.
        optimizer: one of sgd, momentum, rmsprop, adam.
        pace: each its own learning rate, the same one for all (the first one's), or the best, 2 / (l1 + ln).
        steps: updates.
        start: weights of the raw features where all descents begin; the bias begins at 0 there.
        plane: which two of three weights span the picture; the other one is at its best in it.
    """

    loss: str = setting("linear", Choice(LOSSES))
    bias: str = setting("profiled", Choice(BIASES))
    shown: tuple[str, ...] = setting(("raw", "zscore"), ListOf(Choice(PREPROCESSES), 1, 4, "preprocessings"))
    optimizer: str = setting("sgd", Choice(OPTIMIZERS))
    pace: str = setting("own", Choice(PACES))
    steps: int = setting(30, STEPS)
    start: tuple[float, ...] = setting((0.0, 0.0), ListOf(WEIGHT, 2, 2, "weights"))
    plane: str = setting("w1_w2", Choice(PLANES))

    def __post_init__(self) -> None:
        check_fields(self, "ravine")
        if len(set(self.shown)) < len(self.shown):
            raise FieldError("ravine.shown", f"{', '.join(self.shown)} came; each can be shown once.")

    @property
    def adaptive(self) -> bool:
        """Whether the optimizer takes steps whose size does not follow the gradient's."""
        return self.optimizer not in LIMITS

    @property
    def axes(self) -> tuple[int, int]:
        """Which weights span the picture."""
        pairs = {"w1_w2": (0, 1), "w1_b": (0, 2), "w2_b": (1, 2)}
        return pairs[self.plane if self.bias == "third" else "w1_w2"]


@dataclass(frozen=True, eq=False)
class Table:
    """Two features and a target.

    Attributes:
        x: training rows x 2, raw.
        y: (rows,) targets.
        features: the names of the two.
        target: what y is: values, classes, or one of half, first (see `_targets`).
    """

    x: Floats
    y: Floats
    features: tuple[str, str]
    target: str


@dataclass(frozen=True, eq=False)
class Side:
    """One preprocessing: its landscape and the descents on it.

    Attributes:
        name: of the preprocessing.
        objective: the loss.
        minimum: where it is smallest, or None.
        curvature: the Hessian at the minimum (at the start, where there is none).
        forward, back: carry weights from the raw features to these and back.
        surface: the loss over the plane of two weights, in a window that fits it.
        even: the same in a window with one scale for both weights; None where the loss is too narrow for that.
        descent: one path for each learning rate on offer.
        shares: the same learning rates in units of 2 / lambda_max.
    """

    name: str
    objective: Objective
    minimum: Floats | None
    curvature: Curvature
    forward: Floats
    back: Floats
    surface: Surface
    even: Surface | None
    descent: Descent
    shares: Floats

    @property
    def least(self) -> float:
        """The smallest loss; 0 is the bound where there is no minimum."""
        return 0.0 if self.minimum is None else float(self.objective.losses(self.minimum[None, :])[0])

    @property
    def excess(self) -> Floats:
        """R x (S + 1): how far the loss is above the smallest; exact for the linear loss, however small."""
        if self.objective.loss == "linear" and self.minimum is not None:
            errors = self.descent.points - self.minimum
            return np.asarray(np.einsum("rsi,ij,rsj->rs", errors, self.objective.moments, errors) / 2)
        return np.asarray(np.maximum(self.descent.losses - self.least, 0.0))

    @property
    def errors(self) -> Floats | None:
        """R x (S + 1) x weights: distance to the minimum along each eigenvector, the steepest first."""
        if self.minimum is None:
            return None
        return np.asarray((self.descent.points - self.minimum) @ self.curvature.eigenvectors)


@remembered(8)
def table(data: Data, seed: int, loss: str) -> Table:
    """The first two features of the training rows of a data set, and what is to be predicted from them."""
    rows = load(replace(data, preprocess="raw"), seed)
    x = rows.x_train[:, :2]
    if x.shape[1] < 2:
        raise FieldError("data.features", "One feature came; the ravine needs two. Choose two.")
    y, target = _targets(np.ravel(rows.y_train).astype(np.float64), rows.classes, loss)
    first, second = rows.feature_names[:2]
    return Table(x, y, (first, second), target)


def _targets(y: Floats, classes: int, loss: str) -> tuple[Floats, str]:
    """The targets of a loss.

    Linear: values or class numbers as they are. Logistic: two classes as they are; of more classes the first one
    against the rest; of values those above the median against the others.
    """
    if loss == "linear":
        return y, "classes" if classes else "values"
    if classes == 2:
        return y, "classes"
    return ((y == 0), "first") if classes else ((y > np.median(y)).astype(np.float64), "half")


def objective(data: Table, method: str, loss: str, bias: str) -> tuple[Objective, Floats, Floats]:
    """The loss on prepared features.

    Returns:
        The loss; the matrix that carries raw weights to these features' weights; and the one that carries them back.
        With w' = forward w both are the same model, up to the bias.
    """
    probes = np.vstack([np.zeros(2), np.diag(np.ptp(data.x, axis=0) + (np.ptp(data.x, axis=0) == 0))])
    x, moved = preprocess(data.x, probes, method)
    lengths = probes[1:].diagonal()
    back = (moved[1:] - moved[0]) / lengths[:, None]
    if x.shape[1] < 2:  # whitening has dropped a direction without spread
        x, back = np.column_stack([x, np.zeros(len(x))]), np.column_stack([back, np.zeros(2)])
    return Objective(x, np.asarray(data.y, dtype=np.float64), loss, bias), np.linalg.pinv(back, rcond=1e-14), back


@remembered(32)
def explore(data: Data, seed: int, settings: Ravine) -> tuple[Side, ...]:
    """Everything the lab shows: one side for each preprocessing.

    Raises:
        FieldError: when the data do not have two features.
    """
    rows = table(data, seed, settings.loss)
    sides: list[Side] = []
    for method in settings.shown:
        unit = sides[0].curvature.largest_rate if sides and settings.pace == "same" else None
        sides.append(_side(rows, method, settings, unit))
    return tuple(sides)


def _side(rows: Table, method: str, settings: Ravine, unit: float | None) -> Side:
    """One preprocessing; `unit` is 2 / lambda_max of the one that sets the pace, if that is another one."""
    loss, forward, back = objective(rows, method, settings.loss, settings.bias)
    raw_start = np.array(settings.start)
    start = forward @ raw_start
    if settings.bias == "third":  # b' + w' . x' is the same model as w . x
        shift = rows.x.mean(axis=0) @ raw_start - loss.x.mean(axis=0) @ start
        start = np.append(start, shift)
    minimum = loss.minimum()
    bend = loss.curvature(start if minimum is None else minimum)
    rates = _rates(bend, settings, unit)
    path = descend(loss, start, rates, optimizer=settings.optimizer, steps=settings.steps)
    fitted, even = surfaces(loss, start, minimum, bend, settings.axes)
    return Side(method, loss, minimum, bend, forward, back, fitted, even, path, rates / bend.largest_rate)


def _rates(bend: Curvature, settings: Ravine, unit: float | None) -> Floats:
    """The learning rates on offer."""
    if settings.adaptive:
        return np.array(SIZES)
    if settings.pace == "best":
        flattest = min((value for value in bend.eigenvalues if value > 0), default=bend.lambda_max)
        return np.array([2 / (bend.lambda_max + flattest)])
    return np.array(SHARES) * (bend.largest_rate if unit is None else unit)


def raw_start(side: Side, point: Any) -> tuple[float, float]:
    """The weights of the raw features that mean the same model as a point (w1, w2) of one side."""
    first, second = (side.back @ np.asarray(point, dtype=np.float64)[:2]).tolist()
    return first, second


@dataclass(frozen=True)
class Place:
    """Where on the sliders the reader stands; nothing is computed anew when it changes.

    Attributes:
        shares: learning rate of each preprocessing (raw, minmax, zscore, whitened) in units of 2 / lambda_max.
        size: learning rate of the adaptive optimizers.
        step: the update shown; None is the last one.
    """

    shares: tuple[float, ...] = setting((0.95, 0.5, 0.5, 0.5), ListOf(Number(1e-12, 1e12), 4, 4, "learning rates"))
    size: float = setting(0.1, Number(1e-12, 1e12))
    step: int | None = setting(None, OrNone(Number(0, 300, integer=True)))

    def __post_init__(self) -> None:
        check_fields(self, "at")
