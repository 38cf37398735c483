"""One moment of a run, held still: what enters each norm, what the norm holds, and the gradient that comes back to it.

A run is deterministic, so a moment needs no storage: the arm is trained again up to that step, by the same engine.
What is looked at is a copy: a forward pass in training mode would move the running averages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from bnviz.core.armrun import ArmRun, ArmState, loss_of
from bnviz.core.data import load
from bnviz.core.experiment import Experiment
from bnviz.core.layers import BatchNorm, Norm
from bnviz.core.network import Layer, NormNet
from bnviz.core.reached import LINE, Progress, reached, unheard
from bnviz.core.recording import blank
from bnviz.core.remembered import remembered
from bnviz.core.streams import StepDraws

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class LayerSnapshot:
    """One hidden layer with a norm, on one batch, in training mode. N rows, C units, fan_in inputs.

    Attributes:
        kind: one of `norms.KINDS`.
        placement: before or after the activation.
        h: N x C, what enters the norm.
        grad_y: N x C, gradient of the loss by what the norm gives (before the disturbance of noisy batch norm).
        gamma, beta: C each.
        running_mean, running_var: C each, as they were before this batch; None for norms that track nothing.
        eps: added to the variance, inside the root.
        momentum: weight of the new batch in the running averages (torch's convention); 0 where nothing is tracked.
        groups: of group norm.
        ghost_size: rows that share their statistics; 0 for the whole batch.
        x: N x fan_in, what enters the linear layer before the norm.
        weight, bias: C x fan_in and C, of that linear layer; the bias is None where it has none.
    """

    kind: str
    placement: str
    h: Array
    grad_y: Array
    gamma: Array
    beta: Array
    running_mean: Array | None
    running_var: Array | None
    eps: float
    momentum: float
    groups: int
    ghost_size: int
    x: Array
    weight: Array
    bias: Array | None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One arm of a run after `step` updates, on the batch that the next update is computed on.

    Attributes:
        experiment: the run, with all its arms.
        arm: which arm, from 0.
        step: updates made; fewer than asked for where the arm has diverged.
        diverged_at: the step at which it diverged, or -1.
        rows: numbers of the training rows in the batch.
        loss: on that batch.
        layers: one a hidden layer; None where the layer is bare.
        state: the arm's state; use `net()` to try something with it.
    """

    experiment: Experiment
    arm: int
    step: int
    diverged_at: int
    rows: Array
    loss: float
    layers: tuple[LayerSnapshot | None, ...]
    state: ArmState

    def net(self) -> NormNet:
        """A network of one's own with the parameters and running averages of this moment."""
        return self.state.copied().net


def snapshot(
    experiment: Experiment,
    arm: int,
    step: int,
    *,
    ahead: int = 0,
    engine: str = "torch",
    progress: Progress = unheard,
) -> Snapshot:
    """The state of an arm after some updates, seen on the next update's batch.

    The updates are made in slices, in turns with all who ask at the same time; who asks for the same shares them.

    Args:
        experiment: the run.
        arm: number of the arm, from 0.
        step: updates made, 0 to `experiment.training.steps`.
        ahead: look at the batch of so many updates later, with the weights as they are now.
        engine: the one that has made the run, as in `engine.advance`.
        progress: as in `reached`; what is made when it raises is gone on with by whoever asks next.

    Raises:
        ValueError: when the run has no such arm or step.
    """
    if not 0 <= arm < len(experiment.arms):
        raise ValueError(f"Arm {arm} came; this run has arms 0 to {len(experiment.arms) - 1}.")
    if not 0 <= step <= experiment.training.steps:
        raise ValueError(f"Step {step} came; this run has steps 0 to {experiment.training.steps}.")
    alone = replace(experiment, arms=(experiment.arms[arm],))
    return replace(_snapshot(alone, step, ahead, engine, progress=progress), experiment=experiment, arm=arm)


@remembered(8, apart="progress")
def _snapshot(experiment: Experiment, step: int, ahead: int, engine: str, *, progress: Progress) -> Snapshot:
    """`snapshot` of an experiment with a single arm."""
    arm = reached(experiment, step, engine, progress).arms[0]
    if arm.diverged_at >= 0:  # its values are those of the last update with a finite loss
        step = max(0, arm.diverged_at - 1)
    recording = blank(experiment, load(experiment.data, experiment.seed), step, step + 1)
    with LINE.turn():
        return replace(_look(ArmRun(arm, step, 0, recording), arm, step + ahead), step=step)


def _look(run: ArmRun, arm: ArmState, step: int) -> Snapshot:
    """One forward and backward pass of a copy on the batch of a step, with an ear at each norm."""
    experiment, draws = run.experiment, StepDraws(run.experiment.seed, step)
    x, y = run.batch(step, draws)
    net = arm.copied().net.train()
    before = [_tracked(layer.norm) for layer in net.layers()]
    probes = [Probe(layer) for layer in net.layers()]
    dropout = experiment.training.dropout if arm.arm.dropout is None else arm.arm.dropout
    loss = loss_of(net(x, dropout=dropout, draws=draws), y)
    loss.backward()
    layers = tuple(probe.result(*averages) for probe, averages in zip(probes, before, strict=True))
    return Snapshot(experiment, 0, step, arm.diverged_at, run.rows(step), loss.item(), layers, arm)


def _tracked(norm: Norm | None) -> tuple[Array | None, Array | None]:
    """Copies of running_mean and running_var, where there are any."""
    if not isinstance(norm, BatchNorm):
        return None, None
    return norm.running_mean.numpy().copy(), norm.running_var.numpy().copy()


class Probe:
    """Keeps what passes through one layer of a network that is not needed afterwards.

    Args:
        layer: of that network; a bare layer gives nothing.
    """

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.noisy = isinstance(layer.norm, BatchNorm) and layer.norm.noisy
        layer.linear.register_forward_hook(self._at_linear)
        if layer.norm is not None:
            if isinstance(layer.norm, BatchNorm):
                layer.norm.noisy = False  # the hook disturbs instead, after it has taken note of the clean output
            layer.norm.register_forward_hook(self._at_norm)

    def _at_linear(self, _module: Any, inputs: tuple[Any, ...], _output: Tensor) -> None:
        self.x = inputs[0].detach().numpy().copy()

    def _at_norm(self, module: Any, inputs: tuple[Any, ...], output: Tensor) -> Tensor | None:
        self.h, self.y = inputs[0].detach().numpy().copy(), output
        output.retain_grad()
        draws = inputs[1] if len(inputs) > 1 else None
        disturbed: Tensor | None = module.disturb(output, draws) if self.noisy and draws is not None else None
        return disturbed

    def result(self, running_mean: Array | None, running_var: Array | None) -> LayerSnapshot | None:
        """What was kept, after the backward pass."""
        norm, linear = self.layer.norm, self.layer.linear
        if norm is None:
            return None
        grad = self.y.grad
        return LayerSnapshot(
            kind=norm.kind,
            placement=self.layer.placement,
            h=self.h,
            grad_y=np.zeros_like(self.h) if grad is None else grad.numpy().copy(),
            gamma=norm.gamma.detach().numpy().copy(),
            beta=norm.beta.detach().numpy().copy(),
            running_mean=running_mean,
            running_var=running_var,
            eps=norm.eps,
            momentum=norm.momentum if isinstance(norm, BatchNorm) else 0.0,
            groups=norm.groups,
            ghost_size=norm.ghost_size if isinstance(norm, BatchNorm) else 0,
            x=self.x,
            weight=linear.weight.detach().numpy().copy(),
            bias=self._bias(),
        )

    def _bias(self) -> Array | None:
        bias: Tensor | None = getattr(self.layer.linear, "bias", None)
        return None if bias is None else bias.detach().numpy().copy()
