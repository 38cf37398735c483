"""The kernel against the torch engine: the same losses, the same recordings, the same rules."""

from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from bnviz.core import engine, kernel, kernel_cache, kernel_run
from bnviz.core.experiment import ACTIVATIONS, NORMS, OPTIMIZERS, Arm, Data, Experiment, Network, Training
from bnviz.core.recording import Recording, join


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    """Compile once, so that every run of this file is made by the kernel from its first update on."""
    kernel.warm_up("float32")
    kernel.warm_up("float64")


RATES = {"sgd": 0.1, "momentum": 0.02, "rmsprop": 0.002, "adam": 0.003}
# (Adam and RMSprop divide a gradient by its own size: that of a bias before batch norm is nothing but rounding.)
SMALL = Experiment(Data(n=200), Network((12, 8), bias=False), (Arm("batch"),), Training(batch_size=24, steps=100))
DIGITS = Experiment(
    Data(n=200), Network((16, 8)), (Arm("none"), Arm("batch"), Arm("layer", "after")), Training(batch_size=24, steps=20)
)
WILD = Experiment(training=Training(learning_rate=1.6, steps=40))
TOLERANCES = {"histogram": 2, "maps": 1, "sample": 0}
NOT_COMPARED = ("experiment", "first_step", "map_extent", "seconds")


def both(experiment, dtype=torch.float64):
    return [engine.train(experiment, dtype=dtype, engine=name) for name in ("torch", "kernel")]


def assert_agree(wanted, got, tolerance=1e-6):
    for field in fields(Recording):
        if field.name not in NOT_COMPARED:
            one, other = (getattr(recording, field.name).astype(float) for recording in (wanted, got))
            bound = TOLERANCES.get(field.name, tolerance)
            np.testing.assert_allclose(other, one, rtol=tolerance, atol=bound, err_msg=field.name)


def assert_same(one, other):
    for field in fields(Recording):
        if field.name not in NOT_COMPARED:
            np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), err_msg=field.name)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("norm", NORMS)
def test_every_norm_placement_optimizer_and_activation(norm, optimizer, activation):
    arms = [Arm(norm, placement, groups=2, ghost_size=12, eps=0.1) for placement in ("before", "after")]
    training = replace(SMALL.training, optimizer=optimizer, learning_rate=RATES[optimizer])
    network = replace(SMALL.network, activation=activation)
    wanted, got = both(replace(SMALL, network=network, arms=tuple(arms), training=training))
    assert np.abs(wanted.train_loss - got.train_loss).max() <= 1e-6
    assert np.ptp(got.train_loss) > 1e-3


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("norm", NORMS)
def test_recordings_agree(norm, activation):
    arms = [Arm(norm, where, groups=2, ghost_size=12, eps=0.1) for where in ("before", "after", ("none", "before"))]
    experiment = replace(DIGITS, network=replace(DIGITS.network, activation=activation), arms=tuple(arms))
    wanted, got = both(experiment)
    assert_agree(wanted, got)
    assert (wanted.histogram.sum(axis=-1) == got.histogram.sum(axis=-1)).all()
    assert np.isfinite(got.quantiles).all()


@pytest.mark.parametrize(
    "training",
    [
        {"weight_decay": 0.05, "optimizer": "momentum", "learning_rate": 0.02},
        {"dropout": 0.3},
        {"input_noise": 0.5},
        {"order": "by_class"},
        {"order": "fixed"},
        {"batch_size": 7},
        {"batch_size": 150},
    ],
    ids=str,
)
@pytest.mark.parametrize("data", [Data(n=200), Data("diabetes", n=200), Data("moons", n=200)], ids=lambda d: d.name)
def test_training_settings_and_kinds_of_data(data, training):
    arms = (Arm("none"), Arm("batch_noisy", "after"), Arm("batch", eps=0.1, dropout=0.1, momentum=0.3))
    wanted, got = both(replace(DIGITS, data=data, arms=arms, training=replace(DIGITS.training, **training)))
    assert_agree(wanted, got)
    assert (got.maps.size > 0) == (data.name == "moons")


