"""Sweeps: which cells there are, and that each has the numbers of the same experiment run live."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from bnviz.core import engine, kernel
from bnviz.core.data import load
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.fields import FieldError
from bnviz.core.initial import first_state, first_states
from bnviz.core.orders import batches
from bnviz.core.summary import summary
from bnviz.core.sweep import MAX_OUTCOMES, Axis, Sweep, geometric
from bnviz.core.sweep_run import LOOKS, Cell, cells, run
from bnviz.core.sweep_table import COLUMNS, MEASURES, SweepTable

ARMS = (Arm("none"), Arm("batch"), Arm("layer", "after"))
MOONS = Experiment(Data("moons", n=120), Network((8, 8)), ARMS, Training(batch_size=10, steps=130))
RATES = Axis("training.learning_rate", (0.01, 0.3, 30.0))
SMALL = Sweep(MOONS, (RATES, Axis("network.gain", (0.5, 2.0))), (3, 5))


def assert_live(sweep, *, engine_name, dtype=torch.float32):
    """Every outcome against `engine.train` and its summary, bit by bit."""
    for outcome in run(sweep, engine=engine_name, dtype=dtype):
        if outcome.arm == 0:
            live = engine.train(sweep.experiment(outcome.point, outcome.seed), dtype=dtype, engine=engine_name)
        row = summary(live)[outcome.arm]
        assert outcome.train_loss == row["train_loss"]
        assert outcome.diverged_at == live.diverged_at[outcome.arm]
        assert outcome.updates == live.updates[outcome.arm]
        assert outcome.engine == engine_name
        final = live.final_test_loss[outcome.arm], live.final_test_accuracy[outcome.arm]
        np.testing.assert_array_equal((outcome.test_loss, outcome.test_accuracy), final)
        if sweep.target == 0.9 and sweep.base.data.name != "diabetes":
            assert (outcome.steps_to if outcome.steps_to >= 0 else None) == row["steps_to_90"]


# ---- the numbers are those of live runs


@pytest.mark.parametrize("name", ["torch", "kernel"])
def test_every_cell_is_the_live_run(name):
    assert_live(replace(SMALL, axes=(RATES,), seeds=(3,)) if name == "torch" else SMALL, engine_name=name)


def test_the_small_sweep_holds_what_it_is_to_show():
    found = list(run(SMALL, engine="kernel"))
    assert len(found) == SMALL.size == 36
    assert any(outcome.diverged_at >= 0 for outcome in found)
    reached = [outcome.steps_to for outcome in found]
    assert min(reached) == -1
    assert 0 < max(reached) <= 130
    assert len(set(reached)) > 4


OTHER = [
    (Data("digits", n=200), Axis("network.depth", (0, 1, 3)), {}),
    (Data("moons", n=120), Axis("network.width", (4, 6)), {"dropout": 0.2}),
    (Data("moons", n=120), Axis("network.activation", ("tanh", "sigmoid", "linear")), {"input_noise": 0.1}),
    (Data("moons", n=120), Axis("arm.momentum", (0.01, 0.9)), {"optimizer": "momentum", "weight_decay": 0.01}),
    (Data("wine"), Axis("data.preprocess", ("raw", "zscore")), {"optimizer": "adam", "learning_rate": 0.01}),
    (Data("diabetes", n=100), Axis("training.batch_size", (5, 50)), {"order": "by_class"}),
]


@pytest.mark.parametrize(("data", "axis", "training"), OTHER, ids=lambda value: getattr(value, "field", None))
def test_other_axes_and_settings(data, axis, training):
    arms = (Arm("none"), Arm("batch_noisy"), Arm("rms", "after", learning_rate=0.05))
    settings = replace(MOONS.training, steps=40, **training)
    base = replace(MOONS, data=data, network=Network((6,)), arms=arms, training=settings)
    assert_live(Sweep(base, (axis,)), engine_name="kernel")


def test_float64_and_no_target():
    assert_live(replace(SMALL, target=None), engine_name="kernel", dtype=torch.float64)


def test_without_target_nothing_is_noted():
    assert {outcome.steps_to for outcome in run(replace(SMALL, target=None), engine="kernel")} == {-1}


def test_a_run_that_is_longer_than_all_looks_is_noted_where_it_gets_there():
    slow = replace(MOONS, arms=(Arm("none"),), training=replace(MOONS.training, steps=700))
    sweep = Sweep(slow, (Axis("training.learning_rate", (0.14, 0.26, 0.8)),))
    assert_live(sweep, engine_name="kernel")
    slowest, middle, fastest = SweepTable(sweep, run(sweep, engine="kernel")).values("steps_to").ravel()
    assert 0 < fastest < LOOKS[0] < LOOKS[1] < middle < slowest < 700


def test_the_target_of_a_regression_is_a_share_of_its_first_test_loss():
    training = Training(batch_size=20, steps=60)
    base = replace(MOONS, data=Data("diabetes", n=200), arms=(Arm("none"),), training=training)
    sweep = Sweep(base, (Axis("training.learning_rate", (1e-6, 0.05)),), target=0.7)
    still, moving = run(sweep, engine="kernel")
    live = engine.train(sweep.experiment(moving.point, 0), engine="kernel")
    reached = live.test_loss[:, 0] <= 0.7 * live.test_loss[0, 0]
    assert moving.steps_to == live.steps[reached][0] > 0
    assert still.steps_to == -1
    assert np.isnan(moving.test_accuracy)


STARTS = [
    replace(MOONS, arms=(Arm("none", gain=3.0), Arm("batch"), Arm("batch", learning_rate=0.5), Arm("group", eps=0.1))),
    replace(MOONS, seed=9),
    replace(
        MOONS,
        network=Network((8, 4), bias=False, activation="tanh", gain=0.3),
        arms=(Arm("rms"), Arm("batch", "after", 0.3)),
    ),
    replace(MOONS, network=Network(()), data=Data("diabetes", n=60)),
]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("experiment", STARTS, ids=range(len(STARTS)))
def test_the_states_it_starts_from_are_those_of_networks_built_one_by_one(experiment, dtype):
    data = load(experiment.data, experiment.seed)
    for _ in range(2):  # the second time from what is kept
        built = (first_state(experiment, arm, data, dtype) for arm in experiment.arms)
        for one, other in zip(built, first_states(experiment, dtype), strict=True):
            assert one.arm == other.arm
            for name in ("values", "moments"):
                wanted, got = getattr(one.memory, name), getattr(other.memory, name)
                np.testing.assert_array_equal(wanted, got)
                assert wanted.dtype == got.dtype
            names = [name for name, _ in one.net.named_parameters()]
            assert names == [name for name, _ in other.net.named_parameters()]
            other.memory.values[:] = np.nan  # nobody else may see this


# ---- order, stopping, going on


def test_the_order_visits_every_cell_once_and_coarse_ones_first():
    sweep = Sweep(MOONS, (geometric("training.learning_rate", 0.001, 1.0, 8), Axis("arm.eps", (0.1, 0.2, 0.3))), (1, 2))
    order = list(sweep.order())
    assert sorted(order) == sorted((point, seed) for point in sweep.points() for seed in (1, 2))
    assert [seed for _, seed in order] == [1] * 24 + [2] * 24
    assert {point[0] for point, _ in order[:2]} == {0, 4}
    assert {point for point, _ in order[:8]} == {(i, j) for i in (0, 2, 4, 6) for j in (0, 2)}


def test_a_sweep_goes_on_where_it_was_left():
    whole = [outcomes for outcomes in cells(SMALL, engine="kernel") if outcomes]
    rest = [outcomes for outcomes in cells(SMALL, first=7, engine="kernel") if outcomes]
    assert [[replace(o, seconds=0) for o in part] for part in whole[7:]] == [
        [replace(o, seconds=0) for o in part] for part in rest
    ]


def test_a_function_may_choose_the_engine_of_each_cell():
    wanted = ["torch", "kernel", "torch"]
    sweep = Sweep(replace(MOONS, training=replace(MOONS.training, steps=8)), (RATES,))
    found = [outcome.engine for outcome in run(sweep, engine=iter(wanted).__next__)]
    assert found[::3] == wanted


def test_convolutions_are_not_for_the_kernel_whoever_chooses():
    network, training = Network((4,), kind="conv"), Training(batch_size=8, steps=3)
    base = Experiment(Data(n=40), network, (Arm("none"), Arm("batch"), Arm("instance")), training)
    sweep = Sweep(base, (Axis("network.gain", (0.5, 2.0)),))
    assert {outcome.engine for outcome in run(sweep, engine=lambda: "kernel")} == {"torch"}
    assert_live(sweep, engine_name="torch")


def test_stopping_inside_a_long_cell():
    long = replace(MOONS, training=replace(MOONS.training, steps=4000))
    asked = []

    def should_stop():
        asked.append(None)
        return len(asked) == 3

    sweep = Sweep(long, (RATES,))
    assert not list(run(sweep, engine="torch", should_stop=should_stop))
    assert len(asked) == 3
    whole = next(cells(Sweep(replace(long, training=MOONS.training), (RATES,)), engine="torch"))
    assert whole == ()  # a pause comes first: the pace is not known yet


# ---- what a sweep may be


@pytest.mark.parametrize(
    ("make", "field", "problem"),
    [
        (lambda: Axis("training.learning_rate", (0.1, -1.0)), "training.learning_rate", "from 0.000001 to 100"),
        (lambda: Axis("training.learning_rate", ()), "training.learning_rate", "0 values came; 1 to 32 are possible"),
        (lambda: Axis("training.learning_rate", (1, 1.0)), "training.learning_rate", "each value is needed once"),
        (lambda: Axis("training.learning_rate", 0.1), "training.learning_rate", "a list of 1 to 32 values"),
        (lambda: Axis("network.activation", ("gelu",)), "network.activation", "one of relu, tanh"),
        (lambda: Axis("network.depth", (11,)), "network.depth", "a whole number from 0 to 10"),
        (lambda: Axis("network.hidden", ((8,),)), "network.hidden", "no setting that can be swept"),
        (lambda: Axis("arm.norm", ("batch",)), "arm.norm", "norms are compared as arms"),
        (lambda: Axis("arm.learning_rate", (None,)), "arm.learning_rate", "a number from"),
        (lambda: Axis("training", (1,)), "training", "no setting that can be swept"),
        (lambda: Axis("__class__.mro", (1,)), "__class__.mro", "no setting that can be swept"),
        (lambda: geometric("network.gain", 0, 1, 5), "network.gain", "two positive ends"),
        (lambda: Sweep(MOONS, ()), "axes", "0 axes came; 1 or 2"),
        (lambda: Sweep(MOONS, (RATES, RATES)), "axes", "training.learning_rate came twice"),
        (lambda: Sweep(MOONS, "network.gain"), "axes", "a list such as"),
        (lambda: Sweep("moons", (RATES,)), "base", "an Experiment"),
        (lambda: Sweep(MOONS, (RATES,), seeds=()), "seeds", "0 seeds came"),
        (lambda: Sweep(MOONS, (RATES,), seeds=(1, 1)), "seeds", "each seed is needed once"),
        (lambda: Sweep(MOONS, (RATES,), target=1.5), "target", "a number from 0 to 1"),
        (lambda: Sweep(MOONS, (Axis("training.batch_size", (10, 1)),)), "training.batch_size", "At training.batch_s"),
        (lambda: Sweep(replace(MOONS, network=Network((8, 4))), (Axis("network.depth", (1,)),)), "network.hidden", "("),
    ],
)  # fmt: skip
def test_what_cannot_be_swept_is_said_plainly(make, field, problem):
    with pytest.raises(FieldError) as caught:
        make()
    assert caught.value.field == field
    assert problem in caught.value.problem


def test_a_sweep_of_too_many_runs_names_the_number():
    axes = geometric("training.learning_rate", 0.001, 10, 32), geometric("network.gain", 0.1, 10, 32)
    with pytest.raises(FieldError, match=f"32 x 32 x 3 x 1 makes 3072 runs; {MAX_OUTCOMES} are possible"):
        Sweep(MOONS, axes)


def test_an_axis_that_an_arm_overrides_is_an_error():
    base = replace(MOONS, arms=(Arm("none"), Arm("batch", learning_rate=0.5)))
    with pytest.raises(FieldError, match=r"arms\[1\]\.learning_rate.*its own learning_rate"):
        Sweep(base, (RATES,))
    assert Sweep(base, (Axis("arm.learning_rate", (0.1, 0.2)),)).size == 4


def test_json_there_and_back():
    for sweep in (SMALL, replace(SMALL, target=None), Sweep(MOONS, (Axis("network.activation", ("relu", "tanh")),))):
        assert Sweep.from_json(sweep.to_json()) == sweep
        assert hash(Sweep.from_json(sweep.to_json())) == hash(sweep)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"base": {}, "axes": [{"no": 1}], "seeds": [0], "target": 0.9}'])
def test_json_that_is_no_sweep(text):
    with pytest.raises(FieldError, match="This is no sweep"):
        Sweep.from_json(text)


# ---- the table


@pytest.fixture(scope="module")
def table():
    kernel.warm_up("float32")
    return SweepTable(SMALL, run(SMALL, engine="kernel"))


def test_spread_over_seeds_against_a_plain_loop(table):
    assert table.complete
    for measure in MEASURES:
        values, spread = table.values(measure), table.over_seeds(measure)
        assert values.shape == (3, 2, 3, 2)
        for at in np.ndindex(3, 2, 3):
            seeds = [o for o in table.outcomes() if (*o.point, o.arm) == at]
            raw = [getattr(o, measure) for o in sorted(seeds, key=lambda o: o.seed)]
            wanted = [np.inf if measure in ("steps_to", "diverged_at") and value == -1 else value for value in raw]
            np.testing.assert_array_equal(values[at], wanted)
            assert (spread.low[at], spread.high[at], spread.count[at]) == (min(wanted), max(wanted), 2)
            assert spread.median[at] == np.mean(wanted)
    never = np.mean(np.isfinite(table.values("diverged_at")), axis=-1)
    np.testing.assert_array_equal(table.diverged_share(), never)
    assert 0 < never.mean() < 1


def test_a_table_that_is_not_complete_says_nothing_of_the_rest():
    half = SweepTable(SMALL, list(run(SMALL, engine="kernel"))[:6])
    assert not half.complete
    assert len(half) == 6
    spread, share = half.over_seeds("test_accuracy"), half.diverged_share()
    assert spread.count.sum() == 6
    np.testing.assert_array_equal(np.isnan(spread.median), spread.count == 0)
    np.testing.assert_array_equal(np.isnan(share), spread.count == 0)
    with pytest.raises(ValueError, match="'loss' came; one of train_loss"):
        half.values("loss")


def test_rows_and_csv(table):
    rows, lines = table.rows(), table.to_csv().splitlines()
    assert lines[0].split(",") == ["training.learning_rate", "network.gain", *COLUMNS]
    assert len(lines) == len(rows) + 1 == 37
    first = rows[0]
    assert (first["training.learning_rate"], first["network.gain"], first["arm"]) == (0.01, 0.5, "no norm")
    for row, outcome in zip(rows, table.outcomes(), strict=True):
        assert (row["steps_to"] is None) == (outcome.steps_to < 0)
    assert ",," in "".join(lines)


# ---- claims, small


def test_batch_norm_widens_the_range_of_learning_rates():
    """5 x 64 ReLU on digits (batch 64, 300 updates): 90 % at rates 4 times higher."""
    base = Experiment(arms=(Arm("none"), Arm("batch")))
    rates = Axis("training.learning_rate", (0.1, 0.4, 0.8, 1.6))
    accuracy = SweepTable(sweep := Sweep(base, (rates,), (0, 1), None), run(sweep, engine="kernel"))
    good = accuracy.over_seeds("test_accuracy").low > 0.9
    highest = [max(rate for rate, fine in zip(rates.values, good[:, arm], strict=True) if fine) for arm in (0, 1)]
    assert highest[1] >= 4 * highest[0]


def test_batch_norm_forgives_the_scale_of_the_initial_weights():
    """5 x 64 ReLU on digits, rate 0.1: without norm 0.1 and 3 times He's scale fail, with batch norm all learn."""
    sweep = Sweep(Experiment(arms=(Arm("none"), Arm("batch"))), (Axis("network.gain", (0.1, 1.0, 3.0)),), (0, 1), None)
    accuracy = SweepTable(sweep, run(sweep, engine="kernel")).over_seeds("test_accuracy")
    assert accuracy.high[[0, 2], 0].max() < 0.4
    assert accuracy.low[1].min() > 0.9
    assert accuracy.low[:, 1].min() > 0.85


