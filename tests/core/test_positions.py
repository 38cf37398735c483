"""Images as rows of positions, against torch's convolution and two-dimensional batch norm."""

import numpy as np
import torch
from torch.nn import functional as F

from bnviz.core.batches_facts import scaled
from bnviz.core.microscope import examine, of_layer
from bnviz.core.positions import as_rows, row_names, rows_of
from bnviz.core.snapshot import LayerSnapshot


def conv_layer(ghost_size=0):
    """A 3 x 3 convolution with 2 channels in and 3 out, on 4 images of 5 x 6."""
    rng = np.random.default_rng(0)
    x, weight, bias = rng.normal(size=(4, 2, 5, 6)), rng.normal(size=(3, 2, 3, 3)), rng.normal(size=3)
    h = F.conv2d(torch.from_numpy(x), torch.from_numpy(weight), torch.from_numpy(bias), padding=1).numpy()
    return LayerSnapshot(
        kind="batch", placement="before", h=h, grad_y=rng.normal(size=h.shape), gamma=rng.normal(size=3),
        beta=rng.normal(size=3), running_mean=np.zeros(3), running_var=np.ones(3), eps=1e-5, momentum=0.1, groups=1,
        ghost_size=ghost_size, x=x, weight=weight, bias=bias,
    )  # fmt: skip


def test_batch_norm_of_images_is_batch_norm_of_their_positions():
    layer = conv_layer()
    phases = examine(of_layer(as_rows(layer)))
    leaf, gamma, beta = (torch.from_numpy(part).requires_grad_() for part in (layer.h, layer.gamma, layer.beta))
    running = [torch.zeros(3).double(), torch.ones(3).double()]
    y = F.batch_norm(leaf, *running, gamma, beta, True, 0.1, 1e-5)
    y.backward(torch.from_numpy(layer.grad_y))
    np.testing.assert_allclose(phases.y, rows_of(y.detach().numpy()), rtol=0, atol=1e-12)
    np.testing.assert_allclose(phases.grad_x, rows_of(leaf.grad.numpy()), rtol=0, atol=1e-12)
    np.testing.assert_allclose(phases.grad_gamma, gamma.grad.numpy(), rtol=0, atol=1e-11)
    np.testing.assert_allclose(phases.running_var, running[1].numpy(), rtol=0, atol=1e-12)


def test_the_convolution_is_a_linear_layer_on_patches():
    layer = conv_layer()
    flat = as_rows(layer)
    np.testing.assert_allclose(flat.x @ flat.weight.T + flat.bias, flat.h, rtol=0, atol=1e-12)
    found = scaled(of_layer(flat), (flat.x, flat.weight, flat.bias), 10.0)
    assert abs(found.ratio - 0.1) < 1e-5
    assert found.bias_gradient < 1e-12


def test_a_ghost_has_all_positions_of_its_images():
    assert of_layer(as_rows(conv_layer(ghost_size=2))).h.shape == (2 * 30, 3)


def test_rows_have_names():
    assert row_names((3, 7)) == ("1", "2", "3")
    assert row_names((2, 3, 5, 6))[:8:7] == ("1 (0, 0)", "1 (1, 1)")
    assert len(row_names((2, 3, 5, 6))) == 60
