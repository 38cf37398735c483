"""Descent against torch.optim, limits against actual descent, and the claims A1 to A4 and A7 within their ranges."""

import numpy as np
import pytest
import torch

from bnviz.core.descent import LIMITS, OPTIMIZERS, angles, descend, first_within, sign_flips, steps_needed
from bnviz.core.landscape import Objective
from bnviz.core.toys import scales

TORCH = {
    "sgd": lambda weights, rate: torch.optim.SGD([weights], rate),
    "momentum": lambda weights, rate: torch.optim.SGD([weights], rate, momentum=0.9),
    "rmsprop": lambda weights, rate: torch.optim.RMSprop([weights], rate),
    "adam": lambda weights, rate: torch.optim.Adam([weights], rate),
}


def data(name, seed=0, rows=200):
    return scales(name, rows, 0.1, seed)


def standardized(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


def minmax(x):
    return (x - x.min(axis=0)) / np.ptp(x, axis=0)


def centred(x, y):
    """Claim A1: y centred, no bias."""
    return Objective(x, y - y.mean(), bias="none")


@pytest.mark.parametrize("loss", ["linear", "logistic"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_step_is_torchs(optimizer, loss):
    x, y = data("normal", rows=60)
    target = y if loss == "linear" else (y > np.median(y)).astype(float)
    objective = Objective(x, target, loss, "third")
    rates = np.array([0.003, 0.02])
    found = descend(objective, np.array([0.3, -0.2, 0.1]), rates, optimizer=optimizer, steps=40)
    for place, rate in enumerate(rates):
        weights = torch.tensor([0.3, -0.2, 0.1], dtype=torch.float64, requires_grad=True)
        stepper = TORCH[optimizer](weights, rate)
        for step in range(41):
            np.testing.assert_allclose(found.points[place, step], weights.detach(), rtol=1e-9, atol=1e-13)
            stepper.zero_grad()
            scores = torch.tensor(x) @ weights[:2] + weights[2]
            if loss == "linear":
                value = ((scores - torch.tensor(target)) ** 2).mean() / 2
            else:
                value = torch.nn.functional.binary_cross_entropy_with_logits(scores, torch.tensor(target))
            value.backward()
            np.testing.assert_allclose(found.losses[place, step], value.detach(), rtol=1e-10)
            np.testing.assert_allclose(found.gradients[place, step], weights.grad, rtol=1e-7, atol=1e-12)
            stepper.step()


def test_a_longer_descent_begins_with_the_shorter_one():
    objective = centred(*data("normal"))
    long = descend(objective, np.zeros(2), np.array([0.05]), optimizer="adam", steps=50)
    short = descend(objective, np.zeros(2), np.array([0.05]), optimizer="adam", steps=20)
    np.testing.assert_array_equal(long.points[:, :21], short.points)


def test_rates_do_not_touch_each_other():
    objective = centred(*data("normal"))
    both = descend(objective, np.zeros(2), np.array([9.0, 0.05]), optimizer="momentum", steps=30)
    alone = descend(objective, np.zeros(2), np.array([0.05]), optimizer="momentum", steps=30)
    np.testing.assert_allclose(both.points[1], alone.points[0], rtol=1e-12)
    assert both.diverged_at[0] > 0
    assert both.diverged_at[1] == -1


def test_a_path_that_diverged_stays_at_its_last_step_and_is_finite():
    objective = centred(*data("normal"))
    path = descend(objective, np.zeros(2), np.array([1e6]), steps=300)
    at = int(path.diverged_at[0])
    assert 0 < at < 5
    assert np.isfinite(path.points).all()
    np.testing.assert_array_equal(path.points[0, at:], np.broadcast_to(path.points[0, at - 1], (301 - at, 2)))


def test_a1_ravine_against_bowl():
    found = {"raw": [], "zscore": []}
    for seed in range(9):
        x, y = data("normal", seed)
        for name, rows, share in (("raw", x, 0.95), ("zscore", standardized(x), 0.5)):
            objective = centred(rows, y)
            minimum = objective.minimum()
            bend = objective.curvature(minimum)
            path = descend(objective, np.zeros(2), np.array([share * bend.largest_rate]), steps=30)
            flips = sign_flips((path.points[0] - minimum) @ bend.eigenvectors[:, 0])[-1]
            least = objective.losses(minimum[None, :])[0]
            left = (path.losses[0, -1] - least) / (path.losses[0, 0] - least)
            found[name].append((bend.condition, flips, left))
    raw, bowl = np.median(found["raw"], axis=0), np.median(found["zscore"], axis=0)
    assert all(flips == 30 for _, flips, _ in found["raw"])
    assert 20.1 <= raw[0] <= 32.3
    assert 0.0022 <= raw[2] <= 0.0127
    assert 1 <= bowl[0] <= 1.35
    assert all(flips <= 1 for _, flips, _ in found["zscore"])
    assert all(abs(left) < 1e-12 for *_, left in found["zscore"])


def test_a2_steps_at_the_best_rate():
    found = {"raw": [], "minmax": [], "zscore": []}
    for seed in range(9):
        x, y = data("ranges", seed)
        for name, rows in (("raw", x), ("minmax", minmax(x)), ("zscore", standardized(x))):
            objective = Objective(rows, y, bias="third")
            minimum = objective.minimum()
            bend = objective.curvature(minimum)
            rate = 2 / (bend.lambda_max + bend.lambda_min)
            steps = steps_needed(bend.eigenvalues, -minimum @ bend.eigenvectors, rate)
            found[name].append((steps, bend.condition))
    steps, condition = (
        dict(zip(found, column, strict=True))
        for column in zip(*(np.median(rows, axis=0) for rows in found.values()), strict=True)
    )
    assert 9.59e4 <= steps["raw"] <= 1.35e5
    assert 6.33e4 <= condition["raw"] <= 8.78e4
    assert 37 <= steps["minmax"] <= 60
    assert 21.5 <= condition["minmax"] <= 34.3
    assert 1 <= steps["zscore"] <= 3
    assert 1 <= condition["zscore"] <= 1.52


@pytest.mark.parametrize("share", [0.3, 0.97])
def test_steps_by_formula_are_those_of_descent(share):
    objective = centred(*data("normal", 2))
    minimum = objective.minimum()
    bend = objective.curvature(minimum)
    rate = share * bend.largest_rate
    path = descend(objective, np.zeros(2), np.array([rate]), steps=400)
    errors = path.points[0] - minimum
    excess = np.einsum("si,ij,sj->s", errors, objective.moments, errors) / 2
    assert steps_needed(bend.eigenvalues, -minimum @ bend.eigenvectors, rate) == first_within(excess)


def test_steps_by_formula_know_never_and_at_once():
    assert steps_needed(np.array([2.0, 1.0]), np.array([1.0, 1.0]), 1.2) is None
    assert steps_needed(np.array([2.0, 1.0]), np.zeros(2), 0.5) == 0
    assert steps_needed(np.array([2.0]), np.ones(1), 0.5) == 1


@pytest.mark.parametrize("optimizer", LIMITS)
def test_a3_descent_shrinks_below_the_limit_and_grows_above(optimizer):
    objective = centred(*data("normal"))
    minimum = objective.minimum()
    bend = objective.curvature(minimum)
    limit = LIMITS[optimizer] * bend.largest_rate
    rates = np.array([0.99, 1.01]) * limit
    path = descend(objective, np.zeros(2), rates, optimizer=optimizer, steps=600)
    errors = np.abs((path.points - minimum) @ bend.eigenvectors[:, 0])
    assert errors[0, -1] / errors[0, 0] < 0.01
    assert path.diverged_at[0] == -1
    assert path.diverged_at[1] > 0


def test_a3_the_ratio_of_the_steepest_error_is_the_power_of_its_factor():
    objective = centred(*data("normal"))
    minimum = objective.minimum()
    bend = objective.curvature(minimum)
    path = descend(objective, np.zeros(2), np.array([0.99 * bend.largest_rate]), steps=600)
    errors = (path.points[0] - minimum) @ bend.eigenvectors[:, 0]
    np.testing.assert_allclose(abs(errors[-1] / errors[0]), 0.98**600, rtol=1e-4)
    assert pytest.approx(5.44e-6, rel=1e-2) == 0.98**600


def test_a4_the_large_gradient_goes_to_the_small_weight():
    x, y = data("ranges")
    angle = {}
    for name, rows in (("raw", x), ("zscore", standardized(x))):
        objective = Objective(rows, y)
        minimum, slope = objective.minimum(), objective.gradients(np.zeros((1, 2)))[0]
        angle[name] = float(angles(-slope, minimum))
        if name == "raw":
            assert 200 < abs(slope[0] / slope[1]) < 310
            assert abs(minimum[0] / minimum[1]) == pytest.approx(0.01, rel=0.05)
    assert angle["raw"] == pytest.approx(89.2, abs=0.15)
    assert angle["zscore"] < 5


def test_a7_adam_hides_the_scale():
    x, y = data("ranges")
    objective = Objective(x, y, bias="third")
    minimum = objective.minimum()
    least = objective.losses(minimum[None, :])[0]
    left = {}
    for optimizer, rate in (("adam", 0.1), ("sgd", 0.95 * objective.curvature(minimum).largest_rate)):
        path = descend(objective, np.zeros(3), np.array([rate]), optimizer=optimizer, steps=500)
        left[optimizer] = (path.losses[0, -1] - least) / (path.losses[0, 0] - least)
    assert left["adam"] < 1e-6
    assert 0.3 < left["sgd"] < 0.5


def test_flips_are_counted_and_rounding_is_not():
    np.testing.assert_array_equal(sign_flips(np.array([1.0, -0.5, 0.2, 0.1, -0.1])), [0, 1, 2, 2, 3])
    np.testing.assert_array_equal(sign_flips(np.array([1.0, -1e-12, 1e-13, -1e-14])), [0, 0, 0, 0])


def test_angles_of_known_vectors():
    np.testing.assert_allclose(angles(np.array([[1.0, 0], [1, 1]]), np.array([[0.0, 2], [3, 3]])), [90, 0], atol=1e-5)
    assert np.isnan(angles(np.zeros(2), np.ones(2)))


def test_within_means_from_then_on():
    assert first_within(np.array([1.0, 1e-4, 0.5, 1e-4, 1e-5])) == 3
    assert first_within(np.array([1.0, 0.5])) is None
