"""How smooth the loss is along the gradient, at steps of a run: three measures on the minibatch of the next update.

With g = grad L(w) and the step sizes eta = learning_rate * {1/2, 1, 2, 4}, all on the same minibatch:

    loss range               max L(w - eta g) - min L(w - eta g)
    gradient predictiveness  max |g - grad L(w - eta g)|
    effective beta           max |g - grad L(w - eta g)| / |eta g|

Small is smooth: the loss and its gradient a step away are what they promised to be.

Source:
    Santurkar, Tsipras, Ilyas & Madry 2018, How does batch normalization help optimization?, section 3.2, figure 4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch

from bnviz.core.experiment import Experiment
from bnviz.core.nearby import Nearby, Walk, rate_of
from bnviz.core.schedule import stops

FACTORS = (0.5, 1.0, 2.0, 4.0)


class Along(NamedTuple):
    """One arm at one step.

    Attributes:
        loss: L(w).
        gradient: |g|.
        losses: L(w - eta g), one a step size.
        distances: |g - grad L(w - eta g)|, one a step size.
        etas: the step sizes.
    """

    loss: float
    gradient: float
    losses: list[float]
    distances: list[float]
    etas: list[float]

    @property
    def loss_range(self) -> float:
        """Largest minus smallest loss over the step sizes."""
        return max(self.losses) - min(self.losses)

    @property
    def predictiveness(self) -> float:
        """Largest distance of the gradients over the step sizes."""
        return max(self.distances)

    @property
    def beta(self) -> float:
        """Largest distance of the gradients a distance walked."""
        walked = (eta * self.gradient for eta in self.etas)
        return max(distance / way for distance, way in zip(self.distances, walked, strict=True))


def along(nearby: Nearby, etas: list[float]) -> Along:
    """Losses and gradients at some step sizes along minus the gradient.

    Args:
        nearby: an arm on a minibatch.
        etas: step sizes, positive.
    """
    loss, gradient = nearby.look()
    found = [nearby.look(-eta * gradient) for eta in etas]
    distances = [float(np.linalg.norm(gradient - there)) for _, there in found]
    return Along(loss, float(np.linalg.norm(gradient)), [value for value, _ in found], distances, etas)


def along_gradient(experiment: Experiment, options: Mapping[str, Any]) -> Iterator[dict[str, Any] | None]:
    """The three measures of all arms at steps of a run, as a measure of `bnviz.core.study`.

    Args:
        experiment: the run.
        options: every (updates between two looks, 4 if missing), double (float64 and the torch engine).

    Yields:
        step, and per arm loss, gradient, losses, distances, loss_range, predictiveness, beta; None for an arm that
        has diverged.
    """
    walk = Walk(experiment, torch.float64, "torch") if options.get("double") else Walk(experiment)
    for step in stops(experiment.training.steps, int(options.get("every", 4))):
        yield from walk.to(step)
        arms: list[Along | None] = []
        for state in walk.state.arms:
            rate = rate_of(experiment, state.arm)
            etas = [factor * rate for factor in FACTORS]
            arms.append(along(Nearby(experiment, state, step), etas) if state.diverged_at < 0 else None)
            yield from walk.pause()
        names = (*Along._fields[:-1], "loss_range", "predictiveness", "beta")
        yield {"step": step} | {name: [None if one is None else getattr(one, name) for one in arms] for name in names}
