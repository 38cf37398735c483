"""The same weights in training mode, in eval mode and with recomputed statistics; and the effects that this has.

The bounds of the effects are the smallest and the largest value over 24 seeds, with a little room for other machines.
"""

import functools

import numpy as np
import pytest
import torch
from torch import nn

from bnviz.core import engine, inference
from bnviz.core.company import BATCH_SIZES, batch_spread, in_company
from bnviz.core.estimates import distance, estimates, misses
from bnviz.core.experiment import Arm, Experiment, Network, Training
from bnviz.core.moment import Stats, batch_outputs, folded, in_double, moment_of, outputs, precise
from bnviz.core.watch import watched, without_norm

SEEDS = [0, 1]


@functools.cache
def run(seed, learning_rate, batch_size, steps, order="shuffled"):
    training = Training(learning_rate=learning_rate, batch_size=batch_size, steps=steps, order=order)
    return watched(Experiment(network=Network((64,) * 3), arms=(Arm("batch"),), training=training, seed=seed))


@functools.cache
def small_net():
    """A trained float64 net of the engine, and the rows it saw."""
    experiment = Experiment(
        network=Network((9, 7), "tanh"), arms=(Arm("batch"),), training=Training(batch_size=16, steps=12)
    )
    state, _ = engine.advance(engine.start(experiment, torch.float64), 12, engine="torch")
    return state.arms[0].net, watched(experiment, dtype=torch.float64).data


def stats_of(net):
    return [Stats(layer.norm.running_mean.numpy(), layer.norm.running_var.numpy()) for layer in net.layers()]


def torchs(net, stats):
    """The same network out of torch's own layers."""
    parts = []
    for layer, (mean, var) in zip(net.layers(), stats, strict=True):
        norm = nn.BatchNorm1d(len(mean)).double()
        norm.weight.data, norm.bias.data = layer.norm.gamma.detach().clone(), layer.norm.beta.detach().clone()
        norm.running_mean, norm.running_var = torch.from_numpy(mean.copy()), torch.from_numpy(var.copy())
        parts += [layer.linear, norm, nn.Tanh()]
    return nn.Sequential(*parts, net.output).double()


def test_eval_mode_is_torchs():
    net, data = small_net()
    with torch.no_grad():
        theirs = torchs(net, stats_of(net)).eval()(torch.from_numpy(data.x_test)).numpy()
    np.testing.assert_allclose(outputs(moment_of(net), data.x_test, stats_of(net)), theirs, rtol=0, atol=1e-12)


def test_training_mode_is_torchs_and_asking_changes_nothing():
    """Facts 1 and 10: whoever asks a torch net in training mode moves its averages; asking a moment does not."""
    net, data = small_net()
    moment, before = moment_of(net), stats_of(net)[0].mean.copy()
    batches = data.x_train[:48].reshape(3, 16, -1)
    ours, stats = batch_outputs(moment, batches)
    reference = torchs(net, stats_of(net)).train()
    with torch.no_grad():
        theirs = [reference(torch.from_numpy(batch)).numpy() for batch in batches]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)
    assert not torch.equal(reference[1].running_mean, torch.from_numpy(before))
    np.testing.assert_array_equal(stats_of(net)[0].mean, before)
    z = batches @ moment.linears[0].weight.numpy().T + moment.linears[0].bias.numpy()
    np.testing.assert_allclose(stats[0].mean, z.mean(axis=1), atol=1e-12)
    np.testing.assert_allclose(stats[0].var, z.var(axis=1), rtol=1e-12)


def test_precise_statistics_are_those_that_torch_takes_from_one_large_batch():
    net, data = small_net()
    reference = torchs(net, stats_of(net)).train()
    for layer in reference:
        if isinstance(layer, nn.BatchNorm1d):
            layer.momentum = 1.0
    with torch.no_grad():
        reference(torch.from_numpy(data.x_train))
    found = precise(moment_of(net), data.x_train)
    for (mean, var), norm in zip(found, (reference[1], reference[4]), strict=True):
        np.testing.assert_allclose(mean, norm.running_mean.numpy(), rtol=0, atol=1e-12)
        np.testing.assert_allclose(var, norm.running_var.numpy(), rtol=1e-12)


