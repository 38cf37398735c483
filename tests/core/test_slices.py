"""Slices through the loss: exact against torch's forward pass one point at a time, and what they show."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from bnviz.core import engine, slices
from bnviz.core.armrun import loss_of
from bnviz.core.experiment import ACTIVATIONS, NORMS, Arm, Data, Experiment, Network, Training
from bnviz.core.norms import BatchOfOneError
from bnviz.core.slice_directions import (
    descent_direction,
    filter_normalized,
    random_direction,
    training_rows,
    weight_direction,
)
from bnviz.core.slices import loss_line, loss_slice

DIGITS = Experiment(Data(n=100), Network((12, 8)), (Arm("batch"),), Training(batch_size=24, steps=12))
STEPS = np.linspace(-1, 1, 5), np.array([-0.5, 0.0, 0.25])


def trained(experiment, dtype=torch.float64):
    state, _ = engine.advance(engine.start(experiment, dtype), experiment.training.steps)
    return [arm.memory for arm in state.arms]


def one_by_one(memory, rows, directions, steps, statistics):
    """The same losses from torch's own forward pass, a fresh network for each point."""
    count = memory.moments.shape[1]
    x = torch.from_numpy(rows[0]).to(torch.from_numpy(memory.values).dtype)
    y = torch.from_numpy(rows[1])
    losses = np.empty((len(steps[0]), len(steps[1])))
    for i, a in enumerate(steps[0]):
        for j, b in enumerate(steps[1]):
            values = memory.values.copy()
            values[:count] += a * directions[0] + b * directions[1]
            net = memory.with_values(values).copied().net
            with torch.no_grad():
                losses[i, j] = loss_of(net.train(statistics == "batch")(x), y)
    return losses


def both(memory, rows, directions, statistics):
    wanted = one_by_one(memory, rows, directions, STEPS, statistics)
    return wanted, loss_slice(memory, rows, directions, STEPS, statistics=statistics)


