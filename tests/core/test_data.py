"""Data sets and preprocessing, against the tables themselves and numpy."""

import numpy as np
import pytest
from sklearn import datasets

from bnviz.core.data import batch_rows, load, table
from bnviz.core.engine import train
from bnviz.core.experiment import (
    DRAWN,
    PREPROCESSES,
    SCALES,
    TABLE_ROWS,
    TOYS,
    Arm,
    Data,
    Experiment,
    Network,
    Training,
)
from bnviz.core.fields import FieldError
from bnviz.core.preprocess import preprocess

NAMES = (*DRAWN, *TABLE_ROWS)


# ---- splits


def test_digits_follow_the_conventions():
    data, table = load(Data(), 5), datasets.load_digits()
    order = np.random.default_rng(5).permutation(1797)
    train, test = order[:1347], order[1347:]
    pixels = table.data[train] / 16
    mean, std = pixels.mean(), pixels.std()  # one number each, for all pixels
    assert (len(data.x_train), len(data.x_test)) == (1347, 450)
    assert data.x_train == pytest.approx((pixels - mean) / std, abs=1e-12)
    assert data.x_test == pytest.approx((table.data[test] / 16 - mean) / std, abs=1e-12)
    assert np.array_equal(data.y_train, table.target[train])
    assert np.array_equal(data.y_test, table.target[test])
    assert data.images == pytest.approx(table.images[train] / 16)
    assert (data.inputs, data.outputs, data.classes, len(data.class_names)) == (64, 10, 10, 10)


@pytest.mark.parametrize(
    ("name", "train", "test"), [("wine", 133, 45), ("breast_cancer", 426, 143), ("moons", 375, 125)]
)
def test_sizes(name, train, test):
    data = load(Data(name), 0)
    assert (len(data.x_train), len(data.x_test), len(data.y_train), len(data.y_test)) == (train, test, train, test)
    assert data.images is None


def test_fewer_rows_keep_the_last_ones_for_testing():
    whole, part = load(Data("wine", preprocess="raw"), 1), load(Data("wine", n=60, preprocess="raw"), 1)
    assert (len(part.x_train), len(part.x_test)) == (45, 15)
    assert np.array_equal(part.x_train, whole.x_train[:45])
    assert np.array_equal(part.x_test, whole.x_test[-15:])


def test_same_test_rows_from_fewer_training_rows():
    whole, part = load(Data(preprocess="raw"), 1), load(Data(n=578, test_fraction=450 / 578, preprocess="raw"), 1)
    assert len(part.x_train) == 128
    assert np.array_equal(part.x_test, whole.x_test)


def test_regression_targets_are_standardized_with_training_rows():
    data, table = load(Data("diabetes"), 2), datasets.load_diabetes()
    order = np.random.default_rng(2).permutation(442)
    train, test = table.target[order[:331]], table.target[order[331:]]
    assert data.y_train[:, 0] == pytest.approx((train - train.mean()) / train.std())
    assert data.y_test[:, 0] == pytest.approx((test - train.mean()) / train.std())
    assert (data.classes, data.outputs, data.y_train.shape) == (0, 1, (331, 1))


@pytest.mark.parametrize("name", NAMES)
def test_every_set_is_finite_and_seeded(name):
    one, again, other = load(Data(name), 0), load.__wrapped__(Data(name), 0), load(Data(name), 1)
    assert np.isfinite(one.x_train).all()
    assert len(one.feature_names) == one.inputs
    assert np.array_equal(one.x_train, again.x_train)
    assert not np.array_equal(one.x_train, other.x_train)


# ---- toy sets


@pytest.mark.parametrize("name", TOYS)
@pytest.mark.parametrize("balance", [0.05, 0.3, 0.95])
def test_balance(name, balance):
    data = load(Data(name, n=200, balance=balance), 0)
    assert np.concatenate([data.y_train, data.y_test]).mean() == pytest.approx(balance)


@pytest.mark.parametrize("name", TOYS)
def test_noise_moves_points(name):
    def rows(noise):
        data = load(Data(name, noise=noise, preprocess="raw"), 0)
        return data.x_train, data.y_train

    (clean, labels), (noisy, same), (wild, _) = rows(0.0), rows(0.05), rows(0.5)
    assert np.array_equal(labels, same)
    assert 0 < np.abs(noisy - clean).mean() < np.abs(wild - clean).mean()
    assert np.abs(noisy - clean).mean() < 0.3


