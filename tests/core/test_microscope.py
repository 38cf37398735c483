"""The microscope: its phases are torch's, its marked lines make them, and its lessons measure what they say."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from bnviz.core import norms
from bnviz.core.batches_facts import dragged, miss, scaled, undoing, undone, variances
from bnviz.core.batches_hand import FIRST, following, incoming
from bnviz.core.microscope import Case, against_torch, examine
from bnviz.core.source_lines import MARKS, PHASES, listing, marked


def case(rows=7, features=6, kind="batch", seed=0, **others):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(4, features))
    tracked = {"running_mean": vectors[2], "running_var": np.abs(vectors[3])} if kind == "batch" else {}
    settings = {"groups": 3} if kind == "group" else {}
    h = rng.normal(1.5, 2.0, (rows, features))
    return Case(h, rng.normal(size=h.shape), vectors[0], vectors[1], kind=kind, **tracked, **settings, **others)


@pytest.mark.parametrize("kind", ["batch", "layer", "group", "rms"])
@pytest.mark.parametrize("eps", [1e-12, 1e-5, 1.0])
def test_all_phases_are_those_of_torch(kind, eps):
    one = case(kind=kind, eps=eps)
    found = against_torch(one, examine(one))
    wanted = {"y", "grad_x", "grad_gamma"} | ({"grad_beta"} if kind != "rms" else set())
    assert set(found) == wanted | ({"running_mean", "running_var"} if kind == "batch" else set())
    assert max(found.values()) < 1e-12


def test_a_wrong_phase_is_found_out():
    one = case()
    phases = examine(one)
    wrong = replace(phases, grad_x=phases.grad_x + 1e-6, running_var=phases.var[0])
    found = against_torch(one, wrong)
    assert found["grad_x"] == pytest.approx(1e-6, rel=1e-3)
    assert found["running_var"] > 0.1


def test_statistics_have_the_shape_of_what_they_average():
    shapes = {kind: examine(case(kind=kind)).mean.shape for kind in ("batch", "layer", "group", "rms")}
    assert shapes == {"batch": (1, 6), "layer": (7, 1), "group": (7, 3), "rms": (7, 1)}
    assert not examine(case(kind="rms")).mean.any()


def test_a_batch_of_one_is_refused_and_its_mean_is_still_there():
    phases = examine(case(rows=1))
    assert "at least 2 rows" in phases.refused
    np.testing.assert_array_equal(phases.mean, case(rows=1).h)
    assert not phases.var.any()
    assert np.isnan(phases.y).all()
    assert against_torch(case(rows=1), phases) == {}


def test_examining_moves_nothing():
    one = case()
    before = {name: value.copy() for name, value in vars(one).items() if isinstance(value, np.ndarray)}
    examine(one)
    for name, value in before.items():
        np.testing.assert_array_equal(getattr(one, name), value)


# ---- the code that is shown


@pytest.mark.parametrize("phase", PHASES)
def test_every_phase_has_its_lines(phase):
    for name, numbers in marked(phase).items():
        lines = dict(listing(name).lines)
        assert all(number in lines for number in numbers)
        source = Path(norms.__file__).read_text(encoding="utf-8").splitlines()
        assert all(source[number - 1] == lines[number] for number in numbers)


def test_docstrings_are_folded():
    text = "\n".join(line for _, line in listing("forward").lines)
    assert '"""' not in text
    assert text.startswith("def forward(")
    assert "y = per_feature(gamma" in text


class Watch:
    """Runs `norms` and keeps every local variable after each line, and what is returned."""

    def __init__(self):
        self.seen, self.last = {}, {}

    def __call__(self, frame, event, value):
        code = frame.f_code
        if code.co_filename != norms.__file__:
            return None
        if event == "call":
            self.keep(code.co_name, code.co_firstlineno, dict(frame.f_locals))
            return self
        if frame in self.last:
            self.keep(code.co_name, self.last[frame], dict(frame.f_locals))
        self.last[frame] = frame.f_lineno
        if event == "return":
            self.keep(code.co_name, frame.f_lineno, {"return": value})
        return self

    def keep(self, name, line, values):
        copied = {k: v.clone() if isinstance(v, torch.Tensor) else v for k, v in values.items()}
        self.seen.setdefault((name, line), []).append(copied)


def test_the_marked_lines_compute_the_values_on_screen():
    one, watch = case(), Watch()
    sys.settrace(watch)
    try:
        phases = examine(one)
    finally:
        sys.settrace(None)
    wanted = {
        "h": one.h, "mean": phases.mean, "var": phases.var, "x_hat": phases.x_hat, "y": phases.y,
        "grad_y": one.grad_y, "grad_beta": phases.grad_beta, "grad_gamma": phases.grad_gamma, "grad_x": phases.grad_x,
        "running": phases.running_var,
    }  # fmt: skip
    for phase in PHASES:
        mark = MARKS[phase][-1]
        line = marked(phase)[mark.function][-1]
        values = [found[mark.gives] for found in watch.seen[mark.function, line] if mark.gives in found]
        value = values[-1][0] if isinstance(values[-1], tuple) else values[-1]
        np.testing.assert_array_equal(value.numpy().reshape(wanted[phase].shape), wanted[phase], err_msg=phase)


