"""The engine: chunks, divergence, and every recorded number against a direct computation."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from bnviz.core import engine
from bnviz.core.data import batch_rows, load
from bnviz.core.experiment import MAX_ARMS, MAX_DEPTH, MAX_STEPS, MAX_WIDTH, Arm, Data, Experiment, Network, Training
from bnviz.core.network import build
from bnviz.core.recording import Recording, blank, join
from bnviz.core.schedule import (
    BINS,
    KINDS,
    LAST_SPACING,
    MAPS,
    QUANTILES,
    SPACINGS,
    is_recorded,
    map_steps,
    recorded_steps,
)
from bnviz.core.streams import DROPOUT, INPUT_NOISE, StepDraws, generator

SMALL = Experiment(
    data=Data(n=200),
    network=Network(hidden=(16, 8)),
    arms=(Arm("none"), Arm("batch"), Arm("batch_noisy", "after")),
    training=Training(batch_size=32, steps=40, dropout=0.2),
)
WILD = Experiment(training=Training(learning_rate=1.6, steps=40))  # digits, 5 layers of 64: "none" diverges
ARRAYS = [f.name for f in fields(Recording) if f.name not in ("experiment", "first_step", "seconds")]


def in_chunks(experiment, size):
    return join(engine.stream(experiment, chunk=size))


def with_training(experiment, **changes):
    return replace(experiment, training=replace(experiment.training, **changes))


def assert_same(one, other, names=ARRAYS):
    for name in names:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@pytest.fixture(scope="module")
def wild():
    return in_chunks(WILD, 40)


# ---- the same numbers, however a run is cut


@pytest.mark.parametrize("experiment", [SMALL, WILD], ids=["small", "diverging"])
@pytest.mark.parametrize("size", [1, 7])
def test_chunks_change_no_number(experiment, size):
    assert_same(in_chunks(experiment, size), in_chunks(experiment, 300))


def test_continuing_twice_from_one_state_gives_the_same():
    state, _ = engine.advance(engine.start(SMALL), 15)
    one, other = (engine.advance(state, 25)[1] for _ in range(2))
    assert_same(one, other)
    assert one.first_step == state.step == 15


def test_training_in_between_leaves_the_old_state_alone():
    state = engine.start(SMALL)
    before = {name: value.clone() for name, value in state.arms[1].net.state_dict().items()}
    engine.advance(state, 10)
    assert all(torch.equal(value, before[name]) for name, value in state.arms[1].net.state_dict().items())


def test_longer_run_starts_with_the_shorter_one():
    short, long = engine.train(SMALL), engine.train(with_training(SMALL, steps=60))
    assert np.array_equal(long.train_loss[:41], short.train_loss)
    for name in ("test_loss", "histogram", "quantiles", "gamma", "update_std", "running_var"):
        assert np.array_equal(getattr(long, name)[: len(getattr(short, name))], getattr(short, name), equal_nan=True), (
            name
        )


def test_seed_decides_everything():
    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002 (global state must not matter)
    one = engine.train(SMALL)
    torch.manual_seed(2)
    np.random.seed(2)  # noqa: NPY002
    assert_same(one, engine.train(SMALL))
    assert not np.array_equal(one.train_loss, engine.train(replace(SMALL, seed=1)).train_loss)


def test_arms_do_not_see_each_other():
    together = engine.train(SMALL)
    for index, arm in enumerate(SMALL.arms):
        alone = engine.train(replace(SMALL, arms=(arm,)))
        for name in ("train_loss", "test_loss", "histogram", "grad_norm", "sample", "running_mean"):
            wanted = getattr(together, name)[:, [index]]
            assert np.array_equal(getattr(alone, name), wanted, equal_nan=True), name


def test_arms_share_their_initial_weights():
    one, other, _ = (arm.net for arm in engine.start(SMALL).arms)
    for ours, theirs in zip(one.linears(), other.linears(), strict=True):
        assert torch.equal(ours.weight, theirs.weight)


@pytest.mark.parametrize(("activation", "g"), [("relu", 2), ("tanh", 1), ("sigmoid", 1), ("linear", 1)])
def test_initial_weights(activation, g):
    net = build(Network((256, 200), activation, gain=3.0), Arm("none"), inputs=100, outputs=50, seed=4)
    for linear, fan_in, factor in zip(net.linears(), (100, 256, 200), (9 * g, 9 * g, 1), strict=True):
        assert linear.weight.var().item() == pytest.approx(factor / fan_in, rel=0.05)
        assert (linear.bias == 0).all()


def test_each_purpose_has_its_own_stream():
    one, other = StepDraws(0, 3), StepDraws(0, 3)
    one.uniform(DROPOUT, (5,))
    assert np.array_equal(one.normal(INPUT_NOISE, (4,)), other.normal(INPUT_NOISE, (4,)))
    first = [tuple(generator(0, purpose, step).random(2)) for purpose in range(1, 6) for step in (0, 1)]
    assert len(set(first)) == 10


def test_progress_and_states():
    seen = []
    engine.train(SMALL, progress=lambda made, wanted: seen.append((made, wanted)))
    assert seen == [(20, 40), (40, 40)]
    state = engine.start(SMALL)
    state, chunk = engine.advance(state, 39)
    assert (state.step, state.done, chunk.done, chunk.status(0)) == (39, False, False, "training")
    state, chunk = engine.advance(state, 39)
    assert (state.step, state.done, chunk.done, chunk.status(0)) == (40, True, True, "finished")
    assert chunk.updates.tolist() == [40, 40, 40]


def test_join_of_nothing_is_refused():
    with pytest.raises(ValueError, match="nothing to join"):
        join([])


# ---- divergence


def test_divergence_is_told_and_the_others_finish(wild):
    at = int(wild.diverged_at[0])
    assert 0 < at < 40
    assert wild.diverged_at[1:].tolist() == [-1, -1]
    assert [wild.status(arm) for arm in range(3)] == ["diverged", "finished", "finished"]
    assert np.isfinite(wild.train_loss[:, 1:]).all()
    assert np.isnan(wild.train_loss[at + 1 :, 0]).all()
    assert np.isfinite(wild.train_loss[:at, 0]).all()
    assert not wild.train_loss[at, 0] <= 1000 * wild.train_loss[0, 0]
    assert wild.train_loss[:at, 0].max() <= 1000 * wild.train_loss[0, 0]
    assert wild.updates.tolist() == [at, 40, 40]
    assert wild.last_finite_frame(0) == at - 1
    assert wild.last_finite_frame(1) == len(wild.steps) - 1
    assert np.isnan(wild.mean[at:, 0]).all()
    assert np.isnan(wild.test_loss[at:, 0]).all()


def test_final_figures_are_those_of_the_last_finite_state(wild):
    at = int(wild.diverged_at[0])
    short = in_chunks(with_training(WILD, steps=at - 1), 40)
    assert short.diverged_at[0] == -1
    assert wild.final_test_loss[0] == short.final_test_loss[0]
    assert wild.final_test_accuracy[0] == short.final_test_accuracy[0]


@pytest.mark.parametrize("shift", [-1, 0, 1])
def test_divergence_near_the_end_of_a_chunk(wild, shift):
    chunk = int(wild.diverged_at[0]) + shift
    state, first = engine.advance(engine.start(WILD), chunk)
    _, second = engine.advance(state, 40)
    assert_same(join([first, second]), wild)


def test_divergence_at_the_last_observation(wild):
    at = int(wild.diverged_at[0])
    for size in (1, 40):
        short = in_chunks(with_training(WILD, steps=at), size)
        assert short.diverged_at.tolist() == [at, -1, -1]
        assert short.train_loss[:, 0] == pytest.approx(wild.train_loss[: at + 1, 0])
        assert short.final_test_loss[0] == wild.final_test_loss[0]
        assert short.updates[0] == at


def test_loss_that_is_infinite_at_once():
    huge = Data("diabetes", n=40, preprocess="raw", scale=(1e9,) * 10)
    network = Network((16,) * 10, gain=100.0)
    recording = engine.train(Experiment(huge, network, (Arm("none"), Arm("batch")), Training(batch_size=8, steps=3)))
    assert recording.diverged_at.tolist() == [0, -1]
    assert (recording.updates[0], recording.last_finite_frame(0)) == (0, 0)
    assert np.isnan(recording.final_test_loss[0])


# ---- the schedule and the memory


@pytest.mark.parametrize("total", [1, 57, 100, 101, 303, 999, 4000])
def test_frames_are_dense_at_first_and_include_both_ends(total):
    steps = recorded_steps(total)
    assert (steps[0], steps[-1]) == (0, total)
    assert np.array_equal(steps[:21], np.arange(total + 1)[:21])
    assert (np.diff(steps) > 0).all()
    assert len(steps) <= 250
    maps = map_steps(total)
    assert (maps[0], maps[-1]) == (0, total)
    assert len(maps) <= MAPS
    assert all(is_recorded(int(step), total) for step in maps)


def test_the_notation_tells_the_schedule_of_the_frames():
    def every(spacing):
        return "every one" if spacing == 1 else f"every {spacing}{'nd' if spacing == 2 else 'th'}"

    rows = (Path(__file__).resolve().parents[2] / "docs" / "notation.md").read_text(encoding="utf-8").splitlines()
    told = next(row for row in rows if row.startswith("| frame |"))
    wanted = [f"{every(spacing)} up to {until:,}" for until, spacing in SPACINGS.items()]
    assert ", ".join([*wanted, f"then {every(LAST_SPACING)}, and the last"]) in told


def test_default_recording_is_small():
    experiment = Experiment()
    data = load(experiment.data, experiment.seed)
    assert blank(experiment, data, 0, experiment.training.steps).nbytes < 10e6


@pytest.mark.parametrize("data", [Data(), Data("moons")], ids=lambda data: data.name)
def test_largest_recording_stays_below_its_bound(data):
    arms, network = (Arm("batch"),) * MAX_ARMS, Network((MAX_WIDTH,) * MAX_DEPTH)
    experiment = Experiment(data, network, arms, Training(steps=MAX_STEPS))
    assert blank(experiment, load(data, 0), 0, MAX_STEPS).nbytes < 60e6


def test_chunks_hold_the_same_arrays_as_the_whole():
    experiment = Experiment(Data("moons"), training=Training(steps=50))
    data = load(experiment.data, 0)
    parts = join([blank(experiment, data, 0, 20), blank(experiment, data, 20, 50)])
    whole = blank(experiment, data, 0, 50)
    assert all(getattr(parts, name).shape == getattr(whole, name).shape for name in ARRAYS if name != "map_extent")


# ---- what is recorded, computed once more

LOOK = replace(
    SMALL, arms=(Arm("none"), Arm("batch"), Arm("layer", "after")), training=Training(batch_size=32, steps=6)
)
AT = 4


def passes(net, x, activation):
    """Pre-activation, norm output and activation of each layer, and the logits, without `NormNet.forward`."""
    kinds = []
    for layer in net.hidden:
        z = x @ layer.linear.weight.T + layer.linear.bias
        if layer.norm is None:
            normalized, post = z, activation(z)
            x = post
        elif layer.placement == "before":
            normalized = layer.norm(z)
            x = post = activation(normalized)
        else:
            post = activation(z)
            x = normalized = layer.norm(post)
        kinds.append((z, normalized, post))
    return kinds, x @ net.output.weight.T + net.output.bias


ACTIVATION = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "linear": torch.clone}


@pytest.fixture(scope="module", params=["relu", "tanh", "sigmoid", "linear"])
def look(request):
    """A recording with its frame AT, and for each arm that frame's values and net, computed directly."""
    experiment = replace(LOOK, network=replace(LOOK.network, activation=request.param, gain=2.0))
    state, _ = engine.advance(engine.start(experiment, torch.float64), AT)
    recording = join(engine.stream(experiment, dtype=torch.float64))
    data = load(experiment.data, 0)
    rows = batch_rows(data, "shuffled", 32, AT, 0)
    direct = []
    for arm in state.arms:
        net = arm.copied().net.train()
        kinds, logits = passes(net, torch.from_numpy(data.x_train[rows]), ACTIVATION[request.param])
        labels = torch.from_numpy(data.y_train[rows])
        F.cross_entropy(logits, labels).backward()
        values = [[kind.detach().numpy() for kind in layer] for layer in kinds]
        direct.append((net, values, (logits.argmax(1) == labels).double().mean().item()))
    return recording, direct


