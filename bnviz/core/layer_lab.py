"""The layer lab without its widgets: what a reader may choose, and the batch that comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.core.batches_facts import undoing
from bnviz.core.batches_hand import FIRST, BatchKind, Rows, following, incoming
from bnviz.core.data import batch_rows, load
from bnviz.core.experiment import Data, Experiment
from bnviz.core.fields import Choice, Number, OrNone, check_fields, setting
from bnviz.core.microscope import PRECISIONS, Case, examine, of_layer
from bnviz.core.positions import as_rows, row_names
from bnviz.core.reached import Progress, unheard
from bnviz.core.snapshot import LayerSnapshot, snapshot
from bnviz.core.source_lines import PHASES

Array = NDArray[Any]
SOURCES = ("hand", "data", "run")
LESSONS = ("undo", "drag", "two", "one", "constant", "eps", "far", "weights")
MOST_BATCHES, MOST_PLACES = 200, 10**7
SEED = 0


class Pairs:
    """Numbers for some of the features, such as ((0, 1.5), (3, -2)); in a link `0:1.5_3:-2`."""

    def read(self, value: Any) -> tuple[tuple[int, float], ...]:
        place, number = Number(0, 255, integer=True), Number(-1e9, 1e9)
        return tuple((int(place.read(feature)), float(number.read(one))) for feature, one in value)

    def parse(self, text: str) -> tuple[tuple[int, float], ...]:
        parts = [part.partition(":") for part in text.split("_")]
        try:
            return self.read([(int(feature), float(one)) for feature, _, one in parts])
        except ValueError:
            raise ValueError(f"{text[:80]!r} came; pairs such as 0:1.5_3:-2 are needed.") from None

    def write(self, value: Any) -> str:
        return "_".join(f"{feature}:{one!r}" for feature, one in value)


@dataclass(frozen=True)
class LayerLab:
    """All choices of the lab; rows, features, arms and layers count from 0.

    Attributes:
        source: a batch by hand, from the data, or of the run in the training lab.
        hand: the batch by hand.
        batch: which batch; 0 is the first (by hand: the one typed; of a run: that of the next update).
        size: rows of a batch from the data.
        arm, layer, step: of the run.
        eps: inside the root; None takes the layer's own (1e-5 without a run).
        precision: of the arithmetic.
        gamma, beta: what the reader has set, by feature.
        undo: gamma and beta that undo the norm of the batch with this number; -1 for not.
        feature: the one that is followed.
        row: the one whose value is dragged.
        drag: the value that row and the followed feature are given; None leaves it.
        factor: on the weights before the norm, in the lesson about them.
        first_row, first_feature: of the window on a large batch.
        phase: the step that is shown, 1 to 10.
        lesson: the small lesson that is open, or none.
    """

    source: str = setting("hand", Choice(SOURCES))
    hand: Rows = setting(FIRST, BatchKind())  # noqa: RUF009 (a tuple of tuples does not change)
    batch: int = setting(0, Number(0, MOST_BATCHES, integer=True))
    size: int = setting(8, Number(2, 512, integer=True))
    arm: int = setting(0, Number(0, 5, integer=True))
    layer: int = setting(0, Number(0, 9, integer=True))
    step: int = setting(0, Number(0, 4000, integer=True))
    eps: float | None = setting(None, OrNone(Number(1e-14, 10.0)))
    precision: str = setting("float64", Choice(tuple(PRECISIONS)))
    gamma: tuple[tuple[int, float], ...] = setting((), Pairs())
    beta: tuple[tuple[int, float], ...] = setting((), Pairs())
    undo: int = setting(-1, Number(-1, MOST_BATCHES, integer=True))
    feature: int = setting(0, Number(0, 255, integer=True))
    row: int = setting(0, Number(0, MOST_PLACES, integer=True))
    drag: float | None = setting(None, OrNone(Number(-30.0, 30.0)))
    factor: float = setting(10.0, Number(0.001, 1000.0))
    first_row: int = setting(0, Number(0, MOST_PLACES, integer=True))
    first_feature: int = setting(0, Number(0, 255, integer=True))
    phase: int = setting(2, Number(1, len(PHASES), integer=True))
    lesson: str = setting("none", Choice(("none", *LESSONS)))

    def __post_init__(self) -> None:
        check_fields(self, "layer")


@dataclass(frozen=True, eq=False)
class Scene:
    """A batch on the stage.

    Attributes:
        case: what the layer is given, with all that the reader has changed.
        plain: the same without the dragged value.
        batches: number of a batch -> its activations, N x C, as they enter this layer.
        linear: input, weights and bias of a linear layer before the norm.
        row_names, feature_names: one each.
        feature, row: the followed feature and the dragged row, within the batch.
    """

    case: Case
    plain: Case
    batches: Callable[[int], Array]
    linear: tuple[Array, Array, Array]
    row_names: tuple[str, ...]
    feature_names: tuple[str, ...]
    feature: int
    row: int


def normed_layers(experiment: Experiment) -> dict[int, tuple[int, ...]]:
    """The layers whose norm can be looked into, by arm; arms without any are left out.

    In a convolutional network those are the layers with batch norm: there each position is a row.
    """
    depth, found = len(experiment.network.hidden), {}
    conv = experiment.network.kind == "conv"
    for place, arm in enumerate(experiment.arms):
        if conv and not arm.uses_batch_statistics:
            continue
        layers = tuple(layer for layer, word in enumerate(arm.placements(depth)) if word != "none")
        if layers:
            found[place] = layers
    return found


def scene(
    lab: LayerLab, experiment: Experiment, data: Data, *, engine: str = "torch", progress: Progress = unheard
) -> Scene:
    """The batch that the choices ask for.

    Args:
        lab: the choices; where they point outside (a feature that is not there) the nearest one is taken.
        experiment: the run, for source "run"; it must have a layer with a norm.
        data: for source "data".
        engine: the one that has made the run.
        progress: as in `snapshot`.
    """
    if lab.source == "run":
        plain, batches, linear, names, rows_named = _of_run(lab, experiment, engine, progress)
    else:
        plain, batches, linear, names, rows_named = _without_run(lab, data)
    features, rows = plain.h.shape[1], len(plain.h)
    plain = _with_own_gamma_and_beta(plain, lab).cast(lab.precision)
    feature, row = min(lab.feature, features - 1), min(lab.row, rows - 1)
    case = plain
    if lab.drag is not None:
        h = plain.h.copy()
        h[row, feature] = lab.drag
        case = replace(plain, h=h)
    return Scene(case, plain, batches, linear, rows_named, names, feature, row)


Parts = tuple[Case, Callable[[int], Array], tuple[Array, Array, Array], tuple[str, ...], tuple[str, ...]]


def _with_own_gamma_and_beta(case: Case, lab: LayerLab) -> Case:
    gamma, beta = case.gamma.copy(), case.beta.copy()
    for vector, pairs in ((gamma, lab.gamma), (beta, lab.beta)):
        for feature, value in pairs:
            if feature < len(vector):
                vector[feature] = value
    return replace(case, gamma=gamma, beta=beta)


def _undone(case: Case, batches: Callable[[int], Array], lab: LayerLab) -> Case:
    """With gamma and beta that undo the norm of batch number `undo`, if that is wanted."""
    if lab.undo < 0 or case.kind != "batch":
        return case
    gamma, beta = undoing(replace(case, h=batches(lab.undo)).cast(lab.precision))
    return replace(case, gamma=gamma.astype(np.float64), beta=beta.astype(np.float64))


def _without_run(lab: LayerLab, data: Data) -> Parts:
    """A layer of its own: gamma 1, beta 0, and running averages that have seen the batches before this one."""
    names = _names(lab, data)
    h = _batch(lab, data, lab.batch)
    features = h.shape[1]
    eps = 1e-5 if lab.eps is None else lab.eps
    case = Case(
        h, incoming(*h.shape), np.ones(features), np.zeros(features), np.zeros(features), np.ones(features), eps
    )
    for number in range(lab.batch if len(h) > 1 else 0):
        seen = examine(replace(case, h=_batch(lab, data, number)))
        case = replace(case, running_mean=seen.running_mean, running_var=seen.running_var)
    weight = np.random.default_rng(2).standard_normal((features, features)) / np.sqrt(features)

    def batches(number: int) -> Array:
        return _batch(lab, data, number)

    return _undone(case, batches, lab), batches, (h, weight, np.zeros(features)), names, row_names(h.shape)


def _names(lab: LayerLab, data: Data) -> tuple[str, ...]:
    if lab.source == "hand":
        return tuple(f"feature {place + 1}" for place in range(len(lab.hand[0])))
    rows = load(data, SEED)
    if data.preprocess == "whitened" or len(rows.feature_names) != rows.inputs:
        return tuple(f"component {place + 1}" for place in range(rows.inputs))
    return rows.feature_names


def _batch(lab: LayerLab, data: Data, number: int) -> Array:
    if lab.source == "hand":
        return following(lab.hand, number)
    rows = load(data, SEED)
    size = min(lab.size, len(rows.x_train))
    return rows.x_train[batch_rows(rows, "shuffled", size, number, SEED)]


def _of_run(lab: LayerLab, experiment: Experiment, engine: str, progress: Progress) -> Parts:
    arms = normed_layers(experiment)
    arm = lab.arm if lab.arm in arms else next(iter(arms))
    layer = lab.layer if lab.layer in arms[arm] else arms[arm][0]
    step = min(lab.step, experiment.training.steps)

    def look(number: int) -> LayerSnapshot:
        found = snapshot(experiment, arm, step, ahead=number, engine=engine, progress=progress).layers[layer]
        assert found is not None
        return found

    now = look(lab.batch)
    flat = as_rows(now)
    case = of_layer(flat)
    if lab.eps is not None:
        case = replace(case, eps=lab.eps)
    count = len(case.h)
    bias = np.zeros(len(now.gamma)) if now.bias is None else now.bias
    names = tuple(f"unit {place + 1}" for place in range(len(now.gamma)))

    def batches(number: int) -> Array:
        return of_layer(as_rows(look(number))).h

    linear = (flat.x[:count], flat.weight, bias)
    return _undone(case, batches, lab), batches, linear, names, row_names(now.h.shape)[:count]
