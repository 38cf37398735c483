"""What the activations make of normal values, as batch norm hands them on."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bnviz.core.network import ACTIVATIONS
from bnviz.core.probes import saturation

Z = torch.from_numpy(np.random.default_rng(0).standard_normal((4000, 256)))


@pytest.mark.parametrize(("rows", "wanted"), [(10, 1.539), (32, 2.070), (64, 2.344), (100, 2.508), (256, 2.827)])
def test_the_largest_of_a_batch_after_a_relu_grows_slowly_with_its_size(rows, wanted):
    post = ACTIVATIONS["relu"](Z[:, :rows])
    assert post.max(dim=1).values.mean().item() == pytest.approx(wanted, abs=0.04)


def test_a_relu_leaves_normal_values_a_mean_of_0_399_and_a_variance_of_0_341():
    post = ACTIVATIONS["relu"](Z)
    assert post.mean().item() == pytest.approx(1 / np.sqrt(2 * np.pi), abs=2e-3)
    assert post.var().item() == pytest.approx(0.5 - 1 / (2 * np.pi), abs=2e-3)


def test_a_sigmoid_hardly_saturates_on_normal_values_and_keeps_most_of_its_slope():
    z = Z.clone().requires_grad_()
    post = ACTIVATIONS["sigmoid"](z)
    (slope,) = torch.autograd.grad(post.sum(), z)
    assert slope.mean().item() == pytest.approx(0.2066, abs=5e-4)
    outside = (post.detach() - 0.5).abs() > 0.45
    assert outside.double().mean().item() == pytest.approx(0.0032, abs=3e-4)
    assert saturation(post.detach().numpy(), "sigmoid") <= outside.double().mean().item()


@pytest.mark.parametrize(("z", "wanted"), [(0.0, 0.25), (1.0, 0.197), (4.0, 0.018)])
def test_the_slope_of_a_sigmoid_falls_away_from_0(z, wanted):
    x = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(ACTIVATIONS["sigmoid"](x), x)
    assert slope.item() == pytest.approx(wanted, abs=5e-4)
