"""The scale of weights before a norm, held to autograd in float64; the effects of B5 and G2 on two seeds."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from bnviz.core.engine import advance, start
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.nearby import Nearby, next_batch
from bnviz.core.scaling import FACTORS, Growing, growth, scaled, weight_place, weight_scale
from bnviz.core.study import Study, results
from tests.core.reference_net import outputs, parameters_of

ARMS = (Arm("none"), Arm("batch"))
SMALL = Experiment(Data("digits"), Network((9, 7)), ARMS, Training(learning_rate=0.2, batch_size=16, steps=6), 3)


@pytest.mark.parametrize("place", [0, 1])
def test_scaled_weights(place):
    arm = advance(start(SMALL, torch.float64), 4)[0].arms[place]
    x, y = next_batch(SMALL, arm, 4)
    found = scaled(Nearby(SMALL, arm, 4), *weight_place(arm, 1), FACTORS)
    second = 4 if place else 2  # weight, bias(, gamma, beta) of the first layer stand before

    def at(factor):
        parameters = parameters_of(arm)
        with torch.no_grad():
            parameters[second].mul_(factor)
        output = outputs(parameters, x, activation="relu", batch_norm=bool(place))
        loss = F.cross_entropy(output, y)
        return output.detach(), loss.item(), torch.autograd.grad(loss, parameters)[second], parameters[second]

    base, _, gradient, weight = at(1.0)
    for index, factor in enumerate(FACTORS):
        output, loss, there, _ = at(factor)
        change = ((output - base).norm() / base.norm()).item()
        assert found["output"][index] == pytest.approx(change, rel=1e-6, abs=1e-12)
        assert found["gradient"][index] == pytest.approx((there.norm() / gradient.norm()).item(), rel=1e-8)
        assert found["loss"][index] == pytest.approx(loss, rel=1e-10)
    lengths = weight.norm(dim=1) * gradient.norm(dim=1)
    turn = ((weight * gradient).sum(1).abs() / lengths)[lengths > 0].max().item()  # a dead unit has no gradient
    assert found["turn"] == pytest.approx(turn, rel=1e-6, abs=1e-12)


def test_the_updates_are_those_of_the_engine():
    one = Growing(SMALL, SMALL.arms[1], 1)
    wanted = [one.squares[0]]
    state = start(SMALL)
    place, _ = weight_place(state.arms[1], 1)
    for _ in range(6):
        one.update()
        state, _ = advance(state, 1)
        wanted.append(float(np.square(state.arms[1].memory.values[place].astype(np.float64)).sum()))
    assert one.squares == pytest.approx(wanted, rel=1e-9)
    assert one.told()["rate"] == pytest.approx(0.2 / wanted[-1])
    assert one.told()["length"] == pytest.approx(wanted[-1] ** 0.5)


def test_an_arm_that_diverges_leaves_the_others_alone():
    wild = Experiment(Data("digits"), Network((32,) * 5), ARMS, Training(learning_rate=8.0, steps=12))
    *_, last = [one for one in growth(wild, {"every": 6}) if one]
    assert last["length"][0][0] is None
    assert last["length"][0][1] > 0


@pytest.mark.parametrize("seed", [0, 1])
def test_effect_b5(seed):
    arms = (Arm("none"), Arm("batch", eps=1e-14))
    base = Experiment(Data("digits"), Network((32,) * 3), arms, Training(steps=1))
    found = next(one.value for one in results(Study("weight_scale", base, (seed,))) if one)
    ten = FACTORS.index(10.0)
    assert found["output"][1][ten] < 1e-9
    assert found["gradient"][1][ten] == pytest.approx(0.1, rel=1e-6)
    assert found["turn"][1] < 1e-9
    assert found["output"][0][ten] == pytest.approx(9, rel=0.1)
    assert found["gradient"][0][ten] > 0.5


def test_with_the_usual_eps_it_holds_nearly():
    found = next(one for one in weight_scale(SMALL, {}) if one)
    assert found["output"][1][FACTORS.index(10.0)] < 0.01 < found["output"][0][FACTORS.index(10.0)]


@pytest.mark.parametrize("seed", [0, 1])
def test_effect_g2(seed):
    base = Experiment(Data("digits"), Network((64,) * 3), ARMS, Training(learning_rate=0.5, steps=400))
    last = [one.value for one in results(Study("growth", base, (seed,), {"every": 400})) if one][-1]
    (bare, normed), (_, decayed) = last["rate"]
    assert bare > 0
    assert 5 < decayed / normed < 8
    assert last["growing"][0][1] >= 0.98
    assert last["missed"][0][1] < 1e-3 < 0.3 < last["missed"][0][0]
