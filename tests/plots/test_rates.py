"""The pictures of the lab of rates: what is drawn is what was measured, signs say what colour says, all are valid."""

import itertools
import json
import math

import numpy as np
import pytest
import vl_convert

from bnviz.core import engine
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.start_signal import Start, start_signal
from bnviz.core.sweep import Axis, Sweep
from bnviz.core.sweep_table import Outcome, SweepTable
from bnviz.plots import heat, inside, inside_words, sweep_lines, sweep_words, theme
from bnviz.plots import start_signal as start_pictures
from bnviz.plots.figure import as_chart
from bnviz.plots.inside_words import Series
from bnviz.plots.stills import Mark

ARMS = (Arm("none"), Arm("batch"))
BASE = Experiment(Data("moons", n=40), Network((4, 4)), ARMS, Training(batch_size=8, steps=50))


def sweep(*, axes=1, seeds=(0, 1)):
    there = (Axis("network.depth", (1, 2)), Axis("network.activation", ("relu", "sigmoid")))
    return Sweep(BASE, there if axes == 2 else (Axis("training.learning_rate", (0.1, 0.2, 0.4)),), seeds, 0.9)


def outcome(point, arm, seed, accuracy=0.95, loss=0.01, steps=20, diverged=-1):
    return Outcome(point, arm, seed, loss, loss, accuracy, steps, diverged, 50, 0.0, "torch")


@pytest.fixture
def table():
    """Three rates, two arms, two seeds: good, partly diverged, lost, never reached, missing."""
    found = [
        outcome((0,), 0, 0), outcome((0,), 0, 1, accuracy=0.85, steps=30),
        outcome((1,), 0, 0, diverged=4, accuracy=0.1, steps=-1),
        outcome((1,), 0, 1, diverged=4, accuracy=0.1, steps=-1),
        outcome((0,), 1, 0, steps=-1, accuracy=0.7), outcome((0,), 1, 1, steps=-1, accuracy=0.7),
        outcome((1,), 1, 0), outcome((1,), 1, 1), outcome((2,), 1, 0),
    ]  # fmt: skip
    return SweepTable(sweep(), found)


def rows(figure):
    return figure.spec_at()["datasets"]["cells"]


def at(figure, x, y):
    return next(row for row in rows(figure) if (row["x"], row["y"]) == (x, y))


def valid(figure):
    spec = figure.spec_at(width=500)
    as_chart(spec, validate=True)
    compiled = json.dumps(vl_convert.vegalite_to_vega(spec))
    assert figure.caption_at(0)
    assert figure.alt
    return compiled


def test_a_cell_says_median_range_seeds_and_what_is_lost(table):
    figure = heat.heat_map(table, "test_accuracy", dark=False)
    good, lost, missing = at(figure, 0, 0), at(figure, 1, 0), at(figure, 2, 0)
    assert (good["told"], good["range"], good["seeds"]) == ("90", "85\u00a0% to 95.0\u00a0%", "2 of 2")
    assert (lost["told"], lost["diverged"], lost["good"]) == (heat.DIVERGED, "2 of 2", 0)
    assert (missing["told"], missing["good"], missing["median"]) == ("", None, "not computed yet")
    assert at(figure, 2, 1)["seeds"] == "1 of 2"
    assert len(rows(figure)) == 6
    assert "no norm at 0.1: 90" in figure.alt
    assert at(heat.heat_map(table, "steps_to", dark=False), 0, 1)["told"] == heat.NEVER
    assert at(heat.heat_map(table, "steps_to", dark=False), 0, 0)["told"] == "25"
    assert at(heat.heat_map(table, "train_loss", dark=False), 0, 0)["told"] == "0.01"
    assert at(heat.heat_map(table, "diverged", dark=False), 1, 0)["told"] == "100"


