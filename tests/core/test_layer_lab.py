"""The layer lab's batches: typed, from the data, from a run; its choices there and back through a link."""

import numpy as np
import pytest

from bnviz.core.batches_hand import FIRST, BatchError, BatchKind, following, read_rows, resized
from bnviz.core.codec import group_from_link, group_to_link
from bnviz.core.data import batch_rows, load
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.fields import FieldError
from bnviz.core.layer_lab import LayerLab, normed_layers, scene
from bnviz.core.microscope import against_torch, examine
from bnviz.core.snapshot import snapshot

RUN = Experiment(
    data=Data("moons", n=100), network=Network((8, 6)), training=Training(batch_size=10, steps=12),
    arms=(Arm("none"), Arm("batch"), Arm("layer", ("none", "after")), Arm("batch_ghost", ghost_size=5)),
)  # fmt: skip
WINE = Data("wine")


# ---- typed batches


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([["1", "x"]], "Row 1, feature 2: 'x' came; a number such as 1.5 is needed."),
        ([["1", "2"], ["3", ""]], "Row 2, feature 2 is empty"),
        ([["1", "2"], ["3", None]], "Row 2, feature 2 is empty"),
        ([["nan", "2"]], "Row 1, feature 1: NaN came"),
        ([["1", "inf"]], "Row 1, feature 2: 'inf' came; a number from -1e9 to 1e9"),
        ([["1e999", "2"]], "'1e999' came"),
        ([["1,5", "2"]], "Write a point, not a comma."),
        ([["1"]] * 10_000, "10,000 rows came; a batch typed by hand has at most 64."),
        ([[str(x) for x in range(9)]], "9 features came; 1 to 8 are possible."),
        ([["", None]], "No row is left"),
        ([], "No row is left"),
    ],
)
def test_what_cannot_be_used_is_explained(table, said):
    with pytest.raises(BatchError) as found:
        read_rows(table)
    assert said in str(found.value)


def test_what_can_be_used_is_read():
    assert read_rows([["1", " 2.5 "], ["", None], ["−3", 1e3]]) == ((1.0, 2.5), (-3.0, 1000.0))
    assert read_rows([[float("nan")], ["4"]]) == ((4.0,),)


def test_a_batch_survives_a_link():
    kind, rows = BatchKind(), ((1.0, -2.5e-7), (10000.1, 3.0))
    assert kind.write(rows) == "1_-2.5e-07~10000.1_3"
    assert kind.parse(kind.write(rows)) == rows
    with pytest.raises(BatchError, match="different lengths"):
        kind.parse("1_2~3")


def test_later_batches_have_the_mean_and_spread_of_the_first():
    np.testing.assert_array_equal(following(FIRST, 0), FIRST)
    many = np.concatenate([following(FIRST, number) for number in range(1, 400)])
    np.testing.assert_allclose(many.mean(axis=0), np.mean(FIRST, axis=0), atol=0.2)
    np.testing.assert_allclose(many.std(axis=0), np.std(FIRST, axis=0), rtol=0.1)
    np.testing.assert_array_equal(following(FIRST, 3), following(FIRST, 3))


def test_another_number_of_features_keeps_the_ones_that_are_there():
    wider = resized(FIRST, 5)
    assert [row[:3] for row in wider] == [tuple(row) for row in FIRST]
    assert resized(wider, 2) == tuple(row[:2] for row in FIRST)


# ---- scenes


def test_by_hand():
    found = scene(LayerLab(), RUN, WINE)
    np.testing.assert_array_equal(found.case.h, FIRST)
    assert found.feature_names == ("feature 1", "feature 2", "feature 3")
    assert found.case.eps == 1e-5


def test_from_the_data_it_is_the_batch_that_training_takes():
    found, rows = scene(LayerLab(source="data", batch=2, size=16), RUN, WINE), load(WINE, 0)
    np.testing.assert_array_equal(found.case.h, rows.x_train[batch_rows(rows, "shuffled", 16, 2, 0)])
    assert found.feature_names[0] == "alcohol"


def test_running_averages_have_seen_the_batches_before():
    first = scene(LayerLab(source="data", batch=0), RUN, WINE).case
    second = scene(LayerLab(source="data", batch=1), RUN, WINE).case
    assert not first.running_mean.any()
    np.testing.assert_array_equal(second.running_mean, examine(first).running_mean)
    np.testing.assert_array_equal(second.running_var, examine(first).running_var)