def test_a_larger_start_rescues_deep_sigmoid_nets_without_norm():
    """5 x 64 sigmoid, rate 0.3, 400 updates: chance at gain 1, about 94 % at gain 5; batch norm needs no such help."""
    base = Experiment(
        network=Network(activation="sigmoid"),
        arms=(Arm("none"), Arm("none", gain=5.0), Arm("batch")),
        training=Training(learning_rate=0.3, steps=400),
    )
    sweep = Sweep(base, (Axis("training.steps", (400,)),), (0, 1), None)
    plain, large, batch = SweepTable(sweep, run(sweep, engine="kernel")).values("test_accuracy")[0]
    assert plain.max() < 0.2
    assert min(large.min(), batch.min()) > 0.85


def test_deep_sigmoid_nets_learn_far_sooner_with_batch_norm():
    """3 x 100 sigmoid, rate 0.3, batch 60: 90 % after a fifth of the updates (Ioffe & Szegedy 2015, fig. 1a)."""
    training = Training(learning_rate=0.3, batch_size=60, steps=800)
    network = Network((100,) * 3, activation="sigmoid")
    base = Experiment(network=network, arms=(Arm("none"), Arm("batch")), training=training)
    sweep = Sweep(base, (Axis("network.depth", (3,)),), (0, 1))
    steps = SweepTable(sweep, run(sweep, engine="kernel")).values("steps_to")[0]
    assert steps[1].max() <= 80
    assert steps[0].min() >= 5 * steps[1].max()


