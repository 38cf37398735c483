"""The files of the layer lab: its numbers, and what its files say of where they come from."""

from __future__ import annotations

from bnviz.core import describe
from bnviz.core.experiment import Experiment
from bnviz.core.labels import arm_labels
from bnviz.core.layer_lab import LayerLab, Scene, normed_layers
from bnviz.plots.theme import number, plain_number
from bnviz.ui import layer_state as state
from bnviz.ui.messages import text
from bnviz.ui.origin import Origin


def origin_of(lab: LayerLab, on_stage: Scene, experiment: Experiment) -> Origin:
    """Of this lab, as it stands."""
    case = on_stage.case
    rows, features = case.h.shape
    said = [
        text(f"layer.sources.{lab.source}"),
        *_batch(lab, experiment),
        f"{rows} × {features} activations",
        f"eps {number(case.eps, 1)}",
        lab.precision,
    ]
    for name in ("gamma", "beta"):
        set_by_hand = getattr(lab, name)
        said += [f"{name} of feature {place + 1} = {plain_number(value)}" for place, value in set_by_hand]
    if lab.undo >= 0:
        said.append("gamma and beta that undo the norm")
    if lab.drag is not None:
        said.append(f"feature {on_stage.feature + 1} of row {on_stage.row + 1} dragged to {plain_number(lab.drag)}")
    return Origin("layer", f"bnviz-layer-{case.kind}-{lab.source}", tuple(said), state.named(experiment))


def _batch(lab: LayerLab, experiment: Experiment) -> list[str]:
    """Which batch it is."""
    if lab.source == "data":
        return [text(f"train.options.name.{state.data().name}"), f"batch {lab.batch + 1}"]
    if lab.source == "hand":
        return [f"batch {lab.batch + 1}"] if lab.batch else []
    arms = normed_layers(experiment)
    arm = lab.arm if lab.arm in arms else next(iter(arms))
    layer = lab.layer if lab.layer in arms[arm] else arms[arm][0]
    at = f"{arm_labels(experiment)[arm]}, layer {layer + 1}, after {min(lab.step, experiment.training.steps)} updates"
    return [*describe.words(experiment), at, f"batch {lab.batch + 1} of those that follow"]
