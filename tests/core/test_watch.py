"""A watched run is the run of the engine, looked at more closely."""

import numpy as np
import pytest
import torch
from torch import nn

from bnviz.core import engine
from bnviz.core.data import batch_rows
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.watch import looked_at, watch, watched, without_norm

SMALL = Experiment(
    network=Network((12, 10)), arms=(Arm("batch", momentum=0.3),), training=Training(batch_size=16, steps=30)
)


@pytest.mark.parametrize("order", ["shuffled", "by_class", "fixed"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_weights_are_those_of_the_engine_to_the_last_bit(order, dtype):
    training = Training(batch_size=16, steps=30, order=order)
    experiment = Experiment(network=SMALL.network, arms=(Arm("batch"), Arm("none")), training=training)
    state, _ = engine.advance(engine.start(experiment, dtype), 30, engine="torch")
    for arm in (0, 1):
        last = watched(experiment, arm, dtype=dtype).moments[-1]
        for ours, theirs in zip(last.linears, state.arms[arm].net.linears(), strict=True):
            assert torch.equal(ours.weight, theirs.weight)
            assert torch.equal(ours.bias, theirs.bias)


@pytest.mark.parametrize("momentum", [0.001, 0.3, 0.99])
def test_averages_for_another_momentum_are_those_of_a_run_with_it(momentum):
    run = watched(SMALL, dtype=torch.float64)
    experiment = Experiment(network=SMALL.network, arms=(Arm("batch", momentum=momentum),), training=SMALL.training)
    state, _ = engine.advance(engine.start(experiment, torch.float64), 30, engine="torch")
    for layer, (mean, var) in zip(state.arms[0].net.layers(), run.tracked(momentum)[-1], strict=True):
        np.testing.assert_allclose(mean, layer.norm.running_mean.numpy(), rtol=0, atol=1e-12)
        np.testing.assert_allclose(var, layer.norm.running_var.numpy(), rtol=1e-12, atol=1e-12)


def test_averages_of_the_first_layer_are_those_of_torchs_own_layer():
    """Learning rate so small that the weights stay: then torch's layer can be fed with the same batches."""
    experiment = Experiment(
        network=Network((6,)), arms=(Arm("batch"),),
        training=Training(batch_size=32, steps=20, learning_rate=1e-6),
    )  # fmt: skip
    run = watched(experiment, dtype=torch.float64)
    norm, (weight, bias) = nn.BatchNorm1d(6).double(), run.moments[0].linears[0]
    for step in range(20):
        rows = batch_rows(run.data, "shuffled", 32, step, 0)
        norm(torch.from_numpy(run.data.x_train[rows]) @ weight.T + bias)
    np.testing.assert_allclose(run.averages(0, 0.1).mean[-1], norm.running_mean.numpy(), atol=1e-4)
    np.testing.assert_allclose(run.averages(0, 0.1).var[-1], norm.running_var.numpy(), rtol=1e-4)


def test_biased_averages_are_smaller_by_bessels_factor():
    run = watched(SMALL)
    ours, torchs = (run.averages(1, 1.0, biased=biased).var[1:] for biased in (True, False))
    np.testing.assert_allclose(ours, torchs * 15 / 16, rtol=1e-12)


def test_the_network_is_kept_at_the_beginning_now_and_then_and_at_the_end():
    assert looked_at(7) == tuple(range(8))
    steps = looked_at(1000)
    assert steps[:12] == (*range(11), 15)
    assert {50, 100, 200, 300, 1000} <= set(steps)
    assert len(steps) < 70
    run = watched(SMALL)
    assert run.steps == looked_at(30)
    assert [run.place(step) for step in (0, 3, 12, 30, 999)] == [0, 3, 10, len(run.steps) - 1, len(run.steps) - 1]


def test_progress_is_told_on_the_way():
    told = list(watch(SMALL))
    assert [made for made, _ in told] == [20, 30]
    assert [run is None for _, run in told] == [True, False]


def test_a_diverged_run_ends_at_the_last_sound_look():
    experiment = Experiment(
        network=Network((32,) * 4, gain=8.0), training=Training(steps=20, learning_rate=50.0), arms=(Arm("none"),)
    )
    run = watched(experiment)
    assert 0 < run.diverged_at < 20
    assert run.updates < run.diverged_at + 1
    assert all(torch.isfinite(linear.weight).all() for moment in run.moments for linear in moment.linears)
    assert run.nbytes > 0


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(arms=(Arm("layer"),)),
        Experiment(arms=(Arm("batch", "after"),)),
        Experiment(arms=(Arm("batch", dropout=0.1),)),
        Experiment(arms=(Arm("batch"),), training=Training(input_noise=0.5)),
    ],
)
def test_what_cannot_be_watched_is_said(experiment):
    with pytest.raises(ValueError, match="came"):
        watched(experiment)


def test_without_norm_nothing_else_differs():
    bare = without_norm(SMALL)
    assert bare.arms == (Arm("none"),)
    assert (bare.data, bare.network, bare.training, bare.seed) == (
        SMALL.data, SMALL.network, SMALL.training, SMALL.seed,
    )  # fmt: skip
    assert watched(bare).batch_mean == ()


def test_a_regression_is_watched_too():
    experiment = Experiment(
        data=Data("diabetes"), network=Network((8,)), arms=(Arm("batch"),), training=Training(batch_size=16, steps=5)
    )
    assert watched(experiment).updates == 5
