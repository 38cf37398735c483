"""The scale of the weights before a norm: it changes nothing but how far an update goes.

    BN(a W x) = BN(W x),   gradient by a W = gradient by W / a   (a > 0, as eps goes to 0)

So the gradient stands at right angles to each unit's weights w, an update without weight decay can only lengthen
them, |w - eta g|^2 = |w|^2 + eta^2 |g|^2, and what an update changes goes with the effective rate eta / |w|^2.

Source:
    Ioffe & Szegedy 2015, section 3.3; van Laarhoven 2017, L2 regularization versus batch and weight normalization;
    Arora, Li & Lyu 2018, Theoretical analysis of auto rate-tuning by batch normalization.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bnviz.core.armrun import ArmRun, ArmState, buffers_of, loss_of, make_optimizer
from bnviz.core.data import load
from bnviz.core.experiment import Arm, Experiment
from bnviz.core.initial import first_state
from bnviz.core.nearby import Nearby, Walk, looks, rate_of
from bnviz.core.recording import blank
from bnviz.core.schedule import DIVERGED, stops
from bnviz.core.slice_directions import matrices
from bnviz.core.streams import StepDraws

Array = NDArray[Any]
FACTORS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def weight_place(state: ArmState, layer: int) -> tuple[slice, tuple[int, int]]:
    """Where the weights of a hidden layer lie among the parameters, and their shape; the last one at most."""
    places = list(matrices(state.memory))[:-1]
    return places[min(layer, len(places) - 1)]


def scaled(nearby: Nearby, place: slice, shape: tuple[int, int], factors: tuple[float, ...]) -> dict[str, Any]:
    """What becomes of outputs and gradient when the weights of one layer are multiplied by a.

    Args:
        nearby: an arm on a batch.
        place, shape: of the layer's weights among the parameters.
        factors: a, positive.

    Returns:
        output: |f(aW) - f(W)| / |f(W)|, one a factor; gradient: |gradient by aW| / |gradient by W|, one a factor;
        loss: L, one a factor; turn: the largest |<w, g>| / (|w| |g|) of a unit with the weights as they are.
    """
    outputs, (_, gradient) = nearby.outputs(), nearby.look()
    weights = nearby.weights[place].reshape(shape)
    own = gradient[place].reshape(shape)
    found: dict[str, Any] = {"output": [], "gradient": [], "loss": []}
    for factor in factors:
        offset = np.zeros_like(gradient)
        offset[place] = (factor - 1) * nearby.weights[place]
        loss, there = nearby.look(offset)
        found["output"].append(float(np.linalg.norm(nearby.outputs(offset) - outputs) / np.linalg.norm(outputs)))
        found["gradient"].append(float(np.linalg.norm(there[place]) / np.linalg.norm(own)))
        found["loss"].append(loss)
    lengths = np.linalg.norm(weights, axis=1) * np.linalg.norm(own, axis=1)
    products = np.abs((weights * own).sum(axis=1))
    moved = lengths > 0
    return found | {"turn": float((products[moved] / lengths[moved]).max()) if moved.any() else 0.0}


def weight_scale(experiment: Experiment, options: Mapping[str, Any]) -> Iterator[dict[str, Any] | None]:
    """`scaled` for all arms at steps of a run, as a measure of `bnviz.core.study`.

    Args:
        experiment: the run, with a hidden layer at least.
        options: every (updates between two looks, 20 if missing), layer (1 if missing: the second hidden one).

    Yields:
        step, and per arm output, gradient, loss, turn; None for an arm that has diverged.
    """

    def look(state: ArmState, step: int) -> dict[str, Any]:
        place, shape = weight_place(state, int(options.get("layer", 1)))
        return scaled(Nearby(experiment, state, step), place, shape, FACTORS)

    return looks(experiment, int(options.get("every", 20)), ("output", "gradient", "loss", "turn"), look)


class Growing:
    """One arm on its way, with the length of one layer's weights after every update.

    The updates are those of the torch engine, number for number.

    Args:
        experiment: the run; its optimizer is plain gradient descent where `excess` is to mean something.
        arm: of the experiment.
        layer: the number of the hidden layer.
    """

    def __init__(self, experiment: Experiment, arm: Arm, layer: int) -> None:
        data = load(experiment.data, experiment.seed)
        self.experiment, self.state = experiment, first_state(experiment, arm, data, torch.float32)
        self._place, _ = weight_place(self.state, layer)
        self._batches = ArmRun(self.state, 0, 0, blank(experiment, data, 0, 0))
        self._optimizer = make_optimizer(self.state.net, experiment, arm)
        self._rate = rate_of(experiment, arm)
        self.squares = [self._square()]
        self.excess: list[float] = []
        self._first, self.diverged = math.nan, False

    def _square(self) -> float:
        return float(np.square(self.state.memory.values[self._place].astype(np.float64)).sum())

    def update(self) -> None:
        """One update; `excess` notes by how much |w|^2 misses |w|^2 + eta^2 |g|^2, as a share of eta^2 |g|^2."""
        if self.diverged:
            return
        step, net = len(self.squares) - 1, self.state.net
        draws = StepDraws(self.experiment.seed, step)
        x, y = self._batches.batch(step, draws)
        dropout = self.experiment.training.dropout if self.state.arm.dropout is None else self.state.arm.dropout
        loss = loss_of(net.train()(x, dropout=dropout, draws=draws), y)
        self._first = loss.item() if step == 0 else self._first
        if not loss.item() <= DIVERGED * self._first:
            self.diverged = True
            return
        self._optimizer.zero_grad()
        loss.backward()
        parts = (torch.zeros_like(part) if part.grad is None else part.grad for part in net.parameters())
        gradient = np.concatenate([part.numpy().ravel() for part in parts])
        gone = self._rate**2 * float(np.square(gradient[self._place].astype(np.float64)).sum())
        self._optimizer.step()
        self.squares.append(self._square())
        self.excess.append(abs(self.squares[-1] - self.squares[-2] - gone) / gone if gone else 0.0)

    def told(self) -> dict[str, float | None]:
        """length: |W|; rate: learning rate / |W|^2; growing: share of the updates that did not shorten W; missed: the
        median of `excess`; accuracy: on the test rows in eval mode. None for an arm that has diverged."""
        if self.diverged:
            return dict.fromkeys(("length", "rate", "growing", "missed", "accuracy"))
        changes = np.diff(self.squares)
        return {
            "length": self.squares[-1] ** 0.5,
            "rate": self._rate / self.squares[-1],
            "growing": float((changes >= 0).mean()) if len(changes) else None,
            "missed": float(np.median(self.excess)) if self.excess else None,
            "accuracy": self._accuracy(),
        }

    def _accuracy(self) -> float | None:
        data, net = load(self.experiment.data, self.experiment.seed), self.state.net
        if not data.classes:
            return None
        with torch.no_grad(), buffers_of(net, [buffer.clone() for buffer in net.buffers()]):
            guesses = net.eval()(torch.from_numpy(data.x_test).float()).argmax(1)
        return float((guesses.numpy() == data.y_test).mean())


def growth(experiment: Experiment, options: Mapping[str, Any]) -> Iterator[dict[str, Any] | None]:
    """Length and effective rate of a layer's weights over the steps, without and with weight decay.

    Args:
        experiment: the run; its own weight decay is not used.
        options: decay (0.005 if missing), every (10 if missing), layer (1 if missing).

    Yields:
        step, and for each of `Growing.told` two lists by arm: without and with weight decay.
    """
    walk, layer = Walk(experiment), int(options.get("layer", 1))
    decays = (0.0, float(options.get("decay", 0.005)))
    runs = [replace(experiment, training=replace(experiment.training, weight_decay=decay)) for decay in decays]
    arms = [[Growing(run, arm, layer) for arm in run.arms] for run in runs]
    made = 0
    for step in stops(experiment.training.steps, int(options.get("every", 10))):
        for _ in range(made, step):
            for one in (*arms[0], *arms[1]):
                one.update()
            yield from walk.pause()
        made = step
        told = [[one.told() for one in part] for part in arms]
        yield {"step": step} | {name: [[one[name] for one in part] for part in told] for name in told[0][0]}
