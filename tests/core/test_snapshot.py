"""A moment of a run: its numbers are those that were recorded, its gradients those that autograd gives."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from bnviz.core import reached
from bnviz.core import snapshot as module
from bnviz.core.engine import advance, start, train
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.norms import Cache, backward, forward
from bnviz.core.snapshot import snapshot

KINDS = ("batch", "layer", "group", "rms", "batch_no_affine", "batch_noisy")
RUN = Experiment(
    data=Data(n=200),
    network=Network(hidden=(16, 8)),
    arms=(Arm("none"), *(Arm(kind) for kind in KINDS[:5])),
    training=Training(batch_size=32, steps=40, dropout=0.2, input_noise=0.1),
)
MIXED = replace(RUN, arms=(Arm("batch_noisy", "after"), Arm("batch", ("none", "after")), Arm("batch_ghost")))


@pytest.fixture(scope="module")
def recordings():
    return {experiment: train(experiment) for experiment in (RUN, MIXED)}


def assert_recorded(recording, arm, step, layer):
    moment, frame = snapshot(recording.experiment, arm, step), list(recording.steps).index(step)
    seen, at = moment.layers[layer], (frame, arm, layer)
    units = seen.h.shape[1]
    for name, values in (("batch_mean", seen.h.mean(0)), ("batch_var", seen.h.var(0)), ("gamma", seen.gamma)):
        np.testing.assert_allclose(getattr(recording, name)[at][:units], values, rtol=0, atol=1e-6)
    if seen.running_mean is not None:
        np.testing.assert_array_equal(recording.running_mean[at][:units], seen.running_mean)
        np.testing.assert_array_equal(recording.running_var[at][:units], seen.running_var)
    if step < recording.experiment.training.steps:
        assert moment.loss == recording.train_loss[step, arm]


@pytest.mark.parametrize("step", [0, 7, 40])
@pytest.mark.parametrize("arm", range(1, 6))
def test_a_moment_is_what_was_recorded(recordings, arm, step):
    for layer in (0, 1):
        assert_recorded(recordings[RUN], arm, step, layer)


@pytest.mark.parametrize(("arm", "layer"), [(0, 0), (0, 1), (1, 1), (2, 0)])
def test_other_placements_are_what_was_recorded(recordings, arm, layer):
    assert_recorded(recordings[MIXED], arm, 12, layer)


def test_a_bare_layer_has_no_norm_to_look_into():
    assert snapshot(RUN, 0, 3).layers == (None, None)
    assert snapshot(MIXED, 1, 3).layers[0] is None


def gradients(experiment, arm, step):
    """The gradients of gamma by autograd, from one training-mode pass of a fresh copy."""
    state = start(experiment)
    state, _ = advance(state, step, engine="torch") if step else (state, None)
    net, moment = state.arms[arm].copied().net, snapshot(experiment, arm, step)
    probe = module.ArmRun(
        state.arms[arm],
        step,
        0,
        module.blank(experiment, module.load(experiment.data, experiment.seed), step, step + 1),
    )
    draws = module.StepDraws(experiment.seed, step)
    x, y = probe.batch(step, draws)
    module.loss_of(net.train()(x, dropout=experiment.training.dropout, draws=draws), y).backward()
    return net, moment


@pytest.mark.parametrize("arm", [0, 1])
def test_the_upstream_gradient_gives_autograds_gradients(arm):
    """Also for noisy batch norm, whose disturbance comes after what the snapshot calls grad_y."""
    net, moment = gradients(MIXED, arm, 5)
    seen, norm = moment.layers[1], net.layers()[1].norm
    h, gamma = torch.from_numpy(seen.h), torch.from_numpy(seen.gamma)
    _, cache = forward(h, gamma, torch.from_numpy(seen.beta), "batch", eps=seen.eps)
    _, grad_gamma, grad_beta = backward(torch.from_numpy(seen.grad_y), gamma, Cache(*cache), "batch")
    torch.testing.assert_close(grad_gamma, norm.gamma.grad, rtol=1e-4, atol=1e-7)
    torch.testing.assert_close(grad_beta, norm.beta.grad, rtol=1e-4, atol=1e-7)


def test_the_linear_layer_before_the_norm_gives_its_input():
    seen = snapshot(RUN, 1, 9).layers[1]
    np.testing.assert_allclose(seen.x @ seen.weight.T + seen.bias, seen.h, rtol=0, atol=1e-5)


def test_looking_moves_nothing():
    before = snapshot(RUN, 1, 9)
    values = before.state.memory.values.copy()
    module._snapshot.cache_clear()
    reached._states.clear()
    again = snapshot(RUN, 1, 9)
    net = again.net().train()
    net(torch.zeros(4, 64))
    np.testing.assert_array_equal(again.state.memory.values, values)
    np.testing.assert_array_equal(before.layers[0].running_mean, snapshot(RUN, 1, 9).layers[0].running_mean)


def test_going_on_from_an_earlier_moment_changes_no_number():
    module._snapshot.cache_clear()
    reached._states.clear()
    far = snapshot(RUN, 1, 20).layers[0].h
    module._snapshot.cache_clear()
    reached._states.clear()
    snapshot(RUN, 1, 4)
    np.testing.assert_array_equal(snapshot(RUN, 1, 20).layers[0].h, far)


def test_an_arm_that_diverged_is_seen_at_its_last_finite_step():
    wild = Experiment(arms=(Arm("none"), Arm("batch")), training=Training(learning_rate=1.6, steps=40))
    moment = snapshot(wild, 0, 40)
    assert moment.diverged_at > 0
    assert moment.step == moment.diverged_at - 1
    assert np.isfinite(moment.loss)


@pytest.mark.parametrize(("arm", "step", "said"), [(6, 0, "arms 0 to 5"), (-1, 0, "Arm -1"), (0, 41, "steps 0 to 40")])
def test_what_is_not_there_is_said(arm, step, said):
    with pytest.raises(ValueError, match=said):
        snapshot(RUN, arm, step)
