"""What the scenarios of the first six labs promise is there, with the settings of their own files, on two seeds.

The bounds are the smallest and the largest value over many seeds, with a little room for other machines.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy import stats as scipy_stats

from bnviz.core import engine, inference
from bnviz.core.averages import running
from bnviz.core.axes import Choices, block_of
from bnviz.core.batches_facts import scaled
from bnviz.core.codec import from_link, group_from_link
from bnviz.core.estimates import distance
from bnviz.core.experiment import Experiment
from bnviz.core.layer_lab import LayerLab, scene
from bnviz.core.microscope import examine
from bnviz.core.prepared import prepared
from bnviz.core.ravine import SIZES, explore
from bnviz.core.table_facts import squeeze
from bnviz.core.watch import watched, without_norm
from bnviz.ui.inputs import _settings
from bnviz.ui.layer_state import WINE
from bnviz.ui.ravine_scene import from_params
from bnviz.ui.running_settings import Settings
from bnviz.ui.scenarios import scenario

shows = pytest.mark.scenario
seeds = pytest.mark.parametrize("seed", [0, 1])


def ravine(name, seed):
    """The sides of a ravine by preprocessing, each with its row at the learning rate of the link, and the place."""
    shown = from_params(scenario(name).settings | {"seed": str(seed)}, [])
    return {side.name: side for side in explore(shown.data, shown.seed, shown.settings)}, shown


def pair(name, seed):
    data, view = _settings(scenario(name).settings | {"seed": str(seed)}, [])
    return prepared(data, view.seed), view


@functools.cache
def train(name, seed, **changed):
    experiment, messages = from_link(scenario(name).settings | changed | {"seed": str(seed)})
    assert not messages
    return engine.train(experiment, engine="auto")


@functools.cache
def watch(name, seed):
    """The run of the page on training and inference, its settings, and the place in it that is looked at."""
    settings = replace(group_from_link("running", Settings(), scenario(name).settings, []), seed=seed)
    trained = watched(settings.experiment)
    return trained, settings, trained.place(settings.after)


def modes(name, seed):
    """Accuracy with running averages, in training mode and with recomputed statistics."""
    trained, settings, place = watch(name, seed)
    fixed = inference.fixed_curves(trained)
    eval_mode = inference.tracked_curve(trained, settings.momentum)[place]
    return SimpleNamespace(running=eval_mode, train=fixed.train_mode[place], recomputed=fixed.recomputed[place])


def layer(name):
    lab = group_from_link("layer", LayerLab(), scenario(name).settings, [])
    return lab, scene(lab, Experiment(), WINE)


def at_share(side, share):
    """The number of the path that goes at about this share of the limit."""
    return int(np.abs(side.shares - share).argmin())


@shows("A1")
@seeds
def test_a_ravine_and_a_bowl(seed):
    sides, shown = ravine("A1", seed)
    assert sides["raw"].curvature.condition > 15
    assert sides["zscore"].curvature.condition < 1.4
    for name, share, low, high in (("raw", shown.place.shares[0], 1e-3, 0.03), ("zscore", 0.5, 0, 1e-9)):
        excess = sides[name].excess[at_share(sides[name], share)]
        assert low <= excess[-1] / excess[0] <= high
    errors = sides["raw"].errors[at_share(sides["raw"], 0.95), :, 0]
    assert (np.sign(errors[1:]) == -np.sign(errors[:-1])).all()


@shows("A2")
@seeds
def test_steps_at_each_ones_best_rate(seed):
    sides, _ = ravine("A2", seed)
    condition = {name: side.curvature.condition for name, side in sides.items()}
    assert 6e4 < condition["raw"] < 9.5e4
    assert 20 < condition["minmax"] < 36
    assert condition["zscore"] < 1.6
    left = {name: side.excess[0, -1] / side.excess[0, 0] for name, side in sides.items()}
    assert left["raw"] > 0.1 > 1e-3 > left["minmax"] > left["zscore"] - 1e-12


@shows("A3")
@seeds
def test_one_per_cent_above_the_limit_and_one_below(seed):
    sides, shown = ravine("A3", seed)
    assert shown.place.shares[0] == 1.01
    side = sides["raw"]
    errors = {share: np.abs(side.errors[at_share(side, share), :, 0]) for share in (0.99, 1.01)}
    above, below = at_share(side, 1.01), at_share(side, 0.99)
    assert side.shares[above] > 1 > side.shares[below]
    assert errors[1.01][100] > 3 * errors[1.01][0]
    assert errors[0.99][100] < 0.3 * errors[0.99][0]


@shows("A4")
@seeds
def test_the_large_gradient_belongs_to_the_small_weight(seed):
    side = ravine("A4", seed)[0]["raw"]
    slope = side.objective.gradients(np.zeros((1, 2)))[0]
    assert 200 < abs(slope[0] / slope[1]) < 310
    assert abs(side.minimum[0] / side.minimum[1]) == pytest.approx(0.01, rel=0.1)


@shows("A5")
@seeds
def test_real_features_of_different_scale(seed):
    ways = pair("A5", seed)[0].ways
    assert ways["raw"].facts.condition_bias > 50 * ways["zscore"].facts.condition_bias
    assert ways["raw"].facts.largest_rate < ways["zscore"].facts.largest_rate / 50


@shows("A6")
@seeds
def test_turning_changes_nothing_and_dividing_does(seed):
    found = pair("A6", seed)[0]
    zscore = found.ways["zscore"]
    assert 40 < zscore.facts.condition < 75
    turned = zscore.train @ np.array([[1, 1], [1, -1]]) / np.sqrt(2)
    spread = np.linalg.eigvalsh(np.cov(turned.T))
    assert spread[1] / spread[0] == pytest.approx(zscore.facts.condition, rel=1e-6)
    assert found.ways["whitened"].facts.condition == pytest.approx(1, abs=1e-6)


@shows("A7")
@seeds
def test_adam_arrives_where_plain_descent_has_hardly_moved(seed):
    sides, shown = ravine("A7", seed)
    adam = sides["raw"]
    path = int(np.abs(np.array(SIZES) - shown.place.size).argmin())
    assert adam.excess[path, -1] < 0.01 * adam.excess[path, 0]
    plain = explore(shown.data, seed, replace(shown.settings, optimizer="sgd"))[0]
    excess = plain.excess[at_share(plain, 0.95)]
    assert excess[-1] > 0.2 * excess[0]


@shows("N12")
@seeds
def test_the_shape_stays(seed):
    ways = pair("N12", seed)[0].ways
    assert np.abs(ways["raw"].facts.skew).max() > 1
    np.testing.assert_allclose(ways["zscore"].facts.skew, ways["raw"].facts.skew, rtol=1e-9)
    np.testing.assert_allclose(ways["zscore"].facts.kurtosis, ways["raw"].facts.kurtosis, rtol=1e-9)


@shows("N12b")
@seeds
def test_one_wrong_entry_leaves_a_hundredth(seed):
    found, view = pair("N12b", seed)
    squeezed = squeeze(found.x[found.train_rows, 0], view.outlier)
    assert squeezed.before > 0.9
    assert 0.005 < squeezed.minmax < 0.015


@shows("N21")
@seeds
def test_the_narrow_feature_has_no_say(seed):
    spread = pair("N21", seed)[0].ways["raw"].facts.std
    assert 1 - spread[0] ** 2 / (spread**2).sum() < 1e-4


@shows("B2")
@seeds
def test_running_averages_serve_as_well_as_recomputed_ones(seed):
    trained, settings, place = watch("B2", seed)
    found = modes("B2", seed)
    assert found.running > 0.95
    assert abs(found.running - found.recomputed) < 0.01
    mean, var = distance(trained.tracked(settings.momentum)[place], trained.full[place])
    assert mean < 0.02
    assert var < 0.04


@shows("B3")
@seeds
def test_the_weights_are_good_and_the_averages_are_not(seed):
    found = modes("B3", seed)
    assert found.running < 0.85
    assert min(found.train, found.recomputed) > 0.92


@shows("B4")
@seeds
def test_keras_in_torch_costs_accuracy(seed):
    trained, _, place = watch("B4", seed)
    found = modes("B4", seed)
    assert found.running < inference.tracked_curve(trained, 0.1)[place] - 0.03
    assert found.recomputed > found.running + 0.03


@shows("B6")
@seeds
def test_statistics_repair_a_changed_camera(seed):
    trained, settings, place = watch("B6", seed)
    bare = watched(without_norm(trained.experiment)).moments[-1]
    stats = trained.tracked(settings.momentum)[place]
    found = inference.under_shift(trained.moments[place], stats, bare, trained.data, settings.change)
    assert found.eval_mode < 0.55
    assert found.own > 0.93
    assert found.bare < 0.85


@shows("N10", "N17")
@seeds
def test_the_line_follows_the_momentum_and_the_dots_do_not(seed):
    trained, settings, _ = watch("N10", seed)
    other, asked, _ = watch("N17", seed)
    assert settings.momentum != asked.momentum
    np.testing.assert_array_equal(trained.batch_mean[0], other.batch_mean[0])
    slow, fast = (running(trained.batch_mean[0][:, 0], momentum, 0.0) for momentum in (0.01, 1.0))
    assert np.ptp(slow) < 0.5 * np.ptp(fast)
    np.testing.assert_array_equal(fast[1:], trained.batch_mean[0][:, 0])


@shows("N2")
def test_two_rows_keep_the_sign():
    _, found = layer("N2")
    assert len(found.case.h) == 2
    np.testing.assert_allclose(np.abs(examine(found.case).x_hat), 1, atol=1e-4)


@shows("N4", "N6")
def test_ten_times_the_weights_a_tenth_of_the_gradient_and_none_for_the_bias():
    for name in ("N4", "N6"):
        lab, found = layer(name)
        told = scaled(found.plain, found.linear, lab.factor)
        assert told.output < 1e-3
        assert told.ratio == pytest.approx(1 / lab.factor, rel=1e-3)
        assert told.bias_gradient < 1e-12


@shows("N7", "N7b")
def test_undone_for_one_batch_only():
    _, found = layer("N7")
    np.testing.assert_allclose(examine(found.case).y, found.case.h, rtol=0, atol=1e-13)
    _, other = layer("N7b")
    np.testing.assert_array_equal(other.case.gamma, found.case.gamma)
    assert np.abs(examine(other.case).y - other.case.h).max() > 1


@shows("N9")
def test_as_many_means_as_channels():
    choices = group_from_link("axes", Choices(), scenario("N9").settings, [])
    x = np.random.default_rng(0).standard_normal((choices.images, 8, 8, 8))
    block = block_of(torch.from_numpy(x), choices.norm)
    assert len(block.mean) == 8
    np.testing.assert_allclose(block.mean, x.mean(axis=(0, 2, 3)))


@shows("C9", "C9b")
@seeds
def test_textures_are_learned_sooner_with_batch_norm(seed):
    for name, end in (("C9", 0.3), ("C9b", 0.1)):
        recording = train(name, seed)
        tested = np.isfinite(recording.test_accuracy).all(axis=1) & (recording.steps >= 25)
        none, batch = recording.test_accuracy[tested].mean(axis=0)
        assert batch > none + 0.1
        assert recording.final_test_accuracy[1] > 0.93
        assert recording.final_test_accuracy[0] > end


@shows("D1")
@seeds
def test_batch_norm_keeps_out_of_saturation(seed):
    saturated = train("D1", seed).saturated[[0, -1], :, 2]
    assert (saturated[:, 0] > 0.55).all()
    assert (saturated[:, 1] < 0.06).all()


@shows("D2")
@seeds
def test_mean_and_spread_as_promised_and_another_shape(seed):
    recording = train("D2", seed)
    which = 1  # normalized
    assert abs(recording.mean[0, 1, 2, which]) < 1e-4
    assert recording.std[0, 1, 2, which] == pytest.approx(1, abs=1e-3)
    assert 1.1 < recording.std[-1, 1, 2, which] < 1.45
    counts = recording.histogram[-1, 1, 2, which, 1:-1].astype(float)
    centres = np.arange(len(counts)) + 0.5
    kurtosis = scipy_stats.kurtosis(np.repeat(centres, counts.astype(int)))
    assert -1.2 < kurtosis < -0.4


@shows("D3")
@seeds
def test_the_largest_of_a_hundred(seed):
    recording = train("D3", seed)
    first = recording.maximum[0, :, 2]
    assert first[[1, 3, 5]] == pytest.approx([2.55] * 3, abs=0.25)
    assert first[0] < 0.03 < 1 < first[2] < 10 < first[4]
    assert recording.maximum[-1, 3, 2] > recording.maximum[0, 3, 2] + 0.2


@shows("N14")
def test_the_shaded_band_ends_near_1_8():
    z = np.linspace(0, 6, 60001)
    slope = np.exp(-z) / (1 + np.exp(-z)) ** 2
    assert z[slope >= slope[0] / 2][-1] == pytest.approx(1.76, abs=0.01)
    assert slope[10000] / slope[0] == pytest.approx(0.786, abs=1e-3)
    experiment, _ = from_link(scenario("N14").settings)
    assert experiment.network.activation == "sigmoid"


@shows("N22")
@seeds
def test_a_norm_inside_makes_up_for_missing_scaling(seed):
    none, batch = train("N22", seed).final_test_accuracy
    assert batch > 0.85 > 0.75 > none
    scaled_inputs = train("N22", seed, **{"data.preprocess": "zscore", "training.learning_rate": "0.1"})
    assert scaled_inputs.final_test_accuracy.min() > 0.9
