"""Convolutional networks: held to plain torch modules, their rules, their links, and the pictures they train on."""

import numpy as np
import pytest
import torch
from torch import nn

from bnviz.core.armrun import loss_of
from bnviz.core.codec import _write_arm, from_link, group_to_link, to_link
from bnviz.core.data import batch_rows, load
from bnviz.core.engine import advance, choose, start, train
from bnviz.core.experiment import IMAGES, Arm, Data, Experiment, Network, Training
from bnviz.core.fields import FieldError
from bnviz.core.network import build
from bnviz.core.rules import loads
from bnviz.core.streams import StepDraws
from bnviz.core.textures import textures

DATA = Data("digits", n=160)
NETWORK = Network((4, 8), kind="conv", pool=1)
TRAINING = Training(batch_size=16, steps=12, learning_rate=0.1)
NORMS = {
    "none": lambda width: nn.Identity(),
    "batch": nn.BatchNorm2d,
    "layer": lambda width: nn.GroupNorm(1, width),
    "group": lambda width: nn.GroupNorm(2, width),
    "instance": lambda width: nn.InstanceNorm2d(width, affine=True),
    "batch_no_affine": lambda width: nn.BatchNorm2d(width, affine=False),
}


def conv_experiment(arm, network=NETWORK, data=DATA, training=TRAINING, seed=3):
    return Experiment(data=data, network=network, arms=(arm,), training=training, seed=seed)


def plain_net(experiment):
    """The same network out of torch's own modules, with the same first weights."""
    network, arm, data = experiment.network, experiment.arms[0], load(experiment.data, experiment.seed)
    image = IMAGES[experiment.data.name]
    ours = build(
        network, arm, inputs=data.inputs, outputs=data.outputs, seed=experiment.seed
    )  # fmt: skip
    parts, incoming = [nn.Unflatten(1, image)], image[0]
    for place, (width, word) in enumerate(zip(network.hidden, arm.placements(len(network.hidden)), strict=True)):
        act = {"relu": nn.ReLU(), "tanh": nn.Tanh()}[network.activation]
        block = {"before": [NORMS[arm.norm](width), act], "after": [act, NORMS[arm.norm](width)], "none": [act]}[word]
        parts += [nn.Conv2d(incoming, width, 3, padding=1), *block]
        if place < network.pool:
            parts.append(nn.MaxPool2d(2))
        incoming = width
    parts += [nn.AdaptiveAvgPool2d(1)] if network.head == "average" else []
    net = nn.Sequential(*parts, nn.Flatten(), nn.Linear(ours.output.in_features, data.outputs)).double()
    weighted = [module for module in net if isinstance(module, nn.Conv2d | nn.Linear)]
    with torch.no_grad():
        for module, source in zip(weighted, ours.linears(), strict=True):
            module.weight.copy_(source.weight)
            module.bias.zero_()
    return net


def trained_by_hand(experiment):
    data, training = load(experiment.data, experiment.seed), experiment.training
    net, losses = plain_net(experiment), []
    optimizer = torch.optim.SGD(net.parameters(), lr=training.learning_rate)
    for step in range(training.steps):
        rows = batch_rows(data, training.order, training.batch_size, step, experiment.seed)
        loss = loss_of(net(torch.from_numpy(data.x_train[rows])), torch.from_numpy(data.y_train[rows]))
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        test = loss_of(net.eval()(torch.from_numpy(data.x_test)), torch.from_numpy(data.y_test)).item()
    return net, losses, test


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(
    ("placement", "head", "activation"),
    [("before", "average", "relu"), ("after", "flatten", "tanh"), (("none", "before"), "average", "relu")],
)
def test_a_conv_run_is_that_of_plain_torch_modules(norm, placement, head, activation):
    network = Network((4, 8), activation, kind="conv", pool=1, head=head)
    experiment = conv_experiment(Arm(norm, "before" if norm == "none" else placement, groups=2), network)
    net, losses, test = trained_by_hand(experiment)
    recording = train(experiment, dtype=torch.float64)
    assert recording.train_loss[:-1, 0] == pytest.approx(losses, rel=1e-9, abs=1e-9)
    assert recording.final_test_loss[0] == pytest.approx(test, rel=1e-9)
    norms = [module for module in net if isinstance(module, nn.BatchNorm2d)]
    for layer, module in zip([1] if placement[0] == "none" else [0, 1], norms, strict=False):
        width = module.num_features
        assert recording.running_mean[-1, 0, layer, :width] == pytest.approx(module.running_mean.numpy(), rel=1e-5)
        assert recording.running_var[-1, 0, layer, :width] == pytest.approx(module.running_var.numpy(), rel=1e-5)


