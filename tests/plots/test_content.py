"""What single pictures say about a run."""

from __future__ import annotations

import base64
import re
from dataclasses import replace

import numpy as np
import pytest

from bnviz import plots
from bnviz.core.data import load
from bnviz.core.labels import arm_labels
from bnviz.core.schedule import BINS
from bnviz.plots.bins import PARTS, ROWS
from bnviz.plots.digits import png_url
from bnviz.plots.table import ENOUGH
from bnviz.plots.theme import number, percent


def column(figure, name, table=0):
    return next(c.values for c in figure.tables[table].columns if c.name == name)


def cells(figure, recording):
    """(F, A, L, ROWS) what the histogram's rows hold."""
    arms, layers = len(recording.experiment.arms), len(recording.experiment.network.hidden)
    return column(figure, "value").reshape(-1, arms, layers, ROWS)


@pytest.mark.parametrize("kind", ["pre", "normalized", "post"])
def test_histograms_hold_shares_of_all_values(run, kind):
    recording = run("digits")
    rows = cells(plots.histograms(recording, kind=kind), recording)
    counted = rows[..., :BINS].sum(axis=-1) + rows[..., BINS + 1] + rows[..., BINS + 2]
    zeros = rows[..., PARTS.index("zero")] if kind == "post" else 0
    np.testing.assert_allclose(counted + zeros, 1, atol=1e-5)


def test_histograms_tell_the_spread_and_keep_their_axes(run):
    recording = run("digits")
    figure = plots.histograms(recording)
    rows = cells(figure, recording)
    np.testing.assert_allclose(rows[..., PARTS.index("sd")], recording.row_std[:, :, :, 1])
    area = next(layer for layer in figure.spec["spec"]["layer"] if layer["mark"]["type"] == "area")
    assert area["encoding"]["x"]["scale"]["domain"] == pytest.approx([-6.9, 6.9])
    assert area["encoding"]["y"]["scale"]["domain"][0] == 0
    assert number(recording.row_std[-1, 1, 2, 1]) + " with batch norm before" in figure.caption_at(len(rows) - 1)


def test_histograms_stand_still_after_divergence(run):
    recording = run("diverged")
    arm, at = 0, int(recording.diverged_at[0])
    assert at > 0
    figure = plots.histograms(recording)
    rows = cells(figure, recording)
    np.testing.assert_array_equal(rows[at, arm, :, :BINS], rows[at - 1, arm, :, :BINS])
    assert (rows[at:, arm, :, PARTS.index("diverged")] == at).all()
    spread = number(recording.row_std[at - 1, arm, -1, 1])
    assert figure.caption_at(at).endswith(
        f"with no norm diverged at step {at} (its last, at step {at - 1}: sd {spread})."
    )


def test_no_sentence_gives_a_diverged_arm_a_number_after_its_end(run):
    recording = run("wild")
    at, last = int(recording.diverged_at[0]), len(recording.steps) - 1
    label = arm_labels(recording.experiment)[0]
    assert 20 < at < recording.steps[-1]
    assert (at - 1) % 5  # no test in the last state, but for the one made because of the divergence
    loss, share = number(recording.final_test_loss[0], 3), percent(float(recording.final_test_accuracy[0]))
    ends = {"loss": loss, "accuracy": share}
    for figure in (plots.loss(recording), plots.accuracy(recording)):
        told, end = figure.caption_at(last).partition(" ▲")[0].split("; ")
        assert "with no norm" not in told
        assert "with batch norm before" in told
        assert end == f"the network with {label} diverged at step {at} (its last, at step {at - 1}: {ends[figure.id]})."
        assert f"{label} diverged at step {at};" in figure.alt[last]
    seen = recording.steps[recording.last_finite_frame(0)]
    for figure in (plots.histograms(recording), plots.bands(recording), plots.gradients(recording)):
        told, end = figure.caption_at(last).split("; ")
        assert "with no norm" not in told
        assert end.startswith(f"the network with {label} diverged at step {at} (its last, at step {seen}: ")
        assert f"{label} diverged at step {at};" in figure.alt[last]


