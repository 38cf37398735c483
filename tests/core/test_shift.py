"""Drift, gradient shift and the order of batches: against small implementations of their own, and their effects."""

import base64
from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

from bnviz.core.data import batch_rows, load
from bnviz.core.deep_linear import DeepLinear
from bnviz.core.drift import entering, octaves, step_drift, travel
from bnviz.core.experiment import SUBSET_ORDERS, Arm, Data, Experiment, Network, Training
from bnviz.core.fields import FieldError
from bnviz.core.gradient_shift import shifts
from bnviz.core.network import build
from bnviz.core.order_study import first_reached
from bnviz.core.streams import StepDraws
from bnviz.core.study import Study, results
from bnviz.core.visits import networks, visits

NONE, BATCH, NOISY, LAYER = Arm("none"), Arm("batch"), Arm("batch_noisy"), Arm("layer")
SEEDS = (0, 1)
FLOWERS = Data("flowers", n=1600, test_fraction=0.5, preprocess="raw")
LINEAR = Experiment(FLOWERS, Network(()), (NONE,), Training(learning_rate=0.2, batch_size=32, steps=200))


def measured(measure, experiment, *, seeds=SEEDS, **options):
    """One result a seed."""
    return [found.value for found in results(Study(measure, experiment, seeds, options)) if found is not None]


# ---- definitions


def test_travel_octaves_and_step_drift_by_hand():
    tracks = np.array([[-1.0, 0.0, 1.0], [-1.0, 1.0, 3.0], [0.0, 0.5, 1.0]])[:, :, None]
    assert travel(tracks) == pytest.approx([1 / 4 + 0.5 / 1])
    assert octaves(tracks) == pytest.approx([2.0])
    moved = step_drift(np.array([[0.0], [1.0], [0.0]]), np.array([[1.0], [2.0], [4.0]]))
    assert moved.ravel() == pytest.approx([0.5, 0.25])


def test_what_enters_the_activation_is_torchs():
    torch.manual_seed(0)
    net = build(Network((5, 4), "sigmoid"), BATCH, inputs=3, outputs=2, seed=0)
    x = torch.randn(40, 3, dtype=torch.float64)
    first, second = (layer.linear for layer in net.layers())
    hidden = torch.sigmoid(nn.functional.batch_norm(first(x), None, None, training=True))
    wanted = nn.functional.batch_norm(second(hidden), None, None, training=True).detach().numpy()
    np.testing.assert_allclose(entering(net, x, 1, StepDraws(0, 0)), wanted, atol=1e-10)


def _plain_shift(layers, x, y, rate):
    """Santurkar's definition written out for [Linear, BatchNorm1d, ReLU] blocks, each change on a fresh copy."""
    import copy

    def gradient(net, place):
        loss = nn.functional.cross_entropy(net(x), y)
        return torch.autograd.grad(loss, net[place].weight)[0].flatten()

    net = nn.Sequential(*layers)
    loss = nn.functional.cross_entropy(net(x), y)
    grads = dict(
        zip([n for n, _ in net.named_parameters()], torch.autograd.grad(loss, list(net.parameters())), strict=True)
    )
    found = []
    for place in (3, 6):
        moved = copy.deepcopy(net)
        with torch.no_grad():
            for name, one in moved.named_parameters():
                if int(name.split(".")[0]) < place:
                    one.sub_(rate * grads[name])
        before, after = gradient(net, place), gradient(moved, place)
        cos = nn.functional.cosine_similarity(before, after, dim=0)
        found.append(((before - after).norm() / before.norm(), cos))
    return np.array([[float(a), float(b)] for a, b in found])


def test_the_change_of_a_gradient_is_that_of_its_definition():
    torch.manual_seed(1)
    x, y = torch.randn(30, 4, dtype=torch.float64), torch.randint(0, 3, (30,))
    net = build(Network((6, 6, 6)), BATCH, inputs=4, outputs=3, seed=5)
    layers = []
    for layer in net.layers():
        linear = nn.Linear(layer.linear.in_features, 6).double()
        linear.load_state_dict(layer.linear.state_dict())
        layers += [linear, nn.BatchNorm1d(6).double(), nn.ReLU()]
    out = nn.Linear(6, 3).double()
    out.load_state_dict(net.output.state_dict())
    wanted = _plain_shift([*layers, out], x, y, 0.3)

    def loss():
        return nn.functional.cross_entropy(net.train()(x), y)

    found = shifts(net.layers(), [layer.linear.weight for layer in net.layers()], loss, rate=0.3)
    np.testing.assert_allclose(np.array(found), wanted, rtol=1e-8)


def test_a_gradient_that_is_zero_has_no_shift():
    weights = [nn.Linear(2, 2, bias=False).double() for _ in range(2)]
    with torch.no_grad():
        for one in weights:
            one.weight.zero_()
    x = torch.ones(3, 2, dtype=torch.float64)

    def loss():
        return (weights[1](weights[0](x)) ** 2).mean()

    found = shifts(weights, [one.weight for one in weights], loss, rate=0.1)
    assert np.isnan(found[0].size)


def test_a_look_at_the_deep_linear_network_leaves_it_as_it_was():
    one, other = (DeepLinear(BATCH, depth=13, width=4, rate=0.05, seed=2) for _ in range(2))
    assert len(one.look()) == 2
    assert [one.update() for _ in range(3)] == [other.update() for _ in range(3)]


def test_visits_see_the_run_that_is_trained():
    experiment = Experiment(FLOWERS, Network((4,)), (BATCH,), Training(batch_size=32, steps=25))
    seen = list(visits(experiment, 10, by="torch"))
    assert [state.step for state in seen] == [0, 10, 20, 25]
    first = networks(seen[0])[0]
    assert first.layers()[0].linear.weight is not seen[0].arms[0].net.layers()[0].linear.weight
    with pytest.raises(ValueError, match="every = 0"):
        next(visits(experiment, 0))