def test_he_initialization_counts_nine_weights_for_each_incoming_channel():
    net = build(Network((64, 64), kind="conv", gain=2.0), Arm("none"), inputs=64, outputs=10, seed=1)
    first, second, output = net.linears()
    assert second.weight.shape == (64, 64, 3, 3)
    assert float(second.weight.detach().std()) == pytest.approx(2 * np.sqrt(2 / (9 * 64)), rel=0.02)
    assert float(first.weight.detach().std()) == pytest.approx(2 * np.sqrt(2 / 9), rel=0.1)
    assert float(output.weight.detach().std()) == pytest.approx(np.sqrt(1 / 64), rel=0.1)


def test_all_arms_of_a_conv_run_start_from_the_same_weights():
    experiment = Experiment(DATA, NETWORK, (Arm("none"), Arm("batch"), Arm("instance")), TRAINING)
    one, *others = (arm.net.linears() for arm in start(experiment).arms)
    for other in others:
        assert all(torch.equal(a.weight, b.weight) for a, b in zip(one, other, strict=True))


def test_a_recording_counts_every_position_of_every_channel():
    recording = train(conv_experiment(Arm("batch", "before")))
    counts = recording.histogram[:, 0].sum(axis=-1)  # F x L x K
    rows = TRAINING.batch_size
    assert np.all(counts[:, 0, :2] == rows * 4 * 64)
    assert np.all(counts[:, 1, :2] == rows * 8 * 16)
    assert np.abs(recording.mean[0, 0, :, 1]).max() < 1e-6
    assert recording.row_std[0, 0, :, 1] == pytest.approx(1, abs=1e-3)
    assert NETWORK.positions("digits") == (64, 16)


def test_a_conv_run_in_chunks_is_that_in_one_go():
    experiment = conv_experiment(Arm("batch_noisy"), training=Training(batch_size=16, steps=9, dropout=0.2))
    state, chunks = start(experiment), []
    while not state.done:
        state, chunk = advance(state, 4)
        chunks.append(chunk.train_loss)
    assert np.array_equal(np.concatenate(chunks), train(experiment).train_loss)


def test_noise_of_noisy_batch_norm_is_one_for_each_image_and_channel():
    state = start(conv_experiment(Arm("batch_noisy")), torch.float64)
    net = state.arms[0].net.train()
    norm, x = net.layers()[0].norm, torch.randn(5, 4, 8, 8, dtype=torch.float64)
    noisy, plain = norm(x, StepDraws(0, 1)), norm(x, None)
    scale = (noisy[:, :, 0, 0] - noisy[:, :, 3, 3]) / (plain[:, :, 0, 0] - plain[:, :, 3, 3])
    again = (noisy[:, :, 7, 1] - noisy[:, :, 2, 5]) / (plain[:, :, 7, 1] - plain[:, :, 2, 5])
    assert torch.allclose(scale, again, rtol=1e-6)
    assert scale.detach().std().item() > 0.05


def test_a_batch_of_one_image_is_instance_norm():
    one = Training(batch_size=1, steps=5)
    batch, instance = (train(conv_experiment(Arm(norm), training=one)).train_loss for norm in ("batch", "instance"))
    assert batch == pytest.approx(instance, rel=1e-5)


def test_the_kernel_leaves_convolutions_to_torch():
    state = start(conv_experiment(Arm("batch")))
    assert choose(state, "auto") == "torch"
    with pytest.raises(ValueError, match="convolutional network"):
        choose(state, "kernel")


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("network.kind", {"data": Data("wine")}),
        ("network.kind", {"data": Data("moons")}),
        ("data.preprocess", {"data": Data("digits", preprocess="whitened")}),
        ("network.pool", {"network": Network((4,) * 4, kind="conv", pool=4)}),
        (
            "network.hidden",
            {"data": Data(), "network": Network((256,) * 10, kind="conv", pool=0), "training": Training()},
        ),
        ("training.steps", {"network": Network((64,) * 5, kind="conv"), "training": Training(steps=4000)}),
        ("arms[0].norm", {"network": Network((4,) * 4, kind="conv", pool=3), "arms": (Arm("instance"),)}),
        ("arms[0].norm", {"network": Network((4, 8)), "arms": (Arm("instance"),)}),
        (
            "training.batch_size",
            {"network": Network((4,) * 4, kind="conv", pool=3), "training": Training(batch_size=1)},
        ),
    ],
)
def test_what_does_not_fit_a_conv_network_is_explained_and_a_link_with_it_still_opens(field, changed):
    parts = {"data": DATA, "network": NETWORK, "training": TRAINING, "arms": (Arm("batch"),)} | changed
    with pytest.raises(FieldError) as caught:
        Experiment(**parts)
    assert caught.value.field == field
    assert caught.value.problem.endswith(".")
    link = {}
    usual = Experiment()
    for name in ("data", "network", "training"):
        link |= group_to_link(name, parts[name], getattr(usual, name))
    experiment, messages = from_link(link | {"arms": " ".join(map(_write_arm, parts["arms"]))})
    assert isinstance(experiment, Experiment)
    assert any(line.startswith(field) for line in messages)


