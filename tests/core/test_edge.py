"""The steepest curvature, held to the eigenvalues of the whole Hessian; the effect of G3 on two seeds."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from bnviz.core.edge import LOSSES, Descent, edge, hessian_times, lambda_max
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.nearby import first_rows
from bnviz.core.study import Study, results
from tests.core.reference_net import flat, outputs, parameters_of

ARMS = (Arm("none"), Arm("batch"))
SMALL = Experiment(
    Data("moons", n=60), Network((4, 3), "tanh"), ARMS, Training(learning_rate=0.3, batch_size=8, steps=9), 2
)


def hessian(descent, state, place, rows):
    """All second derivatives of the squared error by plain autograd."""
    x, y = rows
    parameters = parameters_of(state)
    target = F.one_hot(y, 2).double()
    sizes = [one.numel() for one in parameters]

    def loss(vector):
        parts = [p.view_as(one) for p, one in zip(vector.split(sizes), parameters, strict=True)]
        output = outputs(parts, x.double(), activation="tanh", batch_norm=place == 1)
        return (output - target).square().sum() / (2 * len(x))

    return torch.autograd.functional.hessian(loss, flat(parameters).detach()).numpy()


@pytest.mark.parametrize("place", [0, 1])
def test_the_largest_eigenvalue(place):
    from bnviz.core.engine import start

    rows = first_rows(SMALL, 40)
    descent = Descent(SMALL, ARMS[place], rows, "squared")
    whole = hessian(descent, start(SMALL, torch.float64).arms[place], place, rows)
    vector = np.random.default_rng(0).standard_normal(len(whole))
    np.testing.assert_allclose(hessian_times(descent.nearby, vector), whole @ vector, rtol=1e-5, atol=1e-6)
    assert descent.sharpness() == pytest.approx(np.linalg.eigvalsh(whole)[-1], rel=0.01)


def test_a_large_negative_eigenvalue_is_not_taken_for_the_largest():
    class Saddle:
        def look(self, offset=0.0):
            return 0.0, np.array([-9.0, 2.0, 1.0]) * offset

    assert lambda_max(Saddle(), np.ones(3))[0] == pytest.approx(2.0, rel=0.01)


def test_descent_on_all_rows():
    rows = first_rows(SMALL, 40)
    descent = Descent(SMALL, ARMS[1], rows, "cross_entropy")
    from bnviz.core.engine import start

    parameters = parameters_of(start(SMALL, torch.float64).arms[1])
    for _ in range(5):
        descent.update()
        loss = F.cross_entropy(outputs(parameters, rows[0].double(), activation="tanh", batch_norm=True), rows[1])
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for one, gradient in zip(parameters, gradients, strict=True):
                one.sub_(0.3 * gradient)
    np.testing.assert_allclose(descent.nearby.weights, flat(parameters).detach().numpy(), rtol=1e-9, atol=1e-12)


def test_what_is_told():
    found = [one for one in edge(SMALL, {"rows": 40, "every": 4}) if one]
    assert [one["step"] for one in found] == [0, 4, 8, 9]
    assert found[0]["loss"][0] > found[-1]["loss"][0] > 0
    assert set(LOSSES) == {"squared", "cross_entropy"}


@pytest.mark.parametrize("seed", [0, 1])
def test_effect_g3(seed):
    base = Experiment(Data("digits"), Network((32, 32), "tanh"), ARMS, Training(learning_rate=0.4, steps=500))
    found = [one.value for one in results(Study("edge", base, (seed,), {"every": 25})) if one]
    assert found[0]["sharpness"][0] * 0.4 / 2 > 2
    assert found[-1]["diverged_at"][0] <= 40
    last = np.mean([one["sharpness"][1] for one in found[-5:]]) * 0.4 / 2
    assert last == pytest.approx(1.0, abs=0.06)
    assert found[-1]["loss"][1] < 0.02
