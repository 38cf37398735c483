"""Which cells share a mean: held to torch's modules, on drawn blocks and on the live one."""

import numpy as np
import pytest
import torch
from torch import nn

from bnviz.core.axes import (
    BLOCKS,
    CHANNELS,
    EPS,
    LIVE,
    Choices,
    block_of,
    counts,
    equalities,
    live_block,
    live_images,
    live_state,
)
from bnviz.core.codec import group_from_link, group_to_link
from bnviz.core.fields import FieldError
from bnviz.core.norms import KINDS

N, C, H, W = 3, 8, 4, 5
TORCH = {
    "batch": lambda: nn.BatchNorm2d(C),
    "layer": lambda: nn.LayerNorm([C, H, W]),
    "group": lambda: nn.GroupNorm(4, C),
    "instance": lambda: nn.InstanceNorm2d(C),
    "rms": lambda: nn.RMSNorm([C, H, W], eps=EPS),
}


def draw(*shape, seed=0):
    return 2 + 3 * torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("kind", KINDS)
def test_the_block_is_normalized_as_torch_does(kind):
    x = draw(N, C, H, W)
    block = block_of(x, kind, groups=4)
    expected = TORCH[kind]().double()(x).detach().numpy()
    assert block.x_hat == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_the_mean_of_a_cell_is_that_of_its_companions(kind):
    x = draw(N, C, H, W)
    block = block_of(x, kind, groups=4)
    for number in range(len(block.mean)):
        companions = block.values[block.member == number]  # maps x H x W
        assert companions.size == block.cells
        centre = 0 if kind == "rms" else companions.mean()
        assert block.mean[number] == pytest.approx(centre)
        assert block.var[number] == pytest.approx(np.mean((companions - centre) ** 2))
    assert sorted(set(block.member.flat)) == list(range(len(block.mean)))


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("batch", [[0, 1, 2, 3]] * 2),
        ("layer", [[0] * 4, [1] * 4]),
        ("group", [[0, 0, 1, 1], [2, 2, 3, 3]]),
        ("instance", [[0, 1, 2, 3], [4, 5, 6, 7]]),
        ("rms", [[0] * 4, [1] * 4]),
    ],
)
def test_members_of_two_images_and_four_channels(kind, members):
    assert block_of(draw(2, 4, 3, 3), kind, groups=2).member.tolist() == members


def test_a_single_value_for_each_channel_leaves_batch_norm_nothing():
    alone = block_of(draw(1, C, 1, 1), "batch")
    assert "variance is 0" in alone.nothing_left
    assert np.all(alone.x_hat == 0)
    assert block_of(draw(1, C, 2, 1), "batch").nothing_left == ""


def test_counts_are_those_of_torch():
    for kind, module in (("batch", nn.BatchNorm2d(C)), ("group", nn.GroupNorm(4, C)),
                         ("instance", nn.InstanceNorm2d(C, affine=True)), ("layer", nn.GroupNorm(1, C))):  # fmt: skip
        found = counts(kind, C)
        assert found.learned == sum(parameter.numel() for parameter in module.parameters())
        tracked = [buffer.numel() for name, buffer in module.named_buffers() if name != "num_batches_tracked"]
        assert found.tracked == sum(tracked)
    assert counts("rms", C).learned == C
    assert [kind for kind in KINDS if counts(kind, C).across] == ["batch"]
    assert counts("batch", C).fixed == ("eps", "momentum")


def test_norms_that_are_the_same_thing_agree_to_rounding():
    gaps = equalities(draw(N, C, H, W))
    assert set(gaps) == {"batch_rows", "layer_group", "instance_group", "batch_instance"}
    assert max(gaps.values()) < 1e-12


@pytest.mark.parametrize("block", range(1, BLOCKS + 1))
def test_the_live_block_is_what_the_convolutions_give(block):
    choices = Choices(block=block, images=3, batch=4, updates=0)
    images, digits = live_images(choices)
    assert images.shape == (3, 8, 8)
    assert len(digits) == 3
    net = live_state(0).arms[0].net
    from bnviz.core.data import load

    x = torch.from_numpy(load(LIVE.data, 0).x_train[24:27]).reshape(-1, 1, 8, 8)
    seen = []
    with torch.no_grad():
        for place, layer in enumerate(net.layers()):
            z = nn.functional.conv2d(x, layer.linear.weight, layer.linear.bias, padding=1)
            a = torch.relu(nn.functional.batch_norm(z, None, None, training=True))
            seen.append(z)
            x = nn.functional.max_pool2d(a, 2) if place < 2 else a
    expected = [*seen, a.mean((2, 3), keepdim=True)][block - 1]
    assert torch.allclose(live_block(choices), expected, atol=1e-12)


def test_looking_at_the_live_network_leaves_it_as_it_was():
    before = [buffer.clone() for buffer in live_state(0).arms[0].net.buffers()]
    live_block(Choices(updates=0, images=8))
    assert all(torch.equal(a, b) for a, b in zip(before, live_state(0).arms[0].net.buffers(), strict=True))


def test_the_live_network_has_had_the_updates_that_are_asked_for():
    state = live_state(30)
    assert state.arms[0].updates == 30
    assert live_state(30) is state
    assert live_block(Choices()).shape == (4, CHANNELS, 8, 8)


def test_choices_go_into_a_link_and_back():
    choices = Choices(
        "group", groups=4, block=2, images=8, batch=10, updates=300, shown="normalized", cell=(1, 7, 0, 3)
    )
    messages = []
    link = group_to_link("axes", choices, Choices())
    assert group_from_link("axes", Choices(), link, messages) == choices
    assert messages == []


@pytest.mark.parametrize(
    ("name", "value"), [("groups", "3"), ("updates", "299"), ("norm", "none"), ("cell", "1_2"), ("images", "9")]
)
def test_a_bad_choice_is_explained_and_falls_back(name, value):
    messages = []
    assert group_from_link("axes", Choices(), {f"axes.{name}": value}, messages) == Choices()
    assert len(messages) == 1
    assert name in messages[0]
    with pytest.raises(FieldError):
        Choices(groups=3)
