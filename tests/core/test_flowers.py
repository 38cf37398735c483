"""The flowers: points in two subsets, their pictures, and batches taken from one subset at a time."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from bnviz.core import engine
from bnviz.core.codec import from_link, to_link
from bnviz.core.data import batch_rows, batches, load
from bnviz.core.experiment import ORDERS, SUBSET_ORDERS, Arm, Data, Experiment, Network, Training
from bnviz.core.fields import FieldError
from bnviz.core.flower_pictures import picture
from bnviz.core.flowers import CENTERS, flowers
from bnviz.core.orders import BLOCK, SWITCH, subset_turn
from bnviz.core.study import Study
from bnviz.core.sweep import Axis, Sweep

FLOWERS = Data("flowers", n=400, test_fraction=0.5, preprocess="raw")


def run(order, **training):
    given = {"learning_rate": 0.2, "batch_size": 16, "steps": 130} | training
    return Experiment(FLOWERS, Network((8,)), (Arm("none"), Arm("batch")), Training(order=order, **given))


# ---- points


def test_every_cluster_lies_where_it_is_said_to_with_the_said_spread():
    x, y, subset = flowers((2000, 2000), 0.1, 3)
    for one in (0, 1):
        for label in (0, 1):
            rows = x[(y == label) & (subset == one)]
            assert len(rows) == 1000
            assert rows.mean(axis=0) == pytest.approx(CENTERS[one][label], abs=0.05)
            assert rows.std(axis=0) == pytest.approx([0.45, 0.45], abs=0.03)


def test_every_loaded_row_knows_its_subset():
    data = load(FLOWERS, 0)
    for x, subset in ((data.x_train, data.subset_train), (data.x_test, data.subset_test)):
        assert np.array_equal(x[:, 0] > 0, subset == 1)
    assert load(Data("moons"), 0).subset_train is None
    assert data.class_names == ("other flower", "rose")


# ---- pictures


@pytest.mark.parametrize(("rose", "subset"), [(True, 0), (False, 0), (True, 1), (False, 1)])
def test_a_picture_is_seeded_and_follows_its_point(rose, subset):
    center = np.array(CENTERS[subset][int(rose)])
    one = picture(center, rose, subset, (0, 1))
    assert one.shape == (64, 64, 3)
    assert one.dtype == np.uint8
    assert np.array_equal(one, picture(center, rose, subset, (0, 1)))
    assert not np.array_equal(one, picture(center, rose, subset, (0, 2)))
    assert not np.array_equal(one, picture(np.add(center, [0.8, 0.0]), rose, subset, (0, 1)))


def test_rosebuds_are_red_and_open_roses_wear_other_colours():
    def redness(subset):
        center = np.array(CENTERS[subset][1])
        hearts = [picture(center, True, subset, (0, seed))[20:34, 27:37].reshape(-1, 3).mean(0) for seed in range(12)]
        return np.array([heart[0] / heart[1:].max() for heart in hearts])

    assert (redness(0) > 3).all()
    assert (redness(1) < 1.8).all()


# ---- batches


@pytest.mark.parametrize("order", SUBSET_ORDERS)
def test_a_batch_comes_from_one_subset_and_a_pass_sees_each_row_once(order):
    data, size = load(FLOWERS, 0), 16
    count = [int((data.subset_train == subset).sum()) // size for subset in (0, 1)]
    turns = [subset_turn(order, step) for step in range(120)]
    seen = {0: [], 1: []}
    for step, (subset, before) in enumerate(turns):
        rows = batch_rows(data, order, size, step, 0)
        assert len(rows) == size
        assert set(data.subset_train[rows]) == {subset}
        assert before == len(seen[subset])
        seen[subset].append(rows)
    for subset, taken in seen.items():
        if len(taken) >= 2 * count[subset]:
            first, second = (np.concatenate(taken[p * count[subset] :][: count[subset]]) for p in (0, 1))
            assert len(set(first)) == len(first)
            assert not np.array_equal(first, second)


def test_whose_turn_it_is():
    assert [subset_turn("alternating", step)[0] for step in range(4)] == [0, 1, 0, 1]
    assert [subset_turn("blocks", step)[0] for step in (0, BLOCK - 1, BLOCK, 2 * BLOCK)] == [0, 0, 1, 0]
    assert [subset_turn("sequential", step)[0] for step in (SWITCH - 1, SWITCH, 4 * SWITCH)] == [0, 1, 1]
    assert subset_turn("first_only", 999) == (0, 999)


@pytest.mark.parametrize("order", [*ORDERS, *SUBSET_ORDERS])
def test_many_batches_at_once_are_the_same_as_one_after_the_other(order):
    data = load(FLOWERS, 0)
    together = batches(data, order, 16, range(5, 60), 3)
    assert np.array_equal(together, [batch_rows(data, order, 16, step, 3) for step in range(5, 60)])


def test_the_orders_for_all_data_are_what_they_were():
    data = load(Data("moons"), 0)
    order = np.random.default_rng([7, 2, 1]).permutation(375)
    assert np.array_equal(batch_rows(data, "shuffled", 50, 8, 7), order[50:100])
    assert np.array_equal(batch_rows(data, "fixed", 50, 8, 7), np.arange(50, 100))


@pytest.mark.parametrize("order", SUBSET_ORDERS)
def test_both_engines_and_any_chunks_give_the_same_losses(order):
    experiment = run(order)
    whole = engine.train(experiment, dtype=torch.float64, engine="torch").train_loss
    compiled = engine.train(experiment, dtype=torch.float64, engine="kernel").train_loss
    np.testing.assert_allclose(compiled, whole, rtol=1e-6)
    parts = [part.train_loss for part in engine.stream(experiment, chunk=37, dtype=torch.float64, engine="kernel")]
    assert np.array_equal(np.concatenate(parts), compiled, equal_nan=True)


def test_an_order_of_subsets_needs_subsets_and_room_for_a_batch():
    with pytest.raises(FieldError, match=r"training\.order: 'blocks' came.* digits has none"):
        Experiment(training=Training(order="blocks"))
    with pytest.raises(FieldError, match=r"training\.batch_size.*at most 50"):
        run("alternating", batch_size=51)
    small = replace(run("first_only", batch_size=2, steps=9), data=replace(FLOWERS, n=16))
    assert np.isfinite(engine.train(small).train_loss[:9]).all()


@pytest.mark.parametrize("order", SUBSET_ORDERS)
def test_no_batch_is_taken_that_its_subset_cannot_fill(order):
    """Of 4 training rows any number can belong to the first subset: it depends on the seed."""
    told, few = [], Data("flowers", n=16, test_fraction=0.75)
    for seed in range(40):
        counts = np.bincount(load(few, seed).subset_train, minlength=2)
        needed = counts[0] if order == "first_only" else counts.min()
        made = {"data": few, "network": Network(()), "arms": (Arm("none"),), "seed": seed}
        training = Training("sgd", 0.1, 2, 110, order=order)
        if needed < 2:
            with pytest.raises(FieldError, match=r"training\.batch_size: A batch of 2 from one subset") as caught:
                Experiment(**made, training=training)
            told.append(caught.value.problem)
            continue
        experiment, data = Experiment(**made, training=training), load(few, seed)
        for step in range(110):
            rows = batch_rows(data, order, 2, step, experiment.seed)
            assert len(set(rows)) == 2
            assert set(data.subset_train[rows]) == {subset_turn(order, step)[0]}
    assert told
    assert all("seed" in one and "more rows" in one for one in told)


def test_other_seeds_are_asked_before_anything_is_measured_with_them():
    few, bare = Data("flowers", n=16, test_fraction=0.75), {"network": Network(()), "arms": (Arm("none"),)}

    def can(seed):
        try:
            return Experiment(few, **bare, training=Training(batch_size=2, steps=3, order="blocks"), seed=seed)
        except FieldError:
            return None

    found = [can(seed) for seed in range(40)]
    good, bad = (next(seed for seed in range(40) if (found[seed] is None) == missing) for missing in (False, True))
    base = found[good]
    axis = Axis("training.learning_rate", (0.1, 0.2))
    for made in (lambda seeds: Sweep(base, (axis,), seeds), lambda seeds: Study("drift", base, seeds)):
        assert made((good,)).seeds == (good,)
        with pytest.raises(FieldError, match=f"with seed {bad} only"):
            made((good, bad))


def test_a_batch_that_is_too_large_for_its_subset_is_no_quiet_repetition():
    data = load(FLOWERS, 0)
    with pytest.raises(FieldError, match=r"subset 2 has \d+ training rows"):
        batch_rows(data, "alternating", 150, 1, 0)


def test_a_link_to_too_few_rows_is_explained():
    params = {"data.name": "flowers", "data.n": "16", "data.test_fraction": "0.95", "training.batch_size": "2",
              "training.order": "alternating"}  # fmt: skip
    fallen, messages = from_link(params)
    assert isinstance(fallen, Experiment)
    assert "from one subset" in " ".join(messages)


def test_a_link_keeps_the_order_where_it_fits_and_says_so_where_not():
    experiment = run("sequential")
    assert from_link(to_link(experiment)) == (experiment, [])
    fallen, messages = from_link({"training.order": "sequential"})
    assert fallen.training.order == "shuffled"
    assert "two subsets" in messages[0]
