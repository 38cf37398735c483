"""Each claim of the lab of rates, put to the test on two seeds by the same functions that the lab uses.

The bounds are the smallest and the largest value over 24 seeds, with a little room for other seeds and machines.
"""

from functools import cache

import numpy as np
import pytest

from bnviz.core import sweep_effects as effects
from bnviz.core.experiment import Arm, Data
from bnviz.core.rate_claims import TESTS, start_verdict, verdict_of
from bnviz.core.rates import Choices, start_of, sweep_of
from bnviz.core.start_signal import Start, start_signal
from bnviz.core.sweep_run import run
from bnviz.core.sweep_table import SweepTable

PAIR = ("none", "batch")
RATES = Choices(low=0.1, high=6.4, values=7, arms=PAIR, target=0.95)
SMALL = Choices(low=0.01, high=0.02, values=2, arms=PAIR)
SIGMOID = Choices(
    activation="sigmoid", layers=3, width=100, batch_size=60, updates=800, low=0.3, high=0.6, values=2, arms=PAIR
)
SCALES = Choices(part="init", scale_low=0.1, scale_high=3.2, scales=6, arms=PAIR)
START = Choices(part="init", activation="sigmoid", learning_rate=0.3, updates=400, scale_low=1, scale_high=5, scales=2,
                arms=PAIR)  # fmt: skip
TANH = Choices(part="init", activation="tanh", width=100, updates=100, scale_low=0.3, scale_high=4, scales=2, arms=PAIR)
DEEP = Choices(
    part="depth", width=50, batch_size=60, learning_rate=0.3, updates=500, depths=(5,), kinds=("sigmoid",), arms=PAIR
)


@cache
def table(chosen):
    sweep = sweep_of(chosen)
    return SweepTable(sweep, run(sweep, engine="kernel"))


def effect(claim, chosen):
    return TESTS[claim][0](table(chosen), chosen, (0, 1))


def word(claim, chosen):
    return verdict_of(claim, table(chosen), chosen).word


def test_c4_at_a_rate_of_1_6_only_batch_norm_learns():
    assert (effect("C4", RATES) > 0.8).all()
    assert word("C4", RATES) == "holds"


def test_c5_the_largest_rate_is_4_to_16_times_higher():
    assert ((effect("C5", RATES) >= 2) & (effect("C5", RATES) <= 4)).all()
    assert word("C5", RATES) == "holds"
    assert np.isin(effects.largest(table(RATES), 0), (0.2, 0.4)).all()
    assert np.isin(effects.largest(table(RATES), 1), (1.6, 3.2)).all()


def test_c7_without_norm_the_loss_explodes_or_sticks_and_never_with_it():
    exploded = effect("C7", RATES)
    assert (exploded >= 0).all()
    none = effects.of_arm(table(RATES), "test_accuracy", 0)[4]
    assert ((exploded == 1) | (none < 0.2)).all()


def test_c8_each_at_its_best_rate_batch_norm_is_faster():
    fewest = [effects.fewest_steps(table(RATES), arm) for arm in (0, 1)]
    assert ((fewest[0] >= 50) & (fewest[0] <= 220)).all()
    assert ((fewest[1] >= 10) & (fewest[1] <= 70)).all()
    assert word("C8", RATES) == "holds"


def test_c6_at_the_same_small_rate_it_is_not():
    assert ((effect("C6", SMALL) < 0.02) & (effect("C6", SMALL) > -0.12)).all()
    assert np.median(effect("C6", SMALL)) < 0
    assert word("same", SMALL) == "opposite"


def test_c1_with_sigmoids_it_is_faster_at_the_same_rate_too():
    steps = [effects.of_arm(table(SIGMOID), "steps_to", arm)[0] for arm in (0, 1)]
    assert ((steps[0] >= 450) & (steps[0] <= 780)).all()
    assert ((steps[1] >= 20) & (steps[1] <= 60)).all()
    assert word("C1", SIGMOID) == "holds"


def test_c3_more_initial_scales_work():
    works = [effects.learned(table(SCALES), arm).sum(axis=0) for arm in (0, 1)]
    assert (works[0] <= 3).all()
    assert (works[1] >= 5).all()
    assert word("C3", SCALES) == "holds"


def test_c3b_larger_weights_alone_rescue_sigmoids():
    small, large = effects.of_arm(table(START), "test_accuracy", 0)
    assert (small < 0.15).all()
    assert (large > 0.87).all()
    assert word("C3b", START) == "holds"


def test_d5_a_bad_start_of_tanh_layers_matters_less():
    small, large = effects.of_arm(table(TANH), "test_accuracy", 0)
    assert (small < 0.25).all()
    assert (large < 0.9).all()
    assert (effects.of_arm(table(TANH), "test_accuracy", 1) > 0.84).all()
    assert word("D5", TANH) == "holds"


def test_c2_deep_sigmoids_learn_with_batch_norm_only():
    none, batch = (effects.of_arm(table(DEEP), "test_accuracy", arm) for arm in (0, 1))
    assert (none < 0.13).all()
    assert (batch > 0.92).all()
    assert word("C2", DEEP) == "holds"


@pytest.mark.parametrize("seed", [0, 1])
def test_c2_it_is_the_signal_that_vanishes_and_nothing_is_saturated(seed):
    bare = start_signal(Start(5, 50, "sigmoid"), Data(), Arm("none"), seed)
    assert bare.spread[0] > 0.6
    assert bare.spread[-1] < 0.004
    assert np.all(bare.spread[1:] / bare.spread[:-1] < 0.35)
    assert bare.saturated.max() < 0.01
    larger = start_signal(Start(5, 50, "sigmoid", 5.0), Data(), Arm("none"), seed)
    assert larger.spread[-1] > 0.2


@pytest.mark.parametrize("seed", [0, 1])
def test_d4_batch_norm_makes_relu_gradients_grow_and_saves_those_of_sigmoids(seed):
    relu = {arm: start_signal(Start(20, 200, "relu"), Data(), Arm(arm), seed).growth for arm in PAIR}
    assert relu["none"] == pytest.approx(1.0, abs=0.04)
    assert relu["batch"] == pytest.approx(1.21, abs=0.02)  # Yang et al. 2019: sqrt(pi / (pi - 1))
    grads = {arm: start_signal(Start(10, 50, "sigmoid"), Data(), Arm(arm), seed).grad for arm in PAIR}
    assert 1e-6 < grads["none"][0] / grads["none"][-1] < 3e-6
    assert 0.3 < grads["batch"][0] / grads["batch"][-1] < 0.55


def test_d4_the_verdict_depends_on_the_activation():
    deep = Choices(part="start", arms=PAIR, width=200)
    assert start_of(deep) == Start(20, 200, "relu", 1.0)
    assert start_verdict(deep).word == "opposite"
    assert start_verdict(Choices(part="start", arms=PAIR, activation="sigmoid", deep=10, width=50)).word == "holds"
    assert start_verdict(Choices(arms=("batch", "layer"))) is None
