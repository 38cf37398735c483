"""The check that readers run: it passes where all is well, and it fails where something is wrong."""

import numpy as np
import pytest

from bnviz.core import check as core
from bnviz.core import norms
from bnviz.core.check import INPUTS, NORMS, Check, check_engine, check_layer, check_training
from bnviz.core.fields import FieldError


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("inputs", INPUTS)
def test_every_norm_agrees_with_torch_on_every_input(norm, inputs):
    for batch_size, eps in ((2, 1e-5), (16, 1e-8), (64, 1.0)):
        rows = check_layer(Check(norm=norm, inputs=inputs, batch_size=batch_size, eps=eps, seed=1))
        names = {row.name for row in rows}
        assert {"y", "grad_x", "grad_gamma", "grad_beta"} - names == set() or norm == "rms"
        assert ("running_var" in names) == (norm == "batch")
        assert all(row.holds for row in rows)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("optimizer", core.OPTIMIZERS)
def test_trainings_agree_with_sequential(norm, optimizer):
    for placement, activation in (("before", "tanh"), ("after", "relu")):
        found = check_training(Check(norm=norm, optimizer=optimizer, placement=placement, activation=activation))
        assert found.compared.holds
        assert len(found.ours) == len(found.theirs) == core.UPDATES + 1
        assert np.ptp(found.theirs) > 1e-2


def test_the_compiled_engine_agrees_with_torch():
    found = check_engine(Check())
    assert found.compared.holds
    assert len(found.ours) == core.ENGINE_UPDATES + 1


def wrong_backward(grad_x_hat, cache, axes, *, center=True):
    return grad_x_hat * cache.inv_std  # mean and variance taken for constants


def test_a_wrong_gradient_is_found(monkeypatch):
    monkeypatch.setattr(norms, "normalize_backward", wrong_backward)
    rows = {row.name: row for row in check_layer(Check())}
    assert rows["y"].holds
    assert not rows["grad_x"].holds
    assert not check_training(Check()).compared.holds


def test_an_unbiased_variance_is_found(monkeypatch):
    plain = norms.normalize

    def unbiased(x, axes, eps, *, center=True):
        found = plain(x, axes, eps, center=center)
        var = found.var * 16 / 15
        inv_std = (var + eps).rsqrt()
        return norms.Cache((x - found.mean) * inv_std, inv_std, found.mean, var)

    monkeypatch.setattr(norms, "normalize", unbiased)
    assert not next(row for row in check_layer(Check()) if row.name == "y").holds


def test_a_one_pass_variance_is_found_far_from_zero(monkeypatch):
    def one_pass(x, axes, eps, *, center=True):
        mean = x.mean(axes, keepdim=True)
        var = x.float().square().mean(axes, keepdim=True).double() - mean.square()
        inv_std = (var.clamp(min=0) + eps).rsqrt()
        return norms.Cache((x - mean) * inv_std, inv_std, mean, var)

    monkeypatch.setattr(norms, "normalize", one_pass)
    assert not all(row.holds for row in check_layer(Check(inputs="far")))


def test_what_is_no_number_does_not_hold():
    assert not core.Compared("y", float("nan"), 1.0, 1e-9).holds


@pytest.mark.parametrize("change", [{"norm": "none"}, {"batch_size": 1}, {"eps": 0.0}, {"inputs": "nice"}])
def test_bad_settings_are_refused(change):
    with pytest.raises(FieldError):
        Check(**change)


def test_another_seed_gives_other_values():
    one, other = (core.layer_case(Check(seed=seed)).h for seed in (0, 1))
    assert not np.array_equal(one, other)