def test_where_every_arm_has_diverged_no_number_is_left(run):
    recording = run("diverged")
    assert (recording.diverged_at == (1, 3, 2)).all()
    figure = plots.histograms(recording)
    start = "After 20 updates, no network is left; the network with no norm diverged at step 1 (its last, at step 0: "
    assert figure.caption_at(20).startswith(start)
    assert "batch norm before" in figure.caption_at(2).split("; ")[0]


def test_the_table_and_the_captions_tell_the_same_last_state(run):
    recording = run("wild")
    table, last = plots.results(recording), len(recording.steps) - 1
    assert f": {number(table['test loss'][0], 3)})." in plots.loss(recording).caption_at(last)
    assert f": {percent(table['test accuracy'][0])})." in plots.accuracy(recording).caption_at(last)
    assert (table["best test accuracy"] >= table["test accuracy"]).all()
    unknown = replace(recording, final_test_loss=np.full(3, np.nan))
    assert np.isnan(plots.results(unknown)["test loss"][0])  # not that of an earlier state


def test_the_steep_band_stands_where_values_enter_the_activation(run):
    recording = run("sigmoid")
    for kind, arms in (
        ("pre", ["no norm", "batch norm after"]),
        ("normalized", ["no norm", "batch norm before"]),
        ("post", []),
    ):
        figure = plots.histograms(recording, kind=kind)
        steep = {arm for arm, band in zip(column(figure, "arm"), column(figure, "steep"), strict=True) if band}
        assert steep == set(arms)
        said = figure.caption_at(-1)
        assert ("Shaded: where the slope" in said) == bool(arms)
        told = "not shaded where these values do not enter the " in said
        assert told == (0 < len(arms) < len(recording.experiment.arms))


def test_loss_ends_at_the_divergence_with_a_cross(run):
    recording = run("diverged")
    figure, at = plots.loss(recording), int(recording.diverged_at[0])
    values = column(figure, "value")
    arms = len(recording.experiment.arms)
    assert np.isnan(values[at:, arms]).all()
    assert np.isfinite(column(figure, "value", table=1)[at, 0])
    assert np.isnan(np.delete(column(figure, "value", table=1)[:, 0], at)).all()


