"""The pictures of the page on shift: valid, and telling what the measures found."""

import numpy as np
import pytest
import vl_convert

from bnviz.core.data import load
from bnviz.core.experiment import Arm, Data, Experiment, Network
from bnviz.core.schedule import MAP_CELLS
from bnviz.core.study import results
from bnviz.plots import maps, shift, shift_flowers, theme
from bnviz.plots.figure import as_chart
from bnviz.plots.panels import Look
from bnviz.plots.shift_orders import order_figures
from bnviz.plots.stills import Words
from bnviz.ui.shift_pictures import order_labels
from bnviz.ui.shift_settings import ORDERS_SHOWN, Settings

FLOWERS = Data("flowers", n=400, test_fraction=0.5, preprocess="raw")
WORDS = Words("one", "Title", "caption", "alt")
ARMS = Experiment(network=Network((4,)), arms=(Arm("none"), Arm("batch")))


@pytest.fixture(scope="module")
def found():
    return next(one.value for one in results(Settings().shown) if one is not None)


def valid(figure):
    for spec in (figure.spec, figure.narrow):
        if spec is not None:
            as_chart(spec, validate=True)
    return figure


@pytest.mark.parametrize("dark", [False, True])
def test_rows_and_plane_show_the_same_flowers_at_their_points(dark):
    rows = valid(shift_flowers.flower_rows(FLOWERS, 0, dark=dark)).tables[0].rows_at(0, np.zeros(1))
    plane = valid(shift_flowers.plane(FLOWERS, 0, dark=dark))
    points, pictures = (table.rows_at(0, np.zeros(1)) for table in plane.tables)
    assert len(rows) == 4 * shift_flowers.COUNT
    assert {row["url"] for row in pictures} <= {row["url"] for row in rows}
    data = load(FLOWERS, 0)
    assert [(one["x"], one["y"]) for one in points] == [tuple(row) for row in data.x_train.tolist()]
    assert [one["class"] for one in points] == [data.class_names[label] for label in data.y_train]


def test_the_player_gets_boundaries_and_curves_of_every_order(found):
    settings = Settings()
    data = load(settings.data, 0)
    figures = [valid(one) for one in order_figures(found, data, order_labels(), dark=False)]
    assert [one.id for one in figures] == ["shift-maps", "shift-first", "shift-second", "shift-all", "shift-loss"]
    cells = figures[0].tables[0].rows_at(-1, figures[0].steps)
    assert len(cells) == len(ORDERS_SHOWN) * MAP_CELLS**2
    run = next(one for one in found["runs"] if one["order"] == "first_only")
    for subset, figure in enumerate(figures[1:3]):
        rows = figure.tables[0].rows_at(0, figure.steps)
        shown = [row["value"] for row in rows if row["order"] == order_labels()["first_only"]]
        assert shown == [share[subset] for share in run["by_subset"]]
    assert figures[0].caption_at(0).startswith("Before the first update, share of the test flowers")
    assert f"subset 1 only {theme.percent(run['accuracy'][-1])}." in figures[0].caption_at(-1)
    assert len(figures[0].captions) == len(figures[0].steps) == 41


@pytest.mark.parametrize("kind", ["share", "cos", "log", "plain"])
def test_lines_leave_out_what_is_no_number(kind):
    marks = shift.arm_marks(ARMS, dark=False)
    values = [[0.5, None, 0.25], [float("nan"), 0.1, 0.9]]
    figure = valid(shift.lines(WORDS, marks, [0, 5, 10], values, axis=("value", kind), dark=False))
    rows = figure.tables[0].rows_at(0, figure.steps)
    assert [(row["step"], row["value"]) for row in rows] == [(0, 0.5), (10, 0.25), (5, 0.1), (10, 0.9)]
    assert rows[0]["told"] == ("50\u00a0%" if kind == "share" else "0.500")


def test_a_track_a_figure_on_one_scale():
    bands = [[[-1.0, 0.0, 1.0], [-4.0, 0.0, 4.0]], [[-1.0, 0.0, 1.0], [-1.0, 0.5, 1.0]]]
    figures = [valid(one) for one in shift.tracks(ARMS, [0, 10], bands, 3, dark=True)]
    domains = [one.spec["layer"][0]["encoding"]["y"]["scale"]["domain"] for one in figures]
    assert domains[0] == domains[1]
    assert "are 2.0 wide at first and 8.0 at the end" in figures[0].caption_at(0)
    assert "Unit 3, batch norm" in figures[1].caption_at(0)


def test_every_order_has_a_colour_that_stands_out():
    for hues in theme.ORDERS.values():
        for dark in (False, True):
            assert theme.contrast(hues[dark], theme.PAPER[dark]) >= theme.CONTRAST
    assert theme.ORDERS.keys() == theme.ORDER_DASHES.keys()


@pytest.mark.parametrize(("count", "columns", "own"), [(5, 2, True), (4, 2, False), (5, 5, False), (1, 1, False)])
def test_no_axis_stands_under_an_empty_cell(count, columns, own):
    """A shared axis is drawn under every column of the last row, whether or not a map stands there."""
    labels = tuple("abcde"[:count])
    spec = maps.chart(labels, ("x1", "x2"), (-1.0, 1.0, -1.0, 1.0), columns, Look(False, narrow=True))
    assert ("resolve" in spec) == own
    if own:
        assert spec["resolve"]["axis"]["x"] == "independent"
    vl_convert.vegalite_to_vega(spec)