def each_layer(direct):
    return [(arm, layer, *kinds) for arm, (_, values, _) in enumerate(direct) for layer, kinds in enumerate(values)]


def test_histograms_quantiles_and_moments(look):
    recording, direct = look
    activation = recording.experiment.network.activation
    post_edges = {"relu": (0, 6), "tanh": (-1, 1), "sigmoid": (0, 1), "linear": (-6, 6)}[activation]
    for arm, layer, *kinds in each_layer(direct):
        for place, values in enumerate(kinds):
            at = (AT, arm, layer, place)
            quantiles = np.quantile(values, [0.05, 0.15, 0.5, 0.85, 0.95])
            assert recording.quantiles[at] == pytest.approx(quantiles, rel=1e-5, abs=1e-6)
            assert recording.mean[at] == pytest.approx(values.mean(), rel=1e-5, abs=1e-6)
            assert recording.std[at] == pytest.approx(values.std(), rel=1e-5)
            is_post = KINDS[place] == "post"
            drawn = values[values > 0] if is_post and activation == "relu" else values
            edges = np.linspace(*(post_edges if is_post else (-6, 6)), BINS + 1)
            counts = recording.histogram[at]
            assert counts.sum() == drawn.size
            assert counts[1:-1].tolist() == np.histogram(drawn, edges)[0].tolist()
            assert (counts[0], counts[-1]) == ((drawn < edges[0]).sum(), (drawn > edges[-1]).sum())
    assert len(QUANTILES) == 5