@pytest.mark.parametrize("hidden", [(), (1,), (5, 1, 3), (33,), (17, 40, 4, 9)], ids=str)
@pytest.mark.parametrize("bias", [True, False])
def test_shapes(hidden, bias):
    arms = (Arm("none"), Arm("batch", eps=0.1), Arm("rms", "after", eps=0.1))
    assert_agree(*both(replace(DIGITS, network=Network(hidden, bias=bias), arms=arms)))


def test_batch_of_one_row():
    training = replace(DIGITS.training, batch_size=1)
    assert_agree(*both(replace(DIGITS, arms=(Arm("none"), Arm("layer")), training=training)))


def test_float32_runs_begin_alike():
    wanted, got = both(DIGITS, torch.float32)
    assert np.abs(wanted.train_loss - got.train_loss).max() < 1e-4
    np.testing.assert_allclose(got.quantiles[0], wanted.quantiles[0], rtol=1e-4, atol=1e-5)


def test_tests_in_several_blocks_and_a_small_remainder():
    """450 test rows are eight blocks, 70 are two; the last ones are not full."""
    for data in (Data("digits"), Data("moons", n=280)):
        assert_agree(*both(replace(DIGITS, data=data, arms=(Arm("batch"), Arm("group", groups=2)))))


# ---- the same numbers, however a run is cut, and whoever makes the updates


@pytest.mark.parametrize("experiment", [DIGITS, WILD], ids=["small", "diverging"])
@pytest.mark.parametrize("size", [1, 7])
def test_chunks_change_no_number(experiment, size):
    parts = join(engine.stream(experiment, chunk=size, engine="kernel"))
    assert_same(parts, join(engine.stream(experiment, chunk=300, engine="kernel")))


@pytest.mark.parametrize("size", [1, 1000])
def test_blocks_change_no_number(size, monkeypatch):
    experiment = replace(DIGITS, training=replace(DIGITS.training, dropout=0.2), arms=(Arm("batch_noisy"), Arm("none")))
    wanted = engine.train(experiment, engine="kernel")
    monkeypatch.setattr(kernel_run, "BLOCK_BYTES", size)
    assert_same(engine.train(experiment, engine="kernel"), wanted)


def test_longer_run_starts_with_the_shorter_one():
    short = engine.train(DIGITS, engine="kernel")
    long = engine.train(replace(DIGITS, training=replace(DIGITS.training, steps=33)), engine="kernel")
    assert np.array_equal(long.train_loss[:21], short.train_loss)
    assert np.array_equal(long.histogram[:21], short.histogram)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_engines_take_over_from_each_other(optimizer):
    training = replace(DIGITS.training, optimizer=optimizer, learning_rate=RATES[optimizer], steps=40)
    experiment = replace(DIGITS, network=Network((16, 8), bias=False), training=training)
    state, chunks = engine.start(experiment, torch.float64), []
    for name in ("torch", "kernel", "torch", "kernel"):
        state, chunk = engine.advance(state, 10, engine=name)
        assert state.engine == name
        chunks.append(chunk)
    assert_agree(engine.train(experiment, dtype=torch.float64, engine="torch"), join(chunks))


def test_old_states_stay_as_they_were():
    state, _ = engine.advance(engine.start(DIGITS), 5, engine="kernel")
    before = [arm.memory.copied() for arm in state.arms]
    one, other = (engine.advance(state, 5, engine="kernel") for _ in range(2))
    assert_same(one[1], other[1])
    for arm, kept in zip(state.arms, before, strict=True):
        assert np.array_equal(arm.memory.values, kept.values)
        assert np.array_equal(arm.memory.moments, kept.moments)


def test_the_network_is_a_view_of_what_the_kernel_steps():
    state, _ = engine.advance(engine.start(DIGITS), 5, engine="kernel")
    arm = state.arms[1]
    flat = torch.cat([tensor.detach().flatten() for tensor in (*arm.net.parameters(), *arm.net.buffers())])
    assert np.array_equal(flat.numpy(), arm.memory.values)
    arm.memory.values[0] = 7.0
    assert arm.net.layers()[0].linear.weight[0, 0].item() == 7.0


# ---- divergence


