"""How much the gradient of a layer changes when the layers below it move: the second meaning of the shift.

For hidden layer i and a batch, G is the gradient of the loss with respect to its weights, and G' the same after one
step of gradient descent on all parameters of the layers below i, with everything else as it was. The change is

    size = |G - G'| / |G|,    cos = <G, G'> / (|G| |G'|),

after Santurkar et al. 2018, definition 2.1: what the layer was told to do against what it should have been told, had
it known what the layers below were about to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bnviz.core.armrun import loss_of
from bnviz.core.data import batch_rows, load
from bnviz.core.experiment import Experiment
from bnviz.core.fields import FieldError
from bnviz.core.network import NormNet
from bnviz.core.streams import StepDraws
from bnviz.core.visits import networks, visits

Loss = Callable[[], Tensor]


class Shift(NamedTuple):
    """The change of one layer's gradient: relative size, and cosine between before and after."""

    size: float
    cos: float


def shifts(layers: Sequence[nn.Module], weights: Sequence[Tensor], loss: Loss, *, rate: float) -> list[Shift]:
    """The change of the gradient of every layer but the first.

    Args:
        layers: from the input on; they are moved by this (all but the last make their step).
        weights: of each layer the weight whose gradient is looked at.
        loss: the loss of one batch as the layers are now.
        rate: learning rate of the step.

    Returns:
        One for each of layers 2, 3, ...
    """
    parameters = [list(layer.parameters()) for layer in layers]
    flat = [one for layer in parameters for one in layer]
    gradients: dict[Tensor, Tensor] = dict(zip(flat, torch.autograd.grad(loss(), flat, allow_unused=True), strict=True))
    found: list[Shift] = []
    for below, weight in zip(parameters, weights[1:], strict=False):
        with torch.no_grad():
            for one in below:
                if gradients[one] is not None:
                    one.sub_(rate * gradients[one])
        after = torch.autograd.grad(loss(), weight)[0]
        found.append(_compared(gradients[weight], after))
    return found


def _compared(before: Tensor, after: Tensor) -> Shift:
    a, b = before.double().flatten(), after.double().flatten()
    size = a.norm().item()
    if size == 0.0:
        return Shift(float("nan"), float("nan"))
    cos = (a @ b).item() / (size * b.norm().item()) if b.norm().item() else float("nan")
    return Shift((a - b).norm().item() / size, cos)


def gradient_shift(experiment: Experiment, options: Mapping[str, Any]) -> Iterator[dict[str, Any] | None]:
    """Train all arms, and look now and then at what one step of the lower layers does to the gradients above.

    Args:
        experiment: trained by plain gradient descent without dropout and input noise; its seed counts.
        options: every (updates between two looks).

    Yields:
        None now and then; at the end a dict with `steps` (T) and for each of the `arms`: size and cos (T, medians over
        the hidden layers from the second on), sizes and coss (their medians over the looks), accuracy and diverged_at.

    Raises:
        FieldError: for another optimizer, dropout or noise, or fewer than two hidden layers.
    """
    _check(experiment)
    steps: list[int] = []
    seen: list[list[list[Shift]]] = [[] for _ in experiment.arms]
    for state in visits(experiment, int(options["every"])):
        if state.done:
            break
        steps.append(state.step)
        for arm, net in enumerate(networks(state)):
            seen[arm].append(_look(experiment, arm, net, state.step))
        yield None
    arms = []
    for arm_state, one in zip(state.arms, seen, strict=True):
        arms.append(told(one) | {"accuracy": arm_state.final[1], "diverged_at": arm_state.diverged_at})
    yield {"steps": steps, "arms": arms}


def _look(experiment: Experiment, arm: int, net: NormNet, step: int) -> list[Shift]:
    """At the batch of the next update, in training mode."""
    data, training = load(experiment.data, experiment.seed), experiment.training
    rows = batch_rows(data, training.order, training.batch_size, step, experiment.seed)
    x = torch.from_numpy(data.x_train[rows]).float()
    y = torch.from_numpy(data.y_train[rows])
    y = y if data.classes else y.float()

    def loss() -> Tensor:
        return loss_of(net.train()(x, draws=StepDraws(experiment.seed, step)), y)

    own = experiment.arms[arm].learning_rate
    layers = net.layers()
    weights = [layer.linear.weight for layer in layers]
    return shifts(layers, weights, loss, rate=training.learning_rate if own is None else own)


def told(seen: list[list[Shift]]) -> dict[str, Any]:
    """Medians over the layers at each look, and over everything."""
    values = np.array(seen, dtype=float)  # looks x layers x 2
    size, cos = values[..., 0], values[..., 1]
    return {
        "size": [_median(look[np.isfinite(look)]) for look in size],
        "cos": [_median(look[np.isfinite(look)]) for look in cos],
        "sizes": _median(size[~np.isnan(size)]),
        "coss": _median(cos[~np.isnan(cos)]),
    }


def _median(values: NDArray[np.float64]) -> float:
    """NaN where there is none."""
    return float(np.median(values)) if len(values) else float("nan")


def _check(experiment: Experiment) -> None:
    training = experiment.training
    if training.optimizer != "sgd" or any(arm.optimizer not in (None, "sgd") for arm in experiment.arms):
        raise FieldError(
            "training.optimizer", f"{training.optimizer} came; the step here is one of plain SGD. Take it."
        )
    if training.dropout or training.input_noise or training.weight_decay:
        raise FieldError("training.dropout", "Dropout, noise or decay came; here the step is the gradient's alone.")
    if len(experiment.network.hidden) < 2:
        problem = (
            f"{len(experiment.network.hidden)} hidden layers came; there must be one below another. Take 2 or more."
        )
        raise FieldError("network.hidden", problem)