def test_fewer_than_half_diverged_has_a_small_sign():
    three = sweep(seeds=(0, 1, 2))
    found = [outcome((0,), 0, seed, diverged=3 if seed == 2 else -1) for seed in range(3)]
    cell = at(heat.heat_map(SweepTable(three, found), "test_accuracy", dark=False), 0, 0)
    assert (cell["told"], cell["part"]) == ("95", heat.DIVERGED)


@pytest.mark.parametrize("measure", heat.TITLES)
@pytest.mark.parametrize("dark", [False, True])
def test_maps_and_lines_are_valid_and_one_specification_serves_while_cells_fill(table, measure, dark):
    empty = SweepTable(table.sweep)
    for draw in (heat.heat_map, sweep_lines.lines):
        now, before = draw(table, measure, dark=dark), draw(empty, measure, dark=dark)
        valid(now)
        assert now.spec == before.spec


def test_two_axes_make_rows_of_activation_and_norm():
    deep = sweep(axes=2)
    figure = heat.heat_map(SweepTable(deep, [outcome((1, 1), 1, 0)]), "test_accuracy", dark=True)
    valid(figure)
    assert heat.row_labels(deep) == ["ReLU · no norm", "ReLU · batch norm", "sigmoid · no norm", "sigmoid · batch norm"]
    assert at(figure, 1, 3)["told"] == "95"
    assert [heat.at_place(deep, 1, 3), heat.at_place(sweep(), 2, 1)] == [((1, 1), 1), ((2,), 1)]


@pytest.mark.parametrize("dark", [False, True])
def test_numbers_can_be_read_on_every_colour(dark):
    low, middle, high = theme.HEAT[dark]
    for good in np.linspace(0, 1, 41):
        ground = theme.mixed(low, middle, 2 * good) if good < 0.5 else theme.mixed(middle, high, 2 * good - 1)
        assert theme.contrast(theme.heat_ink(good, dark=dark), ground) >= 4.5


def test_good_is_good_for_every_measure():
    for measure, better, worse in (("test_accuracy", 0.9, 0.2), ("train_loss", 0.01, 2.0), ("steps_to", 10, math.inf),
                                   ("diverged", 0.0, 1.0)):  # fmt: skip
        high, low, unknown = heat.goodness(measure, np.array([better, worse, math.nan]), 300)
        assert high > low >= 0
        assert unknown == 0


def test_lines_leave_out_what_was_never_reached(table):
    figure = sweep_lines.lines(table, "steps_to", dark=False)
    drawn = figure.spec_at()["datasets"]["lines"]
    assert [row["value"] for row in drawn if row["series"] == "no norm"] == [25, None]
    assert "no norm 25 at 0.1" in figure.caption_at(0)
    assert sweep_lines.lines(SweepTable(table.sweep), "steps_to", dark=False).caption_at(0).startswith("Nothing")


@pytest.mark.parametrize("measure", ["test_accuracy", "train_loss", "steps_to"])
def test_a_line_has_a_cross_where_the_map_has_one_and_no_number(table, measure):
    crosses = [(row["x"], row["y"]) for row in rows(heat.heat_map(table, measure, dark=False))
               if row["told"] == heat.DIVERGED]  # fmt: skip
    figure = sweep_lines.lines(table, measure, dark=False)
    found = figure.spec_at()["datasets"]
    assert crosses == [(1, 0)]
    assert [(row["series"], row["x"], row["told"]) for row in found["crosses"]] == [
        ("no norm", 0.2, "diverged on 2 of 2 seeds")
    ]
    lost = next(row for row in found["lines"] if (row["series"], row["x"]) == ("no norm", 0.2))
    assert (lost["value"], lost["low"], lost["high"]) == (None, None, None)
    worst = {"test_accuracy": 0, "train_loss": 1000, "steps_to": 50}[measure]
    assert (found["crosses"][0]["value"] < worst) == (measure == "test_accuracy")  # beyond every value, not among them
    assert "✕ diverged on half of the seeds or more" in figure.caption_at(0)
    valid(figure)


