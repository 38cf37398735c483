"""The norms against torch in float64, by hand, and on inputs that hurt."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from bnviz.core.experiment import Arm
from bnviz.core.layers import BatchNorm, Norm, make_norm
from bnviz.core.norms import (
    KINDS,
    BatchOfOneError,
    apply_norm,
    averaged_axes,
    backward,
    forward,
    inference,
    moving_average,
    unbiased,
)
from bnviz.core.streams import NORM_NOISE, StepDraws, generator

EPS, N, C, GROUPS = 1e-5, 7, 6, 3


def draw(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(1.5, 2.0, shape))


def affine(seed=1):
    return draw(C, seed=seed), draw(C, seed=seed + 1)


def torch_norm(kind, dims):
    """torch's own module with the same meaning, for C features."""
    batch, group = (nn.BatchNorm1d if dims == 2 else nn.BatchNorm2d), nn.GroupNorm
    return {
        "batch": lambda: batch(C, eps=EPS),
        "layer": lambda: nn.LayerNorm(C, eps=EPS) if dims == 2 else group(1, C, eps=EPS),
        "group": lambda: group(GROUPS, C, eps=EPS),
        "instance": lambda: nn.InstanceNorm2d(C, eps=EPS, affine=True),
        "rms": lambda: nn.RMSNorm(C, eps=EPS),
    }[kind]().double()


SHAPES = {2: (N, C), 4: (N, C, 3, 5)}
CASES = [(kind, dims) for kind in KINDS for dims in (2, 4) if (kind, dims) not in (("instance", 2), ("rms", 4))]


@pytest.mark.parametrize(("kind", "dims"), CASES)
def test_forward_and_backward_are_those_of_torch(kind, dims):
    x, upstream = draw(*SHAPES[dims]), draw(*SHAPES[dims], seed=5)
    gamma, beta = affine()
    module, leaf = torch_norm(kind, dims), x.clone().requires_grad_()
    with torch.no_grad():
        module.weight.copy_(gamma)
        if kind != "rms":
            module.bias.copy_(beta)
    shift = torch.zeros(C).double() if kind == "rms" else beta
    theirs = module(leaf)
    theirs.backward(upstream)
    ours, cache = forward(x, gamma, shift, kind, eps=EPS, groups=GROUPS)
    grad_x, grad_gamma, grad_beta = backward(upstream, gamma, cache, kind)
    torch.testing.assert_close(ours, theirs.detach(), rtol=0, atol=1e-12)
    torch.testing.assert_close(grad_x, leaf.grad, rtol=0, atol=1e-12)
    torch.testing.assert_close(grad_gamma, module.weight.grad, rtol=0, atol=1e-11)
    if kind != "rms":
        torch.testing.assert_close(grad_beta, module.bias.grad, rtol=0, atol=1e-11)


def test_rms_norm_of_images_averages_channels_and_positions():
    x, (gamma, beta) = draw(*SHAPES[4]), affine()
    y, _ = forward(x, gamma, beta, "rms", eps=EPS)
    plain = F.rms_norm(x, list(SHAPES[4][1:]), eps=EPS)
    torch.testing.assert_close(y, gamma[:, None, None] * plain + beta[:, None, None], rtol=0, atol=1e-12)


@pytest.mark.parametrize(("kind", "dims"), [*CASES, ("rms", 4)])
def test_first_and_second_derivatives_agree_with_differences(kind, dims):
    shape = (4, C) if dims == 2 else (2, C, 1, 2)
    inputs = [tensor.requires_grad_() for tensor in (draw(*shape), *affine())]

    def y(x, gamma, beta):
        return apply_norm(x, gamma, beta, kind, EPS, GROUPS)[0]

    assert torch.autograd.gradcheck(y, inputs)
    assert torch.autograd.gradgradcheck(y, inputs)


