"""Whole runs against plain torch: nn.Sequential, autograd and torch.optim, written down here once more.

Only the initial weights, the rows of each batch and the random draws are asked of bnviz.
"""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import nn

from bnviz.core import engine
from bnviz.core.data import batch_rows, load
from bnviz.core.experiment import NORMS, OPTIMIZERS, Arm, Data, Experiment, Network, Training
from bnviz.core.recording import join
from bnviz.core.streams import DROPOUT, INPUT_NOISE, NORM_NOISE, generator

STEPS, TOLERANCE = 50, 1e-9
SMALL = Data(name="digits", n=400)
RATES = {"sgd": 0.1, "momentum": 0.02, "rmsprop": 0.002, "adam": 0.003}
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "linear": nn.Identity}


class Ghost(nn.Module):
    """nn.BatchNorm1d on each chunk of rows in turn."""

    def __init__(self, units, size, settings):
        super().__init__()
        self.norm, self.size = nn.BatchNorm1d(units, **settings), size

    def forward(self, x):
        return torch.cat([self.norm(part) for part in x.split(self.size)]) if self.training else self.norm(x)


class Noisy(nn.Module):
    """nn.BatchNorm1d, then y * s + m with U(-.5, .5) and U(1, 1.25) a unit and sd .1 a row around these."""

    def __init__(self, units, clock, settings):
        super().__init__()
        self.norm, self.clock = nn.BatchNorm1d(units, **settings), clock

    def forward(self, x):
        y = self.norm(x)
        if not self.training:
            return y
        rng, units = self.clock.stream(NORM_NOISE), x.shape[1]
        mean, scale = rng.uniform(-0.5, 0.5, (1, units)), rng.uniform(1.0, 1.25, (1, units))
        factor, shift = rng.normal(scale, 0.1, x.shape), rng.normal(mean, 0.1, x.shape)
        return y * torch.from_numpy(factor) + torch.from_numpy(shift)


class Drop(nn.Module):
    """Inverted dropout with the stream's masks."""

    def __init__(self, share, clock):
        super().__init__()
        self.share, self.clock = share, clock

    def forward(self, x):
        if not self.training:
            return x
        mask = self.clock.stream(DROPOUT).random(x.shape) >= self.share
        return x * torch.from_numpy(mask / (1 - self.share))


@dataclass
class Clock:
    """Which step it is, and one generator a purpose and step."""

    seed: int
    step: int = -1

    def tick(self):
        self.step, self.streams = self.step + 1, {}

    def stream(self, purpose):
        return self.streams.setdefault(purpose, generator(self.seed, purpose, self.step))


def norm_module(arm, units, clock):
    settings = {"eps": arm.eps, "momentum": arm.momentum}
    match arm.norm:
        case "batch" | "batch_no_affine":
            return nn.BatchNorm1d(units, **settings, affine=arm.norm == "batch")
        case "batch_ghost":
            return Ghost(units, arm.ghost_size, settings)
        case "batch_noisy":
            return Noisy(units, clock, settings)
        case "layer":
            return nn.LayerNorm(units, eps=arm.eps)
        case "group":
            return nn.GroupNorm(arm.groups, units, eps=arm.eps)
        case "rms":
            return nn.RMSNorm(units, eps=arm.eps)


def reference_net(experiment, arm, data, clock):
    widths = (data.inputs, *experiment.network.hidden)
    placements = [arm.placement] * len(widths) if isinstance(arm.placement, str) else [*arm.placement]
    dropout = experiment.training.dropout if arm.dropout is None else arm.dropout
    parts = []
    for fan_in, units, placement in zip(widths, widths[1:], placements, strict=False):
        activation = ACTIVATIONS[experiment.network.activation]()
        norm = [norm_module(arm, units, clock)] if arm.norm != "none" and placement != "none" else []
        around = [*norm, activation] if placement == "before" else [activation, *norm]
        parts += [nn.Linear(fan_in, units, bias=experiment.network.bias), *around]
        parts += [Drop(dropout, clock)] if dropout else []
    return nn.Sequential(*parts, nn.Linear(widths[-1], data.outputs, bias=experiment.network.bias)).double()


def reference_optimizer(experiment, arm, net):
    name = arm.optimizer or experiment.training.optimizer
    rate = arm.learning_rate or experiment.training.learning_rate
    decay = experiment.training.weight_decay
    if name == "momentum":
        return torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9, weight_decay=decay)
    kind = {"sgd": torch.optim.SGD, "rmsprop": torch.optim.RMSprop, "adam": torch.optim.Adam}[name]
    return kind(net.parameters(), lr=rate, weight_decay=decay)