def test_shapes_without_noise():
    def rows(name):
        data = load(Data(name, noise=0.0, preprocess="raw"), 0)
        return data.x_train, data.y_train

    x, y = rows("circles")
    assert np.hypot(*x.T) == pytest.approx(np.where(y == 1, 0.5, 1.0))
    x, y = rows("xor")
    assert np.array_equal(x[:, 0] * x[:, 1] < 0, y == 1)
    x, y = rows("blobs")
    assert np.array_equal(x[:, 0] > 0, y == 1)
    x, y = rows("spirals")
    radius, turned = np.hypot(*x.T), np.where(y == 1, np.pi, 0.0)
    assert np.sin(1.75 * 2 * np.pi * radius + turned) * radius == pytest.approx(x[:, 0])


# ---- stretching


def test_scale_and_offset_come_before_preprocessing():
    plain = load(Data("moons", preprocess="raw"), 0).x_train
    stretched = load(Data("moons", preprocess="raw", scale=(100.0,), offset=(0.0, -3.0)), 0).x_train
    assert stretched == pytest.approx(plain * [100, 1] + [0, -3])
    both = load(Data("moons", scale=(100.0, 0.5), offset=(7.0,)), 0).x_train
    assert both == pytest.approx(load(Data("moons"), 0).x_train)


# ---- preprocessing


def rows(seed=0, n=50):
    rng = np.random.default_rng(seed)
    return rng.normal([5.0, -2.0, 0.0], [10.0, 1.0, 0.01], (n, 3)) @ np.array([[1, 0.2, 0], [0, 1, 0.1], [0, 0, 1]])


def test_minmax_and_zscore_by_hand():
    train, test = np.array([[1.0, 10.0], [3.0, 30.0], [5.0, 20.0]]), np.array([[7.0, 0.0]])
    assert preprocess(train, test, "minmax")[0].tolist() == [[0, 0], [0.5, 1], [1, 0.5]]
    assert preprocess(train, test, "minmax")[1].tolist() == [[1.5, -0.5]]
    std = np.sqrt(8 / 3), np.sqrt(200 / 3)
    scaled = preprocess(train, test, "zscore")
    assert scaled[0] == pytest.approx(np.array([[-2, -10], [0, 10], [2, 0]]) / std)
    assert scaled[1] == pytest.approx(np.array([[4, -20]]) / std)


@pytest.mark.parametrize(("method", "shift", "scale"), [("minmax", np.min, np.ptp), ("zscore", np.mean, np.std)])
@pytest.mark.parametrize("shared", [False, True])
def test_scaling_uses_the_training_rows_alone(method, shift, scale, shared):
    train, test, axis = rows(), 3 * rows(1), None if shared else 0
    for part, scaled in zip((train, test), preprocess(train, test, method, shared_scale=shared), strict=True):
        assert scaled == pytest.approx((part - shift(train, axis=axis)) / scale(train, axis=axis))


def test_whitening_leaves_unit_covariance():
    train, test = rows(), rows(1)
    white, white_test = preprocess(train, test, "whitened")
    assert white.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-12)
    assert np.cov(white.T) == pytest.approx(np.eye(3), abs=1e-9)
    # the same affine map for the test rows
    matrix = np.linalg.lstsq(train - train.mean(0), white, rcond=None)[0]
    assert white_test == pytest.approx((test - train.mean(0)) @ matrix, abs=1e-6)


@pytest.mark.parametrize(("name", "kept"), [("digits", 61), ("wine", 13), ("breast_cancer", 30), ("diabetes", 10)])
def test_whitening_drops_only_axes_without_spread(name, kept):
    data = load(Data(name, preprocess="whitened"), 0)
    assert data.inputs == kept
    assert np.cov(data.x_train.T) == pytest.approx(np.eye(kept), abs=1e-6)


@pytest.mark.parametrize("method", PREPROCESSES)
@pytest.mark.parametrize("scale", [(0.0,), (0.0, 0.0)])
def test_constant_columns_are_only_shifted(method, scale):
    data = load(Data("moons", scale=scale, offset=(4.0, 4.0), preprocess=method), 0)
    assert np.isfinite(data.x_train).all()
    assert np.isfinite(data.x_test).all()
    if method != "whitened" or len(scale) == 2:
        assert data.x_train[:, 0] == pytest.approx(np.full(375, 4.0 if method == "raw" else 0.0))


