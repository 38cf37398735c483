"""Noise of batches, inputs and small batches: the measures against small implementations of their own, and effects.

The bounds of the effects are those of the table of claims over 24 seeds, with a little room for other seeds.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from bnviz.core import engine, noise_cases, noise_measures, noise_spread
from bnviz.core.data import load
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.fits import figures, trained
from bnviz.core.moment import moment_of
from bnviz.core.noise_cases import gathered, median_range
from bnviz.core.streams import INPUT_NOISE, generator
from bnviz.core.study import Study, results
from bnviz.core.verdict import judge

SEEDS = (0, 1)


def found(study: Study) -> list[list[dict]]:
    """The results of each seed."""
    whole: list[list[dict]] = [[] for _ in study.seeds]
    for one in results(study):
        if one is not None:
            whole[one.seed].append(one.value)
    assert all(len(part) == study.total for part in whole)
    return whole


def finished(generator_):
    """What a generator of pauses returns."""
    while True:
        try:
            next(generator_)
        except StopIteration as stop:
            return stop.value


# ---- training to the end, and what it is worth

SMALL = Experiment(Data("moons", n=80), Network((8, 8)), (Arm("none"), Arm("batch"), Arm("batch_ghost", ghost_size=4)),
                   Training(learning_rate=0.2, batch_size=16, steps=60))  # fmt: skip


def test_arms_are_trained_as_a_live_run_trains_them():
    arms = finished(trained(SMALL, engine="torch"))
    live = engine.train(SMALL, engine="torch")
    np.testing.assert_array_equal([arm.final for arm in arms],
                                  list(zip(live.final_test_loss, live.final_test_accuracy, strict=True)))  # fmt: skip


def test_figures_against_a_forward_pass_by_hand():
    arm = finished(trained(SMALL, engine="torch"))[1]
    data = load(SMALL.data, SMALL.seed)
    told = figures(arm, data)
    for name, x, y in (("train", data.x_train, data.y_train), ("test", data.x_test, data.y_test)):
        h = torch.from_numpy(x).float()
        for layer in arm.net.layers():
            z = h @ layer.linear.weight.T + layer.linear.bias
            norm = layer.norm
            z = norm.gamma * (z - norm.running_mean) / torch.sqrt(norm.running_var + norm.eps) + norm.beta
            h = torch.relu(z)
        logits = (h @ arm.net.output.weight.T + arm.net.output.bias).detach().double().numpy()
        share = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        assert told[f"{name}_loss"] == pytest.approx(-np.log(share[range(len(y)), y]).mean(), abs=1e-5)
        assert told[f"{name}_accuracy"] == (logits.argmax(1) == y).mean()
    assert told["diverged_at"] == -1


def test_a_run_that_diverges_says_when_and_gives_numbers_that_can_be_sent():
    wild = noise_measures.with_training(SMALL, learning_rate=100.0)
    rows = [one for one in noise_measures.generalization(wild, {}) if one is not None]
    assert any(row["diverged_at"] >= 0 for row in rows)
    assert all(row["test_loss"] is None or math.isfinite(row["test_loss"]) for row in rows)


def test_maps_of_the_plane_are_those_of_a_live_run():
    rows = [one for one in noise_measures.generalization(SMALL, {}) if one is not None]
    live = engine.train(SMALL, engine=finished_engine())
    for row in rows:
        np.testing.assert_array_equal(np.reshape(row["map"], live.maps.shape[2:]), live.maps[-1, row["arm"]])
        assert row["extent"] == list(live.map_extent)


def finished_engine() -> str:
    """The engine that `trained` takes by itself."""
    return engine.choose(engine.start(SMALL), "auto")


# ---- batch sizes and input noise


def test_rate_and_updates_follow_the_batch_size():
    base = Experiment(arms=(Arm("none"),), training=Training(learning_rate=0.1, batch_size=64, steps=10))
    small = noise_measures.at_batch_size(base, 2, {"scaled": True, "epochs": 4})
    assert (small.training.learning_rate, small.training.steps) == (pytest.approx(0.1 / 32), 4 * (1347 // 2))
    plain = noise_measures.at_batch_size(base, 2, {"scaled": False, "epochs": 0})
    assert (plain.training.learning_rate, plain.training.steps) == (0.1, 10)


def test_noise_on_rows_has_its_level_and_is_the_same_noise_at_every_level():
    rows = np.zeros((200, 50))
    small, large = (noise_measures.noisy_rows(rows, level, seed=3) for level in (0.5, 2.0))
    assert small.std() == pytest.approx(0.5, rel=0.02)
    np.testing.assert_allclose(large, 4 * small)
    np.testing.assert_allclose(small, 0.5 * generator(3, INPUT_NOISE).standard_normal((200, 50)))


# ---- the spread of batches


@pytest.fixture(scope="module")
def frozen():
    experiment = Experiment(Data("moons", n=400), Network((8, 8)), (Arm("batch"),), Training(batch_size=32, steps=30))
    return moment_of(finished(trained(experiment))[0].net), load(experiment.data, experiment.seed)


def test_statistics_against_a_plain_loop(frozen):
    moment, data = frozen
    told = noise_spread.statistics(moment, 0, data.x_train, batch_size=4, seed=0)
    weight, bias = (part.double().numpy() for part in moment.linears[0])
    z = data.x_train @ weight.T + bias
    rng = np.random.default_rng(7)
    batches = z[rng.integers(0, len(z), (4000, 4))]
    mean = (batches.mean(1).std(0, ddof=1) / z.std(0)).mean()
    var = (batches.var(1).std(0, ddof=1) / z.var(0)).mean()
    assert told["mean"] == pytest.approx(mean, rel=0.1)
    assert told["var"] == pytest.approx(var, rel=0.15)
    assert told["mean"] == pytest.approx(0.5, rel=0.1)  # 1 / sqrt(4)


def test_scatter_is_none_where_all_rows_are_the_same(frozen):
    moment, data = frozen
    same = np.repeat(data.x_train[:1], 40, axis=0)
    told = noise_spread.scatter(moment, same[:3], same, batch_size=8, seed=0)
    assert told == {"outputs": pytest.approx(0.0, abs=1e-5), "flips": 0.0}


def test_scatter_against_a_plain_loop(frozen):
    moment, data = frozen
    rows, rng, spreads = data.x_test[:4], np.random.default_rng(1), []
    for row in rows:
        given = []
        for _ in range(400):
            batch = np.concatenate([row[None], data.x_train[rng.choice(len(data.x_train), 7, replace=False)]])
            h = torch.from_numpy(batch).float()
            for (weight, bias), gamma, beta in zip(moment.linears[:-1], moment.gammas, moment.betas, strict=True):
                z = h @ weight.T + bias
                h = torch.relu(gamma * (z - z.mean(0)) / torch.sqrt(z.var(0, unbiased=False) + moment.eps) + beta)
            given.append((h @ moment.linears[-1][0].T + moment.linears[-1][1])[0].numpy())
        spreads.append(np.std(given, axis=0, ddof=1).mean())
    told = noise_spread.scatter(moment, rows, data.x_train, batch_size=8, seed=0)
    assert told["outputs"] == pytest.approx(np.mean(spreads), rel=0.2)


def test_slope_of_a_power_law():
    sizes = np.array([2.0, 8, 32, 128])
    assert noise_spread.slope(sizes, 3 * sizes**-0.5) == pytest.approx(-0.5)
    assert noise_spread.slope(sizes, [9, 9, 4, 1], first=32) == pytest.approx(-1.0)
    assert math.isnan(noise_spread.slope(sizes, [1, 0, 0, 0]))


# ---- results as arrays


def test_results_are_put_where_they_belong_and_gaps_stay_open():
    given = [[{"arm": 1, "value": 4, "right": 0.5}], [{"arm": 0, "value": 2, "right": None}]]
    table = gathered(given, "right", value=(2, 4), arm=(0, 1))
    assert table.shape == (2, 2, 2)
    assert table[0, 1, 1] == 0.5
    assert np.isnan(table).sum() == 7
    middle, low, high = median_range(np.array([[1.0, np.nan], [5.0, np.nan], [3.0, np.nan]]))
    assert (middle[0], low[0], high[0]) == (3, 1, 5)
    assert np.isnan([middle[1], low[1], high[1]]).all()


@pytest.mark.parametrize("rows", [16, 64, 256])
def test_few_rows_are_as_many_as_were_asked_for(rows):
    assert noise_cases.few_moons(rows, 0.3).train_rows == rows
    digits = noise_cases.few_digits(max(32, rows))
    assert (digits.train_rows, digits.test_rows) == (max(32, rows), 450)


def test_a_study_cut_short_and_gone_on_with_gives_the_same():
    study = noise_cases.moons((0,), rows=32, noise=0.3)
    whole = [one.value for one in results(study) if one is not None]
    rest = [one.value for one in results(study, first=(0, 2)) if one is not None]
    assert rest == whole[2:]


# ---- effects


def test_b1_outputs_scatter_with_the_companions_and_less_in_larger_batches():
    table = gathered(found(noise_cases.spread(SEEDS, layer=1, updates=200, learning_rate=0.1)), "outputs",
                     batch_size=noise_cases.SIZES)  # fmt: skip
    at = dict(zip(noise_cases.SIZES, table.T, strict=True))
    assert ((at[4] > 1.1) & (at[4] < 1.4)).all()
    assert ((at[32] > 0.45) & (at[32] < 0.66)).all()
    assert ((at[256] > 0.15) & (at[256] < 0.22)).all()
    assert all(-0.65 < noise_spread.slope(noise_cases.SIZES, row, first=32) < -0.42 for row in table)


def test_f1_ghost_batches_do_better_than_the_full_batch():
    study = noise_cases.ghosts(SEEDS, rows=128)
    rows = found(study)
    right, loss, train = (gathered(rows, name, arm=range(6)) for name in
                          ("test_accuracy", "test_loss", "train_accuracy"))  # fmt: skip
    none, _, eight, sixteen, _, full = right.T
    assert ((full > 0.67) & (full < 0.83)).all()
    assert (eight - full > 0.04).all()
    assert (sixteen - full > 0.04).all()
    assert (np.abs(eight - none) < 0.08).all()  # against no norm the gain is small
    assert (loss[:, 2] < loss[:, 5]).all()
    assert (train > 0.98).all()


def test_f1b_ghost_batches_make_a_calmer_boundary():
    loss = gathered(found(noise_cases.moons(SEEDS, rows=64, noise=0.3)), "test_loss", arm=range(3))
    none, ghost, full = loss.T
    assert ((ghost > 0.2) & (ghost < 0.4)).all()
    assert (full - ghost > 0.1).all()
    assert (none - ghost > 0.1).all()


def test_f1c_with_norm_small_batches_do_better_and_without_it_does_not_matter():
    study = noise_cases.shrinking_batches(SEEDS, rows=128)
    table = gathered(found(study), "test_accuracy", value=(16, 32, 64, 128), arm=(0, 1))
    assert (table[:, 0, 1] - table[:, 3, 1] > 0.05).all()
    assert (np.abs(table[:, 0, 0] - table[:, 3, 0]) < 0.05).all()
    assert judge(table[:, 0, 1] - table[:, 3, 1], least=0.01).word == "holds"


def test_f2_small_batches_hurt_batch_norm_alone():
    study = noise_cases.small_batches(SEEDS, epochs=4, learning_rate=0.1)
    table = gathered(found(study), "test_accuracy", value=noise_cases.SMALL_SIZES, arm=range(4))
    at_two, at_four, at_most = table[:, 0], table[:, 1], table[:, -1]
    assert (at_two[:, 1] < 0.45).all()
    assert (at_two[:, [0, 2, 3]] > 0.88).all()
    assert ((at_four[:, 1] > 0.78) & (at_four[:, 1] < 0.92)).all()
    assert (at_most > 0.86).all()


def test_f7_a_little_input_noise_is_harmless_and_much_of_it_is_not():
    study = noise_cases.input_noise(SEEDS, rows=256)
    study = replace(study, options=(("levels", (0.0, 0.5, 2.0, 4.0)),), total=8)
    table = gathered(found(study), "test_accuracy", value=(0.0, 0.5, 2.0, 4.0), arm=(0, 1))[:, :, 0]
    none, half, two, four = table.T
    assert (half - none > -0.03).all()
    assert (none - two > -0.01).all()
    assert (none - four > 0.08).all()
    assert judge(four - none, least=0.01).word == "opposite"


def test_e27_dropout_changes_little_with_or_without_norm():
    study = noise_cases.noises(SEEDS, rows=256, level=0.5, dropout=0.2)
    table = gathered(found(study), "test_accuracy", kind=noise_measures.KINDS)
    assert (table > 0.86).all()
    assert (np.abs(table[:, 1:3] - table[:, :1]) < 0.06).all()
    assert (np.abs(table[:, 4:] - table[:, 3:4]) < 0.06).all()
    # The same noise measured another way: the input noise of F7 is the one of this study.
    noisy = noise_measures.with_training(study.seeded(0), input_noise=0.5)
    live = engine.train(noisy, engine=finished_engine())
    assert table[0, [1, 4]] == pytest.approx(live.final_test_accuracy)