def test_saturation_zeros_and_maxima(look):
    recording, direct = look
    activation = recording.experiment.network.activation
    for arm, layer, _, _, post in each_layer(direct):
        at = (AT, arm, layer)
        saturated = {
            "relu": (post <= 0).all(axis=0).mean(),
            "tanh": ((post > 0.97) | (post < -0.97)).mean(),
            "sigmoid": ((post > 0.985) | (post < 0.015)).mean(),
            "linear": np.nan,
        }[activation]
        assert recording.saturated[at] == pytest.approx(saturated, rel=1e-6, nan_ok=True)
        assert recording.zero_share[at] == pytest.approx((post == 0).mean(), rel=1e-6)
        assert recording.maximum[at] == pytest.approx(post.max(axis=0).mean(), rel=1e-6)
        assert recording.unit_max[at][: post.shape[1]] == pytest.approx(post.max(axis=0), rel=1e-6)


def test_batch_statistics_are_those_of_what_enters_the_norm(look):
    recording, direct = look
    for arm, layer, pre, _, post in each_layer(direct):
        entering = post if recording.experiment.arms[arm].placement == "after" else pre
        units = entering.shape[1]
        assert recording.batch_mean[AT, arm, layer, :units] == pytest.approx(entering.mean(0), rel=1e-5, abs=1e-6)
        assert recording.batch_var[AT, arm, layer, :units] == pytest.approx(entering.var(0), rel=1e-5)
        assert np.isnan(recording.batch_mean[AT, arm, layer, units:]).all()
        assert np.isnan(recording.gamma[AT, 0]).all()
        assert np.isnan(recording.running_mean[AT, 2]).all()