def test_folding_changes_nothing_but_rounding():
    """Fact 9."""
    net, data = small_net()
    found = inference.folding(moment_of(net), stats_of(net), data.x_test)
    assert not found.moment.normed
    assert found.largest < 1e-12
    assert found.size > 0.5
    trained = run(0, 0.5, 64, 200)
    single = inference.folding(trained.moments[-1], trained.tracked(0.1)[-1], trained.data.x_test)
    double = inference.folding(in_double(trained.moments[-1]), trained.tracked(0.1)[-1], trained.data.x_test)
    assert 0 < single.largest < 1e-4
    assert double.largest < 1e-12


def test_folding_by_hand():
    """gamma 2, beta 1, mean 3, var 4 (and no eps): W' = W, b' = b - 3 + 1."""
    net, _ = small_net()
    moment = moment_of(net)
    weight, bias = moment.linears[0]
    ones = torch.ones(len(bias), dtype=torch.float64)
    given = type(moment)(moment.linears, (2 * ones, *moment.gammas[1:]), (ones, *moment.betas[1:]), "tanh", 0.0)
    stats = [Stats(np.full(len(bias), 3.0), np.full(len(bias), 4.0)), *stats_of(net)[1:]]
    first = folded(given, stats).linears[0]
    torch.testing.assert_close(first.weight, weight)
    torch.testing.assert_close(first.bias, bias - 2.0)
    with pytest.raises(ValueError, match="nothing to fold"):
        folded(folded(given, stats), [])


@pytest.mark.parametrize("size", [16, 50, 449, 450, 512])
@pytest.mark.parametrize("order", ["shuffled", "by_class"])
def test_in_training_mode_every_test_row_has_its_turn(size, order):
    trained = run(0, 0.5, 64, 200)
    moment, data = trained.moments[-1], trained.data
    found = inference.in_training_mode(moment, data, batch_size=size, order=order)
    rows = inference.order_of_tests(data, order)
    first, _ = batch_outputs(moment, data.x_test[rows[None, :size]])
    np.testing.assert_allclose(found[rows[:size]], first[0], atol=1e-4)
    assert np.isfinite(found).all()
    assert len(found) == 450