@pytest.mark.parametrize("statistics", slices.STATISTICS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("norm", NORMS)
def test_every_norm_placement_and_activation(norm, activation, statistics):
    placements = ("before", "after", ("none", "after"))
    arms = tuple(Arm(norm, placement, groups=2, ghost_size=12, eps=0.1) for placement in placements)
    experiment = replace(DIGITS, network=replace(DIGITS.network, activation=activation), arms=arms)
    rows = training_rows(experiment, slice(36))
    for memory in trained(experiment):
        rng = np.random.default_rng(1)
        everywhere = rng.standard_normal(memory.moments.shape[1]) / 5  # gamma, beta and biases too
        wanted, got = both(memory, rows, (random_direction(memory, 3), everywhere), statistics)
        np.testing.assert_allclose(got, wanted, rtol=1e-10)
        assert np.ptp(got) > 0.01


@pytest.mark.parametrize("hidden", [(), (1,), (9, 1, 5)], ids=str)
@pytest.mark.parametrize("bias", [True, False])
def test_shapes(hidden, bias):
    arms = (Arm("none"), Arm("batch"), Arm("rms", "after"))
    experiment = replace(DIGITS, network=Network(hidden, bias=bias), arms=arms)
    for memory in trained(experiment):
        directions = random_direction(memory, 1), random_direction(memory, 2)
        wanted, got = both(memory, training_rows(experiment), directions, "batch")
        np.testing.assert_allclose(got, wanted, rtol=1e-10)


def test_regression():
    experiment = replace(DIGITS, data=Data("diabetes", n=100))
    (memory,) = trained(experiment)
    rows = training_rows(experiment)
    wanted, got = both(memory, rows, (descent_direction(memory, rows), random_direction(memory, 2)), "batch")
    np.testing.assert_allclose(got, wanted, rtol=1e-10)


def test_chunks_change_nothing(monkeypatch):
    (memory,) = trained(DIGITS)
    directions, rows = (random_direction(memory, 1), random_direction(memory, 2)), training_rows(DIGITS)
    whole = loss_slice(memory, rows, directions, STEPS)
    monkeypatch.setattr(slices, "CHUNK_POINTS", 4)
    np.testing.assert_allclose(loss_slice(memory, rows, directions, STEPS), whole, rtol=1e-13)
    monkeypatch.setattr(slices, "CHUNK_BYTES", 1)
    np.testing.assert_allclose(loss_slice(memory, rows, directions, STEPS), whole, rtol=1e-13)


def test_nothing_moves_and_float32_stays_float32():
    (memory,) = trained(DIGITS, torch.float32)
    before, rows = memory.values.copy(), training_rows(DIGITS)
    directions = random_direction(memory, 1), descent_direction(memory, rows)
    grid = loss_slice(memory, rows, directions, STEPS)
    np.testing.assert_array_equal(memory.values, before)
    assert grid.dtype == np.float32
    wanted = one_by_one(memory, rows, [d.astype(np.float32) for d in directions], STEPS, "batch")
    np.testing.assert_allclose(grid, wanted, rtol=1e-4)
    np.testing.assert_array_equal(random_direction(memory, 1), directions[0])
    assert loss_slice(memory, rows, directions, (np.empty(0), STEPS[1])).shape == (0, 3)


# ---- directions


def test_a_single_weight_is_moved_alone():
    (memory,) = trained(DIGITS)
    direction = weight_direction(memory, 1, 3, 7)
    values = memory.values.copy()
    values[: direction.size] += 0.5 * direction
    moved = memory.with_values(values).copied().net.linears()[1].weight - memory.net.linears()[1].weight
    assert moved[3, 7].item() == pytest.approx(0.5)
    assert moved.abs().sum().item() == pytest.approx(0.5)
    pair = direction, weight_direction(memory, 2, 9, 0)
    wanted, got = both(memory, training_rows(DIGITS), pair, "batch")
    np.testing.assert_allclose(got, wanted, rtol=1e-10)


def test_filter_normalized_rows_are_as_long_as_the_weights():
    (memory,) = trained(DIGITS)
    direction = random_direction(memory, 5)
    moved = memory.with_values(np.concatenate([direction, np.zeros(memory.values.size - direction.size)])).copied().net
    for linear, change in zip(memory.net.linears(), moved.linears(), strict=True):
        wanted = linear.weight.detach().norm(dim=1).numpy()
        np.testing.assert_allclose(change.weight.detach().norm(dim=1).numpy(), wanted, rtol=1e-12)
        assert change.bias.abs().max() == 0
    assert not any(layer.norm.gamma.any() or layer.norm.beta.any() for layer in moved.layers())
    assert not filter_normalized(memory, np.zeros(direction.size)).any()


@pytest.mark.parametrize("statistics", slices.STATISTICS)
def test_the_loss_falls_along_descent_as_its_gradient_says(statistics):
    (memory,) = trained(DIGITS)
    rows = training_rows(DIGITS)
    direction, step = descent_direction(memory, rows, statistics=statistics), 1e-6
    low, high = loss_line(memory, rows, direction, np.array([-step, step]), statistics=statistics)
    assert (high - low) / (2 * step) == pytest.approx(-(direction @ direction), rel=1e-6)


def test_weights_before_batch_norm_may_have_any_scale():
    """BN(a W x) = BN(W x): filter-normalized slices stay, slices of fixed length and frozen statistics do not."""
    (memory,) = trained(replace(DIGITS, arms=(Arm("batch", eps=1e-14),)))
    larger = memory.copied()
    with torch.no_grad():
        larger.net.linears()[1].weight *= 10
    rows, fixed = training_rows(DIGITS), random_direction(memory, 2)

    def slice_of(which, own, statistics="batch"):
        first = random_direction(which, 1) if own else random_direction(memory, 1)
        second = random_direction(which, 2) if own else fixed
        return loss_slice(which, rows, (first, second), STEPS, statistics=statistics)

    np.testing.assert_allclose(slice_of(larger, own=True), slice_of(memory, own=True), rtol=1e-9)
    assert np.abs(slice_of(larger, own=False) / slice_of(memory, own=False) - 1).max() > 0.05
    frozen = slice_of(larger, own=True, statistics="running") / slice_of(memory, own=True, statistics="running")
    assert np.abs(frozen - 1).max() > 0.05


# ---- what is impossible is said


def test_what_cannot_be_sliced_is_said_plainly():
    (memory,) = trained(DIGITS)
    rows, direction = training_rows(DIGITS), random_direction(memory, 1)
    with pytest.raises(ValueError, match="'eval' came; one of batch, running is needed"):
        loss_line(memory, rows, direction, STEPS[0], statistics="eval")
    with pytest.raises(ValueError, match=r"direction of shape \(3,\) came; "):
        loss_slice(memory, rows, (direction, direction[:3]), STEPS)
    with pytest.raises(ValueError, match=r"x of shape \(5, 64\) and y of shape \(4,\) came"):
        loss_line(memory, (rows[0][:5], rows[1][:4]), direction, STEPS[0])
    with pytest.raises(BatchOfOneError, match="1 rows came"):
        loss_line(memory, training_rows(DIGITS, slice(1)), direction, STEPS[0])
    assert np.isfinite(
        loss_line(memory, training_rows(DIGITS, slice(1)), direction, STEPS[0], statistics="running")
    ).all()
    with pytest.raises(ValueError, match="Layer 3 came; a number from 0 to 2"):
        weight_direction(memory, 3, 0, 0)
    with pytest.raises(ValueError, match="layer 1 has 8 units of 12 weights"):
        weight_direction(memory, 1, 8, 0)


def test_convolutions_are_not_sliced():
    (memory,) = trained(replace(DIGITS, network=Network((4,), kind="conv"), training=Training(batch_size=8, steps=1)))
    with pytest.raises(ValueError, match="slices are for dense ones"):
        loss_line(memory, training_rows(DIGITS), np.zeros(memory.moments.shape[1]), STEPS[0])


def test_ghost_batches_of_one_row():
    (memory,) = trained(replace(DIGITS, arms=(Arm("batch_ghost", ghost_size=8),)))
    with pytest.raises(BatchOfOneError, match="17 rows came"):
        loss_line(memory, training_rows(DIGITS, slice(17)), random_direction(memory, 1), STEPS[0])


# ---- the claim of Li et al. 2018, small


def test_the_slice_of_batch_norm_is_flat_with_batch_statistics_and_steep_with_frozen_ones():
    """5 x 64 ReLU on digits after 300 updates: mean loss one filter-normalized step away, in eight directions."""
    none, batch = trained(Experiment(arms=(Arm("none"), Arm("batch"))), torch.float32)
    rows, angles = training_rows(Experiment(), slice(400)), np.linspace(0, 2 * np.pi, 8, endpoint=False)

    def far(memory, statistics):
        grid = loss_slice(
            memory, rows, (random_direction(memory, 1), random_direction(memory, 2)),
            (np.cos(angles), np.sin(angles)), statistics=statistics,
        )  # fmt: skip
        return np.diagonal(grid).mean()

    fresh, frozen, bare = far(batch, "batch"), far(batch, "running"), far(none, "batch")
    assert fresh < 5 < min(frozen, bare)
    assert min(frozen, bare) > 2.5 * fresh


def test_a_convolutional_network_is_refused_in_words():
    experiment = Experiment(Data(n=60), Network((4,), kind="conv"), (Arm("batch"),), Training(batch_size=8, steps=2))
    memory = trained(experiment)[0]
    direction = np.zeros(memory.moments.shape[1])
    with pytest.raises(ValueError, match="convolutional network"):
        loss_line(memory, (np.zeros((4, 64)), np.zeros(4, int)), direction, np.zeros(2), statistics="running")
