"""The curvature of linear and logistic losses, against autograd in float64 and against descent itself."""

import math

import numpy as np
import pytest
import torch
from torch.autograd.functional import hessian

from bnviz.core.curvature import curvature

RNG = np.random.default_rng(3)
WIDE = np.column_stack([RNG.uniform(-200, 200, 60), RNG.uniform(0, 2.5, 60)])


def loss_of(x, y, kind):
    def linear(w):
        return ((x @ w - y) ** 2).mean() / 2

    def logistic(w):
        return torch.nn.functional.binary_cross_entropy_with_logits(x @ w, y)

    return linear if kind == "linear" else logistic


@pytest.mark.parametrize("kind", ["linear", "logistic"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("x", [WIDE, RNG.normal(size=(40, 5)), RNG.normal(size=(3, 5))], ids=["wide", "five", "few"])
def test_it_is_the_hessian_of_the_mean_loss(x, bias, kind):
    rows = torch.tensor(np.column_stack([x, np.ones(len(x))]) if bias else x)
    y = torch.tensor((RNG.normal(size=len(x)) > 0).astype(np.float64))
    truth = hessian(loss_of(rows, y, kind), torch.zeros(rows.shape[1], dtype=torch.float64)).numpy()
    found = curvature(x, bias=bias, kind=kind)
    rebuilt = found.eigenvectors @ np.diag(found.eigenvalues) @ found.eigenvectors.T
    assert rebuilt == pytest.approx(truth, rel=1e-10, abs=1e-10 * np.abs(truth).max())
    assert np.all(np.diff(found.eigenvalues) <= 0)
    assert found.eigenvectors.T @ found.eigenvectors == pytest.approx(np.eye(len(truth)), abs=1e-12)


def test_a_row_by_hand():
    found = curvature(np.array([[3.0, 0.0], [0.0, 1.0]]), bias=False)
    assert found.eigenvalues == pytest.approx([4.5, 0.5])
    assert (found.lambda_max, found.lambda_min) == pytest.approx((4.5, 0.5))
    assert found.condition == pytest.approx(9)
    assert found.largest_rate == pytest.approx(2 / 4.5)
    assert curvature(np.array([[3.0, 0.0], [0.0, 1.0]]), bias=False, kind="logistic").largest_rate == pytest.approx(
        8 / 4.5
    )


def test_centring_profiles_the_bias_out():
    x, y = torch.tensor(WIDE), torch.tensor(RNG.normal(size=60))

    def profiled(w):
        residual = x @ w - y
        return ((residual - residual.mean()) ** 2).mean() / 2

    truth = hessian(profiled, torch.zeros(2, dtype=torch.float64)).numpy()
    found = curvature(WIDE - WIDE.mean(axis=0), bias=False)
    assert found.eigenvalues == pytest.approx(np.linalg.eigvalsh(truth)[::-1], rel=1e-9)


@pytest.mark.parametrize(("share", "grows"), [(0.99, False), (1.01, True)])
def test_descent_is_stable_just_below_the_largest_rate_and_not_above(share, grows):
    found = curvature(WIDE, bias=True)
    rows = np.column_stack([WIDE, np.ones(60)])
    error = found.eigenvectors[:, 0].copy()
    for _ in range(200):
        error -= share * found.largest_rate * rows.T @ (rows @ error) / 60
    assert (np.linalg.norm(error) > 1) == grows


def test_a_direction_without_slope_makes_a_trough():
    x = np.column_stack([np.arange(5.0), 2 * np.arange(5.0)])
    assert curvature(x, bias=False).condition == math.inf
    assert curvature(np.full((5, 1), 3.0), bias=True).lambda_min == 0
    flat = curvature(np.zeros((5, 2)), bias=False)
    assert (flat.lambda_max, flat.condition, flat.largest_rate) == (0, math.inf, math.inf)


def test_very_different_scales_keep_their_condition():
    assert curvature(np.diag([1e5, 1e-5]), bias=False).condition == pytest.approx(1e20)


def test_a_table_without_rows_is_refused():
    with pytest.raises(ValueError, match=r"shape \(0, 2\) came"):
        curvature(np.zeros((0, 2)), bias=True)
