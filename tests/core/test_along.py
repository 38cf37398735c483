"""Smoothness along the gradient, held to autograd in float64; the effects of E5 and E6 on two seeds."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from bnviz.core.along import FACTORS, RATES, along, along_gradient, safe, safe_step
from bnviz.core.engine import advance, start
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.nearby import Nearby, first_rows, next_batch
from bnviz.core.study import Study, results
from tests.core.reference_net import flat, moved, outputs, parameters_of

SMALL = Experiment(
    Data("digits"), Network((9, 7)), (Arm("none"), Arm("batch")), Training(learning_rate=0.2, batch_size=16, steps=6), 3
)


@pytest.fixture(scope="module")
def state():
    return advance(start(SMALL, torch.float64), 5)[0]


def reference(arm, place, x, y, offset=None):
    """Loss and flat gradient at w + offset, by plain autograd."""
    parameters = parameters_of(arm)
    if offset is not None:
        parameters = moved(parameters, offset)
    loss = F.cross_entropy(outputs(parameters, x, activation="relu", batch_norm=place == 1), y)
    return loss.item(), flat(torch.autograd.grad(loss, parameters))


@pytest.mark.parametrize("place", [0, 1])
def test_three_measures(state, place):
    arm = state.arms[place]
    x, y = next_batch(SMALL, arm, 5)
    loss, gradient = reference(arm, place, x, y)
    etas = [0.2 * factor for factor in FACTORS]
    there = [reference(arm, place, x, y, -eta * gradient) for eta in etas]
    found = along(Nearby(SMALL, arm, 5), etas)
    assert found.loss == pytest.approx(loss, rel=1e-10)
    distances = [(gradient - other).norm().item() for _, other in there]
    walked = [eta * gradient.norm().item() for eta in etas]
    assert found.loss_range == pytest.approx(max(there)[0] - min(there)[0], rel=1e-8)
    assert found.predictiveness == pytest.approx(max(distances), rel=1e-8)
    assert found.beta == pytest.approx(max(d / w for d, w in zip(distances, walked, strict=True)), rel=1e-8)


def test_a_bowl_has_its_curvature_as_beta():
    class Bowl:
        def look(self, offset=0.0):
            w = np.array([2.0, 0.0]) + offset
            return 1.5 * float(w @ w), 3.0 * w

    found = along(Bowl(), [0.1, 0.2])
    assert found.beta == pytest.approx(3.0)
    assert found.losses == pytest.approx([6 * 0.7**2, 6 * 0.4**2])


@pytest.mark.parametrize(
    ("ratios", "rate"),
    [((0.9, 0.5, 1.2), 2.0), ((0.9, 1.0, 0.1), 1.0), ((1.0, 0.1, 0.1), None), ((0.9, float("nan"), 0.1), 1.0)],
)
def test_the_largest_safe_step(ratios, rate):
    assert safe((1.0, 2.0, 4.0), ratios) == rate


@pytest.mark.parametrize("place", [0, 1])
def test_ratios_along_the_gradient(place):
    *_, last = [one for one in safe_step(SMALL, {"every": 6, "rows": 40}) if one]
    arm = advance(start(SMALL), 6, engine="auto")[0].arms[place]
    x, y = first_rows(SMALL, 40)
    loss, gradient = reference(arm, place, x, y)
    wanted = [reference(arm, place, x, y, -rate * gradient)[0] / loss for rate in RATES]
    assert last["ratios"][place] == pytest.approx(wanted, rel=1e-6)


def test_looking_moves_nothing(state):
    before = [arm.memory.values.copy() for arm in state.arms]
    for arm in state.arms:
        nearby = Nearby(SMALL, arm, 5)
        nearby.look(0.1)
        nearby.outputs(-0.2)
    for arm, values in zip(state.arms, before, strict=True):
        np.testing.assert_array_equal(arm.memory.values, values)


def test_an_arm_that_has_diverged_has_no_numbers():
    wild = Experiment(Data("digits"), Network((32,) * 5), (Arm("none"),), Training(learning_rate=50.0, steps=12))
    found = [one for one in along_gradient(wild, {"every": 6}) if one]
    assert [one["step"] for one in found] == [0, 6, 12]
    assert found[0]["beta"][0] > 0
    assert found[-1]["beta"] == [None]


def medians(experiment, seed):
    found = [one.value for one in results(Study("along_gradient", experiment, (seed,), {"every": 8})) if one]
    return {n: np.median([v[n] for v in found], axis=0) for n in ("loss_range", "predictiveness", "beta")}


@pytest.mark.parametrize("seed", [0, 1])
def test_effect_e5(seed):
    arms, training = (Arm("none"), Arm("batch")), Training(steps=200)
    found = medians(Experiment(Data("digits"), Network(), arms, training), seed)
    assert 3 < found["loss_range"][0] / found["loss_range"][1] < 25
    assert 4 < found["predictiveness"][0] / found["predictiveness"][1] < 19
    assert 2 < found["beta"][0] / found["beta"][1] < 3.5


@pytest.mark.parametrize("seed", [0, 1])
def test_effect_e5_with_tanh_beta_does_not_differ(seed):
    arms, training = (Arm("none"), Arm("batch")), Training(learning_rate=0.3, steps=200)
    beta = medians(Experiment(Data("digits"), Network((64,) * 5, "tanh"), arms, training), seed)["beta"]
    assert 0.75 < beta[0] / beta[1] < 1.4


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(("network", "least", "most"), [(Network(), 32, 128), (Network((32,) * 10, "tanh"), 0.12, 8)])
def test_effect_e6(network, least, most, seed):
    arms, training = (Arm("none"), Arm("batch")), Training(learning_rate=0.05, steps=50)
    study = Study("safe_step", Experiment(Data("digits"), network, arms, training), (seed,), {"every": 50})
    bare, normed = [one.value for one in results(study) if one][-1]["safe"]
    assert least <= normed / bare <= most
