"""The numbers held to torch, now: a norm forwards and backwards, a short training, and the compiled engine.

Nothing here uses the code that it checks: the rivals are torch's own layers, its autograd, `nn.Sequential` and
`torch.optim`. Only the data, the first weights and the order of the rows are the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from bnviz.core import engine
from bnviz.core.data import batch_rows, load
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.fields import Choice, Number, check_fields, setting
from bnviz.core.microscope import Case, against_torch, examine
from bnviz.core.streams import generator

NORMS = ("batch", "layer", "group", "rms")
INPUTS = ("usual", "far", "huge", "tiny", "constant", "outlier")
PLACEMENTS = ("before", "after")
ACTIVATIONS = ("tanh", "sigmoid", "relu")
OPTIMIZERS = ("sgd", "momentum", "rmsprop", "adam")
TOLERANCE, ROUNDING = 1e-9, 10 * float(np.finfo(np.float64).eps)
"""Of a difference, as a share of the largest value (or of 1); and what rounding may cost, see `layer_tolerance`."""
LOSS_TOLERANCE, ENGINE_TOLERANCE = 1e-6, 1e-4
UPDATES, ENGINE_UPDATES = 50, 10
GROUPS, FEATURES = 2, 8
RATES = {"sgd": 0.1, "momentum": 0.02, "rmsprop": 0.002, "adam": 0.003}
MOVES = {"far": 1e4}
SCALES = {"huge": 1e6, "tiny": 1e-6}
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Check:
    """What is checked.

    Attributes:
        norm, batch_size, eps: of the layer and of the network.
        inputs: what enters the layer: usual values, far from 0, huge, tiny, one constant column, one outlier.
        placement, activation, optimizer: of the network.
        seed: of everything that is drawn.
    """

    norm: str = setting("batch", Choice(NORMS))
    batch_size: int = setting(16, Number(2, 64, integer=True))
    eps: float = setting(1e-5, Number(1e-8, 1.0))
    inputs: str = setting("usual", Choice(INPUTS))
    placement: str = setting("before", Choice(PLACEMENTS))
    activation: str = setting("tanh", Choice(ACTIVATIONS))
    optimizer: str = setting("sgd", Choice(OPTIMIZERS))
    seed: int = setting(0, Number(0, 2**31 - 1, integer=True))

    def __post_init__(self) -> None:
        check_fields(self, "check")


@dataclass(frozen=True)
class Compared:
    """One quantity, ours against theirs.

    Attributes:
        name: of the quantity.
        difference: the largest, relative to `size`.
        size: the largest value, at least 1.
        tolerance: for the difference.
    """

    name: str
    difference: float
    size: float
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether the two agree; what is not a number does not."""
        return bool(self.difference <= self.tolerance)


def layer_case(check: Check) -> Case:
    """A batch of eight features as the check asks for, with gamma, beta and a gradient that comes in."""
    rng = generator(check.seed, 0)
    h = rng.normal(1.5, 2.0, (check.batch_size, FEATURES)) * SCALES.get(check.inputs, 1.0) + MOVES.get(
        check.inputs, 0.0
    )
    if check.inputs == "constant":
        h[:, 0] = 10000.1
    if check.inputs == "outlier":
        h[0, 0] = 1e6
    tracks = check.norm == "batch"
    return Case(
        h=h,
        grad_y=rng.normal(0.0, 1.0, h.shape),
        gamma=rng.normal(1.0, 0.5, FEATURES),
        beta=np.zeros(FEATURES) if check.norm == "rms" else rng.normal(0.0, 0.5, FEATURES),
        running_mean=np.zeros(FEATURES) if tracks else None,
        running_var=np.ones(FEATURES) if tracks else None,
        eps=check.eps,
        kind=check.norm,
        groups=GROUPS if check.norm == "group" else 1,
    )


def layer_tolerance(case: Case, least_var: float) -> float:
    """How far two programs may differ that both round to float64.

        max(1e-9, 10 * machine epsilon * max|h| / sqrt(least var + eps))

    A value far from 0 that hardly varies loses digits when its mean is subtracted, and the division enlarges the rest.
    """
    return max(TOLERANCE, ROUNDING * float(np.abs(case.h).max()) / float(np.sqrt(least_var + case.eps)))


def check_layer(check: Check) -> list[Compared]:
    """Output, gradients and running averages of one norm against torch's layer and torch's autograd."""
    case = layer_case(check)
    phases = examine(case)
    rows, tolerance = [], layer_tolerance(case, float(phases.var.min()))
    for name, difference in against_torch(case, phases).items():
        size = max(1.0, float(np.abs(getattr(phases, name)).max()))
        rows.append(Compared(name, difference / size, size, tolerance))
    return rows