def test_a_row_worked_by_hand():
    # mean 4, squares around it 9, 1, 1, 9, var 5, std of 5 + 4 = 3
    x, one, two = torch.tensor([[1.0], [3.0], [5.0], [7.0]]).double(), torch.ones(1).double(), torch.tensor([2.0])
    y, cache = forward(x, two.double(), one, "batch", eps=4.0)
    assert (cache.mean.item(), cache.var.item()) == (4.0, 5.0)
    assert cache.x_hat.flatten().tolist() == pytest.approx([-1, -1 / 3, 1 / 3, 1])
    assert y.flatten().tolist() == pytest.approx([-1, 1 / 3, 5 / 3, 3])
    # grad_x = 2/3 (dy - mean(dy) - x_hat mean(dy x_hat)) with dy = (1, 0, 0, 0): mean(dy) = 1/4, mean(dy x_hat) = -1/4
    upstream = torch.tensor([[1.0], [0.0], [0.0], [0.0]]).double()
    grad_x, grad_gamma, grad_beta = backward(upstream, two.double(), cache, "batch")
    assert grad_x.flatten().tolist() == pytest.approx([1 / 3, -2 / 9, -1 / 9, 0])
    assert (grad_gamma.item(), grad_beta.item()) == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("layer", [-1.3416408, -0.4472136, 0.4472136, 1.3416408]),  # (x - 4) / sqrt(5)
        ("group", [-1.0, 1.0, -1.0, 1.0]),  # (1, 3) around 2 and (5, 7) around 6, both with std 1
        ("rms", [0.2182179, 0.6546537, 1.0910895, 1.5275252]),  # x / sqrt(21)
    ],
)
def test_one_row_by_hand(kind, wanted):
    x = torch.tensor([[1.0, 3.0, 5.0, 7.0]]).double()
    y, _ = forward(x, torch.ones(4).double(), torch.zeros(4).double(), kind, eps=1e-14, groups=2)
    assert y.flatten().tolist() == pytest.approx(wanted, abs=1e-7)


# ---- inputs that hurt


def test_large_mean_in_float32():
    spread = draw(64, 1).float() / 2
    x = 1e4 + spread
    exact = (x.double() - x.double().mean()) / x.double().std(correction=0)
    y, _ = forward(x, torch.ones(1), torch.zeros(1), "batch", eps=EPS)
    assert (y.double() - exact).abs().max() < 2e-3  # the mean itself is rounded to 1e-3
    one_pass = (x.square().mean() - x.mean().square()).item()
    assert abs(one_pass / x.double().var(correction=0).item() - 1) > 0.5


@pytest.mark.parametrize(("value", "most"), [(3.0, 1e-4), (1e4, 0.5)])
def test_constant_column_stays_near_zero(value, most):
    x, gamma = torch.full((60, 2), value), torch.ones(2)
    y, cache = forward(x, gamma, torch.zeros(2), "batch", eps=EPS)  # rounding of the mean is divided by sqrt(eps)
    assert y.abs().max() <= most
    assert torch.isfinite(backward(y + 1, gamma, cache, "batch")[0]).all()


def test_batch_of_one_is_refused():
    for shape in ((1, C), (1, C, 1, 1)):
        with pytest.raises(BatchOfOneError, match="at least 2 rows"):
            forward(draw(*shape), *affine(), "batch", eps=EPS)


def test_one_image_is_a_batch_of_positions():
    x, (gamma, beta) = draw(1, C, 2, 2), affine()
    batch, instance = (forward(x, gamma, beta, kind, eps=EPS)[0] for kind in ("batch", "instance"))
    torch.testing.assert_close(batch, instance)


def test_two_rows_keep_only_the_sign():
    x = draw(2, C)
    half = (x[0] - x[1]) / 2
    y, _ = forward(x, torch.ones(C).double(), torch.zeros(C).double(), "batch", eps=EPS)
    wanted = half / (half.square() + EPS).sqrt()
    torch.testing.assert_close(y, torch.stack([wanted, -wanted]))


def test_what_cannot_be_done_is_said():
    x, (gamma, beta) = draw(N, C), affine()
    with pytest.raises(ValueError, match="6 features cannot be cut into 4"):
        forward(x, gamma, beta, "group", eps=EPS, groups=4)
    with pytest.raises(ValueError, match="give N x C x H x W"):
        forward(x, gamma, beta, "instance", eps=EPS)
    with pytest.raises(ValueError, match="'Batch' came; one of batch, layer"):
        averaged_axes("Batch", 2)


# ---- facts


def test_gradient_by_x_sums_to_zero_and_is_nearly_orthogonal_to_x_hat():
    x, upstream, (gamma, beta) = draw(N, C), draw(N, C, seed=5), affine()
    _, cache = forward(x, gamma, beta, "batch", eps=0.1)
    grad_x, grad_gamma, _ = backward(upstream, gamma, cache, "batch")
    assert grad_x.sum(0).abs().max() < 1e-13
    left_over = gamma * cache.inv_std[0] * grad_gamma * 0.1 / (cache.var[0] + 0.1)
    torch.testing.assert_close((grad_x * cache.x_hat).sum(0), left_over)