def test_a_sweep_in_which_nothing_diverges_speaks_of_no_cross():
    table = SweepTable(sweep(), [outcome((0,), 0, 0), outcome((0,), 1, 0)])
    figure = sweep_lines.lines(table, "test_accuracy", dark=True)
    assert heat.DIVERGED not in figure.caption_at(0)
    assert figure.spec_at()["datasets"]["crosses"] == []
    assert sweep_lines.lines(table, "diverged", dark=True).spec_at()["datasets"]["crosses"] == []


def test_the_table_of_rates_keeps_high_and_fast_apart():
    found = [outcome((place,), arm, seed, accuracy=0.95 if place <= arm else 0.1, steps=20 + place - 5 * arm)
             for place in range(3) for arm in (0, 1) for seed in (0, 1)]  # fmt: skip
    told = sweep_words.rates_table(SweepTable(sweep(), found))
    assert list(told.values()) == [
        ["no norm", "batch norm"], ["0.1", "0.2"], ["20", "15"], ["20", "15"], ["95.0\u00a0%", "95.0\u00a0%"]
    ]  # fmt: skip
    partial = sweep_words.rates_table(SweepTable(sweep(), found[:1]))
    assert partial["Largest rate that still learns"] == ["…", "…"]


@pytest.mark.parametrize("quantity", start_pictures.QUANTITIES)
def test_signal_by_layer(quantity):
    signals = {name: [start_signal_of(name, seed) for seed in (0, 1)] for name in ("none", "batch")}
    marks = [Mark("no norm", "#777777"), Mark("batch norm", "#0000ff")]
    figure = start_pictures.by_layer(signals, quantity, marks, relu=False, dark=False)
    valid(figure)
    drawn = figure.spec_at()["datasets"]["lines"]
    assert [row["layer"] for row in drawn] == [1, 2, 3] * 2
    wanted = np.median([getattr(one, quantity) for one in signals["none"]], axis=0)
    np.testing.assert_allclose([row["value"] for row in drawn[:3]], wanted, rtol=1e-6)
    assert ("towards the input" in figure.caption_at(0)) == (quantity == "grad")


def start_signal_of(norm, seed):
    return start_signal(Start(3, 8, "sigmoid"), Data("moons"), Arm(norm), seed)


@pytest.mark.parametrize("quantity", inside.TITLES)
def test_inside_the_runs(quantity):
    found, recordings = [], []
    for rate in (0.1, 1.0):
        training = Training(batch_size=8, steps=12, learning_rate=rate)
        recordings.append(engine.train(Experiment(BASE.data, Network((6, 6)), (Arm("batch"),), training)))
        found.append(inside.series(recordings[-1], quantity, 1, f"{rate:g}"))
    over = inside.over_updates(found, quantity, 1, "learning rate", dark=False)
    end = inside.at_end(found, quantity, 1, "learning rate", dark=True)
    for figure in (over, end):
        valid(figure)
    last = end.spec_at()["datasets"]["lines"][1]
    if quantity == "ratio":
        known = recordings[1].update_std[:, 0, 1] / recordings[1].weight_std[:, 0, 1]
        assert last["value"] == pytest.approx(known[np.isfinite(known)][-1])
    else:
        values = getattr(recordings[1], quantity)[-1, 0, 1]
        assert last["value"] == pytest.approx(np.median(values))
        assert (last["low"], last["high"]) == pytest.approx(tuple(np.quantile(values, (0.15, 0.85))))
        assert len(end.spec_at()["datasets"]["undo"]) == 2
    assert len(set(inside.ramp(12, dark=False))) == 12


