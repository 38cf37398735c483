"""The effects that normalization is known for, measured live on two seeds each.

The bounds are the smallest and the largest value over 24 seeds, with a little room for other seeds and machines.
"""

from dataclasses import replace

import numpy as np
import pytest

from bnviz.core import engine
from bnviz.core.experiment import Arm, Experiment, Network, Training

SEEDS = [0, 1]
NONE, BATCH, LAYER = Arm("none"), Arm("batch"), Arm("layer")


def run(seed, network, *arms, batch_size=64, steps=300, learning_rate=0.1):
    training = Training(learning_rate=learning_rate, batch_size=batch_size, steps=steps)
    return engine.train(Experiment(network=network, arms=arms, training=training, seed=seed), engine="auto")


def steps_to(recording, arm, accuracy):
    """Updates until the test accuracy is first reached, in steps of ten."""
    tens = recording.steps % 10 == 0
    reached = recording.test_accuracy[tens, arm] >= accuracy
    return recording.steps[tens][np.argmax(reached)] if reached.any() else np.inf


def accuracy_at(recording, arm, step):
    return recording.test_accuracy[recording.steps == step, arm].item()


@pytest.mark.parametrize("seed", SEEDS)
def test_sigmoid_net_learns_far_sooner_with_batch_norm(seed):
    """Ioffe & Szegedy 2015, figure 1a."""
    network = Network((100,) * 3, "sigmoid")
    recording = run(seed, network, NONE, BATCH, learning_rate=0.3, batch_size=60, steps=800)
    assert accuracy_at(recording, 0, 100) < 0.35
    assert accuracy_at(recording, 1, 100) > 0.92
    assert 450 <= steps_to(recording, 0, 0.9) <= 760
    assert 20 <= steps_to(recording, 1, 0.9) <= 60
    assert recording.final_test_accuracy.min() > 0.9


@pytest.mark.parametrize("seed", SEEDS)
def test_deep_sigmoid_net_needs_a_norm(seed):
    recording = run(
        seed, Network((50,) * 5, "sigmoid"), NONE, BATCH, LAYER, learning_rate=0.3, batch_size=60, steps=500
    )
    none, batch, layer = recording.final_test_accuracy
    assert none < 0.13
    assert batch > 0.93
    assert 0.5 < layer <= batch


@pytest.mark.parametrize("seed", SEEDS)
def test_large_learning_rate_needs_batch_norm(seed):
    recording = run(seed, Network(), NONE, BATCH, learning_rate=1.6)
    none, batch = recording.final_test_accuracy
    assert none < 0.3
    assert batch > 0.93


@pytest.mark.parametrize("seed", SEEDS)
def test_batch_norm_keeps_tanh_out_of_saturation(seed):
    recording = run(seed, Network((100,) * 3, "tanh", gain=5.0), NONE, BATCH, batch_size=60, steps=400)
    third = recording.saturated[:, :, 2]
    assert 0.6 < third[0, 0] < 0.7
    assert 0.6 < third[-1, 0] < 0.7
    assert 0.025 < third[0, 1] < 0.04
    assert 0.03 < third[-1, 1] < 0.05


@pytest.mark.parametrize("seed", SEEDS)
def test_largest_activation_of_a_batch_is_that_of_a_normal_sample(seed):
    """The largest of 100 standard normal numbers is 2.508 on average; without a norm it follows the weights' scale."""
    network = Network((200, 100, 60))
    arms = [replace(arm, gain=gain) for gain in (0.2, 1.0, 3.0) for arm in (NONE, BATCH)]
    recording = run(seed, network, *arms, batch_size=100, steps=1)
    small, normed_small, usual, normed, large, normed_large = recording.maximum[0, :, 2]
    assert small < 0.03
    assert 1.2 < usual < 2.7
    assert large > 30
    assert [normed_small, normed_large] == pytest.approx([normed, normed], abs=0.01)
    assert 2.3 < normed < 2.8  # one batch, where the table has the mean of 13


def test_without_norm_deep_sigmoid_layers_fall_silent_and_batch_norm_keeps_them_speaking():
    """D4, C2: not saturation but a fading signal; from row to row the units of layer 5 hardly move any more."""
    experiment = Experiment(
        network=Network((50,) * 5, activation="sigmoid"),
        arms=(Arm("none"), Arm("batch")),
        training=Training(learning_rate=0.3, batch_size=60, steps=1),
    )
    recording = engine.train(experiment, engine="auto")
    pre, normalized = recording.row_std[0, :, :, 0], recording.row_std[0, :, :, 1]
    assert pre[0, 0] > 0.4
    assert (pre[0, 1:] < 0.4 * pre[0, :-1]).all()
    assert pre[0, 4] < 0.01
    np.testing.assert_allclose(normalized[1], 1.0, atol=0.02)
    assert recording.saturated[0, 0].max() < 0.01