def test_gradients_weights_and_accuracy(look):
    recording, direct = look
    for arm, (net, _, accuracy) in enumerate(direct):
        assert recording.train_accuracy[AT, arm] == pytest.approx(accuracy)
        for layer, linear in enumerate(net.linears()):
            grad, weight, at = linear.weight.grad.numpy(), linear.weight.detach().numpy(), (AT, arm, layer)
            assert recording.grad_norm[at] == pytest.approx(np.sqrt((grad**2).sum()), rel=1e-5)
            assert recording.grad_std[at] == pytest.approx(grad.std(), rel=1e-5)
            assert recording.weight_std[at] == pytest.approx(weight.std(), rel=1e-5)
            assert recording.update_ratio[at] == pytest.approx(0.1 * grad.std() / weight.std(), rel=1e-5)


def test_sample_predictions(look):
    recording, direct = look
    data = load(recording.experiment.data, 0)
    assert recording.sample.shape[-1] == 60
    for arm, (net, *_) in enumerate(direct):
        fresh = engine.advance(engine.start(recording.experiment, torch.float64), AT)[0].arms[arm].net.eval()
        wanted = fresh(torch.from_numpy(data.x_train[:60])).argmax(1)
        assert recording.sample[AT, arm].tolist() == wanted.tolist()
        assert next(net.parameters()).dtype == torch.float64


