"""The pictures of the page on training and inference: what is drawn is what was measured, and they are valid."""

import json

import numpy as np
import pytest
import vl_convert

from bnviz.core import inference
from bnviz.core.averages import start_left
from bnviz.core.company import in_company
from bnviz.core.experiment import Arm, Experiment, Network, Training
from bnviz.core.moment import outputs
from bnviz.core.watch import watched, without_norm
from bnviz.plots import running, running_digits, running_inference, running_mates, running_shift, theme
from bnviz.plots.figure import as_chart

EXPERIMENT = Experiment(network=Network((12, 8)), arms=(Arm("batch"),), training=Training(batch_size=32, steps=20))


@pytest.fixture(scope="module")
def run():
    return watched(EXPERIMENT)


@pytest.fixture(scope="module")
def drawn(run):
    row = run.data.x_test[0]
    return {
        size: in_company(run.moments[-1], row, run.data.x_train, batch_size=size, draws=30, seed=0)
        for size in (2, 16, 128)
    }


def figures(run, drawn, *, dark):
    bare, stats = watched(without_norm(EXPERIMENT)), run.tracked(0.1)[-1]
    reading = running.Reading(layer=1, unit=3, step=12, momentum=0.1)
    logits = outputs(run.moments[-1], run.data.x_test, stats)
    values = {
        "eval": inference.tracked_curve(run, 0.1), **inference.fixed_curves(run)._asdict(),
        "none": inference.bare_curve(bare),
    }  # fmt: skip
    values = {"eval": values["eval"], "train": values["train_mode"], "recomputed": values["recomputed"],
              "none": values["none"]}  # fmt: skip
    shift = inference.under_shift(run.moments[-1], stats, bare.moments[-1], run.data, (0.5, 1.0))
    return {
        "mean": running.traces(run, "mean", reading, dark=dark),
        "var": running.traces(run, "var", reading, dark=dark),
        "warm_up": running.warm_up(0.03, 12, dark=dark),
        "curves": running_inference.accuracy_curves(
            dict.fromkeys(values, run.steps), values, step=12, total=20, dark=dark
        ),
        "bars": running_inference.accuracy_bars(
            {way: float(one[-1]) for way, one in values.items()}, step=20, dark=dark
        ),
        "shift": running_shift.shift_bars(shift, 0.9, change=(0.5, -1.0), dark=dark),
        "around": running_shift.shift_curves([shift, shift], [-1.0, 1.0], (0.5, 1.0), dark=dark),
        "fold": running_inference.fold_scatter(
            inference.folding(run.moments[-1], stats, run.data.x_test), dark=dark
        ),
        "company": running_mates.company(drawn, logits[0], int(run.data.y_test[0]), name="8", dark=dark),
        "spreads": running_mates.spreads(drawn, dark=dark),
        "digits": running_digits.changed_digits(
            run.data, [logits.argmax(axis=1)] * 3, (0.5, 1.0), count=10, dark=dark
        ),
    }  # fmt: skip


def rows(figure, name):
    return next(table for table in figure.tables if table.dataset == name).rows_at(0, figure.steps)


@pytest.mark.parametrize("dark", [False, True])
def test_every_picture_is_valid_and_can_be_drawn(run, drawn, dark):
    for figure in figures(run, drawn, dark=dark).values():
        spec = figure.spec_at(width=500)
        as_chart(spec, validate=True)
        json.dumps(spec, allow_nan=False)
        assert vl_convert.vegalite_to_svg(spec).startswith("<svg")
        assert figure.caption_at(0).endswith(".")
        assert len(figure.alt) > 40
        assert figure.title


def test_dots_are_the_batches_and_the_line_is_the_average(run, drawn):
    figure = figures(run, drawn, dark=False)["var"]
    dots, lines = rows(figure, "batches"), rows(figure, "lines")
    np.testing.assert_allclose([row["value"] for row in dots], run.batch_var[1][:, 3] * 32 / 31)
    average = [row["value"] for row in lines if row["series"] == running.RUNNING]
    np.testing.assert_allclose(average, run.averages(1, 0.1).var[:, 3])
    full = [row["value"] for row in lines if row["series"] == running.FULL]
    np.testing.assert_allclose(full, [stats[1].var[3] for stats in run.full])
    exact = rows(figure, "exact")[12]
    assert exact["running"] == theme.number(average[12], 5)
    assert exact["batch"] == theme.number(dots[11]["value"], 5)
    assert theme.number(average[12], 3) in figure.caption_at(0)
    assert rows(figure, "now") == [{"step": 12}]


def test_before_the_first_update_no_batch_is_named(run):
    reading = running.Reading(layer=0, unit=0, step=0, momentum=0.1)
    caption = running.traces(run, "mean", reading, dark=False).caption_at(0)
    assert "last batch" not in caption
    assert "the running average 0," in caption


def test_warm_up_shows_the_chosen_momentum_among_the_usual_ones():
    figure = running.warm_up(0.03, 50, dark=False)
    lines = rows(figure, "lines")
    assert {row["series"] for row in lines if row["own"]} == {"torch 0.03 = Keras 0.97"}
    assert len({row["series"] for row in lines}) == 4
    for row in lines[::40]:
        momentum = float(row["series"].split()[1])
        assert row["value"] == pytest.approx(start_left(momentum, row["step"]))
    assert "less than 1\u00a0% is left after 152" in figure.caption_at(0)
    assert len({row["series"] for row in rows(running.warm_up(1.0, 0, dark=False), "lines")}) == 4