def test_mean_and_variance_are_no_constants():
    x, upstream, (gamma, beta) = draw(N, C), draw(N, C, seed=5), affine()
    _, cache = forward(x, gamma, beta, "batch", eps=EPS)
    grad_x, *_ = backward(upstream, gamma, cache, "batch")
    assert (grad_x - upstream * gamma * cache.inv_std).abs().max() > 0.1


def test_gamma_and_beta_can_undo_the_norm_of_one_batch_only():
    x, other = draw(N, C), draw(N, C, seed=9)
    gamma, beta = (x.var(0, correction=0) + EPS).sqrt(), x.mean(0)
    torch.testing.assert_close(forward(x, gamma, beta, "batch", eps=EPS)[0], x)
    assert (forward(other, gamma, beta, "batch", eps=EPS)[0] - other).abs().max() > 0.1


def test_scale_of_the_weights_before_the_norm_does_not_matter():
    x, weight, upstream = draw(N, 4), draw(C, 4, seed=3), draw(N, C, seed=5)
    gamma, beta = affine()

    def run(factor):
        w = (factor * weight).requires_grad_()
        bias = torch.zeros(C).double().requires_grad_()
        y = apply_norm(x @ w.T + bias, gamma, beta, "batch", 1e-14, 1)[0]
        y.backward(upstream)
        return y.detach(), w.grad, bias.grad

    (y, grad, bias_grad), (y10, grad10, _), (flipped, *_) = run(1.0), run(10.0), run(-1.0)
    torch.testing.assert_close(y10, y)
    torch.testing.assert_close(grad10, grad / 10)
    torch.testing.assert_close(flipped - beta, beta - y)
    assert (grad * weight).sum(1).abs().max() < 1e-12  # orthogonal, unit by unit
    assert bias_grad.abs().max() < 1e-12


def test_images_are_rows_of_positions():
    x, (gamma, beta) = draw(*SHAPES[4]), affine()
    y, _ = forward(x, gamma, beta, "batch", eps=EPS)
    rows, _ = forward(x.permute(0, 2, 3, 1).reshape(-1, C), gamma, beta, "batch", eps=EPS)
    torch.testing.assert_close(y.permute(0, 2, 3, 1).reshape(-1, C), rows)


@pytest.mark.parametrize("dims", [2, 4])
def test_eval_mode_is_that_of_torch_and_blind_to_the_rest_of_the_batch(dims):
    x, (gamma, beta), mean, var = draw(*SHAPES[dims]), affine(), draw(C, seed=7), draw(C, seed=8).abs() + 0.1
    y = inference(x, gamma, beta, mean, var, EPS)
    torch.testing.assert_close(y, F.batch_norm(x, mean, var, gamma, beta, False, eps=EPS), rtol=0, atol=1e-12)
    torch.testing.assert_close(inference(x[:1], gamma, beta, mean, var, EPS), y[:1], rtol=0, atol=0)


def test_eval_mode_folds_into_the_layer_before():
    x, weight, bias = draw(N, 4), draw(C, 4, seed=3), draw(C, seed=4)
    (gamma, beta), mean, var = affine(), draw(C, seed=7), draw(C, seed=8).abs() + 0.1
    scale = gamma / (var + EPS).sqrt()
    folded = x @ (scale[:, None] * weight).T + (bias - mean) * scale + beta
    torch.testing.assert_close(inference(x @ weight.T + bias, gamma, beta, mean, var, EPS), folded)


# ---- running averages and the layers


def twins(momentum=0.1, **settings):
    ours = BatchNorm(C, eps=EPS, momentum=momentum, **settings).double()
    theirs = nn.BatchNorm1d(C, eps=EPS, momentum=momentum).double()
    return ours, theirs


def assert_same_averages(ours, theirs):
    torch.testing.assert_close(ours.running_mean, theirs.running_mean, rtol=0, atol=1e-12)
    torch.testing.assert_close(ours.running_var, theirs.running_var, rtol=0, atol=1e-12)


@pytest.mark.parametrize("momentum", [0.0, 0.01, 0.1, 0.99, 1.0])
def test_running_averages_and_eval_mode_are_those_of_torch(momentum):
    ours, theirs = twins(momentum)
    for seed in range(5):
        x = draw(N, C, seed=seed)
        torch.testing.assert_close(ours(x), theirs(x), rtol=0, atol=1e-12)
    assert_same_averages(ours, theirs)
    kept = ours.running_mean.clone()
    torch.testing.assert_close(ours.eval()(x), theirs.eval()(x), rtol=0, atol=1e-12)
    assert torch.equal(ours.running_mean, kept)


