"""Runs over each other: each line has its numbers, one norm one colour, one run one dash and mark."""

from __future__ import annotations

import numpy as np
import pytest

from bnviz.core.labels import arm_labels
from bnviz.plots import compare, compare_bins
from bnviz.plots.compare import Compared
from bnviz.plots.figure import as_chart
from bnviz.plots.theme import arm_style


@pytest.fixture
def runs(run) -> list[Compared]:
    return [Compared(name, place, run(name)) for place, name in enumerate(("digits", "plane", "diverged"))]


def rows_of(figure, dataset="lines") -> list[dict]:
    return figure.spec_at()["datasets"][dataset]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("split", compare.SPLITS)
@pytest.mark.parametrize("measure", ["loss", "accuracy"])
def test_charts_are_valid_and_speak(runs, split, measure, dark) -> None:
    figure = compare.curves(runs, list(compare.colours(runs, dark=dark)), split=split, measure=measure, dark=dark)
    as_chart(figure.spec_at(), validate=True)
    assert figure.caption_at(0).startswith(f"The {'test' if split == 'test' else 'training'} {measure} ends")
    assert "one line a run and arm" in figure.alt


def test_every_line_has_the_numbers_of_its_run(runs) -> None:
    recording = runs[0].recording
    rows = rows_of(compare.curves(runs, ["batch norm before"], split="train"))
    mine = {row["step"]: row["value"] for row in rows if row["run"] == "digits"}
    arm = arm_labels(recording.experiment).index("batch norm before")
    assert list(mine) == recording.steps.tolist()
    np.testing.assert_allclose(list(mine.values()), recording.train_loss[recording.steps, arm])
    assert {row["arm"] for row in rows} == {"batch norm before"}
    assert {row["run"] for row in rows} == {"digits", "plane", "diverged"}


def test_an_arm_that_diverges_ends_where_it_does(runs) -> None:
    recording = runs[2].recording
    arm = int(np.argmax(recording.diverged_at >= 0))
    assert recording.diverged_at[arm] >= 0
    label = arm_labels(recording.experiment)[arm]
    steps = [row["step"] for row in rows_of(compare.curves(runs[2:], [label], split="train"))]
    assert max(steps) == recording.diverged_at[arm] - 1


def test_a_line_ends_with_the_number_that_the_table_of_results_tells(run) -> None:
    recording = run("wild")
    figure = compare.curves([Compared("Run A", 0, recording)], ["no norm, rate 10.2"])
    last = rows_of(figure)[-1]
    assert (last["step"], last["value"]) == (recording.diverged_at[0] - 1, recording.final_test_loss[0])


def test_one_arm_has_one_colour_and_dash_and_one_run_one_mark_and_width(runs) -> None:
    colors = compare.colours(runs, dark=False)
    for run in runs:
        for style in arm_style(run.recording.experiment):
            assert colors[style.label] == style.color
    assert len(set(compare.SHAPES)) == len(set(compare.WIDTHS)) == 6
    line = compare.curves(runs, list(colors)).spec["layer"]
    assert line[0]["encoding"]["strokeWidth"]["scale"]["domain"] == ["digits", "plane", "diverged"]
    dash = line[0]["encoding"]["strokeDash"]["scale"]
    dashes = dict(zip(dash["domain"], dash["range"], strict=True))
    for run in runs:
        assert all(dashes[style.label] == list(style.dash) for style in arm_style(run.recording.experiment))
    assert line[1]["encoding"]["shape"]["scale"]["range"] == ["circle", "square", "triangle-up"]


def test_labels_that_would_look_alike_are_told_apart(run) -> None:
    colors = compare.colours([Compared("a", 0, run("digits")), Compared("b", 1, run("six"))], dark=False)
    assert len(set(colors.values())) == len(colors)


def test_regressions_stand_beside_each_other_but_not_beside_accuracies(run) -> None:
    regression, digits = Compared("r", 0, run("regression")), Compared("d", 1, run("digits"))
    arms = list(compare.colours([regression, digits], dark=False))
    alone = compare.curves([regression], arms, measure="accuracy")
    assert "R²" in alone.title
    assert {row["run"] for row in rows_of(compare.curves([regression, digits], arms, measure="accuracy"))} == {"d"}
    assert compare.curves([regression], arms, measure="accuracy", split="train") is None


def test_histograms_are_those_of_the_chosen_layer_and_step(runs) -> None:
    figure = compare_bins.histograms(runs, "batch norm before", layer=1, step=15)
    as_chart(figure.spec_at(), validate=True)
    recording = runs[0].recording
    counts = recording.histogram[15, 1, 1, 1, 1:-1]
    rows = [row["value"] for row in rows_of(figure, "bins") if row["run"] == "digits"]
    np.testing.assert_allclose(rows[:-1], counts / (64 * 16), rtol=1e-6)
    assert figure.caption_at(0).startswith("Layer 2: ")
    assert "in digits after 15 updates" in figure.caption_at(0)
    ended = runs[2].recording.diverged_at[1]
    assert f"in diverged after {ended - 1} updates (it diverged at step {ended})" in figure.caption_at(0)
    assert f"{recording.row_std[15, 1, 1, 1]:.2g}" in figure.caption_at(0)


def test_every_outline_is_marked_so_that_its_run_is_seen(runs) -> None:
    rows = rows_of(compare_bins.histograms(runs, "batch norm before", layer=1, step=15), "bins")
    for run in runs:
        mine = [row for row in rows if row["run"] == run.name]
        tallest = max(mine, key=lambda row: row["value"])
        assert tallest["marked"]
        assert 1 <= sum(row["marked"] for row in mine) <= 12


def test_runs_without_the_layer_or_the_arm_are_left_out(runs) -> None:
    figure = compare_bins.histograms(runs, "no norm", layer=3, step=0)
    assert {row["run"] for row in rows_of(figure, "bins")} == {"diverged"}
    assert compare_bins.histograms(runs, "RMS norm before", layer=0, step=0) is None


def test_the_table_holds_all_four_curves(runs) -> None:
    table = compare.table_of(runs)
    assert {(one, other) for one, other in zip(table["measure"], table["split"], strict=True)} == {
        ("loss", "test"), ("loss", "train"), ("accuracy", "test"), ("accuracy", "train")}  # fmt: skip
    assert list(table.columns) == ["run", "arm", "measure", "split", "step", "value"]