def test_the_test_of_each_subset_is_that_of_its_rows():
    found = measured("orders", LINEAR, orders=["first_only"], every=100, tolerance=0.97, maps=True)[0]
    data, run = load(FLOWERS, 0), found["runs"][0]
    *_, state = visits(
        LINEAR.__class__(FLOWERS, Network(()), (NONE,), Training("sgd", 0.2, 32, 200, order="first_only")), 200
    )
    with torch.no_grad():
        logits = state.arms[0].net.eval()(torch.from_numpy(data.x_test).float()).numpy()
    right = logits.argmax(1) == data.y_test
    assert run["accuracy"][-1] == right.mean()
    assert run["by_subset"][-1] == [right[data.subset_test == subset].mean() for subset in (0, 1)]
    assert [len(base64.b64decode(one)) for one in run["maps"]] == [36 * 36] * 3
    assert first_reached([0, 5, 10], [0.2, 0.9, 0.8], 0.9) == 5
    assert first_reached([0, 5], [0.2, 0.3], 0.9) is None


@pytest.mark.parametrize(
    ("experiment", "field"),
    [
        (Experiment(training=Training(optimizer="adam")), "optimizer"),
        (Experiment(training=Training(dropout=0.2)), "dropout"),
        (Experiment(network=Network((8,))), "hidden"),
    ],
)
def test_what_has_no_such_step_is_refused(experiment, field):
    with pytest.raises(FieldError, match=field):
        measured("gradient_shift", experiment, every=5)


# ---- effects: bounds are the extremes over 24 seeds, with a little room


def test_e1_batch_norm_holds_the_distribution_of_a_unit():
    experiment = Experiment(
        network=Network((100,) * 3, "sigmoid"),
        arms=(NONE, BATCH),
        training=Training(learning_rate=0.3, batch_size=60, steps=800),
    )
    for found in measured("drift", experiment, layer=3, unit=1, every=10):
        none, batch = found["arms"]
        assert 8 < none["travel"] < 13
        assert 0.65 < batch["travel"] < 0.95
        assert 4.8 < none["octaves"] < 5.4
        assert 0.48 < batch["octaves"] < 0.62
        assert np.shape(none["track"]) == (81, 3)


def test_e4_noisy_batch_norm_drifts_and_learns_all_the_same():
    relu = Experiment(network=Network((64,) * 5), arms=(NONE, NOISY), training=Training(steps=400))
    for found in measured("drift", relu, layer=4, unit=1, every=5):
        none, noisy = found["arms"]
        assert 0.02 < none["instability"] < 0.1 < 0.22 < noisy["instability"] < 0.29
        assert min(none["accuracy"], noisy["accuracy"]) > 0.92
    sigmoid = Experiment(
        network=Network((64,) * 5, "sigmoid"),
        arms=(NONE, BATCH, NOISY),
        training=Training(learning_rate=0.3, steps=400),
    )
    none, batch, noisy = measured("drift", sigmoid, seeds=(0,), layer=4, unit=1, every=40)[0]["arms"]
    assert none["accuracy"] < 0.15
    assert min(batch["accuracy"], noisy["accuracy"]) > 0.92
    assert batch["instability"] < 0.01 < 0.22 < noisy["instability"]


@cache
def gradients(measure, **options):
    rate, steps = (0.03, 100) if measure == "deep_linear" else (0.1, 200)
    training = Training(learning_rate=rate, steps=steps)
    return measured(measure, Experiment(arms=(NONE, BATCH), training=training), every=10, **options)


def test_e2_in_a_relu_network_batch_norm_lowers_the_change_of_gradients():
    for found in gradients("gradient_shift"):
        none, batch = found["arms"]
        assert 0.3 < batch["sizes"] < 0.46 < 0.55 < none["sizes"] < 0.95
        assert none["coss"] < 0.85 < 0.9 < batch["coss"]


def test_e3_in_a_deep_linear_network_it_raises_it_and_still_trains_better():
    for found in gradients("deep_linear", depth=25, width=32):
        none, batch = found["arms"]
        assert none["sizes"] < 0.2 < 0.6 < batch["sizes"]
        assert batch["coss"] < 0.8 < 0.95 < none["coss"]
        assert batch["final_loss"] < none["final_loss"]


def test_f3_one_subset_says_nothing_about_the_other():
    orders = ["shuffled", *SUBSET_ORDERS]
    for found in measured("orders", LINEAR, orders=orders, every=5, tolerance=0.97):
        runs = {run["order"]: run for run in found["runs"]}
        first, second = runs["first_only"]["by_subset"][-1]
        assert first > 0.98
        assert 0.4 < second < 0.6
        assert runs["shuffled"]["accuracy"][-1] > 0.97
        assert 0.6 < runs["sequential"]["by_subset"][-1][0] < 0.94
        assert runs["blocks"]["reached"] > runs["shuffled"]["reached"]


def test_f4_batches_sorted_by_class_ruin_batch_norm():
    experiment = Experiment(network=Network((64,) * 3), arms=(NONE, BATCH, LAYER))
    for found in measured("orders", experiment, orders=["by_class", "shuffled"], every=100, tolerance=0.9):
        accuracy = {(run["order"], run["arm"]): run["accuracy"][-1] for run in found["runs"]}
        assert accuracy["by_class", 0] > 0.86
        assert 0.25 < accuracy["by_class", 1] < 0.55
        assert accuracy["by_class", 2] > 0.84
        assert accuracy["shuffled", 1] > 0.93
    assert batch_rows(load(Data(), 0), "by_class", 64, 0, 0).shape == (64,)