def test_same_batch_again_and_again_has_a_closed_form():
    layer, x, t, m = BatchNorm(C, eps=EPS, momentum=0.1).double(), draw(N, C), 44, 0.1
    for _ in range(t):
        layer(x)
    left = (1 - m) ** t
    assert left < 0.01 < (1 - m) ** (t - 1)
    torch.testing.assert_close(layer.running_mean, x.mean(0) * (1 - left))
    torch.testing.assert_close(layer.running_var, x.var(0, correction=1) * (1 - left) + left)


def test_momentum_weighs_the_new_batch():
    running = torch.tensor([1.0])
    moving_average(running, torch.tensor([11.0]), 0.1)
    assert running.item() == 2.0
    assert unbiased(torch.tensor(3.0), 4).item() == 4.0


def test_probing_in_train_mode_moves_the_averages():
    layer = BatchNorm(C, eps=EPS, momentum=0.1).double()
    with torch.no_grad():
        layer(draw(N, C))
    assert (layer.running_mean != 0).all()


def test_ghost_batches_are_chunks_in_turn():
    ours, theirs = twins(ghost_size=4)
    for seed in range(3):
        x = draw(12, C, seed=seed)
        torch.testing.assert_close(ours(x), torch.cat([theirs(part) for part in x.split(4)]), rtol=0, atol=1e-12)
    assert_same_averages(ours, theirs)
    torch.testing.assert_close(ours.eval()(x), theirs.eval()(x), rtol=0, atol=1e-12)


def test_ghost_batch_of_everything_is_plain():
    ghost, plain = (BatchNorm(C, eps=EPS, momentum=0.1, ghost_size=size).double() for size in (12, 0))
    x = draw(12, C)
    assert torch.equal(ghost(x), plain(x))
    assert (BatchNorm(C, eps=EPS, momentum=0.1, ghost_size=4).double()(x) - plain(x)).abs().max() > 0.1


def test_noisy_batch_norm():
    noisy, plain, x = make_norm(Arm("batch_noisy"), C).double(), make_norm(Arm("batch"), C).double(), draw(500, C)
    y, clean = noisy(x, StepDraws(3, 8)).detach(), plain(x).detach()
    assert torch.equal(noisy(x, StepDraws(3, 8)), y)
    assert (noisy(x, StepDraws(3, 9)) - y).abs().max() > 0.01
    rng = generator(3, NORM_NOISE, 8)
    mean, scale = rng.random((1, C)) - 0.5, 1 + rng.random((1, C)) / 4  # U(-.5, .5) and U(1, 1.25), one a unit
    factor = scale + 0.1 * rng.standard_normal((500, C))
    shift = mean + 0.1 * rng.standard_normal((500, C))
    torch.testing.assert_close(y, clean * torch.from_numpy(factor) + torch.from_numpy(shift))
    for _ in range(2):
        plain(x)  # the noise does not reach the running averages
    assert torch.equal(noisy.eval()(x, StepDraws(3, 8)), plain.eval()(x))


@pytest.mark.parametrize(
    ("arm", "learned"),
    [
        (Arm("batch"), ["gamma", "beta"]),
        (Arm("batch_ghost"), ["gamma", "beta"]),
        (Arm("batch_noisy"), ["gamma", "beta"]),
        (Arm("batch_no_affine"), []),
        (Arm("layer"), ["gamma", "beta"]),
        (Arm("group"), ["gamma", "beta"]),
        (Arm("rms"), ["gamma"]),
    ],
    ids=lambda value: value.norm if isinstance(value, Arm) else "",
)
def test_what_a_layer_learns(arm, learned):
    layer = make_norm(arm, 16)
    assert [name for name, _ in layer.named_parameters()] == learned
    assert (layer.gamma == 1).all()
    assert (layer.beta == 0).all()


def test_layer_takes_its_settings_from_the_arm():
    layer = make_norm(Arm("batch_ghost", eps=0.5, momentum=0.3, ghost_size=4), C)
    assert (layer.eps, layer.momentum, layer.ghost_size, layer.noisy) == (0.5, 0.3, 4, False)
    assert make_norm(Arm("batch", ghost_size=4), C).ghost_size == 0
    group = make_norm(Arm("group", eps=0.5, groups=2), C)
    x = draw(N, C).float()
    torch.testing.assert_close(group(x), F.group_norm(x, 2, eps=0.5))


@pytest.mark.parametrize("kind", ["layer", "group", "rms"])
def test_norms_within_a_row_are_the_same_in_eval_mode(kind):
    layer, x = Norm(kind, C, eps=EPS, groups=2).double(), draw(N, C)
    y = layer(x)
    torch.testing.assert_close(layer.eval()(x[:1]), y[:1])
