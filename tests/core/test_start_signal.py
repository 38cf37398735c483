"""Signal and gradient before the first update, against a network written out by hand in float64."""

import math

import numpy as np
import pytest

from bnviz.core import engine
from bnviz.core.data import load
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.fields import FieldError
from bnviz.core.network import build
from bnviz.core.start_signal import ROWS, Start, start_signal

SIZES = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z))}
SLOPES = {
    "relu": lambda z: (z > 0).astype(float),
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "sigmoid": lambda z: SIZES["sigmoid"](z) * (1 - SIZES["sigmoid"](z)),
}


def normalized(z, eps=1e-5):
    """x_hat, and a function that carries a gradient back through it."""
    std = np.sqrt(z.var(axis=0) + eps)
    x_hat = (z - z.mean(axis=0)) / std

    def back(g):
        return (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0)) / std

    return x_hat, back


def by_hand(start, arm, seed):
    """Spread and gradient of each layer, forward and backward without autograd."""
    data = load(Data(), seed)
    x, labels = data.x_train[:ROWS].astype(float), data.y_train[:ROWS]
    network = Network((start.width,) * start.depth, start.activation, gain=start.gain)
    net = build(network, arm, inputs=data.inputs, outputs=data.outputs, seed=seed)
    weights = [linear.weight.detach().numpy() for linear in net.linears()]
    entering, backs = [], []
    for weight in weights[:-1]:
        z = x @ weight.T
        u, back = normalized(z) if arm.norm == "batch" else (z, lambda g: g)
        entering.append(u)
        backs.append(back)
        x = SIZES[start.activation](u)
    logits = x @ weights[-1].T
    share = np.exp(logits - logits.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    g = (share - np.eye(data.outputs)[labels]) / len(labels) @ weights[-1]
    sizes = []
    for place in reversed(range(start.depth)):
        g = backs[place](g * SLOPES[start.activation](entering[place]))
        sizes.append(math.sqrt((g**2).sum()))
        g = g @ weights[place]
    return [u.std(axis=0).mean() for u in entering], sizes[::-1]


@pytest.mark.parametrize("activation", SIZES)
@pytest.mark.parametrize("norm", ["none", "batch"])
def test_spread_and_gradient_are_those_of_a_network_by_hand(activation, norm):
    start = Start(3, 12, activation, 1.5)
    found = start_signal(start, Data(), Arm(norm), 3)
    spread, grad = by_hand(start, Arm(norm), 3)
    np.testing.assert_allclose(found.spread, spread, rtol=1e-6)
    np.testing.assert_allclose(found.grad, grad, rtol=1e-6)
    assert found.growth == pytest.approx(math.sqrt(grad[0] / grad[-1]))


def test_saturation_is_that_of_a_run_on_the_same_rows():
    start = Start(2, 16, "tanh", 5.0)
    training = Training(batch_size=ROWS, steps=1, order="fixed")
    network = Network((16, 16), "tanh", gain=5.0)
    whole = engine.train(Experiment(network=network, arms=(Arm("none"),), training=training))
    found = start_signal(start, Data(), Arm("none"), 0)
    assert found.saturated.min() > 0.3
    np.testing.assert_allclose(found.saturated, whole.saturated[0, 0], atol=1e-3)


@pytest.mark.parametrize("arm", [Arm("batch", "after"), Arm("layer"), Arm("group"), Arm("rms")])
def test_every_norm_has_a_signal_in_every_layer(arm):
    found = start_signal(Start(4, 16, "sigmoid"), Data("moons"), arm, 0)
    assert all(len(part) == 4 and np.isfinite(part).all() for part in (found.spread, found.saturated, found.grad))


def test_one_layer_has_no_growth_and_deeper_than_possible_is_refused():
    assert math.isnan(start_signal(Start(1, 8), Data("moons"), Arm("none"), 0).growth)
    with pytest.raises(FieldError, match=r"start\.depth"):
        Start(25)