def test_the_ends_of_the_momentum_are_told_as_they_are():
    def said(momentum, step):
        return running.warm_up(momentum, step, formula="m^t", dark=False).caption_at(0)

    assert "before the first update the average is the initial value" in said(0.1, 0)
    assert "^0" not in said(0.1, 0)
    assert "after 1 update: m^t = 0.9^1; less than 1\u00a0% is left after 44 updates." in said(0.1, 1)
    for step in (0, 1, 50):
        assert said(1.0, step).endswith("is gone after 1 update: the average is the last batch and nothing else.")
    assert "never moves" in said(0.0, 50)
    assert "inf" not in said(0.0, 50)
    assert rows(running.warm_up(0.1, 0, dark=False), "now") == []


def test_a_network_that_has_diverged_has_no_number_for_later():
    values = {"eval": 0.9, "train": 0.9, "recomputed": 0.9, "none": 0.1}
    bars = running_inference.accuracy_bars(values, step=50, ended={"none": 3}, dark=False)
    assert "The bar without norm shows the network after 3 updates: then it diverged." in bars.caption_at(0)
    steps = {**{way: [0, 50] for way in values}, "none": [0, 3]}
    curves = running_inference.accuracy_curves(
        steps, {way: np.full(2, value) for way, value in values.items()}, step=50, total=50, dark=False
    )
    assert "10\u00a0% without norm (after 3 updates; then it diverged)" in curves.caption_at(0)
    assert "in eval mode with running averages (" not in curves.caption_at(0)


def test_folding_says_how_many_rows_are_drawn_and_draws_the_largest_output(run):
    found = inference.folding(run.moments[-1], run.tracked(0.1)[-1], run.data.x_test)
    figure = running_inference.fold_scatter(found, dark=False)
    dots = rows(figure, "dots")
    assert f"Drawn: {len(dots) // 10} test rows" in figure.caption_at(0)
    assert max(abs(dot["before"]) for dot in dots) == pytest.approx(found.size)
    few = inference.folding(run.moments[-1], run.tracked(0.1)[-1], run.data.x_test[:20])
    assert "Drawn" not in running_inference.fold_scatter(few, dark=False).caption_at(0)


def test_a_wrong_digit_is_not_written_as_a_product(run):
    right = run.data.y_test
    figure = running_digits.changed_digits(run.data, [right, right, (right + 1) % 10], (0.5, 1.0), count=4, dark=False)
    spec = str(figure.spec)
    assert "✗" in spec
    assert "× " not in spec
    assert "A wrong answer is red, with ✗ behind it." in figure.caption_at(0)


def test_bars_say_what_recomputing_brings(run):
    values = {"eval": 0.65, "train": 0.96, "recomputed": 0.97, "none": 0.9}
    figure = running_inference.accuracy_bars(values, step=50, dark=False)
    assert "32.0 percentage points more" in figure.caption_at(0)
    assert [row["told"] for row in rows(figure, "bars")] == ["65\u00a0%", "96.0\u00a0%", "97.0\u00a0%", "90\u00a0%"]
    same = running_inference.accuracy_bars({**values, "eval": 0.97}, step=50, dark=False)
    assert "the same" in same.caption_at(0)


def test_a_change_is_written_as_a_formula():
    assert running_shift.change_words((0.5, 1.0)) == "x → 0.5x + 1"
    assert running_shift.change_words((2.0, -0.25)) == "x → 2x − 0.25"


def test_company_counts_the_wrong_answers(run, drawn):
    truth = int(run.data.y_test[0])
    figure = running_mates.company(drawn, drawn[2][0], truth, name="8", dark=False)
    dots = rows(figure, "dots")
    wrong = sum(row["verdict"] == running_mates.WRONG for row in dots if row["size"] == "2")
    assert wrong == (drawn[2].argmax(axis=1) != truth).sum()
    assert f"named wrong {wrong} times" in figure.caption_at(0)
    np.testing.assert_allclose(running_mates.probabilities(drawn[2]).sum(axis=1), 1.0, rtol=1e-5)


def test_spread_beside_the_law(drawn):
    lines = rows(running_mates.spreads(drawn, dark=False), "lines")
    measured = [row["value"] for row in lines if row["series"] == running_mates.MEASURED]
    law = [row["value"] for row in lines if row["series"] == running_mates.LAW]
    assert measured == pytest.approx([one.std(axis=0, ddof=1).mean() for one in drawn.values()])
    assert law[-1] == pytest.approx(measured[-1])
    assert law[0] / law[-1] == pytest.approx(8.0)


def test_digits_are_those_of_the_test_set_and_the_change_is_seen(run):
    data = run.data
    images = running_digits.images_of_tests(data, (1.0, 0.0))
    assert images.shape == (450, 8, 8)
    pixels = images * 16
    np.testing.assert_allclose(pixels, pixels.round(), atol=1e-9)  # grey levels of the scan: the scaling is undone
    assert running_digits.images_of_tests(data, (0.5, 1.0)).mean() > images.mean() + 0.1
    small = running_digits.pixels(images[0], dark=False)
    assert small.shape == (64, 64, 3)
    assert small.dtype == np.uint8


@pytest.mark.parametrize("dark", [False, True])
def test_modes_stand_out_from_the_ground_and_are_told_apart_without_colour(dark):
    for colors in theme.MODES.values():
        assert theme.contrast(colors[dark], theme.PAPER[dark]) >= 3
    assert len(set(running_inference.DASHES.values())) == len(running_inference.WAYS)
