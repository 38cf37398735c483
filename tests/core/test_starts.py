"""First weights of zero or one constant, and residual nets without norm; batch norm's place, gamma and beta."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from bnviz.core import engine, noise_cases
from bnviz.core.codec import from_link, to_link
from bnviz.core.data import load
from bnviz.core.experiment import INITS, Arm, Data, Experiment, Network, Training
from bnviz.core.fields import FieldError
from bnviz.core.initial import first_state, first_states
from bnviz.core.network import build
from bnviz.core.noise_cases import gathered
from bnviz.core.residual import ALPHA, RELU_GAIN, REMEDIES, Residual, Weights
from bnviz.core.residual_run import net_of, variances_of
from bnviz.core.study import results
from bnviz.core.sweep import Axis, Sweep
from bnviz.ui.scenarios import scenario

SEEDS = (0, 1)
TINY = Experiment(Data("moons", n=60), Network((4, 4)), (Arm("none"), Arm("batch")), Training(batch_size=8, steps=6))


# ---- network.init


def test_the_usual_start_is_as_it_was_and_needs_no_word_in_a_link():
    """He's weights of seed 0, written down by hand."""
    net = build(Network((3,)), Arm("none"), inputs=2, outputs=2, seed=0)
    drawn = np.random.default_rng([0, 1, 0])
    np.testing.assert_array_equal(net.linears()[0].weight.detach(), math.sqrt(2 / 2) * drawn.standard_normal((3, 2)))
    np.testing.assert_array_equal(net.output.weight.detach(), math.sqrt(1 / 3) * drawn.standard_normal((2, 3)))
    assert "network.init" not in to_link(Experiment())


@pytest.mark.parametrize("init", INITS[1:])
def test_a_link_carries_another_start(init):
    experiment = replace(TINY, network=replace(TINY.network, init=init))
    assert from_link(to_link(experiment)) == (experiment, [])
    assert Experiment.from_json(experiment.to_json()) == experiment


def test_an_unknown_start_is_refused():
    with pytest.raises(FieldError, match="normal, zero, constant"):
        Network(init="ones")


@pytest.mark.parametrize(("init", "first"), [("zero", 0.0), ("constant", 3.0 / 2)])
def test_all_weights_of_a_layer_are_alike(init, first):
    net = build(Network((5, 4), init=init, gain=3.0), Arm("batch"), inputs=2, outputs=3, seed=7)
    wanted = (first, 3.0 / 5 if first else 0.0, 1 / 4 if first else 0.0)
    for linear, value in zip(net.linears(), wanted, strict=True):
        assert torch.all(linear.weight == value)
        assert torch.all(linear.bias == 0)


def test_a_constant_start_of_a_convolution():
    net = build(Network((2, 2), kind="conv", init="constant"), Arm("none"), inputs=64, outputs=10, seed=0)
    assert torch.allclose(net.linears()[0].weight, torch.tensor(1 / 9, dtype=torch.float64))
    assert torch.allclose(net.linears()[1].weight, torch.tensor(1 / 18, dtype=torch.float64))


@pytest.mark.parametrize("init", INITS)
def test_a_sweep_starts_as_a_live_run_does(init):
    experiment = replace(TINY, network=replace(TINY.network, init=init, gain=0.5))
    data = load(experiment.data, experiment.seed)
    for arm, state in zip(experiment.arms, first_states(experiment, torch.float32), strict=True):
        np.testing.assert_array_equal(
            state.memory.values, first_state(experiment, arm, data, torch.float32).memory.values
        )


@pytest.mark.parametrize("init", INITS[1:])
def test_both_engines_agree_from_other_starts(init):
    experiment = replace(TINY, network=replace(TINY.network, init=init))
    one, other = (engine.train(experiment, engine=name) for name in ("torch", "kernel"))
    np.testing.assert_allclose(one.train_loss, other.train_loss, atol=2e-6)


def test_the_start_can_be_swept():
    sweep = Sweep(TINY, (Axis("network.init", INITS),))
    assert [sweep.experiment((place,), 0).network.init for place in range(3)] == list(INITS)


def test_f8_zeros_learn_nothing_and_constants_keep_units_alike():
    rows: list[list[dict]] = [[], []]
    for one in results(noise_cases.starts(SEEDS, activation="relu")):
        if one is not None:
            rows[one.seed].append(one.value)
    right, unlike = (gathered(rows, name, init=INITS, arm=(0, 1)) for name in ("test_accuracy", "unlike"))
    assert (right[:, 0] > 0.9).all()
    assert (right[:, 1] < 0.13).all()
    assert (right[:, 2] < 0.3).all()
    assert (unlike[:, 0] > 0.5).all()
    assert (unlike[:, 1:] < 1e-6).all()


# ---- residual nets


def net(remedy: str, blocks: int = 3, width: int = 8, seed: int = 0) -> Residual:
    return Residual(remedy, inputs=5, outputs=4, blocks=blocks, width=width, seed=seed)


X = torch.from_numpy(np.random.default_rng(2).standard_normal((32, 5))).float()


