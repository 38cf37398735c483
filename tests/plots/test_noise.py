"""The pictures of the lab on noise: valid specifications, exact values on hover, nothing drawn that is not known."""

import altair as alt
import numpy as np
import pytest

from bnviz.core.data import load
from bnviz.core.noise_cases import few_digits, few_moons
from bnviz.core.noise_measures import noisy_rows
from bnviz.core.schedule import MAP_CELLS
from bnviz.plots import noise, noise_pictures
from bnviz.plots.noise import Axis, Over
from bnviz.plots.stills import Mark, Words

WORDS = Words("x", "A title", "A caption.", "In words.")
MARKS = [Mark("one", "#112233"), Mark("two", "#445566", (7, 4))]
SHARE = Axis("right answers", (0.5, 1.0), share=True)


def rows(figure, name):
    return figure.spec_at()["datasets"][name]


def valid(figure):
    spec = figure.spec_at(width="container")
    alt.LayerChart.from_dict(spec, validate=True)
    return figure


@pytest.mark.parametrize("dark", [False, True])
def test_a_strip_has_a_dot_a_seed_and_tells_the_median(dark):
    values = np.array([[0.6, 0.9], [0.7, np.nan], [0.8, 0.7]])
    figure = valid(noise.strip(WORDS, MARKS, values, SHARE, beside=np.ones((3, 2)), dark=dark))
    dots = rows(figure, "dots")
    assert [(dot["series"], dot["value"]) for dot in dots] == [
        ("one", 0.6), ("one", 0.7), ("one", 0.8), ("two", 0.9), ("two", 0.7)
    ]  # fmt: skip
    one, two = rows(figure, "lines")
    assert (one["value"], one["other"], one["told"]) == (0.7, 1.0, "70\u00a0%  (60\u00a0% to 80\u00a0%)")
    assert two["value"] == pytest.approx(0.8)


def test_nothing_known_is_an_empty_picture_that_keeps_its_axes():
    empty = noise.strip(WORDS, MARKS, np.full((2, 2), np.nan), SHARE, dark=False)
    full = noise.strip(WORDS, MARKS, np.full((2, 2), 0.7), SHARE, dark=False)
    assert rows(valid(empty), "dots") == []
    assert [line["told"] for line in rows(empty, "lines")] == ["…", "…"]
    assert empty.spec == full.spec  # so that results coming in change the data alone


def test_values_outside_the_axis_stand_at_its_end_and_are_told_exactly():
    figure = noise.strip(WORDS, MARKS[:1], np.array([[0.2], [0.2]]), SHARE, dark=False)
    dot = rows(figure, "dots")[0]
    assert (dot["value"], dot["told"]) == (0.5, "20\u00a0%")


@pytest.mark.parametrize("over", [Over("batch size (log scale)", (2, 4, 8), log=True), Over("noise", (0.0, 0.5, 4.0)),
                                  Over("block", (0, 1, 2), even=True)])  # fmt: skip
@pytest.mark.parametrize("axis", [SHARE, Axis("spread", (0.01, 10.0), log=True)])
def test_lines_go_through_the_medians_and_tell_the_range(over, axis):
    values = np.array([[[0.6, 0.7, 0.8], [0.9, 0.9, np.nan]], [[0.8, 0.7, 0.6], [0.7, 0.9, np.nan]]])
    law = [(Mark("law", "#000000", (6, 4)), np.array([0.9, 0.8, 0.7]))]
    figure = valid(noise.lines(WORDS, MARKS, values, (over, axis), laws=law, dark=False))
    points = rows(figure, "points")
    assert [(point["series"], point["x"]) for point in points] == [
        *(("one", x) for x in over.values), *(("two", x) for x in over.values[:2])
    ]  # fmt: skip
    assert [point["value"] for point in points] == pytest.approx([0.7, 0.7, 0.7, 0.8, 0.9])
    assert (points[0]["low"], points[0]["high"], points[0]["seeds"]) == (0.6, 0.8, 2)
    assert [one["value"] for one in rows(figure, "laws")] == [0.9, 0.8, 0.7]


def test_ticks_of_a_logarithmic_axis_are_round():
    assert noise._round_numbers(0.03, 1.5) == [0.05, 0.1, 0.2, 0.5, 1.0]
    assert noise._round_numbers(0.1, 1e10)[:2] == [0.1, 10.0]


@pytest.mark.parametrize("dark", [False, True])
def test_noisy_digits_are_those_that_the_network_sees(dark):
    data = load(few_digits(64), 0)
    lines = {0.0: "noise 0", 2.0: "noise 2"}
    figure = valid(noise_pictures.noisy_digits(WORDS, data, lines, seed=0, dark=dark))
    table = rows(figure, "digits")
    assert [row["digit"] for row in table] == ["0", "1", "2", "3", "4", "5"] * 2
    assert {row["said"] for row in table} == {"noise 0", "noise 2"}
    assert table[0]["url"] != table[6]["url"]
    np.testing.assert_array_equal(noisy_rows(data.x_train[:1], 0.0, seed=0), data.x_train[:1])


def test_only_images_can_be_drawn_as_digits():
    with pytest.raises(ValueError, match="digits"):
        noise_pictures.noisy_digits(WORDS, load(few_moons(32, 0.3), 0), {0.0: ""}, seed=0, dark=False)


def test_a_boundary_shows_every_cell_and_every_training_row():
    data = load(few_moons(32, 0.3), 0)
    cells = list(range(MAP_CELLS * MAP_CELLS))
    figure = valid(noise_pictures.boundary(WORDS, cells, (-2, 2, -1, 3), data, dark=False))
    ground, points = rows(figure, "map"), rows(figure, "points")
    assert len(points) == 32
    assert [row["p"] for row in ground] == cells
    assert (ground[0]["x"], ground[0]["y"]) == (-2, -1)
    assert ground[-1]["y"] == pytest.approx(3 - 4 / MAP_CELLS, abs=1e-3)


def test_one_seed_has_no_range_and_no_median():
    strip = noise.strip(WORDS, MARKS, np.array([[0.6, 0.9], [np.nan, 0.7]]), SHARE, dark=False)
    assert [line["told"] for line in rows(strip, "lines")] == ["60\u00a0%", "80\u00a0%  (70\u00a0% to 90\u00a0%)"]
    over = Over("noise", (0.0, 0.5))
    values = np.array([[[0.6, 0.7]], [[0.8, np.nan]]])
    points = rows(noise.lines(WORDS, MARKS[:1], values, (over, SHARE), dark=False), "points")
    assert [(point["told"], point["range"]) for point in points] == [
        ("70\u00a0% (median)", "60\u00a0% to 80\u00a0%"), ("70\u00a0%", "one seed")
    ]  # fmt: skip
