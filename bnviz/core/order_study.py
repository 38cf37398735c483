"""The same network trained on differently ordered batches: how it does on each subset, and where it draws the line.

Covariate shift in the plain sense: the rows of one batch, or of the training set, lie elsewhere than those of another.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import torch

from bnviz.core.data import Dataset, load
from bnviz.core.experiment import Experiment
from bnviz.core.network import NormNet
from bnviz.core.probes import decision_map
from bnviz.core.visits import networks, visits


def orders(experiment: Experiment, options: Mapping[str, Any]) -> Iterator[dict[str, Any] | None]:
    """Train on each order of the batches, and test now and then.

    Args:
        experiment: its own order does not count; its seed does. Classification.
        options: orders (a list of words of `Training.order`), every (updates between two tests), tolerance (the
            test accuracy to be reached), maps (whether decision maps are kept).

    Yields:
        None now and then; at the end a dict with `steps` (T), `extent` of the maps, and `runs`: for each order and in
        it each arm: order, arm, loss (T, on all training rows in eval mode), accuracy (T), by_subset (T x 2; empty for
        data without subsets), reached (the first update count with the wanted accuracy; None for never), maps (T,
        `probes.decision_map` in base64; empty where not wanted) and diverged_at.
    """
    runs: list[dict[str, Any]] = []
    steps: list[int] = []
    for order in options["orders"]:
        one = replace(experiment, training=replace(experiment.training, order=order))
        seen: list[list[dict[str, Any]]] = [[] for _ in one.arms]
        steps = []
        for state in visits(one, int(options["every"])):
            steps.append(state.step)
            for arm, net in enumerate(networks(state)):
                seen[arm].append(_test(net, one, maps=bool(options.get("maps"))))
            yield None
        for arm, looks in enumerate(seen):
            reached = first_reached(steps, [look["accuracy"] for look in looks], float(options["tolerance"]))
            runs.append(_run(order, arm, looks, reached, state.arms[arm].diverged_at))
    yield {"steps": steps, "extent": list(_extent(experiment)), "runs": runs}


def _extent(experiment: Experiment) -> tuple[float, ...]:
    """The range of the maps: that of a recording."""
    from bnviz.core.recording import blank

    return blank(experiment, load(experiment.data, experiment.seed), 0, 1).map_extent


def _test(net: NormNet, experiment: Experiment, *, maps: bool) -> dict[str, Any]:
    data = load(experiment.data, experiment.seed)
    with torch.no_grad():
        outputs = net.eval()(torch.from_numpy(data.x_test).float())
        training = net(torch.from_numpy(data.x_train).float())
        loss = torch.nn.functional.cross_entropy(training, torch.from_numpy(data.y_train)).item()
    right = outputs.argmax(1).numpy() == data.y_test
    x1, x2, y1, y2 = _extent(experiment)
    drawn = decision_map(net, (x1, x2, y1, y2), torch.float32).tobytes() if maps else b""
    return {
        "loss": loss if math.isfinite(loss) else None,
        "accuracy": float(right.mean()),
        "by_subset": _by_subset(right, data),
        "maps": base64.b64encode(drawn).decode("ascii"),
    }


def _by_subset(right: Any, data: Dataset) -> list[float]:
    if data.subset_test is None:
        return []
    return [float(right[data.subset_test == subset].mean()) for subset in (0, 1)]


def _run(order: str, arm: int, looks: list[dict[str, Any]], reached: int | None, diverged_at: int) -> dict[str, Any]:
    run: dict[str, Any] = {name: [look[name] for look in looks] for name in looks[0]}
    return run | {"order": order, "arm": arm, "reached": reached, "diverged_at": diverged_at}


def first_reached(steps: list[int], accuracy: list[float], tolerance: float) -> int | None:
    """The first of the update counts at which the accuracy is at least the tolerance; None for never."""
    return next((step for step, value in zip(steps, accuracy, strict=True) if value >= tolerance), None)