def test_convolutions_are_swept_with_the_numbers_of_the_engine():
    network = Network((4, 4), kind="conv", pool=1)
    base = Experiment(Data("digits", n=100), network, (Arm("batch"),), Training(batch_size=10, steps=6))
    assert_live(Sweep(base, (Axis("network.gain", (0.5, 2.0)),)), engine_name="torch")


def test_no_updates_need_no_batches():
    data = load(Data(name="moons", n=64), 0)
    assert batches(data, "shuffled", 8, range(5, 5), 0).shape == (0, 8)
    assert batches(data, "shuffled", 8, range(5, 7), 0).shape == (2, 8)


def test_an_arm_may_diverge_in_the_second_update_of_a_turn_at_the_start_of_an_epoch():
    data = Data("moons", n=80)
    rows = len(load(data, 0).x_train)
    steep = Training(learning_rate=5.0, batch_size=rows, steps=40)  # one batch an epoch
    experiment = Experiment(data, Network((8, 8), "linear"), (Arm("none"), Arm("batch")), steep)
    whole, apart = (Cell(experiment, 0.9, "kernel", torch.float32) for _ in range(2))
    whole.advance(40)
    diverged = whole.outcomes((0,))[0].diverged_at
    assert 1 < diverged < 40
    apart.advance(diverged - 1)
    apart.advance(40)
    for one, other in zip(whole.outcomes((0,)), apart.outcomes((0,)), strict=True):
        assert replace(one, seconds=0) == replace(other, seconds=0)
