"""Facts about tables, against numpy and scipy, and against the figures measured for the teaching claims."""

import math

import numpy as np
import pytest
from scipy import stats

from bnviz.core import data as tables
from bnviz.core.curvature import curvature
from bnviz.core.experiment import DRAWN, SELECTABLE, Data
from bnviz.core.preprocess import fit_moves, preprocess
from bnviz.core.table_facts import correlation, facts, squeeze

SEEDS = range(6)
ENOUGH = 267  # rows of which 200 are for training


def prepared(name, method, seed, **more):
    """The training rows of a set of two features."""
    return tables.load(Data(name, n=ENOUGH, preprocess=method, **more), seed).x_train


def with_bias(x):
    return curvature(x, bias=True).condition


# ---- facts


def test_facts_are_those_of_numpy_and_scipy():
    x = np.random.default_rng(0).gamma(2.0, [3.0, 100.0], (80, 2)) + np.array([5, -7])
    x[:, 1] += 20 * x[:, 0]
    found = facts(x)
    assert found.minimum == pytest.approx(x.min(0))
    assert found.maximum == pytest.approx(x.max(0))
    assert (found.mean, found.std) == (pytest.approx(x.mean(0)), pytest.approx(x.std(0)))
    assert found.skew == pytest.approx(stats.skew(x))
    assert found.kurtosis == pytest.approx(stats.kurtosis(x))
    assert found.correlation == pytest.approx(np.corrcoef(x.T)[0, 1])
    hessian = x.T @ x / 80
    values = np.linalg.eigvalsh(hessian)
    assert found.condition == pytest.approx(values[-1] / values[0])
    rows = np.column_stack([x, np.ones(80)])
    assert found.largest_rate == pytest.approx(2 / np.linalg.eigvalsh(rows.T @ rows / 80)[-1])


@pytest.mark.parametrize(("classes", "factor"), [(0, 1), (2, 4), (3, 3)])
def test_the_largest_rate_belongs_to_the_loss_of_the_task(classes, factor):
    x = np.random.default_rng(0).normal(size=(30, 2))
    assert facts(x, classes=classes).largest_rate == pytest.approx(factor * facts(x).largest_rate)


def test_the_softmax_rate_is_that_of_autograd():
    import torch

    rng = np.random.default_rng(1)
    x = rng.normal(size=(40, 2)) * [3, 1]
    rows, y = torch.tensor(np.column_stack([x, np.ones(40)])), torch.tensor(rng.integers(0, 3, 40))

    def loss(w):
        return torch.nn.functional.cross_entropy(rows @ w.reshape(3, 3), y)

    hessian = torch.autograd.functional.hessian(loss, torch.zeros(9, dtype=torch.float64)).numpy()
    assert facts(x, classes=3).largest_rate == pytest.approx(2 / np.linalg.eigvalsh(hessian)[-1])


def test_constant_and_single_features_have_no_shape_and_no_correlation():
    found = facts(np.column_stack([np.full(9, 0.1), np.arange(9.0)]))
    assert math.isnan(found.correlation)
    assert np.isnan(found.skew).tolist() == [True, False]
    assert found.condition_bias == math.inf
    assert math.isnan(correlation(np.arange(4.0)[:, None]))


# ---- the claims


def median(measure):
    """Over twelve draws: a single one may lie outside the range that other draws had."""
    return float(np.median([measure(seed) for seed in range(12)]))


def test_a1_two_normal_features_make_a_ravine_and_standardized_a_bowl():
    def condition(method):
        return median(lambda seed: curvature(prepared("normal", method, seed), bias=False).condition)

    assert 20.1 <= condition("raw") <= 32.3
    assert 1 <= condition("zscore") <= 1.35


def test_a2_the_numbers_of_the_wide_ranges():
    def condition(method):
        return median(lambda seed: with_bias(prepared("ranges", method, seed)))

    assert 6.33e4 <= condition("raw") <= 8.78e4
    assert 21.5 <= condition("minmax") <= 34.3
    assert 1 <= condition("zscore") <= 1.52