def test_loss_axis_is_logarithmic_and_fixed(run):
    figure = plots.loss(run("digits"))
    scale = figure.spec["layer"][0]["encoding"]["y"]["scale"]
    assert scale["type"] == "log"
    assert 0 < scale["domain"][0] < scale["domain"][1]
    assert figure.spec["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, 40]


def test_the_time_axis_spans_the_whole_run_from_the_start(run):
    assert plots.loss(run("digits, begun")).spec["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, 40]


def test_accuracy_tells_the_test_and_regression_the_variance_explained(run):
    recording = run("digits")
    caption = plots.accuracy(recording).caption_at(len(recording.steps) - 1)
    assert f"{percent(recording.test_accuracy[-1, 1])} with batch norm before" in caption
    assert "R²" in plots.accuracy(run("regression")).caption_at(3)


def test_layers_without_hidden_layers_have_no_picture(run):
    recording = run("linear")
    assert plots.histograms(recording) is None
    assert plots.bands(recording) is None
    assert plots.saturation(recording) is None
    assert plots.maxima(recording) is None
    assert plots.gamma_beta(recording, arm=0, layer=0) is None
    assert plots.gradients(recording).caption_at(1).startswith("After 1 update, the gradient of the output layer")


def test_a_logarithmic_axis_gets_no_zeros(run):
    for name in ("digits", "six"):
        for figure in (plots.gradients(run(name)), plots.updates(run(name)), plots.loss(run(name))):
            assert not (column(figure, "value") <= 0).any()


def test_gamma_and_beta_are_those_of_the_run(run):
    recording = run("digits")
    figure = plots.gamma_beta(recording, arm=1, layer=1)
    np.testing.assert_array_equal(column(figure, "gamma"), recording.gamma[:, 1, 1, :16])
    middle = column(figure, "sigma_middle", table=1)[:, 0]
    np.testing.assert_allclose(middle, np.median(np.sqrt(recording.batch_var[:, 1, 1, :16] + 1e-5), axis=1), rtol=1e-5)
    assert plots.gamma_beta(recording, arm=0, layer=0) is None


def test_norms_over_a_row_have_nothing_to_undo(run):
    figure = plots.gamma_beta(run("plane"), arm=3, layer=0)
    assert "sigma_middle" not in [c.name for c in figure.tables[1].columns]
    assert "averages within a row" in figure.caption_at(0)


def test_maps_are_the_last_ones_drawn(run):
    recording = run("plane")
    figure = plots.decision_maps(recording)
    drawn = column(figure, "p").reshape(len(recording.steps), 4, 36, 36)
    np.testing.assert_array_equal(drawn[-1], recording.maps[-1])
    np.testing.assert_array_equal(drawn[0], recording.maps[0])
    assert plots.decision_maps(run("digits")) is None


def test_digits_put_the_mistakes_first(run):
    recording = run("digits")
    figure = plots.digit_sample(recording, arm=0)
    rank, wrong = column(figure, "rank"), column(figure, "wrong")
    for frame in (0, 10, -1):
        assert sorted(rank[frame].tolist()) == list(range(60))
        assert wrong[frame][np.argsort(rank[frame])].tolist() == sorted(wrong[frame].tolist(), reverse=True)
    assert f"gets {wrong[-1].sum()} of 60 digits wrong" in figure.caption_at(len(wrong) - 1)
    assert plots.digit_sample(run("plane"), arm=0) is None


def test_a_png_url_is_a_png():
    header, body = png_url(np.zeros((8, 8, 3), np.uint8)).split(",")
    assert header == "data:image/png;base64"
    assert base64.b64decode(body).startswith(b"\x89PNG\r\n\x1a\n")


def test_results_of_a_regression_say_what_is_explained(run):
    recording = run("regression")
    table = plots.results(recording)
    assert not [name for name in table if "accuracy" in name or "90 %" in name]
    y = load(recording.experiment.data, 0).y_test
    assert table["test R²"].to_numpy() == pytest.approx(1 - recording.final_test_loss / y.var())


def test_results_are_one_row_an_arm(run):
    table = plots.results(run("digits"))
    assert list(table["arm"]) == ["no norm", "batch norm before", "batch norm after"]
    assert (table["status"] == "finished").all()
    assert (table["cost of an update"] == "—").all()  # 40 updates are too few to be timed
    table = plots.results(replace(run("digits"), updates=np.full(3, ENOUGH)))
    assert table["cost of an update"][0] == "1.0 ×"
    assert re.fullmatch(r"\d+\.\d ×", table["cost of an update"][1])
    assert plots.results(run("diverged"))["status"][0].startswith("diverged at step ")
    assert plots.results(run("digits, begun"))["status"][0] == "training, 3 of 40"
    assert (plots.results(run("one_step"))["cost of an update"] == "—").all()


@pytest.mark.parametrize("name", ["digits", "regression"])
def test_a_table_with_dots_keeps_the_place_of_the_results(run, name):
    recording = run(name)
    waiting, results = plots.waiting(recording.experiment), plots.results(recording)
    assert list(waiting) == list(results)
    assert list(waiting["arm"]) == list(results["arm"])
    assert (waiting.drop(columns="arm") == "…").all(axis=None)


def test_an_arm_that_diverged_early_is_no_measure_of_what_an_update_costs(run):
    recording = replace(run("diverged"), updates=np.array([ENOUGH - 1, ENOUGH, ENOUGH]))
    table = plots.results(recording)
    assert (table["cost of an update"] == "—").all()
    assert np.isnan(table["updates per second"][0])
    assert table["updates per second"][1] > 0