def experiment_of(check: Check) -> Experiment:
    """The network of the check: two hidden layers on two moons, one arm."""
    arm = Arm(check.norm, check.placement, eps=check.eps, groups=GROUPS if check.norm == "group" else 2)
    training = Training(
        learning_rate=RATES[check.optimizer], batch_size=check.batch_size, steps=UPDATES, optimizer=check.optimizer
    )
    # A bias before batch norm has a gradient of nothing but rounding, and Adam divides it by its own size.
    network = Network((16, 16), check.activation, bias=False)
    return Experiment(Data("moons", n=200), network, (arm,), training, check.seed)


def _norm(arm: Arm, units: int) -> nn.Module:
    match arm.norm:
        case "batch":
            return nn.BatchNorm1d(units, eps=arm.eps, momentum=arm.momentum)
        case "layer":
            return nn.LayerNorm(units, eps=arm.eps)
        case "group":
            return nn.GroupNorm(arm.groups, units, eps=arm.eps)
        case _:
            return nn.RMSNorm(units, eps=arm.eps)


def _sequential(experiment: Experiment, weights: list[Tensor]) -> nn.Sequential:
    """The network in torch's own words, with given weights."""
    arm, parts = experiment.arms[0], list[nn.Module]()
    activations: dict[str, Any] = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
    for weight in weights:
        linear = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
        with torch.no_grad():
            linear.weight = nn.Parameter(weight.clone())
        parts.append(linear)
        if weight is not weights[-1]:
            around = [_norm(arm, len(weight)), activations[experiment.network.activation]()]
            parts += around if arm.placement == "before" else around[::-1]
    return nn.Sequential(*parts).double()


def _optimizer(experiment: Experiment, net: nn.Module) -> torch.optim.Optimizer:
    rate = experiment.training.learning_rate
    match experiment.training.optimizer:
        case "momentum":
            return torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9)
        case "rmsprop":
            return torch.optim.RMSprop(net.parameters(), lr=rate)
        case "adam":
            return torch.optim.Adam(net.parameters(), lr=rate)
        case _:
            return torch.optim.SGD(net.parameters(), lr=rate)


def _their_losses(experiment: Experiment) -> Array:
    """The training loss before each update and after the last, as plain torch has it."""
    start = engine.start(experiment, torch.float64).arms[0].net
    net = _sequential(experiment, [linear.weight.detach() for linear in start.linears()])
    optimizer, training = _optimizer(experiment, net), experiment.training
    data = load(experiment.data, experiment.seed)
    x, y = torch.from_numpy(data.x_train), torch.from_numpy(data.y_train)
    losses = []
    for step in range(training.steps + 1):
        rows = torch.from_numpy(batch_rows(data, training.order, training.batch_size, step, experiment.seed))
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x[rows]), y[rows])
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    return np.array(losses)


@dataclass(frozen=True, eq=False)
class Losses:
    """Two runs of the same training.

    Attributes:
        ours, theirs: the training loss before each update, and after the last.
        compared: the largest difference.
    """

    ours: Array
    theirs: Array
    compared: Compared


def _losses(name: str, ours: Array, theirs: Array, tolerance: float) -> Losses:
    size = max(1.0, float(np.abs(theirs).max()))
    return Losses(ours, theirs, Compared(name, float(np.abs(ours - theirs).max()) / size, size, tolerance))


def check_training(check: Check) -> Losses:
    """Fifty updates of ours against `nn.Sequential` and `torch.optim`, in float64."""
    experiment = experiment_of(check)
    recording = engine.train(experiment, dtype=torch.float64)
    ours, theirs = recording.train_loss[:, 0].astype(float), _their_losses(experiment)
    return _losses("training_loss", ours, theirs, LOSS_TOLERANCE)


def check_engine(check: Check) -> Losses:
    """Ten updates of the compiled engine against the engine in torch, both in float32 as on the pages.

    (In float32 the runs of any two programs part after some more: each update enlarges the last digit.)
    """
    experiment = experiment_of(check)
    experiment = replace(experiment, training=replace(experiment.training, steps=ENGINE_UPDATES))
    torchs, compiled = (engine.train(experiment, engine=name) for name in ("torch", "kernel"))
    ours, theirs = (one.train_loss[:, 0].astype(float) for one in (compiled, torchs))
    return _losses("engine_loss", ours, theirs, ENGINE_TOLERANCE)
