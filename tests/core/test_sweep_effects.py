"""The effects of a sweep, on outcomes that are written out by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from bnviz.core import sweep_effects as effects
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.rate_claims import TESTS, also_of, effect_of, headroom_of_others, verdict_of
from bnviz.core.rates import CLAIMS, Choices, axes_of, fitted, inside_of, norm_of, sweep_of
from bnviz.core.sweep import Axis, Sweep
from bnviz.core.sweep_table import Outcome, SweepTable

RATES = (0.1, 0.2, 0.4)
BASE = Experiment(Data("moons", n=40), Network((4,)), (Arm("none"), Arm("batch")), Training(batch_size=8, steps=50))
# for each seed, arm and rate: accuracy, steps to the target (-1: never), diverged at (-1: never)
FOUND = {
    (0, 0): [(0.95, 40, -1), (0.92, 20, -1), (0.1, -1, 3)],
    (0, 1): [(0.93, 50, -1), (0.96, 30, -1), (0.97, 10, -1)],
    (1, 0): [(0.91, 45, -1), (0.2, -1, 2), (0.1, -1, 2)],
    (1, 1): [(0.8, -1, -1), (0.95, 15, -1), (0.1, -1, 9)],
}


def table(left_out=()):
    sweep = Sweep(BASE, (Axis("training.learning_rate", RATES),), (0, 1), 0.9)
    outcomes = [
        Outcome((place,), arm, seed, 0.1, 0.1, accuracy, steps, diverged, 50, 0.0, "torch")
        for (seed, arm), cells in FOUND.items()
        for place, (accuracy, steps, diverged) in enumerate(cells)
        if (seed, arm, place) not in left_out
    ]
    return SweepTable(sweep, outcomes)


def test_each_effect_is_what_its_sentence_says():
    whole, pair = table(), (0, 1)
    assert effects.largest(whole, 0).tolist() == [0.2, 0.1]
    assert effects.largest(whole, 1).tolist() == [0.4, 0.2]
    assert effects.doublings(whole, pair).tolist() == [1, 1]
    assert effects.fewest_steps(whole, 0).tolist() == [20, 45]
    assert effects.sooner_at_best(whole, pair).tolist() == [10, 30]
    assert effects.sooner_at(whole, pair, 0).tolist() == [-10, -math.inf]
    assert effects.sooner_at(whole, pair, 2).tolist() == [math.inf, 0]
    np.testing.assert_allclose(effects.better_at(whole, pair, 0), [-0.02, -0.11])
    assert effects.more_that_learn(whole, pair).tolist() == [1, 0]
    np.testing.assert_allclose(effects.steadier(whole, pair), [0.81, -0.04])
    assert effects.explodes_at(whole, pair, 2).tolist() == [1, 0]
    np.testing.assert_allclose(effects.rescued(whole, 0, (0, 1)), [-0.03, -0.71])


def test_a_seed_that_is_not_complete_says_nothing():
    part, pair = table(left_out={(1, 0, 2)}), (0, 1)
    for name in ("doublings", "sooner_at_best", "more_that_learn", "steadier"):
        found = getattr(effects, name)(part, pair)
        assert np.isfinite(found[0]), name
        assert np.isnan(found[1]), name
    assert np.isfinite(effects.better_at(part, pair, 0)).all()


def test_never_learning_is_less_than_any_rate():
    nothing = table()
    nothing._outcomes = [
        outcome if outcome.arm else Outcome(**{**vars(outcome), "test_accuracy": 0.1}) for outcome in nothing._outcomes
    ]
    assert effects.doublings(nothing, (0, 1)).tolist() == [math.inf, math.inf]
    assert effects.doublings(nothing, (0, 0)).tolist() == [0, 0]


def test_every_claim_that_sweeps_has_a_test_and_needs_its_arms():
    assert {claim for claim in CLAIMS if claim not in TESTS} == {"D4"}
    assert verdict_of("C5", table(), Choices(arms=("none", "batch"))).seeds == 2
    assert verdict_of("C5", table(), Choices(arms=("none", "layer"))) is None
    assert verdict_of("C2", table(), Choices(arms=("none", "batch"), kinds=("relu",))).word == "few"


def test_choices_are_made_to_fit():
    wild = Choices(part="depth", arms=("batch", "batch", "none"), depths=(5, 1, 5), low=3.0, high=0.1, layer=9,
                   data="wine", batch_size=256, scale_low=2.0, scale_high=2.0)  # fmt: skip
    tame = fitted(wild)
    assert (tame.arms, tame.depths) == (("batch", "none"), (1, 5))
    assert (tame.low, tame.high, tame.scale_low, tame.scale_high) == (0.1, 3.0, 2.0, 4.0)
    assert tame.layer == 5
    assert tame.batch_size == Data("wine").train_rows
    most = fitted(Choices(part="depth", arms=("none", "batch", "after", "layer", "group", "rms"),
                          depths=tuple(range(1, 11)), kinds=("relu", "tanh", "sigmoid", "linear"),
                          seeds=12))  # fmt: skip
    assert sweep_of(most).size <= 2000


@pytest.mark.parametrize("part", ["rate", "init", "depth", "start", "inside"])
def test_every_part_is_a_sweep(part):
    sweep = sweep_of(fitted(Choices(part=part)))
    assert len(sweep.axes) == (2 if part == "depth" else 1)
    assert len(inside_of(Choices(part=part, along="scale"))) <= 12 or part == "depth"


def test_close_ends_give_fewer_values_and_group_norm_always_fits():
    assert axes_of(fitted(Choices(low=0.1, high=0.101, values=12)))[0].values[-1] == 0.2
    assert len(axes_of(Choices(low=0.1, high=0.1055, values=12))[0].values) < 12
    assert norm_of("group", 50).groups == 2
    assert norm_of("group", 7).groups == 1


def test_the_headroom_of_the_other_norms_is_measured_and_not_said_beforehand():
    base = replace(BASE, arms=(Arm("none"), Arm("batch"), Arm("layer")))
    sweep = Sweep(base, (Axis("training.learning_rate", RATES),), (0, 1), 0.9)
    works = {0: 1, 1: 3, 2: 2}  # at how many rates each arm learns: up to 0.1, 0.4 and 0.2
    outcomes = [
        Outcome((place,), arm, seed, 0.1, 0.1, 0.95 if place < works[arm] else 0.1, 9, -1, 50, 0.0, "torch")
        for seed in (0, 1)
        for arm in works
        for place in range(3)
    ]
    chosen = Choices(claim="C5", arms=("none", "batch", "layer"))
    found = headroom_of_others(SweepTable(sweep, outcomes), chosen)
    assert {name: (one.word, one.median, one.seeds) for name, one in found.items()} == {"layer": ("holds", 1.0, 2)}
    assert headroom_of_others(SweepTable(sweep, outcomes), replace(chosen, claim="C4")) == {}


@pytest.mark.parametrize(("bare", "word"), [(0.1, "holds"), (0.75, "part")])
def test_c4_needs_that_the_one_learns_and_the_other_only_guesses(bare, word):
    """With two classes 50 % is guessing; 75 % is far below 95 %, and yet it is not nothing."""
    sweep = Sweep(BASE, (Axis("training.learning_rate", (0.4, 1.6)),), (0, 1), 0.9)
    outcomes = [
        Outcome((place,), arm, seed, 0.1, 0.1, 0.95 if arm else bare, 9, -1, 50, 0.0, "torch")
        for seed in (0, 1)
        for arm in (0, 1)
        for place in (0, 1)
    ]
    chosen, found = Choices(claim="C4", arms=("none", "batch")), SweepTable(sweep, outcomes)
    assert verdict_of("C4", found, chosen).word == word
    assert effect_of("C4", found, chosen).word == "holds"
    learns, guesses = also_of("C4", found, chosen)
    assert (learns.limit.value, guesses.limit.value) == (0.9, 0.6)
    assert also_of("C6", found, chosen) == []