def test_an_uneven_pool_is_fine_where_there_are_fewer_blocks():
    assert conv_experiment(Arm("batch"), Network((4,), kind="conv", pool=4)).network.positions("digits") == (64,)


def test_links_and_files_of_conv_networks_go_round_and_old_links_stay_as_they_were():
    experiment = conv_experiment(Arm("instance", "after"), Network((8, 16), kind="conv", pool=1, head="flatten"))
    link = to_link(experiment)
    assert (link["network.kind"], link["network.pool"], link["network.head"]) == ("conv", "1", "flatten")
    assert from_link(link) == (experiment, [])
    assert Experiment.from_json(experiment.to_json()) == experiment
    assert to_link(Experiment()) == {}
    old, messages = from_link({"network.hidden": "32_32", "network.activation": "tanh"})
    assert (old.network, messages) == (Network((32, 32), "tanh"), [])


def test_loads_are_counted_layer_by_layer():
    experiment = conv_experiment(Arm("batch"), training=Training(batch_size=16, steps=10))
    image = 64 * 9 * 1 * 4 + 16 * 9 * 4 * 8
    assert loads(experiment) == (image * 16 * 10, image * (3 * 16 + 40), (64 * 4 + 16 * 8) * 16)


@pytest.mark.parametrize(
    "parts",
    [
        {"training": Training(batch_size=512, steps=1), "network": Network((256,), kind="conv")},
        {"training": Training(batch_size=1, steps=1), "network": Network((256,) * 10, kind="conv", pool=0)},
    ],
)
def test_a_short_run_of_huge_updates_is_refused_too(parts):
    with pytest.raises(FieldError, match="too large to share"):
        Experiment(data=Data("textures"), arms=(Arm("batch"),), **parts)


def test_textures_are_ten_seeded_classes_of_stripes():
    x, y = textures(400, 5)
    again, _ = textures(400, 5)
    other, _ = textures(400, 6)
    assert np.array_equal(x, again)
    assert not np.array_equal(x, other)
    assert x.shape == (400, 768)
    assert sorted(np.unique(y)) == list(range(10))
    pictures = x.reshape(-1, 3, 16, 16)
    upright = pictures[y == 0, 0]
    assert upright.std(axis=2).mean() > 1.3 * upright.std(axis=1).mean()  # 0°: the stripes stand upright
    spread = pictures.std(axis=(2, 3))
    assert spread[y % 2 == 0, 0].mean() > 1.3 * spread[y % 2 == 0, 1].mean()  # more red than green


def test_textures_are_scaled_by_one_mean_and_one_standard_deviation():
    data = load(Data("textures"), 0)
    assert (data.x_train.mean(), data.x_train.std()) == (pytest.approx(0, abs=1e-12), pytest.approx(1))
    assert data.x_train.std(axis=0).std() > 1e-3
    assert data.images.shape == (1425, 3, 16, 16)
    assert 0 <= data.images.min() < data.images.max() <= 1


@pytest.mark.slow
def test_batch_norm_trains_faster_on_textures():
    """The proxy for CIFAR-10: mean test accuracy over 200 updates, with and without batch norm."""
    experiment = Experiment(
        Data("textures", test_fraction=400 / 1900),
        Network((8, 16, 16), kind="conv"),
        (Arm("none"), Arm("batch")),
        Training(learning_rate=0.2, batch_size=32, steps=200),
    )
    assert (experiment.data.train_rows, experiment.data.test_rows) == (1500, 400)
    recording = train(experiment)
    tested = np.isin(recording.steps, range(25, 201, 25))
    none, batch = np.nanmean(recording.test_accuracy[tested], axis=0)
    assert batch > none + 0.05
    assert recording.final_test_accuracy[1] > 0.93
