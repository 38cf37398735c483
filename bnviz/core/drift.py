"""How far the distribution of each unit moves during training: the first meaning of internal covariate shift.

A unit's distribution is that of what enters its activation, gamma * x_hat + beta with batch norm and W x + b without,
over all training rows in training mode. Two measures of its movement over visits t = 0, 1, ...:

- travel = sum over t of |median_t - median_(t-1)| / spread_t, spread = 85 % quantile - 15 % quantile, and
  octaves = log2(largest spread / smallest spread), after Ioffe & Szegedy 2015, figure 1b, c;
- step drift = |mean_t - mean_(t-1)| / std_t, after Santurkar et al. 2018, figure 2.

Batch norm with its own gamma and beta holds mean and std of these values by construction: that they stay says nothing
yet about why training goes well, which is what noisy batch norm puts to the test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bnviz.core.data import load
from bnviz.core.experiment import Experiment
from bnviz.core.network import NormNet, Trace
from bnviz.core.streams import StepDraws
from bnviz.core.visits import networks, visits

Floats = NDArray[np.float64]
TRACKED = (0.15, 0.5, 0.85)
"""The quantiles of Ioffe & Szegedy's figure."""
TINY = 1e-12


def entering(net: NormNet, x: torch.Tensor, layer: int, draws: StepDraws) -> Floats:
    """What enters the activation of a hidden layer in training mode, N x units.

    Args:
        net: disturbed by this: its running averages move.
        x: N x features, taken as one batch.
        layer: counted from 0.
        draws: of a norm that adds noise.
    """
    trace = Trace()
    with torch.no_grad():
        net.train()(x, draws=draws, trace=trace)
    values: Floats = trace.normalized[layer].double().numpy()
    return values


def travel(tracks: Floats) -> Floats:
    """How many of its own spreads the median of each unit travels in all, units numbers.

    Args:
        tracks: T x 3 x units, the quantiles `TRACKED` at each visit.
    """
    spread = np.maximum(tracks[:, 2] - tracks[:, 0], TINY)
    return np.asarray((np.abs(np.diff(tracks[:, 1], axis=0)) / spread[1:]).sum(axis=0))


def octaves(tracks: Floats) -> Floats:
    """log2 of the largest over the smallest spread of each unit, units numbers; `tracks` as in `travel`."""
    spread = np.maximum(tracks[:, 2] - tracks[:, 0], TINY)
    return np.asarray(np.log2(spread.max(axis=0) / spread.min(axis=0)))


def step_drift(means: Floats, stds: Floats) -> Floats:
    """|change of the mean| / std from each visit to the next, (T - 1) x units.

    Args:
        means, stds: T x units.
    """
    return np.asarray(np.abs(np.diff(means, axis=0)) / np.maximum(stds[1:], TINY))


def drift(experiment: Experiment, options: Mapping[str, Any]) -> Iterator[dict[str, Any] | None]:
    """Train all arms, and follow every unit of one layer.

    Args:
        experiment: with hidden layers; its seed counts.
        options: layer (counted from 1), unit (whose track is kept, counted from 1), every (updates between visits).

    Yields:
        None now and then; at the end a dict with `steps` (T) and for each of the `arms`: track (T x 3, quantiles of
        the unit), travel and octaves (medians over the units), drift (T - 1, median over the units), instability
        (median over units and visits), accuracy (on the test rows, eval mode) and diverged_at.
    """
    layer, unit = int(options["layer"]) - 1, int(options["unit"]) - 1
    x = torch.from_numpy(load(experiment.data, experiment.seed).x_train).float()
    steps: list[int] = []
    seen: list[list[Floats]] = [[] for _ in experiment.arms]
    for state in visits(experiment, int(options["every"])):
        steps.append(state.step)
        for arm, net in enumerate(networks(state)):
            seen[arm].append(_summary(entering(net, x, layer, StepDraws(experiment.seed, state.step))))
        yield None
    told = []
    for end, one in zip(state.arms, seen, strict=True):
        told.append(_told(np.stack(one), unit) | {"accuracy": end.final[1], "diverged_at": end.diverged_at})
    yield {"steps": steps, "arms": told}


def _summary(values: Floats) -> Floats:
    """The three quantiles, mean and standard deviation of each unit, 5 x units."""
    return np.concatenate([np.quantile(values, TRACKED, axis=0), [values.mean(axis=0), values.std(axis=0)]])


def _told(seen: Floats, unit: int) -> dict[str, Any]:
    """What is said of one arm, from its summaries T x 5 x units."""
    tracks, moved = seen[:, :3], step_drift(seen[:, 3], seen[:, 4])
    return {
        "track": tracks[:, :, unit].tolist(),
        "travel": float(np.median(travel(tracks))),
        "octaves": float(np.median(octaves(tracks))),
        "drift": np.median(moved, axis=1).tolist(),
        "instability": float(np.median(moved)),
    }
