"""The panel of the training lab whose buttons make files: every one of them, for runs of every kind."""

from __future__ import annotations

import io
import json
import zipfile

import pandas as pd
import pytest

from bnviz.core.codec import to_link
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.tables import read_csv
from tests.pages.lab import opened, settled

SMALL = Experiment(Data("moons", n=100), Network((8, 6)), training=Training(batch_size=10, steps=12))
ENDINGS = {"curves": "csv", "series_csv": "zip", "series_parquet": "parquet", "arrays": "npz", "html": "html",
           "script": "py", "notebook": "ipynb", "settings": "json", "png": "png", "svg": "svg",
           "all_pictures": "zip"}  # fmt: skip


@pytest.fixture
def files(monkeypatch):
    """What the buttons of the page would make, by their names, and how the files are called."""
    made = {}

    def button(name, data, file, *, key=""):
        made[name] = (file, data)

    monkeypatch.setattr("bnviz.ui.take_home._button", button)
    return made


def test_every_button_makes_its_file(files):
    opened(SMALL, step="5")
    assert set(files) == set(ENDINGS)
    for name, (file, data) in files.items():
        assert file.startswith("bnviz-moons-8-6-seed0")
        assert file.endswith(f".{ENDINGS[name]}")
        assert data()
    assert Experiment.from_json(files["settings"][1]()) == SMALL
    assert json.loads(files["notebook"][1]())["nbformat"] == 4
    assert pd.read_csv(io.StringIO(files["curves"][1]()))["step"].max() == 12
    assert "After 5 updates" in files["svg"][1]().decode()
    assert "SEED = 0" in files["script"][1]()


def test_all_pictures_are_all_that_the_run_has(files, monkeypatch):
    monkeypatch.setattr("bnviz.plots.sheet.FORMATS", ("svg",))
    opened(SMALL, show="curves")
    with zipfile.ZipFile(io.BytesIO(files["all_pictures"][1]())) as archive:
        names = {name.removeprefix("bnviz-moons-8-6-seed0-") for name in archive.namelist()}
    found = {name.rsplit("-step", 1)[0] for name in names}
    assert {"loss", "accuracy", "histograms-normalized", "decision-maps", "bands-normalized", "gradients",
            "updates"} <= found  # fmt: skip
    assert len(names) == len(found) >= 9


@pytest.mark.parametrize(
    "name", ["accuracy", "histograms", "maps", "bands", "units", "saturation", "maxima", "updates"]
)
def test_every_picture_can_be_chosen(files, name):
    app = opened(SMALL)
    box = next(one for one in app.selectbox if one.key == "take_home_picture")
    box.set_value(name)
    settled(app.run())
    assert files["svg"][0] == f"bnviz-moons-8-6-seed0-{name}.svg"
    assert files["svg"][1]().startswith(b"<svg")


@pytest.mark.parametrize(
    "run",
    [
        Experiment(Data("diabetes"), Network(()), (Arm("none"),), Training(batch_size=16, steps=5)),
        Experiment(
            Data("digits", n=100), Network((4,), kind="conv"), (Arm("instance"),), Training(batch_size=8, steps=3)
        ),
    ],
)
def test_other_kinds_of_runs(files, run):
    opened(run)
    for name in set(files) - {"all_pictures"}:
        assert files[name][1](), name


def test_the_buttons_are_on_the_page():
    app = opened(SMALL)
    buttons = app.get("download_button")
    assert {one.proto.label for one in buttons} >= {"PNG", "SVG", "PyTorch script (PY)", "A page that plays (HTML)"}


def test_an_own_table_gives_no_script_but_says_why(files):
    table = "width,height,kind\n" + "\n".join(f"{i / 2},{(i * 7) % 23},{'ab'[i % 2]}" for i in range(50))
    app = opened(Experiment(), prepare={"own.table": read_csv(table), "own.target": 0})
    files.clear()
    app.selectbox(key="train.data.name").set_value("own")
    app = settled(app.run())
    assert any("rows never leave this session" in note.value for note in app.info)
    assert set(files) == set(ENDINGS) - {"script", "notebook", "settings"}
    assert to_link(Experiment()) == {}


def test_a_teacher_can_hide_both_panels(files):
    app = opened(SMALL, hide="take_home.compare")
    assert not files
    assert not any(button.key == "compare_pin" for button in app.button)
