"""A line that leaves its picture has a mark where it does, in the right frame and at the right place."""

import json

import numpy as np
import pytest
import vl_convert

from bnviz import plots
from bnviz.core.engine import train
from bnviz.core.experiment import Arm, Experiment, Network, Training
from bnviz.plots import curves, outside, theme
from bnviz.plots.figure import as_chart

BOUNDS = (0.1, 100.0)
STEPS = np.array([0, 10, 20, 40, 60], np.int32)


def test_a_mark_stands_where_the_straight_line_crosses_the_border():
    values = np.array([[1, 1000], [10, 50], [1000, 5], [10, 0.001], [np.nan, 0.0]])
    up = outside.leaves(values, STEPS, BOUNDS, above=True)
    assert up[2, 0] == pytest.approx(15)  # 100 is half way from 10 to 1000 in ratios
    assert up[0, 1] == 0
    assert np.isfinite(up).sum() == 2
    down = outside.leaves(values, STEPS, BOUNDS, above=False)
    assert down[3, 1] == pytest.approx(20 + 20 * np.log(5 / 0.1) / np.log(5 / 0.001))
    assert np.isfinite(down).sum() == 1


def test_a_frame_without_a_number_is_no_way_back():
    """Between two frames in which the test rows were measured there are some in which they were not."""
    values = np.array([[10.0], [np.nan], [1000.0], [np.nan], [1000.0]])
    found = outside.leaves(values, STEPS, BOUNDS, above=True)
    assert found[2, 0] == pytest.approx(10)
    assert np.isfinite(found).sum() == 1


def test_a_cross_is_enough_where_a_line_ends():
    values = np.array([[1.0], [10.0], [1000.0], [np.nan], [np.nan]])
    for lost, marks in ((16, 0), (-1, 1), (40, 1)):
        table = outside.table(["a"], {"test": values}, STEPS, BOUNDS, lost=[lost], total=60)
        assert np.isfinite(table.columns[-1].values).sum() == marks


def test_marks_of_one_line_that_are_close_are_one():
    values = np.array([[1.0], [1000.0], [1.0], [1000.0], [1.0]])
    near, far = ([(5, 10, 15)], [(5, 30)])
    for total, wanted in ((60, near), (2000, far)):
        table = outside.table(["a"], {"test": values}, STEPS * 1.0, BOUNDS, lost=[-1], total=total)
        at = table.columns[-1].values
        assert np.isfinite(at[:, 0]).sum() == (2 if wanted is near else 1)


def test_the_caption_tells_what_is_outside_now():
    values = np.array([[1.0, 1.0], [1.0, 500.0], [1.0, 1.0], [0.01, np.nan], [0.01, np.nan]])
    table = outside.table(["a", "b"], {"test": values}, STEPS, BOUNDS, lost=[-1, -1], total=60)
    assert outside.sentences(["a", "b"], values, table, BOUNDS) == [
        "", " ▲: a line leaves the picture; outside now: b.", " ▲: a line leaves the picture.",
        " ▲ ▼: a line leaves the picture; outside now: a.", " ▲ ▼: a line leaves the picture; outside now: a.",
    ]  # fmt: skip


def test_a_mark_on_a_thin_line_is_told_on_hover_alone():
    calm, soars = np.ones((5, 1)), np.array([[1.0], [500.0], [1.0], [1.0], [1.0]])
    table = outside.table(["a"], {"test": calm, "train": soars}, STEPS, BOUNDS, lost=[-1], total=60)
    assert np.isfinite(table.columns[-1].values).sum() == 1
    assert outside.sentences(["a"], calm, table, BOUNDS) == [""] * 5


@pytest.fixture(scope="module")
def wild():
    """Batches of two: the running averages of batch norm after the activation are far off, and the test loss soars."""
    arms = (Arm("none"), Arm("batch", "after"))
    return train(Experiment(network=Network((64,) * 5), arms=arms, training=Training(batch_size=2, steps=150)))


def signs(figure, frame=-1):
    return [row for row in figure.spec_at(frame)["datasets"]["leaving"] if row["set"] == curves.TEST]


def test_a_loss_that_soars_is_marked_and_said_while_it_is_played(wild):
    figure = plots.loss(wild)
    scale = figure.spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    soars = wild.test_loss[:, 1] > scale[1]
    assert soars.any(), "the run is chosen so that its loss leaves the picture"
    rows = signs(figure)
    assert {(row["arm"], row["sign"]) for row in rows} == {("batch norm after", "▲")}
    for frame in (0, int(np.argmax(soars)), len(soars) - 1):
        assert ("outside now: batch norm after" in figure.caption_at(frame)) == soars[frame]
    assert all(0 <= row["at"] <= 150 for row in rows)
    assert all(row["border"] == scale[1] for row in rows)


@pytest.mark.parametrize("narrow", [False, True])
def test_the_marks_are_drawn(wild, narrow):
    spec = plots.loss(wild).spec_at(narrow=narrow, width=300)
    as_chart(json.loads(json.dumps(spec)), validate=True)
    assert vl_convert.vegalite_to_svg(spec).count("▲") >= 1


def test_a_run_inside_its_picture_has_no_mark(run):
    figure = plots.loss(run("digits"))
    assert signs(figure) == []
    assert "leaves the picture" not in figure.caption_at(-1)


def test_the_name_of_the_level_is_in_front_of_the_lines_on_a_ground_of_its_own(run):
    layers = plots.accuracy(run("digits")).spec["layer"]
    kinds = [layer["mark"]["type"] for layer in layers]
    names = [place for place, layer in enumerate(layers) if layer["mark"].get("text", "").startswith("always")]
    assert len(names) == 2
    assert min(names) > kinds.index("line")
    assert layers[names[0]]["mark"]["stroke"] == theme.PAPER[False]
