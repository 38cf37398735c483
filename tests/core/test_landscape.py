"""The two-weight losses: values and gradients against autograd, minima against scikit-learn and Newton's condition."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from bnviz.core.landscape import BIASES, LOSSES, Objective, best_bias
from bnviz.core.surface import NARROWEST, surfaces

RNG = np.random.default_rng(3)
X = np.column_stack([RNG.normal(2, 5, 120), RNG.normal(-1, 0.5, 120)])
SCORES = X @ [0.3, -1.2] + RNG.normal(0, 1.5, 120)
TARGETS = {"linear": SCORES, "logistic": (np.median(SCORES) < SCORES).astype(float)}
POINTS = RNG.normal(0, 0.7, (5, 3))


def built(loss, bias):
    return Objective(X, TARGETS[loss], loss, bias)


def in_torch(loss, bias, point):
    """The loss by torch at one point, its gradient and Hessian; a profiled bias is the best one, found by Newton."""

    def value(weights):
        scores = torch.tensor(X) @ weights[:2]
        if bias != "none":
            scores = scores + weights[2]
        target = torch.tensor(TARGETS[loss])
        if loss == "linear":
            return ((scores - target) ** 2).mean() / 2
        return torch.nn.functional.binary_cross_entropy_with_logits(scores, target)

    def parts(weights):
        slope = torch.autograd.functional.jacobian(value, weights)
        return value(weights), slope, torch.autograd.functional.hessian(value, weights)

    weights = torch.tensor(point)
    if bias == "profiled":
        for _ in range(50):
            _, slope, bend = parts(weights)
            weights[2] -= slope[2] / bend[2, 2]
    return parts(weights)


@pytest.mark.parametrize("bias", BIASES)
@pytest.mark.parametrize("loss", LOSSES)
def test_loss_gradient_and_hessian_are_autograds(loss, bias):
    objective = built(loss, bias)
    points = POINTS[:, : objective.weights]
    losses, slopes = objective.losses(points), objective.gradients(points)
    for k, point in enumerate(POINTS):
        value, slope, bend = in_torch(loss, bias, point)
        np.testing.assert_allclose(losses[k], value, rtol=1e-10)
        np.testing.assert_allclose(slopes[k], slope[: objective.weights], rtol=1e-8, atol=1e-12)
        if bias == "profiled":  # Schur complement: what is left of the Hessian when the bias follows
            wanted = bend[:2, :2] - torch.outer(bend[:2, 2], bend[:2, 2]) / bend[2, 2]
        else:
            wanted = bend[: objective.weights, : objective.weights]
        found = objective.curvature(points[k])
        np.testing.assert_allclose(found.eigenvalues, np.linalg.eigvalsh(wanted.numpy())[::-1], rtol=1e-8)


@pytest.mark.parametrize("bias", BIASES)
@pytest.mark.parametrize("loss", LOSSES)
def test_the_gradient_is_zero_at_the_minimum_and_the_loss_higher_around_it(loss, bias):
    objective = built(loss, bias)
    minimum = objective.minimum()
    assert minimum is not None
    np.testing.assert_allclose(objective.gradients(minimum[None, :]), 0, atol=1e-12)
    around = minimum + RNG.normal(0, 0.01, (50, objective.weights))
    assert (objective.losses(around) > objective.losses(minimum[None, :])).all()


def test_a_profiled_bias_and_a_third_weight_have_the_same_minimum():
    for loss in LOSSES:
        profiled, third = built(loss, "profiled"), built(loss, "third")
        np.testing.assert_allclose(profiled.minimum(), third.minimum()[:2], rtol=1e-8)
        np.testing.assert_allclose(
            profiled.losses(profiled.minimum()[None, :]), third.losses(third.minimum()[None, :]), rtol=1e-12
        )


def test_the_logistic_minimum_is_that_of_scikit_learn():
    found = built("logistic", "third").minimum()
    reference = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000).fit(X, TARGETS["logistic"])
    np.testing.assert_allclose(found, [*reference.coef_[0], reference.intercept_[0]], rtol=1e-5)


def test_classes_that_a_line_parts_have_no_minimum():
    y = (X[:, 0] > 2).astype(float)
    assert Objective(X, y, "logistic", "third").minimum() is None
    assert Objective(X, y, "logistic", "profiled").minimum() is None


def test_a_feature_with_offset_of_a_million_is_no_trouble():
    far = Objective(X + np.array([1e6, 0.0]), TARGETS["linear"], "linear", "profiled")
    np.testing.assert_allclose(far.minimum(), built("linear", "profiled").minimum(), rtol=1e-6)


def test_two_equal_features_have_a_minimum_all_the_same():
    twice = Objective(X[:, [0, 0]], TARGETS["linear"])
    assert np.abs(twice.gradients(twice.minimum()[None, :])).max() < 1e-10
    assert twice.curvature(twice.minimum()).lambda_min == 0


def test_the_best_bias_gives_the_share_of_ones():
    scores = RNG.normal(0, 30, (4, 60))
    bias = best_bias(scores, 0.3)
    chances = 1 / (1 + np.exp(-(scores + bias[:, None])))
    np.testing.assert_allclose(chances.mean(axis=1), 0.3, rtol=1e-10)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    ("bias", "axes"), [("profiled", (0, 1)), ("third", (0, 1)), ("third", (0, 2)), ("third", (1, 2))]
)
def test_every_point_of_a_surface_is_the_loss_with_the_hidden_weight_at_its_best(loss, bias, axes):
    objective = built(loss, bias)
    minimum, start = objective.minimum(), np.zeros(objective.weights)
    fitted, _ = surfaces(objective, start, minimum, objective.curvature(minimum), axes)
    assert fitted.losses.min() >= objective.losses(minimum[None, :])[0] - 1e-12
    for i, j in ((0, 0), (30, 30), (7, 52), (60, 60)):
        point = minimum.copy()
        point[list(axes)] = fitted.across[j], fitted.up[i]
        best = float(objective.losses(point[None, :])[0])
        if bias == "third":
            (hidden,) = {0, 1, 2} - set(axes)
            tried = np.repeat(point[None, :], 4001, axis=0)
            tried[:, hidden] += np.linspace(-40, 40, 4001)
            scanned = objective.losses(tried)
            best = float(scanned.min())
        assert fitted.losses[i, j] <= best * (1 + 1e-9)
        assert fitted.losses[i, j] >= best * 0.97


def test_the_window_holds_the_start_the_minimum_and_stable_descent():
    objective = built("linear", "none")
    minimum, start = objective.minimum(), np.array([1.0, 0.4])
    fitted, even = surfaces(objective, start, minimum, objective.curvature(minimum), (0, 1))
    for picture in filter(None, (fitted, even)):
        for x, y in (start, minimum, 2 * minimum - start):
            assert picture.across[0] <= x <= picture.across[-1]
            assert picture.up[0] <= y <= picture.up[-1]
    assert even is None or even.stretch < 2


def test_what_is_too_narrow_has_no_window_with_one_scale():
    narrow = Objective(X * [100, 1], TARGETS["linear"])
    minimum = narrow.minimum()
    fitted, even = surfaces(narrow, np.zeros(2), minimum, narrow.curvature(minimum), (0, 1))
    assert even is None
    assert fitted.stretch > NARROWEST