def test_of_the_run_it_is_what_its_layer_takes_in():
    found, moment = scene(LayerLab(source="run", arm=1, layer=1, step=7), RUN, WINE), snapshot(RUN, 1, 7)
    np.testing.assert_array_equal(found.case.h, moment.layers[1].h.astype(np.float64))
    np.testing.assert_array_equal(found.case.gamma, moment.layers[1].gamma.astype(np.float64))
    later = scene(LayerLab(source="run", arm=1, layer=1, step=7, batch=1), RUN, WINE)
    np.testing.assert_array_equal(later.case.gamma, found.case.gamma)
    assert (later.case.h != found.case.h).any()


def test_what_is_not_there_is_replaced_by_what_is():
    assert normed_layers(RUN) == {1: (0, 1), 2: (1,), 3: (0, 1)}
    found = scene(LayerLab(source="run", arm=0, layer=9, step=4000, feature=200, row=300), RUN, WINE)
    assert found.case.h.shape == (10, 8)
    assert (found.feature, found.row) == (7, 9)
    assert scene(LayerLab(source="run", arm=3), RUN, WINE).case.h.shape == (5, 8)  # the first ghost
    assert scene(LayerLab(source="run", arm=2), RUN, WINE).case.kind == "layer"


def test_gamma_beta_undo_and_drag_reach_the_layer():
    lab = LayerLab(gamma=((1, 2.5),), beta=((0, -1.0), (9, 4.0)), drag=-30.0, row=2, feature=1)
    found = scene(lab, RUN, WINE)
    assert found.case.gamma.tolist() == [1.0, 2.5, 1.0]
    assert found.case.beta.tolist() == [-1.0, 0.0, 0.0]
    assert found.case.h[2, 1] == -30.0
    assert found.plain.h[2, 1] == 30.0
    whole = scene(LayerLab(undo=0), RUN, WINE).case
    np.testing.assert_allclose(examine(whole).y, whole.h, rtol=0, atol=1e-14)
    other = scene(LayerLab(undo=0, batch=1), RUN, WINE).case
    np.testing.assert_array_equal(other.gamma, whole.gamma)
    assert np.abs(examine(other).y - other.h).max() > 1


def test_precision_and_eps():
    found = scene(LayerLab(precision="float32", eps=0.5), RUN, WINE).case
    assert found.h.dtype == found.gamma.dtype == np.float32
    assert found.eps == 0.5


# ---- links


def test_choices_survive_a_link():
    lab = LayerLab(
        source="data", hand=((1.0, 2.0),), batch=3, eps=1e-12, precision="float32", gamma=((0, 1.5), (3, -2.0)),
        undo=2, drag=-4.5, phase=9, lesson="undo",
    )  # fmt: skip
    problems = []
    assert group_from_link("layer", LayerLab(), group_to_link("layer", lab, LayerLab()), problems) == lab
    assert not problems


@pytest.mark.parametrize(
    ("name", "value"),
    [("hand", "1_x"), ("gamma", "1.5"), ("drag", "31"), ("phase", "11"), ("lesson", "sleep"), ("source", "film")],
)
def test_a_bad_choice_falls_back_with_a_message(name, value):
    problems = []
    assert group_from_link("layer", LayerLab(), {f"layer.{name}": value}, problems) == LayerLab()
    assert f"layer.{name}" in problems[0]


def test_choices_out_of_bounds_are_refused():
    with pytest.raises(FieldError, match=r"layer\.drag: 31 came"):
        LayerLab(drag=31)


# ---- convolutional runs

CONV = Experiment(
    network=Network(hidden=(6, 8), kind="conv"), arms=(Arm("none"), Arm("batch"), Arm("layer")),
    training=Training(steps=6, batch_size=8),
)  # fmt: skip


def test_every_position_of_a_convolutional_run_is_a_row():
    assert normed_layers(CONV) == {1: (0, 1)}
    found, seen = scene(LayerLab(source="run", arm=1, layer=0, step=6), CONV, WINE), snapshot(CONV, 1, 6).layers[0]
    rows, size = seen.h.shape[0], seen.h.shape[2]
    assert found.case.h.shape == (rows * size * size, 6)
    assert found.row_names[size + 1] == "1 (1, 1)"
    np.testing.assert_array_equal(found.case.h[size + 1], seen.h[0, :, 1, 1].astype(np.float64))
    assert max(against_torch(found.case, examine(found.case)).values()) < 1e-12