def reference_run(experiment, index):
    """Losses before each update and after the last, final test loss and accuracy, and the net."""
    arm, data, training = experiment.arms[index], load(experiment.data, experiment.seed), experiment.training
    clock = Clock(experiment.seed)
    net = reference_net(experiment, arm, data, clock)
    start = engine.start(experiment, torch.float64).arms[index].net
    linears = [part for part in net if isinstance(part, nn.Linear)]
    with torch.no_grad():
        for mine, theirs in zip(linears, start.linears(), strict=True):
            mine.load_state_dict(theirs.state_dict())
    optimizer, loss_of = reference_optimizer(experiment, arm, net), nn.CrossEntropyLoss()
    if not data.classes:
        loss_of = nn.MSELoss()
    tensors = [torch.from_numpy(array) for array in (data.x_train, data.y_train, data.x_test, data.y_test)]
    x_train, y_train, x_test, y_test = tensors
    losses, test = [], None
    for step in range(training.steps + 1):
        clock.tick()
        if step == training.steps:
            with torch.no_grad():
                output = net.eval()(x_test)
            test = loss_of(output, y_test).item(), (output.argmax(1) == y_test.squeeze()).double().mean().item()
        rows = batch_rows(data, training.order, training.batch_size, step, experiment.seed)
        x = x_train[rows]
        if training.input_noise:
            x = x + training.input_noise * torch.from_numpy(clock.stream(INPUT_NOISE).standard_normal(x.shape))
        loss = loss_of(net.train()(x), y_train[rows])
        losses.append(loss.item())
        if step < training.steps:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return np.array(losses), test, net


def check(experiment):
    state, recording = engine.advance(engine.start(experiment, torch.float64), experiment.training.steps)
    for index in range(len(experiment.arms)):
        losses, (test_loss, test_accuracy), _ = reference_run(experiment, index)
        assert np.abs(recording.train_loss[:, index] - losses).max() <= TOLERANCE
        assert np.ptp(losses) > 1e-3
        assert recording.final_test_loss[index] == pytest.approx(test_loss, abs=TOLERANCE)
        assert recording.test_loss[-1, index] == recording.final_test_loss[index]
        if load(experiment.data, 0).classes:
            assert recording.final_test_accuracy[index] == pytest.approx(test_accuracy, abs=1e-12)
            assert recording.test_accuracy[-1, index] == recording.final_test_accuracy[index]
        else:
            assert np.isnan(recording.final_test_accuracy[index])
    return state, recording


def make(*arms, data=SMALL, hidden=(12, 8), activation="relu", bias=True, seed=0, **training):
    given = {"batch_size": 24, "steps": STEPS} | training
    return Experiment(data, Network(hidden, activation, bias=bias), arms, Training(**given), seed)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("norm", NORMS)
def test_every_norm_placement_and_optimizer(norm, optimizer):
    # eps is not tiny and groups are not small: a handful of equal values (dead units, say) would be divided by almost
    # nothing, and the last digit in which any two implementations differ would grow tenfold a step.
    arms = [Arm(norm, placement, groups=2, ghost_size=12, eps=1e-3) for placement in ("before", "after")]
    check(make(*arms, hidden=(24, 16), optimizer=optimizer, learning_rate=RATES[optimizer]))


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "linear"])
def test_other_activations(activation):
    check(make(Arm("none"), Arm("batch"), Arm("rms", "after"), activation=activation))


@pytest.mark.parametrize(
    "training",
    [
        {"weight_decay": 0.05},
        # (with a bias before batch norm, whose gradient is 0 but for rounding, Adam would make steps of that rounding)
        {"weight_decay": 0.05, "optimizer": "adam", "learning_rate": 0.003, "bias": False},
        {"dropout": 0.3},
        {"input_noise": 0.5},
        {"dropout": 0.5, "input_noise": 0.2},
        {"order": "by_class"},
        {"order": "fixed"},
        {"batch_size": 300},
    ],
    ids=str,
)
def test_training_settings(training):
    check(make(Arm("none"), Arm("batch"), Arm("layer"), **training))


def test_dropout_and_norm_noise_together():
    check(make(Arm("batch_noisy"), Arm("batch_noisy", "after"), dropout=0.2))


def test_regression():
    data = Data(name="diabetes", n=300)
    check(make(Arm("none"), Arm("batch"), Arm("group", groups=2), data=data, activation="tanh"))


def test_without_biases():
    experiment = make(Arm("none"), Arm("batch"), bias=False)
    state, _ = check(experiment)
    assert all(linear.bias is None for linear in state.arms[0].net.linears())


def test_one_placement_a_layer():
    check(make(Arm("batch", ("before", "none", "after")), Arm("layer", ("none", "after", "none")), hidden=(12, 10, 8)))


