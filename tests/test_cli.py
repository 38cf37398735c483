"""`python -m bnviz run`: one JSON object out, one sentence for bad input."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bnviz.__main__ import main
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.export import check_target
from bnviz.runs.compiled import train

KEYS = [
    "label", "status", "diverged_at", "train_loss", "test_loss", "test_accuracy", "best_test_accuracy", "steps_to_90",
    "seconds",
]  # fmt: skip
SMALL = Experiment(
    data=Data("moons", n=200),
    network=Network((16, 16)),
    arms=(Arm("none"), Arm("batch")),
    training=Training(batch_size=20, steps=120),
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "experiment.json"
    path.write_text(SMALL.to_json())
    return path


def test_it_prints_one_json_object_and_progress_elsewhere(file):
    done = subprocess.run([sys.executable, "-m", "bnviz", "run", str(file)], capture_output=True, text=True, check=True)
    arms = json.loads(done.stdout)["arms"]
    assert [list(arm) for arm in arms] == [KEYS, KEYS]
    assert "120 of 120" in done.stderr
    recording = train(SMALL)
    for place, arm in enumerate(arms):
        assert arm["status"] == "finished"
        assert arm["diverged_at"] is None
        assert arm["test_loss"] == pytest.approx(float(recording.final_test_loss[place]), rel=1e-9)
        assert arm["test_accuracy"] == float(recording.final_test_accuracy[place])
        best = np.nanmax(recording.test_accuracy[:, place])
        assert arm["best_test_accuracy"] == best
        reached = np.flatnonzero(recording.test_accuracy[:, place] >= 0.9)
        assert arm["steps_to_90"] == (int(recording.steps[reached[0]]) if len(reached) else None)


def test_a_diverged_arm_has_figures_of_its_last_finite_step(tmp_path, capsys):
    path = tmp_path / "hot.json"
    path.write_text('{"training": {"learning_rate": 1.6, "steps": 20}}')
    assert main(["run", str(path)]) == 0
    first, *others = json.loads(capsys.readouterr().out)["arms"]
    assert first["status"] == "diverged"
    assert 0 < first["diverged_at"] < 20
    assert first["test_loss"] is not None
    assert all(arm["status"] == "finished" for arm in others)


@pytest.mark.parametrize("ending", ["npz", "parquet", "csv"])
def test_out_keeps_the_recording(file, tmp_path, capsys, ending):
    target = tmp_path / f"run.{ending}"
    assert main(["run", str(file), "--out", str(target)]) == 0
    recording = train(SMALL)
    if ending == "npz":
        with np.load(target) as kept:
            np.testing.assert_array_equal(kept["train_loss"], recording.train_loss)
            assert Experiment.from_json(str(kept["experiment"])) == SMALL
        return
    table = pd.read_parquet(target) if ending == "parquet" else pd.read_csv(target)
    loss = table[(table.series == "train_loss") & (table.arm == "no norm")]
    np.testing.assert_allclose(loss.value, recording.train_loss[:, 0], rtol=1e-12)
    unit = table[(table.series == "gamma") & (table.layer == 2) & (table.unit == 3)]
    np.testing.assert_allclose(unit.value, recording.gamma[:, 1, 1, 2], rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("not json", "file"),
        ("[1, 2]", "experiment"),
        ('{"training": {"learning_rate": "fast"}}', "training.learning_rate"),
        ('{"training": {"learning_rate": NaN}}', "training.learning_rate"),
        ('{"training": {"batch_size": 1}}', "training.batch_size"),
        ('{"network": {"hidden": [64, 0]}}', "network.hidden"),
        ('{"arms": []}', "arms"),
        ('{"arms": [{"norm": "batch", "speed": 3}]}', "arms[0].speed"),
        ('{"nework": {}}', "nework"),
        ('{"seed": -1}', "seed"),
    ],
)
def test_a_bad_file_is_one_sentence_naming_the_field(tmp_path, capsys, text, field):
    path = tmp_path / "bad.json"
    path.write_text(text)
    assert main(["run", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"{field}:")
    assert err.count("\n") == 1


def test_a_missing_file_and_a_bad_target_are_explained_before_training(tmp_path, file, capsys):
    assert main(["run", str(tmp_path / "none.json")]) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert main(["run", str(file), "--out", "run.xlsx"]) == 2
    assert ".parquet" in capsys.readouterr().err
    assert main(["run", str(file), "--out", str(tmp_path / "no" / "run.csv")]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_a_target_that_cannot_be_written_is_refused_before_training(tmp_path, file, capsys, monkeypatch):
    folder, kept, locked = tmp_path / "some_dir.csv", tmp_path / "kept.csv", tmp_path / "locked.csv"
    folder.mkdir()
    kept.write_text("mine")
    monkeypatch.setattr("bnviz.runs.compiled.train", None)  # a training would fail
    for path, says in ((folder, "is a folder"), (tmp_path / f"{'x' * 300}.csv", "cannot be written")):
        assert main(["run", str(file), "--out", str(path)]) == 2
        assert says in capsys.readouterr().err
    opened = Path.open

    def refusing(self, *given, **more):
        if self == locked:
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *given, **more)

    monkeypatch.setattr(Path, "open", refusing)
    assert main(["run", str(file), "--out", str(locked)]) == 2
    assert "Permission denied" in capsys.readouterr().err
    check_target(kept)
    check_target(tmp_path / "new.csv")
    assert kept.read_text() == "mine"
    assert not (tmp_path / "new.csv").exists()


def test_the_result_is_printed_when_the_file_cannot_be_kept(tmp_path, file, capsys, monkeypatch):
    def full(recording, out):
        raise OSError(28, "No space left on device", str(out))

    monkeypatch.setattr("bnviz.__main__.keep", full)
    assert main(["run", str(file), "--out", str(tmp_path / "run.csv")]) == 1
    out, err = capsys.readouterr()
    assert len(json.loads(out)["arms"]) == 2
    assert "No space left on device" in err.splitlines()[-1]


@pytest.mark.parametrize("ending", ["py", "ipynb"])
def test_what_cannot_be_exported_is_refused_before_training(tmp_path, file, capsys, monkeypatch, ending):
    monkeypatch.setattr("bnviz.core.describe.is_own", lambda _: True)
    monkeypatch.setattr("bnviz.runs.compiled.train", None)
    assert main(["run", str(file), "--out", str(tmp_path / f"run.{ending}")]) == 2
    assert "your own table" in capsys.readouterr().err


@pytest.mark.parametrize(("ending", "begins"), [("html", "<!doctype html>"), ("py", '"""A run of bnviz: moons'),
                                                ("ipynb", '{\n "nbformat": 4'), ("zip", "PK")])  # fmt: skip
def test_a_run_can_be_kept_in_other_forms(tmp_path, capsys, ending, begins):
    path, out = tmp_path / "run.json", tmp_path / f"run.{ending}"
    path.write_text('{"data": {"name": "moons", "n": 100}, "training": {"steps": 3, "batch_size": 10}}')
    assert main(["run", str(path), "--out", str(out)]) == 0
    assert out.read_bytes().startswith(begins.encode())
    assert len(json.loads(capsys.readouterr().out)["arms"]) == 3
