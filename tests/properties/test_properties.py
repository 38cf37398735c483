"""What holds for every input: of the norms, and of experiments that travel as text."""

import json
import math
from dataclasses import fields

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from bnviz.core.codec import from_link, to_link
from bnviz.core.experiment import (
    DRAWN,
    NORMS,
    OPTIMIZERS,
    ORDERS,
    PLACEMENTS,
    PREPROCESSES,
    TABLE_FEATURES,
    TABLE_ROWS,
    Arm,
    Data,
    Experiment,
    Network,
    Training,
)
from bnviz.core.fields import FieldError
from bnviz.core.norms import averaged_axes, backward, forward, grouped
from bnviz.core.schedule import recorded_steps

few = settings(max_examples=60, deadline=None)
EPS = st.sampled_from([1e-8, 1e-5, 0.1, 3.0])


def numbers(low=-100.0, high=100.0):
    return st.floats(low, high, allow_subnormal=False)


@st.composite
def batches(draw, dims=(2, 4)):
    """N x C or N x C x H x W, and the number of groups its C features can be cut into."""
    groups, each = draw(st.integers(1, 3)), draw(st.integers(2, 3))
    sizes = draw(array_shapes(min_dims=3, max_dims=3, min_side=2, max_side=4))
    shape = (sizes[0], groups * each, *sizes[1:]) if draw(st.sampled_from(dims)) == 4 else (sizes[0], groups * each)
    values = draw(arrays(np.float64, shape, elements=numbers()))
    return torch.from_numpy(values), groups


def plain(x, kind, eps, groups=1):
    features = x.shape[1]
    return forward(x, torch.ones(features).double(), torch.zeros(features).double(), kind, eps=eps, groups=groups)


def kinds_for(x):
    return ("batch", "layer", "group") if x.dim() == 2 else ("batch", "layer", "group", "instance")


# ---- norms


@few
@given(batches(), EPS)
def test_mean_is_zero_and_variance_is_var_over_var_plus_eps(batch, eps):
    x, groups = batch
    for kind in kinds_for(x):
        y, cache = plain(x, kind, eps, groups)
        y, axes = grouped(y, kind, groups), averaged_axes(kind, x.dim())
        rounding = 1e-9 / math.sqrt(eps)
        assert y.mean(axes).abs().max() < rounding
        wanted = cache.var / (cache.var + eps)
        torch.testing.assert_close(y.square().mean(axes, keepdim=True), wanted, rtol=1e-6, atol=rounding)


@few
@given(batches(), EPS)
def test_rms_norm_makes_the_mean_square_one(batch, eps):
    x, _ = batch
    y, _ = plain(x, "rms", eps)
    axes = averaged_axes("rms", x.dim())
    square = x.square().mean(axes)
    torch.testing.assert_close(y.square().mean(axes), square / (square + eps))


@few
@given(batches(), EPS, numbers())
def test_a_shift_changes_nothing_but_in_rms_norm(batch, eps, shift):
    x, groups = batch
    for kind in kinds_for(x):
        one, other = plain(x, kind, eps, groups)[0], plain(x + shift, kind, eps, groups)[0]
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-9 / math.sqrt(eps))
    shifted = plain(x + 300, "rms", eps)[0]
    assert (shifted > 0).all()  # 300 is more than any value: nothing is centered


@few
@given(batches(), st.randoms(use_true_random=False))
def test_permuted_rows_give_permuted_rows(batch, random):
    x, groups = batch
    order = random.sample(range(len(x)), len(x))
    upstream = torch.arange(x.numel()).reshape(x.shape).double() / x.numel()
    gamma = torch.linspace(0.5, 2, x.shape[1]).double()
    for kind in (*kinds_for(x), "rms"):
        (y, cache), (permuted, other) = (plain(rows, kind, 0.1, groups) for rows in (x, x[order]))
        torch.testing.assert_close(permuted, y[order], rtol=1e-9, atol=1e-9)
        grad = backward(upstream, gamma, cache, kind)[0]
        torch.testing.assert_close(backward(upstream[order], gamma, other, kind)[0], grad[order], rtol=1e-8, atol=1e-9)


@few
@given(batches(), batches(), EPS)
def test_gradient_by_x_sums_to_zero_where_the_mean_was_taken(batch, upstream, eps):
    x, groups = batch
    grad_y = torch.from_numpy(np.resize(upstream[0].numpy(), x.shape))
    gamma = torch.linspace(-1, 2, x.shape[1]).double()
    for kind in kinds_for(x):
        cache = plain(x, kind, eps, groups)[1]
        grad_x, _, grad_beta = backward(grad_y, gamma, cache, kind)
        total = grouped(grad_x, kind, groups).sum(averaged_axes(kind, x.dim()))
        assert total.abs().max() <= 1e-13 * x.numel() * cache.inv_std.max() * (1 + grad_y.abs().max())
        torch.testing.assert_close(grad_beta, grad_y.sum((0, *range(2, x.dim()))))


@few
@given(batches(), EPS)
def test_one_group_is_layer_norm(batch, eps):
    x, _ = batch
    torch.testing.assert_close(plain(x, "group", eps, 1)[0], plain(x, "layer", eps)[0], rtol=1e-9, atol=1e-9)


@few
@given(batches(dims=(4,)), EPS)
def test_a_group_for_each_channel_is_instance_norm(batch, eps):
    x, _ = batch
    group, instance = plain(x, "group", eps, x.shape[1])[0], plain(x, "instance", eps)[0]
    torch.testing.assert_close(group, instance, rtol=1e-9, atol=1e-9)


