"""Residual networks put to the test: a measure of a `Study`."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Generator, Iterator, Mapping
from typing import Any

import torch

from bnviz.core.armrun import loss_of
from bnviz.core.data import Dataset, batch_rows, load
from bnviz.core.experiment import Experiment
from bnviz.core.fits import Result
from bnviz.core.residual import REMEDIES, Residual
from bnviz.core.schedule import DIVERGED
from bnviz.core.sweep_run import PAUSE_SECONDS


def depth(experiment: Experiment, options: Mapping[str, Any]) -> Iterator[Result | None]:
    """Build a residual net with each remedy, look at its signal, then train it with plain SGD.

    Args:
        experiment: its data, seed, learning rate, batch size, updates and order of rows; the network and the arms are
            not looked at.
        options: "blocks" and "width".

    Yields:
        First for each remedy "remedy" and "variances": of x before the first block and after each, over the training
        rows, before any update. Then for each remedy "remedy", "test_accuracy" and "diverged_at" (-1 for never).
    """
    data = load(experiment.data, experiment.seed)
    nets = {remedy: net_of(remedy, experiment, options) for remedy in REMEDIES}
    for remedy, net in nets.items():
        yield {"remedy": remedy, "variances": variances_of(net, data)}
    for remedy, net in nets.items():
        diverged_at = yield from _trained(net, experiment, data)
        yield {"remedy": remedy, "test_accuracy": _accuracy(net, data), "diverged_at": diverged_at}


def net_of(remedy: str, experiment: Experiment, options: Mapping[str, Any]) -> Residual:
    """A residual net before any update."""
    data = load(experiment.data, experiment.seed)
    size = {name: int(options[name]) for name in ("blocks", "width")}
    return Residual(remedy, inputs=data.inputs, outputs=data.outputs, seed=experiment.seed, **size)


def variances_of(net: Residual, data: Dataset) -> list[float]:
    """Variance of x before the first block and after each, averaged over the units, of all training rows at once."""
    variances: list[float] = []
    with torch.no_grad():
        copy.deepcopy(net).train()(torch.from_numpy(data.x_train).float(), variances)
    return variances


def _trained(net: Residual, experiment: Experiment, data: Dataset) -> Generator[None, None, int]:
    """Make the updates, with pauses; returns the update at which the net diverged, -1 for never."""
    training = experiment.training
    optimizer = torch.optim.SGD(net.parameters(), lr=training.learning_rate)
    x, y = torch.from_numpy(data.x_train).float(), torch.from_numpy(data.y_train)
    first, seen = math.nan, time.perf_counter()
    for step in range(training.steps):
        rows = torch.from_numpy(batch_rows(data, training.order, training.batch_size, step, experiment.seed))
        loss = loss_of(net.train()(x[rows]), y[rows])
        value = loss.item()
        first = value if math.isnan(first) else first
        if not math.isfinite(value) or value > DIVERGED * first:
            return step
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if time.perf_counter() - seen > PAUSE_SECONDS:
            seen = time.perf_counter()
            yield
    return -1


def _accuracy(net: Residual, data: Dataset) -> float:
    """On the test rows in eval mode; logits that are no numbers name class 0."""
    with torch.no_grad():
        guesses = torch.nan_to_num(net.eval()(torch.from_numpy(data.x_test).float())).argmax(1)
    return float((guesses == torch.from_numpy(data.y_test)).double().mean())