def test_depth_zero_is_a_linear_model():
    experiment = make(Arm("batch"), Arm("none"), hidden=())
    _, recording = check(experiment)
    assert np.array_equal(recording.train_loss[:, 0], recording.train_loss[:, 1])


def test_arms_override_the_training():
    arms = Arm("batch", learning_rate=0.3), Arm("none", optimizer="adam", learning_rate=0.01), Arm("layer", dropout=0.4)
    check(make(*arms))


def test_gain_of_an_arm_scales_its_hidden_weights_only():
    experiment = make(Arm("none"), Arm("none", gain=3.0))
    plain, wide = (arm.net.linears() for arm in engine.start(experiment, torch.float64).arms)
    for one, other in zip(plain[:-1], wide[:-1], strict=True):
        torch.testing.assert_close(other.weight, 3 * one.weight)
    assert torch.equal(plain[-1].weight, wide[-1].weight)
    check(experiment)


def test_other_eps_and_momentum():
    check(make(Arm("batch", eps=0.5, momentum=0.7), Arm("layer", eps=0.5), Arm("rms", eps=0.5)))


def test_learned_and_tracked_numbers_are_those_of_torch():
    experiment = make(Arm("batch"), Arm("batch", "after"))
    state, recording = check(experiment)
    for index, arm in enumerate(state.arms):
        norms = [part for part in reference_run(make(*experiment.arms), index)[2] if isinstance(part, nn.BatchNorm1d)]
        for place, (ours, theirs) in enumerate(zip(arm.net.layers(), norms, strict=True)):
            assert not torch.equal(theirs.weight, torch.ones_like(theirs.weight))
            assert (ours.norm.gamma - 1).abs().max() > 1e-3
            assert ours.norm.beta.abs().max() > 1e-3
            torch.testing.assert_close(ours.norm.gamma, theirs.weight, rtol=0, atol=TOLERANCE)
            torch.testing.assert_close(ours.norm.beta, theirs.bias, rtol=0, atol=TOLERANCE)
            recorded = recording.gamma[-1, index, place, : len(theirs.weight)]
            assert recorded == pytest.approx(theirs.weight.detach().numpy(), abs=1e-6)


def test_frames_hold_the_running_averages_of_as_many_batches_as_updates():
    experiment = make(Arm("batch"), steps=20)
    _, recording = engine.advance(engine.start(experiment, torch.float64), 20)
    assert (recording.running_mean[0, 0, :, :8] == 0).all()
    assert (recording.running_var[0, 0, :, :8] == 1).all()
    m, mean, var = 0.1, np.zeros((2, 8)), np.ones((2, 8))
    for step in range(20):
        mean = (1 - m) * mean + m * recording.batch_mean[step, 0, :, :8]
        var = (1 - m) * var + m * recording.batch_var[step, 0, :, :8] * 24 / 23
        assert recording.running_mean[step + 1, 0, :, :8] == pytest.approx(mean, abs=1e-5)
        assert recording.running_var[step + 1, 0, :, :8] == pytest.approx(var, rel=1e-5)


def test_test_figures_of_a_frame_are_those_of_a_run_that_ends_there():
    recording = engine.train(make(Arm("batch"), steps=10))
    for steps in (1, 4, 5):
        short = engine.train(make(Arm("batch"), steps=steps))
        assert recording.test_loss[steps, 0] == short.final_test_loss[0]


@pytest.mark.parametrize("norm", ["batch", "layer", "group", "batch_no_affine"])
def test_every_hidden_layer_is_normalized(norm):
    experiment = make(Arm(norm, groups=2), Arm(norm, "after", groups=2), hidden=(24, 20, 16), activation="tanh")
    recording = join(engine.stream(experiment, dtype=torch.float64))
    assert recording.mean[0, :, :, 1] == pytest.approx(np.zeros((2, 3)), abs=1e-6)
    assert recording.std[0, :, :, 1] == pytest.approx(np.ones((2, 3)), abs=5e-3)  # var / (var + eps)
    assert (np.abs(recording.std[0, :, :, 0] - 1) > 0.03).any()


def test_before_and_after_differ():
    losses = engine.train(make(Arm("batch"), Arm("batch", "after"))).train_loss
    assert (np.abs(losses[:, 0] - losses[:, 1]) > 1e-3).mean() > 0.9


def test_eval_mode_uses_the_running_statistics():
    state, _ = engine.advance(engine.start(make(Arm("batch"), steps=5), torch.float64), 5)
    net, x = state.arms[0].net, torch.from_numpy(load(SMALL, 0).x_train[:24])
    before = net.train()(x), net.eval()(x)
    net.hidden[1].norm.running_mean += 1.0
    assert (net.eval()(x) - before[1]).abs().max() > 0.01
    assert torch.equal(net.train()(x), before[0])