@few
@given(batches(), st.integers(0, 2))
def test_norms_within_a_row_do_not_see_the_other_rows(batch, place):
    x, groups = batch
    row = place % len(x)
    for kind in ("layer", "group", "rms"):
        alone = plain(x[row : row + 1], kind, 1e-5, groups)[0]
        torch.testing.assert_close(plain(x, kind, 1e-5, groups)[0][row : row + 1], alone, rtol=1e-9, atol=1e-7)


# ---- experiments


def per_feature(most):
    return st.lists(numbers(-1e9, 1e9), max_size=min(most, 4)).map(tuple)


@st.composite
def data_sets(draw):
    name = draw(st.sampled_from((*DRAWN, *TABLE_ROWS)))
    return Data(
        name=name,
        n=draw(st.just(0) | st.integers(100, TABLE_ROWS.get(name, 5000))),
        noise=draw(numbers(0, 2)),
        balance=draw(numbers(0.05, 0.95)),
        preprocess=draw(st.sampled_from(PREPROCESSES)),
        test_fraction=draw(numbers(0.05, 0.5)),
        scale=draw(per_feature(TABLE_FEATURES.get(name, 2))),
        offset=draw(per_feature(TABLE_FEATURES.get(name, 2))),
    )


@st.composite
def arms(draw, depth):
    each = st.lists(st.sampled_from(PLACEMENTS), min_size=depth, max_size=depth).map(tuple)
    return Arm(
        norm=draw(st.sampled_from(NORMS)),
        placement=draw(st.sampled_from(PLACEMENTS) | each),
        momentum=draw(numbers(0, 1)),
        eps=draw(numbers(1e-14, 10)),
        groups=draw(st.sampled_from([1, 2, 4])),
        ghost_size=draw(st.sampled_from([2, 3, 6])),
        learning_rate=draw(st.none() | numbers(1e-6, 100)),
        gain=draw(st.none() | numbers(0, 100)),
        optimizer=draw(st.none() | st.sampled_from(OPTIMIZERS)),
        dropout=draw(st.none() | numbers(0, 0.95)),
    )


@st.composite
def experiments(draw):
    hidden = tuple(4 * units for units in draw(st.lists(st.integers(1, 64), max_size=10)))
    network = Network(
        hidden, draw(st.sampled_from(["relu", "tanh", "sigmoid", "linear"])), draw(numbers(0, 100)), draw(st.booleans())
    )
    training = Training(
        optimizer=draw(st.sampled_from(OPTIMIZERS)),
        learning_rate=draw(numbers(1e-6, 100)),
        batch_size=6 * draw(st.integers(1, 8)),
        steps=draw(st.integers(1, 4000)),
        weight_decay=draw(numbers(0, 1)),
        dropout=draw(numbers(0, 0.95)),
        input_noise=draw(numbers(0, 10)),
        order=draw(st.sampled_from(ORDERS)),
    )
    variants = tuple(draw(st.lists(arms(len(hidden)), min_size=1, max_size=6)))
    return Experiment(draw(data_sets()), network, variants, training, draw(st.integers(0, 2**31 - 1)))


@few
@given(experiments())
def test_json_and_back(experiment):
    assert Experiment.from_json(experiment.to_json()) == experiment


@few
@given(experiments())
def test_link_and_back(experiment):
    link = to_link(experiment)
    assert all(isinstance(text, str) and text for text in link.values())
    assert from_link(link) == (experiment, [])


GROUPS = {"data": Data, "network": Network, "training": Training}
NAMES = [*(f"{prefix}.{item.name}" for prefix, group in GROUPS.items() for item in fields(group)), "arms", "seed"]
HARD = [
    "",
    "-",
    "_",
    "1_",
    "1_2_3",
    "1e999",
    "nan",
    "0",
    "1",
    "7",
    "-1",
    "²",
    "٣",
    "batch",
    "group",
    "wine",
    "moons",
    "64_7",
]
ARM_WORDS = [
    "batch_ghost",
    "group",
    "rms,after",
    "batch,after_none",
    "x:1",
    ",",
    ":",
    "groups:7",
    "batch,groups:",
    "norm:rms",
]
TEXTS = st.text(max_size=12) | st.sampled_from(HARD)
ARM_TEXTS = TEXTS | st.lists(st.sampled_from(ARM_WORDS), max_size=8).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=8), st.none() | ARM_TEXTS)
def test_any_link_gives_an_experiment(params, arms_text):
    experiment, messages = from_link(params if arms_text is None else params | {"arms": arms_text})
    assert isinstance(experiment, Experiment)
    assert not any("default experiment is shown" in message for message in messages)
    assert from_link(to_link(experiment)) == (experiment, [])


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@few
@given(
    st.sampled_from([(prefix, item.name) for prefix, group in GROUPS.items() for item in fields(group)]), JSON_VALUES
)
def test_any_json_value_is_taken_or_refused_by_name(setting, value):
    group, name = setting
    try:
        experiment = Experiment.from_json(json.dumps({group: {name: value}}))
    except FieldError as error:
        refused = error.field
    else:
        refused = None
        assert Experiment.from_json(experiment.to_json()) == experiment
    assert refused is None or refused.startswith((group, "arms"))


@few
@given(st.integers(1, 4000), st.integers(1, 4000))
def test_frames_of_a_shorter_run_are_among_those_of_a_longer_one(one, other):
    short, long = sorted((one, other))
    assert set(recorded_steps(short)[:-1]) <= set(recorded_steps(long))