def test_a6_the_numbers_of_the_two_signals():
    def over_draws(measure):
        return median(lambda seed: measure(prepared("signals", "raw", seed)))

    assert 6.79e3 <= over_draws(with_bias) <= 1.07e4
    assert 0.958 <= over_draws(correlation) <= 0.972
    assert 47 <= over_draws(lambda raw: with_bias(fit_moves(raw).standardized(raw))) <= 69.5


@pytest.mark.parametrize("seed", SEEDS)
def test_a6_sum_and_difference_and_what_rotation_alone_leaves(seed):
    raw = prepared("signals", "raw", seed)
    moves = fit_moves(raw)
    standard, rotated, white = moves.standardized(raw), moves.rotated(raw), moves.apply(raw)
    assert with_bias(rotated) == pytest.approx(with_bias(standard), rel=1e-9)
    assert curvature(white, bias=False).condition == pytest.approx(1, rel=1e-9)
    assert abs(correlation(rotated)) < 1e-12
    assert rotated == pytest.approx(standard @ np.array([[1, -1], [1, 1]]) / np.sqrt(2), abs=1e-9)


@pytest.mark.parametrize("name", [name for name in DRAWN if name != "signals"])
@pytest.mark.parametrize("seed", SEEDS)
def test_n13_the_axes_of_two_standardized_features_are_sum_and_difference(name, seed):
    raw = prepared(name, "raw", seed, scale=(300.0, 0.1))
    moves = fit_moves(raw)
    assert np.abs(moves.axes) == pytest.approx(np.full((2, 2), np.sqrt(0.5)), abs=1e-6)
    assert np.linalg.det(moves.axes) == pytest.approx(1)
    rho = abs(correlation(raw))
    expected = (1 + rho) / (1 - rho)
    assert curvature(moves.standardized(raw), bias=False).condition == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("method", ["minmax", "zscore"])
@pytest.mark.parametrize("name", [*DRAWN, *SELECTABLE])
def test_n12_scaling_leaves_the_shape(name, method):
    features = (0, 1) if name in SELECTABLE else ()
    raw, scaled = (tables.load(Data(name, features=features, preprocess=m), 0).x_train for m in ("raw", method))
    assert facts(scaled).skew == pytest.approx(facts(raw).skew, abs=1e-9)
    assert facts(scaled).kurtosis == pytest.approx(facts(raw).kurtosis, abs=1e-9)
    assert facts(scaled).correlation == pytest.approx(facts(raw).correlation, abs=1e-9)


def test_n12b_one_value_of_100_squeezes_the_others():
    column = np.random.default_rng(0).uniform(0, 1, 200)
    found = squeeze(column, 100)
    scaled = np.append(column, found.value)
    scaled = (scaled - scaled.min()) / np.ptp(scaled)
    assert found.value == pytest.approx(100, rel=0.02)
    assert np.mean(scaled < 0.011) > 0.99
    assert found.minmax < 0.011 < found.before
    assert found.minmax == pytest.approx(np.subtract(*np.quantile(scaled[:-1], [0.995, 0.005])))
    assert squeeze(column, 1).minmax == pytest.approx(squeeze(column, 1).before)


# ---- decorrelation


def test_the_moves_end_where_the_preprocessing_ends():
    x = np.random.default_rng(2).normal(size=(90, 3)) @ np.array([[50, 1, 0], [0, 2, 1], [0, 0, 0.1]]) + 7
    train, test = x[:60], x[60:]
    moves = fit_moves(train)
    for part, white in zip((train, test), preprocess(train, test, "whitened"), strict=True):
        assert moves.apply(part) == pytest.approx(white)
    assert np.cov(moves.apply(train).T) == pytest.approx(np.eye(3), abs=1e-9)


def test_negatively_related_features_are_turned_onto_difference_and_sum():
    x = np.random.default_rng(2).normal(size=(90, 2)) @ np.array([[1, -0.8], [0, 0.3]])
    assert fit_moves(x).axes == pytest.approx(np.array([[1, -1], [1, 1]]) / np.sqrt(2))
