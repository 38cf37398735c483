"""How smooth the loss is along the gradient, at steps of a run.

Three measures on the minibatch of the next update.

With g = grad L(w) and the step sizes eta = learning_rate * {1/2, 1, 2, 4}, all on the same minibatch:

    loss range               max L(w - eta g) - min L(w - eta g)
    gradient predictiveness  max |g - grad L(w - eta g)|
    effective beta           max |g - grad L(w - eta g)| / |eta g|

Small is smooth: the loss and its gradient a step away are what they promised to be.

And the largest safe step: the largest a before L(w - a g) / L(w) reaches 1.

Source:
    Santurkar, Tsipras, Ilyas & Madry 2018, How does batch normalization help optimization?, section 3.2, figure 4.
    Bjorck, Gomes, Selman & Weinberger 2018, Understanding batch normalization, section 3.2, figures 3 and 4.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from bnviz.core.armrun import ArmState
from bnviz.core.experiment import Experiment
from bnviz.core.nearby import Nearby, first_rows, looks, rate_of

FACTORS = (0.5, 1.0, 2.0, 4.0)
RATES = tuple(2.0**power for power in range(-14, 8))
"""Step sizes along the gradient among which the largest safe one is looked for (Bjorck et al. 2018, figure 3)."""


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
        """Largest distance of the gradients a distance walked; 0 where there is no gradient to walk along."""
        if not self.gradient:
            return 0.0
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


def safe(rates: Sequence[float], ratios: Sequence[float]) -> float | None:
    """The largest step before the loss is as large as it was; None where even the smallest makes it larger.

    Args:
        rates: step sizes, growing.
        ratios: L(w - a g) / L(w) at each; one that is not a number counts as too large.
    """
    largest = None
    for rate, ratio in zip(rates, ratios, strict=True):
        if not ratio < 1:
            break
        largest = rate
    return largest


def along_gradient(experiment: Experiment, options: Mapping[str, Any]) -> Iterator[dict[str, Any] | None]:
    """The three measures of all arms at steps of a run, as a measure of `bnviz.core.study`.

    Args:
        experiment: the run.
        options: every (updates between two looks, 4 if missing).

    Yields:
        step, and per arm loss, gradient, losses, distances, loss_range, predictiveness, beta; None for an arm that
        has diverged.
    """
    names = (*Along._fields[:-1], "loss_range", "predictiveness", "beta")

    def look(state: ArmState, step: int) -> dict[str, Any]:
        rate = rate_of(experiment, state.arm)
        found = along(Nearby(experiment, state, step), [factor * rate for factor in FACTORS])
        return {name: getattr(found, name) for name in names}

    return looks(experiment, int(options.get("every", 4)), names, look)


def safe_step(experiment: Experiment, options: Mapping[str, Any]) -> Iterator[dict[str, Any] | None]:
    """L(w - a g) / L(w) for all `RATES` and all arms at steps of a run, as a measure of `bnviz.core.study`.

    Args:
        experiment: the run.
        options: every (updates between two looks, 10 if missing), rows (the first training rows on which loss and
            gradient are taken, 128 if missing).

    Yields:
        step, and per arm loss, ratios (NaN where the loss is 0), safe; None for an arm that has diverged.
    """
    batch = first_rows(experiment, int(options.get("rows", 128)))

    def look(state: ArmState, step: int) -> dict[str, Any]:
        nearby = Nearby(experiment, state, step, batch=batch)
        loss, gradient = nearby.look()
        ratios = [nearby.loss(-rate * gradient) / loss if loss else math.nan for rate in RATES]
        return {"loss": loss, "ratios": ratios, "safe": safe(RATES, ratios)}

    return looks(experiment, int(options.get("every", 10)), ("loss", "ratios", "safe"), look)
