"""Other first weights than random ones: all zero, or all the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bnviz.core.armrun import ArmState
from bnviz.core.data import load
from bnviz.core.experiment import INITS, Experiment
from bnviz.core.fits import Result, figures, trained


def starts(experiment: Experiment, _options: Mapping[str, Any]) -> Iterator[Result | None]:
    """Train every arm from each kind of first weights; biases always start at 0.

    Args:
        experiment: what is trained.

    Yields:
        For each of `INITS` and each arm "init", "arm", the numbers of `fits.figures`, and "unlike" (see `unlike`).
    """
    for init in INITS:
        arms = yield from trained(replace(experiment, network=replace(experiment.network, init=init)))
        data = load(experiment.data, experiment.seed)
        for index, arm in enumerate(arms):
            yield {"init": init, "arm": index, **figures(arm, data), "unlike": unlike(arm)}


def unlike(arm: ArmState) -> float:
    """How much the units of one layer differ in their incoming weights.

        max over layers and inputs i of  std over units j of w_ji  /  mean |w| of the layer

    Returns:
        0 when all units of each layer are the same unit over and over.
    """
    shares = []
    for layer in arm.net.layers():
        weights = layer.linear.weight.detach().double()
        size = float(weights.abs().mean())
        shares.append(float(weights.std(0, unbiased=False).max()) / size if size else 0.0)
    return max(shares)