def test_constant_pixels_of_digits_do_not_explode():
    data = load(Data(), 0)
    assert data.x_train[:, [0, 32, 39]].std(axis=0) == pytest.approx([0, 0, 0])
    assert np.abs(data.x_train).max() < 3


# ---- batches


def test_shuffled_epochs_visit_every_row_once_and_drop_the_rest():
    data = load(Data(), 0)
    epochs = [[batch_rows(data, "shuffled", 64, step, 0) for step in range(at, at + 21)] for at in (0, 21)]
    for epoch in epochs:
        assert all(len(batch) == 64 for batch in epoch)
        assert len(set(np.concatenate(epoch).tolist())) == 21 * 64
    assert not np.array_equal(epochs[0], epochs[1])
    assert not np.array_equal(epochs[0][0], batch_rows(data, "shuffled", 64, 0, 1))


def test_sorted_and_fixed_orders():
    data = load(Data("wine"), 0)
    by_class = np.concatenate([batch_rows(data, "by_class", 19, step, 0) for step in range(7)])
    assert sorted(by_class.tolist()) == list(range(133))
    assert (np.diff(data.y_train[by_class]) >= 0).all()
    assert batch_rows(data, "fixed", 50, 3, 0).tolist() == list(range(50, 100))


def test_regression_rows_are_sorted_by_target():
    data = load(Data("diabetes"), 0)
    batch = batch_rows(data, "by_class", 331, 0, 0)
    assert (np.diff(data.y_train[batch, 0]) >= 0).all()


def test_chosen_features_are_the_columns_the_network_sees():
    whole, chosen = load(Data("wine"), 0), load(Data("wine", features=(6, 0)), 0)
    np.testing.assert_allclose(chosen.x_train, whole.x_train[:, [6, 0]])
    np.testing.assert_allclose(chosen.x_test, whole.x_test[:, [6, 0]])
    assert chosen.feature_names == (whole.feature_names[6], whole.feature_names[0])


@pytest.mark.parametrize("data", [("digits", (0, 1)), ("moons", (0,)), ("wine", (0, 13)), ("wine", (2, 2))])
def test_features_that_are_not_there_are_refused(data):
    name, features = data
    with pytest.raises(FieldError, match=r"data\.features"):
        Data(name, features=features)


# ---- features on different scales


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("ranges", (-200, 0), (200, 2.5)),
        ("thousands", (1, 1000), (5, 99_999)),
        ("signals", (0, 0), (20, 2)),
    ],
)
def test_scales_are_the_articles_own(name, low, high):
    x = table(Data(name, n=4000), 0).x
    assert (x >= low).all()
    assert (x <= high).all()
    assert np.ptp(x, axis=0) == pytest.approx(np.subtract(high, low), rel=0.01)
    data = load(Data(name, preprocess="raw"), 0)
    assert (data.classes, data.outputs, data.x_train.shape, data.y_train.shape) == (0, 1, (375, 2), (375, 1))


def test_targets_of_the_scales_without_noise():
    for name, weights in (("ranges", (0.01, 1)), ("normal", (0.2, 1)), ("thousands", (1 / 4, 1 / 98_999))):
        rows = table(Data(name, noise=0.0), 3)
        shift = (1, 1000) if name == "thousands" else (0, 0)
        assert rows.y == pytest.approx((rows.x - shift) @ np.array(weights))
    noisy = table(Data("ranges", n=5000, noise=0.3), 3)
    assert (noisy.y - noisy.x @ [0.01, 1]).std() == pytest.approx(0.3, rel=0.05)
    x = table(Data("normal", n=5000), 1).x
    assert x.std(axis=0) == pytest.approx([5, 1], rel=0.05)


def test_the_signals_are_two_noisy_copies_in_the_order_of_time():
    rows = table(Data("signals", n=400, noise=0.0), 0)
    time = np.linspace(0, 1, 400)
    assert rows.y == pytest.approx(np.sin(4 * np.pi * time) + np.sin(10 * np.pi * time) / 2)
    assert rows.x[:, 0] == pytest.approx(10 * rows.x[:, 1])
    assert np.corrcoef(rows.x[:, 0], rows.y)[0, 1] == pytest.approx(1)
    assert rows.feature_names == ("A", "B")


@pytest.mark.parametrize("name", SCALES)
def test_the_scales_train_as_a_regression(name):
    experiment = Experiment(
        Data(name), Network((8,)), (Arm("none"), Arm("batch")), Training(learning_rate=0.1, steps=200)
    )
    recording = train(experiment)
    assert (recording.final_test_loss < 0.5).all()
