"""The lab's sides: the same model in every preparation, settings that are checked, paths on the rates on offer."""

import numpy as np
import pytest

from bnviz.core.experiment import PREPROCESSES, Data
from bnviz.core.fields import FieldError
from bnviz.core.ravine import SHARES, SIZES, Place, Ravine, explore, objective, raw_start, table

NORMAL = Data("normal", n=200)
EVERY = Ravine(shown=PREPROCESSES)


@pytest.mark.parametrize("bias", ["profiled", "third"])
@pytest.mark.parametrize("loss", ["linear", "logistic"])
def test_all_descents_begin_as_the_same_model(loss, bias):
    data = Data("moons", n=200, noise=0.3, scale=(20.0, 1.0), offset=(3.0, -1.0))
    sides = explore(data, 0, Ravine(shown=PREPROCESSES, loss=loss, bias=bias, start=(0.02, -0.7)))
    first = [side.descent.losses[0, 0] for side in sides]
    np.testing.assert_allclose(first, first[0], rtol=1e-9)
    least = [side.least for side in sides]
    np.testing.assert_allclose(least, least[0], rtol=1e-9)


def test_a_point_goes_to_the_raw_weights_and_back():
    for side in explore(Data("ranges", n=100), 1, EVERY):
        raw = np.array(raw_start(side, [0.3, -2.0]))
        np.testing.assert_allclose(side.forward @ raw, [0.3, -2.0], rtol=1e-9)


def test_the_weights_of_prepared_features_are_the_same_function():
    rows = table(Data("ranges", n=100), 0, "linear")
    for method in PREPROCESSES:
        loss, forward, _ = objective(rows, method, "linear", "profiled")
        raw = np.array([0.02, -1.5])
        here, there = loss.x @ (forward @ raw), rows.x @ raw
        np.testing.assert_allclose(here - here.mean(), there - there.mean(), atol=1e-9)


def test_rates_are_shares_of_each_ones_own_limit():
    for side in explore(NORMAL, 0, EVERY):
        np.testing.assert_allclose(side.shares, SHARES, rtol=1e-12)
        np.testing.assert_allclose(side.descent.rates, np.array(SHARES) * side.curvature.largest_rate)


def test_the_same_pace_is_the_same_rate():
    first, *others = explore(NORMAL, 0, Ravine(pace="same"))
    for side in others:
        np.testing.assert_array_equal(side.descent.rates, first.descent.rates)
        assert side.shares[0] < first.shares[0]


def test_the_best_pace_is_the_best_rate():
    for side in explore(NORMAL, 0, Ravine(pace="best", shown=PREPROCESSES)):
        (rate,) = side.descent.rates
        assert rate == pytest.approx(2 / (side.curvature.lambda_max + side.curvature.lambda_min))


def test_adaptive_optimizers_have_rates_of_their_own():
    for side in explore(NORMAL, 0, Ravine(optimizer="adam")):
        np.testing.assert_array_equal(side.descent.rates, SIZES)


def test_the_excess_is_exact_far_below_the_rounding_of_the_loss():
    (side,) = explore(NORMAL, 0, Ravine(shown=("zscore",), steps=40))
    place = SHARES.index(0.5)
    left = side.excess[place] / side.excess[place, 0]
    assert 0 <= left[-1] < 1e-25
    direct = side.descent.losses[place] - side.least
    np.testing.assert_allclose(side.excess[place], direct, atol=1e-14)


@pytest.mark.parametrize(
    ("name", "loss", "target"),
    [
        ("wine", "logistic", "first"),
        ("diabetes", "logistic", "half"),
        ("moons", "logistic", "classes"),
        ("ranges", "linear", "values"),
        ("breast_cancer", "linear", "classes"),
    ],
)
def test_every_data_set_has_a_target(name, loss, target):
    rows = table(Data(name), 0, loss)
    assert rows.target == target
    assert rows.x.shape == (len(rows.y), 2)
    if loss == "logistic":
        assert set(np.unique(rows.y)) == {0, 1}


def test_one_feature_is_too_few():
    with pytest.raises(FieldError, match="needs two"):
        table(Data("wine", features=(3,)), 0, "linear")


def test_a_feature_that_never_changes_is_no_trouble():
    for side in explore(Data("ranges", n=100, scale=(0.0, 1.0)), 0, EVERY):
        assert np.isfinite(side.surface.losses).all()
        assert np.isfinite(side.descent.points).all()


@pytest.mark.parametrize(
    "given", [{"shown": ("raw", "raw")}, {"shown": ()}, {"steps": 1000}, {"loss": "hinge"}, {"start": (1.0,)}]
)
def test_settings_that_cannot_be_are_refused(given):
    with pytest.raises(FieldError, match="ravine"):
        Ravine(**given)


def test_places_that_cannot_be_are_refused():
    with pytest.raises(FieldError, match=r"at\.shares"):
        Place(shares=(1.0, 2.0))