def by_hand(remedy: str, made: Residual, x: torch.Tensor) -> torch.Tensor:
    """The same networks written as formulas."""
    x = F.linear(x, made.stem.weight, made.stem.bias)
    for place, block in enumerate(made.blocks):
        one, two = block.first, block.second
        if remedy == "batch":
            h = F.linear(torch.relu(F.batch_norm(x, None, None, training=True)), one.weight, one.bias)
            x = x + F.linear(torch.relu(F.batch_norm(h, None, None, training=True)), two.weight, two.bias)
        elif remedy == "nf":
            weights = [
                (w.weight - w.weight.mean(1, keepdim=True))
                / (w.weight.var(1, unbiased=False, keepdim=True) * 8 + 1e-5) ** 0.5
                for w in (one, two)
            ]
            h = RELU_GAIN * torch.relu(x / math.sqrt(1 + place * ALPHA**2)) @ weights[0].T
            x = x + ALPHA * (RELU_GAIN * torch.relu(h)) @ weights[1].T
        else:
            h = F.linear(torch.relu(x), one.weight, one.bias)
            factor = 0.0 if remedy == "skipinit" else 1.0
            x = x + factor * F.linear(torch.relu(h), two.weight, two.bias)
    return F.linear(x, made.output.weight, made.output.bias)


@pytest.mark.parametrize("remedy", REMEDIES)
def test_residual_nets_against_their_formulas(remedy):
    made = net(remedy)
    torch.testing.assert_close(made.train()(X), by_hand(remedy, made, X), atol=2e-5, rtol=1e-4)


def test_all_remedies_begin_with_the_same_stem():
    stems = [net(remedy).stem.weight for remedy in REMEDIES]
    assert all(torch.equal(stem, stems[0]) for stem in stems)
    assert not torch.equal(net("none", seed=1).stem.weight, stems[0])


@pytest.mark.parametrize("remedy", ["skipinit", "fixup"])
def test_branches_that_begin_at_nothing_can_still_be_learned(remedy):
    made = net(remedy)
    before = made.blocks[0](X @ torch.ones(5, 8))
    torch.testing.assert_close(before, X @ torch.ones(5, 8))
    if remedy == "fixup":
        made.output.weight.data += 0.1  # its own first value is 0, and hands nothing back
    F.cross_entropy(made(X), torch.arange(32) % 4).backward()
    last = made.blocks[-1]
    moved = last.alpha.grad if remedy == "skipinit" else last.second.weight.grad
    assert moved.abs().max() > 0


def test_fixup_shrinks_the_first_weights_of_a_branch():
    few, many = (net("fixup", blocks=blocks).blocks[0].first.weight for blocks in (1, 16))
    torch.testing.assert_close(many, few / 4)


def test_standardized_weights_have_mean_0_and_variance_1_over_fan_in():
    layer = Weights(np.random.default_rng(0), 64, 3, standardize=True)
    used = layer(torch.eye(64)).T.detach().numpy()
    np.testing.assert_allclose(used.mean(1), 0, atol=1e-6)
    np.testing.assert_allclose(used.var(1), 1 / 64, rtol=1e-3)


def test_an_unknown_remedy_is_refused():
    with pytest.raises(ValueError, match="skipinit"):
        net("magic")


def test_looking_at_the_variances_changes_nothing():
    experiment = Experiment(training=Training(steps=1))
    made, data = net_of("batch", experiment, {"blocks": 2, "width": 8}), load(experiment.data, 0)
    before = [tensor.clone() for tensor in made.state_dict().values()]
    assert len(variances_of(made, data)) == 3
    assert all(torch.equal(one, other) for one, other in zip(before, made.state_dict().values(), strict=True))


@pytest.mark.parametrize("seed", SEEDS)
def test_g1_variances_before_training(seed):
    experiment = Experiment(seed=seed)
    data = load(experiment.data, seed)
    found = {remedy: variances_of(net_of(remedy, experiment, {"blocks": 30, "width": 32}), data) for remedy in REMEDIES}
    ratio = {remedy: values[-1] / values[0] for remedy, values in found.items()}
    assert ratio["none"] > 1e6
    assert 20 < ratio["batch"] < 70
    assert ratio["skipinit"] == ratio["fixup"] == 1
    assert 1.5 < ratio["nf"] < 4


def test_g1_without_norm_the_remedies_learn_and_the_plain_net_does_not():
    rows: list[list[dict]] = [[], []]
    study = noise_cases.depth(SEEDS, blocks=30, width=32)
    short = replace(
        study.experiment, training=replace(study.experiment.training, steps=120)
    )  # of 200: enough to see it
    for one in results(replace(study, experiment=short)):
        if one is not None:
            rows[one.seed].append(one.value)
    right = gathered(rows, "test_accuracy", remedy=REMEDIES)
    assert (right[:, 0] < 0.2).all()
    assert (right[:, 1:] > 0.7).all()


# ---- scenarios of the training lab


def trained(name: str, seed: int):
    experiment, problems = from_link(scenario(name).settings)
    assert not problems
    return engine.train(replace(experiment, seed=seed), engine="kernel")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "ahead"), [("F5", 1), ("F5b", 0), ("F5c", 1)])
def test_f5_f5b_f5c_who_is_ahead_early_depends_on_the_rate_and_the_activation(name, ahead, seed):
    run = trained(name, seed)
    loss = run.train_loss[95:106].mean(axis=0)  # around the update of the table
    assert loss[ahead] < loss[1 - ahead]
    before, after = run.final_test_accuracy
    assert after - before > 0.02 if name == "F5c" else abs(after - before) < 0.04


@pytest.mark.parametrize("seed", SEEDS)
def test_f6_gamma_and_beta_cannot_be_missed_in_a_small_net(seed):
    run = trained("F6", seed)
    learned, fixed = run.final_test_accuracy
    assert abs(learned - fixed) < 0.02
    assert run.train_loss[-50:, 0].mean() < run.train_loss[-50:, 1].mean()
    gamma, beta = (getattr(run, name)[-1, 0] for name in ("gamma", "beta"))
    assert 1.0 < np.nanmean(gamma) < 1.25
    assert np.nanstd(beta) < 0.1