def test_regression_has_no_accuracy():
    experiment = replace(LOOK, data=Data("diabetes", n=100))
    recording = engine.train(experiment)
    assert np.isnan(recording.train_accuracy).all()
    assert np.isnan(recording.test_accuracy).all()
    assert np.isfinite(recording.test_loss[[0, 6]]).all()
    assert recording.sample.shape[-1] == recording.maps.shape[0] == 0


def test_tests_are_made_on_some_frames_only():
    recording = engine.train(with_training(LOOK, steps=23))
    wanted = [*range(6), 10, 15, 20, 23]
    assert recording.steps[np.isfinite(recording.test_loss[:, 0])].tolist() == wanted


# ---- decision maps


def test_decision_maps_are_probabilities_in_eval_mode():
    experiment = replace(LOOK, data=Data("moons", n=100), training=Training(batch_size=16, steps=30))
    recording = engine.train(experiment, dtype=torch.float64)
    data = load(experiment.data, 0)
    x1_low, x1_high, x2_low, x2_high = recording.map_extent
    assert (x1_low, x2_low) < tuple(data.x_train.min(axis=0))
    assert (x1_high, x2_high) > tuple(data.x_train.max(axis=0))
    place = 12
    state, _ = engine.advance(engine.start(experiment, torch.float64), int(recording.maps_at[place]))
    for index, arm in enumerate(state.arms):
        net = arm.net.eval()
        for row, column in ((0, 0), (0, 35), (35, 0), (20, 7), (9, 30)):
            x1 = x1_low + (column + 0.5) / 36 * (x1_high - x1_low)
            x2 = x2_low + (row + 0.5) / 36 * (x2_high - x2_low)
            share = torch.softmax(net(torch.tensor([[x1, x2]]).double()), dim=1)[0, 1].item()
            assert recording.maps[place, index, row, column] == round(200 * share)
    assert np.ptp(recording.maps[-1, 1]) > 100


def test_only_two_features_and_two_classes_have_maps():
    assert engine.train(LOOK).maps.shape[0] == 0
    flat = replace(LOOK, data=Data("moons", n=64, scale=(1.0, 0.0), preprocess="whitened"))
    assert engine.train(flat).maps.shape[0] == 0  # one principal axis is left
