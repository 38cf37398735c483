"""A recording as tables and archives: everything that was recorded is in them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from bnviz.core import engine, export
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.labels import arm_labels
from bnviz.core.recording import Recording
from bnviz.core.schedule import BINS, KINDS

# What is no series: the run itself, its end, its frames, and pictures (maps and images), which the .npz holds.
NOT_SERIES = {"experiment", "first_step", "steps", "sample", "maps_at", "maps", "map_extent", "diverged_at",
              "final_test_loss", "final_test_accuracy", "seconds", "updates"}  # fmt: skip
PER_KIND = {"mean": "mean", "std": "std", "row_std": "row_std", "quantiles": "q05", "histogram": "count"}


@pytest.fixture(scope="module")
def recording() -> Recording:
    arms = (Arm("none"), Arm("batch"), Arm("none", learning_rate=90.0))
    return engine.train(Experiment(Data("moons", n=100), Network((6, 4)), arms, Training("sgd", 0.1, 10, 30)))


@pytest.fixture(scope="module")
def table(recording) -> pd.DataFrame:
    return export.series_table(recording)


def test_every_recorded_array_is_a_series(recording, table) -> None:
    names = set(table["series"])
    for item in fields(Recording):
        if item.name in NOT_SERIES:
            continue
        wanted = {f"{kind}_{PER_KIND[item.name]}" for kind in KINDS} if item.name in PER_KIND else {item.name}
        assert wanted <= names, item.name


@pytest.mark.parametrize("name", ["gamma", "grad_norm", "test_loss", "train_loss"])
def test_values_stand_at_their_arm_layer_unit_and_step(recording, table, name) -> None:
    values = getattr(recording, name)
    rows = table[table["series"] == name]
    assert len(rows) == np.isfinite(values).sum()
    steps = np.arange(len(values)) if name == "train_loss" else recording.steps
    labels = arm_labels(recording.experiment)
    for row in rows.sample(20, random_state=0).itertuples():
        index = [int(np.searchsorted(steps, row.step)), labels.index(row.arm)]
        index += [int(place) - 1 for place in (row.layer, row.unit) if place is not pd.NA]
        assert row.value == pytest.approx(float(values[tuple(index)]))


def test_histograms_count_every_value_of_a_batch_and_layer(recording, table) -> None:
    rows = table[(table["series"] == "normalized_count") & (table["arm"] == "batch norm before")]
    sums = rows.groupby(["layer", "step"])["value"].agg(["sum", "size"])
    assert set(sums["size"]) == {BINS + 2}
    assert set(sums.loc[1, "sum"]) == {60.0}
    assert set(sums.loc[2, "sum"]) == {40.0}
    one = rows[(rows["layer"] == 1) & (rows["step"] == 30)]
    assert one["value"].tolist() == recording.histogram[-1, 1, 0, 1].tolist()
    assert one["low"].iloc[0] == -np.inf
    assert one["high"].iloc[-1] == np.inf
    np.testing.assert_allclose(one["low"].iloc[1:], one["high"].iloc[:-1])


def test_an_arm_that_has_diverged_has_no_rows_afterwards(recording, table) -> None:
    at, label = int(recording.diverged_at[2]), arm_labels(recording.experiment)[2]
    assert 0 <= at < 30
    rows = table[(table["arm"] == label) & ~table["series"].isin(["train_loss"])]
    assert rows["step"].max() < at


def test_a_dead_relu_layer_keeps_its_rows() -> None:
    arms = (Arm("none"), Arm("none", learning_rate=90.0))
    run = engine.train(Experiment(Data("moons", n=100), Network((6,), init="zero"), arms, Training("sgd", 0.1, 10, 4)))
    dead, lost = arm_labels(run.experiment)
    run.diverged_at[1] = 3
    table = export.series_table(run)
    rows = table[(table["series"] == "post_count") & (table["arm"] == dead)]
    assert sorted(set(rows["step"])) == [0, 1, 2, 3, 4]
    assert len(rows) == 5 * (BINS + 2)
    assert (rows["value"] == 0).all()
    for kind in KINDS:
        counts = table[(table["series"] == f"{kind}_count") & (table["arm"] == lost)]
        assert sorted(set(counts["step"])) == [0, 1, 2], kind


def test_the_archive_says_that_zeros_after_a_relu_are_not_counted() -> None:
    assert "zeros after a ReLU are not counted" in " ".join(export.README.split())
    assert "zeros after a ReLU are not counted" in " ".join(str(Recording.__doc__).split())


def test_curves_have_a_row_an_update_and_arm(recording) -> None:
    curves = export.curves_table(recording)
    assert len(curves) == 31 * 3
    own = curves[curves["arm"] == "batch norm before"].set_index("step")
    np.testing.assert_array_equal(own["train_loss"], recording.train_loss[:, 1])
    np.testing.assert_array_equal(own.loc[recording.steps, "test_accuracy"], recording.test_accuracy[:, 1])
    assert own["test_loss"].isna().sum() == 31 - np.isfinite(recording.test_loss[:, 1]).sum()


def test_the_archive_can_be_read_without_us(recording, table) -> None:
    with zipfile.ZipFile(io.BytesIO(export.csv_archive(recording))) as archive:
        assert set(archive.namelist()) == {"README.txt", "settings.json", "curves.csv", "series.csv"}
        assert Experiment.from_json(archive.read("settings.json").decode()) == recording.experiment
        series = pd.read_csv(archive.open("series.csv"))
    assert len(series) == len(table)
    np.testing.assert_allclose(series["value"], table["value"])


def test_parquet_and_arrays_hold_the_same(recording, table) -> None:
    again = pd.read_parquet(io.BytesIO(export.parquet(recording)))
    pd.testing.assert_frame_equal(again, table, check_dtype=False)
    arrays = export.from_bytes(export.to_bytes(recording))
    np.testing.assert_array_equal(arrays.maps, recording.maps)