def test_a_row_in_eval_mode_does_not_see_its_companions():
    trained = run(0, 0.1, 64, 200)
    moment, x, stats = trained.moments[-1], trained.data.x_test, trained.tracked(0.1)[-1]
    np.testing.assert_allclose(outputs(moment, x[:1], stats), outputs(moment, x, stats)[:1], atol=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_companions_matter_less_in_larger_batches(seed):
    """B1: the mean standard deviation of the 10 logits, over 10 rows and 30 batches."""
    trained = run(seed, 0.1, 64, 200)
    data, spread = trained.data, {}
    for size in BATCH_SIZES:
        drawn = [
            in_company(trained.moments[-1], row, data.x_train, batch_size=size, draws=30, seed=seed)
            for row in data.x_test[:10]
        ]
        spread[size] = np.mean([one.std(axis=0, ddof=1).mean() for one in drawn])
    assert 1.1 < spread[2] < 1.4
    assert 0.33 < spread[64] < 0.44
    assert 0.15 < spread[256] < 0.21
    assert 1.7 < spread[32] / spread[128] < 2.6  # 2 by the law
    assert list(spread.values()) == sorted(spread.values(), reverse=True)


def test_companions_are_drawn_by_seed_and_size_alone():
    trained = run(0, 0.1, 64, 200)
    ask = functools.partial(in_company, trained.moments[-1], trained.data.x_test[0], trained.data.x_train, draws=4)
    np.testing.assert_array_equal(ask(batch_size=8, seed=3), ask(batch_size=8, seed=3))
    assert not np.array_equal(ask(batch_size=8, seed=3), ask(batch_size=8, seed=4))


@pytest.mark.parametrize("seed", SEEDS)
def test_running_averages_are_a_good_proxy(seed):
    """B2."""
    trained = run(seed, 0.5, 64, 200)
    mean, var = distance(trained.tracked(0.1)[-1], trained.full[-1])
    assert inference.tracked_curve(trained, 0.1)[-1] > 0.95
    assert inference.fixed_curves(trained).recomputed[-1] > 0.95
    assert mean < 0.02
    assert var < 0.04


@pytest.mark.parametrize("seed", SEEDS)
def test_too_few_updates_with_a_small_momentum_break_inference(seed):
    """B3: the weights are good, the averages are not."""
    trained = run(seed, 0.5, 64, 200)
    fixed, place = inference.fixed_curves(trained), trained.place(50)
    assert 0.25 < inference.tracked_curve(trained, 0.001)[place] < 0.85
    assert fixed.train_mode[place] > 0.92
    assert fixed.recomputed[place] > 0.92
    assert 0.47 < distance(trained.tracked(0.001)[place], trained.full[place])[0] < 0.58


@pytest.mark.parametrize("seed", SEEDS)
def test_the_momentum_of_keras_in_torchs_place_costs_accuracy(seed):
    """B4."""
    trained = run(seed, 0.1, 8, 50)
    wrong, right = (inference.tracked_curve(trained, momentum)[-1] for momentum in (0.99, 0.1))
    assert 0.55 < wrong < 0.85
    assert 0.77 < right < 0.91
    assert wrong < right - 0.03
    assert distance(trained.tracked(0.99)[-1], trained.full[-1])[1] > 0.3
    assert distance(trained.tracked(0.1)[-1], trained.full[-1])[1] < 0.14


@pytest.mark.parametrize("seed", SEEDS)
def test_statistics_of_the_changed_images_repair_what_more_ink_breaks(seed):
    """B6."""
    trained = run(seed, 0.1, 64, 300)
    bare = watched(without_norm(trained.experiment)).moments[-1]
    stats = trained.tracked(0.1)[-1]
    found = inference.under_shift(trained.moments[-1], stats, bare, trained.data, (0.5, 1.0))
    same = inference.under_shift(trained.moments[-1], stats, bare, trained.data, (1.0, 0.0))
    assert found.eval_mode < 0.55
    assert found.own > 0.93
    assert found.bare < 0.85
    assert same.eval_mode == inference.tracked_curve(trained, 0.1)[-1] > 0.93


@pytest.mark.parametrize("seed", SEEDS)
def test_batches_sorted_by_class_break_batch_norm_alone(seed):
    """F4; and no statistics repair it."""
    trained = run(seed, 0.1, 64, 300, "by_class")
    bare = watched(without_norm(trained.experiment))
    fixed = inference.fixed_curves(trained)
    assert inference.classes_per_batch(trained) == (1, 2)
    assert 0.25 < inference.tracked_curve(trained, 0.1)[-1] < 0.55
    assert fixed.recomputed[-1] < 0.6
    assert fixed.train_mode[-1] < 0.6
    assert inference.bare_curve(bare)[-1] > 0.87
    assert inference.classes_per_batch(run(seed, 0.1, 64, 300))[0] >= 8


def test_four_estimates_of_one_unit():
    trained = run(0, 0.5, 64, 200)
    found = {one.name: one for one in estimates(trained, 1, 5, step=50, momentum=0.1)}
    average = trained.averages(1, 0.1)
    assert (found["running"].mean, found["running"].var) == (average.mean[50, 5], average.var[50, 5])
    assert found["batch"].var == pytest.approx(trained.batch_var[1][49, 5] * 64 / 63)
    assert found["plain"].mean == pytest.approx(trained.batch_mean[1][:50, 5].mean())
    assert found["precise"].mean == trained.full[trained.place(50)][1].mean[5]


def test_the_middle_unit_of_a_layer_says_how_far_each_estimate_is_off():
    trained = run(0, 0.5, 64, 200)
    found = misses(trained, 1, step=50, momentum=0.1)
    units = range(len(trained.full[0][1].var))
    off = {name: [] for name in ("batch", "running", "plain")}
    for unit in units:
        *tried, full = estimates(trained, 1, unit, step=50, momentum=0.1)
        for one in tried:
            off[one.name].append(abs(one.var - full.var) / full.var)
    assert found == pytest.approx({name: np.median(values) for name, values in off.items()}, rel=1e-6)
    assert found["running"] < found["batch"]


def test_batch_means_scatter_as_the_law_says():
    """Fact 13, for the first layer: std / sqrt(B), and (B - 1) / B on average for the biased variance."""
    for size in (8, 64):
        trained = run(0, 0.1, size, 50)
        found = [batch_spread(trained, 0, unit, step=50) for unit in range(12)]
        assert np.mean([one.mean_std / one.expected for one in found]) == pytest.approx(1.0, abs=0.04)
        assert np.mean([one.biased_ratio for one in found]) == pytest.approx((size - 1) / size, abs=0.02)


def test_units_that_do_not_vary_are_left_out_of_the_distance():
    one, two = Stats(np.array([1.0, 5.0]), np.array([1.0, 1.0])), Stats(np.array([0.0, 0.0]), np.array([4.0, 0.0]))
    mean, var = distance([one], [two])
    assert mean == pytest.approx(0.5)
    assert var == pytest.approx(np.log(4))
