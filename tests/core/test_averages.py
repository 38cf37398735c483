"""Running averages recomputed from batch statistics, against torch; how long the initial value stays inside."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from bnviz.core import averages


def batches(count, rows, units, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(3.0, 2.0, (count, rows, units)) * rng.uniform(0.1, 5.0, units)


@pytest.mark.parametrize("momentum", [0.001, 0.1, 0.3, 0.99, 1.0, None])
def test_averages_are_those_of_torch(momentum):
    x = batches(60, 8, 5)
    layer = nn.BatchNorm1d(5, momentum=momentum).double()
    mean, var = x.mean(axis=1), averages.unbiased(x.var(axis=1), 8)
    if momentum is None:
        means, variances = averages.plain(mean, 0.0), averages.plain(var, 1.0)
    else:
        means, variances = averages.running(mean, momentum, 0.0), averages.running(var, momentum, 1.0)
    for step in range(61):
        np.testing.assert_allclose(means[step], layer.running_mean.numpy(), rtol=0, atol=1e-12)
        np.testing.assert_allclose(variances[step], layer.running_var.numpy(), rtol=1e-12)
        if step < 60:
            layer(torch.from_numpy(x[step]))


@pytest.mark.parametrize("momentum", [0.001, 0.1, 0.99, 1.0])
@pytest.mark.parametrize("count", [0, 1, 60])
def test_the_last_average_alone_is_the_last_of_all(momentum, count):
    mean = batches(60, 8, 5).mean(axis=1)[:count]
    every = averages.running(mean, momentum, 1.0)
    np.testing.assert_allclose(averages.last(mean, momentum, 1.0), every[-1], rtol=1e-12, atol=1e-14)


def test_a_hand_worked_row():
    np.testing.assert_allclose(averages.running(np.array([[10.0], [20.0]]), 0.1, 0.0).ravel(), [0.0, 1.0, 2.9])


def test_the_same_batch_again_and_again():
    """Fact 2: r = mean (1 - (1-m)^t), v = var (1 - (1-m)^t) + (1-m)^t."""
    left = averages.start_left(0.1, 7)
    assert left == pytest.approx(0.9**7, rel=1e-14)
    assert averages.running(np.full((7, 1), 4.0), 0.1, 0.0)[-1, 0] == pytest.approx(4.0 * (1 - left), rel=1e-13)
    assert averages.running(np.full((7, 1), 4.0), 0.1, 1.0)[-1, 0] == pytest.approx(4.0 * (1 - left) + left, rel=1e-13)


@pytest.mark.parametrize(("momentum", "updates"), [(0.1, 44), (0.01, 459), (0.001, 4603), (1.0, 1), (0.0, math.inf)])
def test_updates_until_one_per_cent_of_the_start_is_left(momentum, updates):
    assert averages.updates_until(momentum) == updates
    if 0 < momentum < 1:
        assert averages.start_left(momentum, updates) < 0.01 <= averages.start_left(momentum, updates - 1)


def test_the_plain_average_of_variances_misses_the_variance_of_the_means():
    """Fact 2, law of total variance, exact for batches of one size and biased variances."""
    x = batches(40, 6, 3)
    mean, var = x.mean(axis=1), x.var(axis=1)
    average = averages.plain(var, 1.0)[-1]
    np.testing.assert_allclose(average + mean.var(axis=0), x.reshape(-1, 3).var(axis=0), rtol=1e-12)
    assert (average < x.reshape(-1, 3).var(axis=0)).all()


def test_keras_says_the_same_number_the_other_way_round():
    assert [averages.keras(m) for m in (0.1, 0.01, 0.001, 0.99, 1.0)] == [0.9, 0.99, 0.999, 0.01, 0.0]