# ---- what the small lessons measure


def test_undoing_needs_eps_and_fits_one_batch():
    h = np.array(FIRST)
    one = Case(h, incoming(*h.shape), np.ones(3), np.zeros(3), eps=0.1)
    found = undone(one, following(FIRST, 1))
    assert found.with_eps < 1e-14
    sigma, without = h.std(axis=0), examine(replace(one, gamma=h.std(axis=0), beta=h.mean(axis=0))).y
    factor = sigma / np.sqrt(h.var(axis=0) + 0.1)  # off by exactly this factor around the mean
    np.testing.assert_allclose(without - h.mean(axis=0), factor * (h - h.mean(axis=0)), rtol=1e-12)
    assert found.without_eps == pytest.approx(np.abs((1 - factor) * (h - h.mean(axis=0))).max())
    assert found.next_batch > 1
    gamma, beta = undoing(one)
    assert miss(replace(one, gamma=gamma, beta=beta)) == found.with_eps


@pytest.mark.parametrize(("kind", "moved"), [("batch", 7), ("layer", 1), ("group", 1), ("rms", 1)])
def test_dragging_one_value_moves_its_column_in_batch_norm_only(kind, moved):
    before = case(kind=kind)
    h = before.h.copy()
    h[2, 3] = 30.0
    found = dragged(before, replace(before, h=h), 2, 3)
    assert found.moved == moved
    assert (found.most > 0.1) == (kind == "batch")
    assert found.rows == 7


def test_one_pass_variance_fails_in_float32_far_from_zero():
    found = variances(1e4 + np.array(FIRST)[:, 0])
    assert found["two_pass_float64"] == pytest.approx(10 / 3)
    assert found["two_pass_float32"] == pytest.approx(10 / 3, rel=1e-4)
    assert abs(found["one_pass_float32"] - 10 / 3) > 1
    assert found["one_pass_float64"] == pytest.approx(10 / 3, rel=1e-6)


def linear(features=6, fan_in=4):
    rng = np.random.default_rng(3)
    return rng.normal(size=(7, fan_in)), rng.normal(size=(features, fan_in)), rng.normal(size=features)


@pytest.mark.parametrize("factor", [0.1, 2.0, 10.0])
def test_the_scale_of_the_weights_before_batch_norm(factor):
    found = scaled(case(eps=1e-14), linear(), factor)
    assert found.output < 1e-9
    assert found.ratio == pytest.approx(1 / factor)
    assert found.grad_x_ratio == pytest.approx(1)
    assert found.turn < 1e-10
    assert found.bias_gradient < 1e-13 * max(1, 1 / factor)


def test_layer_norm_does_not_ignore_the_bias():
    assert scaled(case(kind="layer"), linear(), 10.0).bias_gradient > 0.1


def test_constant_column_in_float32_is_amplified():
    column = Case(np.full((6, 1), 10000.1), incoming(6, 1), np.ones(1), np.zeros(1))
    assert 0.01 < np.abs(examine(column.cast("float32")).x_hat).max() < 1
    assert np.abs(examine(column.cast("float64")).x_hat).max() < 1e-8


@pytest.mark.parametrize(("momentum", "updates"), [(0.1, 44), (0.01, 459), (0.001, 4603)])
def test_when_the_first_running_value_counts_less_than_a_hundredth(momentum, updates):
    running, left = torch.ones(1).double(), []
    for _ in range(updates):
        norms.moving_average(running, torch.zeros(1).double(), momentum)
        left.append(running.item())
    assert left[-1] < 0.01 <= left[-2]


def test_tanh_is_a_sigmoid_of_twice_the_argument():
    x = torch.linspace(-6, 6, 121).double().requires_grad_()
    torch.testing.assert_close(torch.tanh(x), 2 * torch.sigmoid(2 * x) - 1)
    assert (torch.tanh(x) - (2 * torch.sigmoid(x) - 1)).abs().max() > 0.29
    slope = torch.autograd.grad(torch.sigmoid(x).sum(), x)[0]
    at = {value: slope[round((value + 6) * 10)].item() for value in (0, 1, 4)}
    assert at[1] == pytest.approx(0.197, abs=5e-4)
    assert at[4] == pytest.approx(0.018, abs=5e-4)
    assert at[1] / at[0] == pytest.approx(0.79, abs=5e-3)