@pytest.mark.parametrize("quantity", inside.TITLES)
def test_of_many_lines_the_outer_two_have_names_and_a_table_has_the_numbers(quantity):
    steps = np.array([0, 10, 20])
    found = [
        Series(f"{rate:g}", "batch", steps, *(np.array([1.0, 1.1, level + away]) for away in (0, -0.5, 0.5)), 3.0)
        for rate, level in ((0.1, 1.2), (0.2, 1.4), (0.4, 1.6))
    ]
    found[-1].median[-1] = np.nan  # it has diverged by then
    figure = inside.over_updates(found, quantity, 0, "learning rate", dark=False)
    data = figure.spec_at()["datasets"]
    named = [(row["series"], row["step"]) for row in data["named"]]
    assert named[0] == ("0.4", 10), "the highest comes first, where it ends"
    assert set(named[1:]) == ({("0.1", 20)} if quantity == "ratio" else {("0.1", 20), ("0.2", 20)})
    assert "the darker a line, the higher the learning rate" in figure.caption_at(0)
    assert {row["series"] for row in data["lines"]} == {"0.1", "0.2", "0.4"}
    end = inside.at_end(found, quantity, 0, "learning rate", dark=False)
    assert "1.20 at the learning rate 0.1, 1.10 at 0.4." in end.caption_at(0)
    assert "0.4 after 10 updates." in end.caption_at(0)
    columns = inside_words.table(found, quantity, "learning rate")
    assert columns["learning rate"] == ["0.1", "0.2", "0.4"]
    assert list(columns.values())[1] == ["1.20", "1.40", "1.10"]
    assert len(columns) == (2 if quantity == "ratio" else 4)


@pytest.mark.parametrize("dark", [False, True])
def test_the_colours_of_many_lines_go_one_way_in_lightness(dark):
    colours = inside.ramp(9, dark=dark)
    away = [theme.contrast(colour, theme.PAPER[dark]) for colour in colours]
    assert away == sorted(away)
    assert all(later / earlier > 1.1 for earlier, later in itertools.pairwise(away))


def test_names_at_the_ends_keep_clear_of_each_other():
    steps, levels = np.array([0, 10]), (1.0, 1.001, 1.2, 1.21, 1.5)
    found = [Series(str(k), "batch", steps, *[np.array([1.0, level])] * 3) for k, level in enumerate(levels)]
    data = inside.over_updates(found, "gamma", 0, "learning rate", dark=False).spec_at()["datasets"]
    assert [row["series"] for row in data["named"]] == ["4", "0", "3"]


def test_a_sweep_of_one_seed_speaks_of_no_median_and_no_range():
    one = SweepTable(sweep(seeds=(0,)), [outcome((0,), 0, 0), outcome((1,), 0, 0, diverged=4), outcome((0,), 1, 0)])
    drawn = sweep_lines.lines(one, "test_accuracy", dark=False)
    told = drawn.spec_at()["datasets"]["lines"][0]
    assert (told["told"], told["range"]) == (heat.exact("test_accuracy", 0.95), "one seed")
    cell = at(heat.heat_map(one, "test_accuracy", dark=False), 0, 0)
    assert (cell["median"], cell["range"]) == (heat.exact("test_accuracy", 0.95), "one seed")
    captions = [drawn.caption_at(0), heat.heat_map(one, "test_accuracy", dark=False).caption_at(0)]
    for said in captions:
        assert "edian" not in said
        assert "seeds" not in said
    assert "of one seed" in captions[1]


def test_several_seeds_are_told_as_median_and_range(table):
    cell = at(heat.heat_map(table, "test_accuracy", dark=False), 0, 0)
    assert cell["median"].endswith(" (median)")
    assert " to " in cell["range"]
    assert "median of 2 seeds" in heat.heat_map(table, "test_accuracy", dark=False).caption_at(0)
    assert not at(heat.heat_map(table, "diverged", dark=False), 1, 0)["median"].endswith("(median)")


def test_a_signal_of_one_seed_has_no_range():
    signals = {"none": [start_signal(Start(2, 4, "relu", 1.0), BASE.data, Arm("none"), 0)]}
    figure = start_pictures.by_layer(signals, "spread", [Mark("no norm", "#123456")], relu=True, dark=False)
    found = figure.spec_at()["datasets"]["lines"]
    assert {row["range"] for row in found} == {"one seed"}
    assert not any("median" in row["told"] for row in found)