def test_divergence_agrees():
    wanted, got = both(WILD)
    assert got.diverged_at.tolist() == wanted.diverged_at.tolist()
    assert got.updates.tolist() == wanted.updates.tolist()
    assert np.array_equal(np.isnan(got.train_loss), np.isnan(wanted.train_loss))
    assert np.array_equal(np.isnan(got.mean), np.isnan(wanted.mean))
    at = int(got.diverged_at[0])
    for steps in (at - 1, at):
        short = replace(WILD, training=replace(WILD.training, steps=steps))
        wanted, got = both(short)
        assert got.diverged_at.tolist() == wanted.diverged_at.tolist()
        np.testing.assert_allclose(got.final_test_loss[0], wanted.final_test_loss[0], rtol=1e-3)


def test_divergence_one_update_after_a_chunk_has_begun_agrees():
    loud = Experiment(network=Network((32,) * 5), arms=(Arm("none"),), training=Training(learning_rate=50.0, steps=12))
    wanted, got = both(loud, torch.float32)
    assert got.diverged_at.tolist() == wanted.diverged_at.tolist() == [1]
    np.testing.assert_allclose(got.final_test_loss, wanted.final_test_loss, rtol=1e-5)


def test_loss_that_is_infinite_at_once():
    huge = Data("diabetes", n=40, preprocess="raw", scale=(1e9,) * 10)
    arms, training = (Arm("none"), Arm("batch")), Training(batch_size=8, steps=3)
    recording = engine.train(Experiment(huge, Network((16,) * 10, gain=100.0), arms, training), engine="kernel")
    assert recording.diverged_at.tolist() == [0, -1]
    assert np.isnan(recording.final_test_loss[0])


# ---- which engine runs


def test_auto_takes_the_kernel_when_it_is_ready_and_torch_until_then(monkeypatch):
    state, _ = engine.advance(engine.start(DIGITS), 5, engine="auto")
    assert state.engine == "kernel"
    monkeypatch.setattr(kernel, "available", lambda dtype: False)
    assert engine.advance(state, 5, engine="auto")[0].engine == "kernel"
    cold, _ = engine.advance(engine.start(DIGITS), 5, engine="auto")
    assert cold.engine == "torch"
    monkeypatch.undo()
    assert engine.advance(cold, 5, engine="auto")[0].engine == "torch"


def test_other_precisions_go_to_torch():
    state = replace(engine.start(DIGITS), dtype=torch.bfloat16)
    assert engine.choose(state, "auto") == "torch"


def test_unknown_engine_is_refused():
    with pytest.raises(ValueError, match="one of auto, torch, kernel"):
        engine.advance(engine.start(DIGITS), 1, engine="jax")


def test_seconds_and_updates_are_counted():
    recording = engine.train(DIGITS, engine="kernel")
    assert (recording.seconds >= 0).all()
    assert recording.updates.tolist() == [20, 20, 20]


def test_unwritable_folders_mean_no_cache(monkeypatch):
    monkeypatch.setattr(kernel_cache, "_writable", lambda folder: False)
    kernel_cache.folder.cache_clear()
    try:
        assert kernel_cache.folder() is None
        assert not kernel_cache.is_kept("float32")
        kernel_cache.mark_kept("float32")
    finally:
        kernel_cache.folder.cache_clear()


def test_machine_code_of_earlier_sources_is_removed(monkeypatch, tmp_path):
    now, before, other = (tmp_path / name for name in ("kernel-1", "kernel-0", "else"))
    for folder in (now, before, other):
        folder.mkdir()
    (before / "ready-float32").touch()
    monkeypatch.setattr(kernel_cache, "folder", lambda: now)
    kernel_cache.mark_kept("float32")
    assert kernel_cache.is_kept("float32")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["else", "kernel-1"]


def test_damaged_machine_code_is_compiled_anew(monkeypatch):
    tries, forgotten = [], []

    def run_once(dtype):
        tries.append(dtype)
        if len(tries) == 1:
            raise EOFError("damaged")

    monkeypatch.setattr(kernel, "_run_once", run_once)
    monkeypatch.setattr(kernel, "_ready", set())
    monkeypatch.setattr(kernel_cache, "forget_cache", forgotten.append)
    kernel.warm_up("float32")
    assert tries == ["float32", "float32"]
    assert len(forgotten) == 1
    assert kernel.ready("float32")
