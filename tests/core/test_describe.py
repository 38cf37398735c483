"""An experiment in words, as a file name and as Python."""

from __future__ import annotations

import pytest

import bnviz
from bnviz.core import describe
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training

RUNS = [
    Experiment(),
    Experiment(Data("breast_cancer", features=(1, 2)), Network((8,), "tanh", gain=0.5), seed=3),
    Experiment(
        Data("textures"),
        Network((8, 16), kind="conv"),
        (Arm("batch", ("before", "after")), Arm("group", groups=4, learning_rate=0.2)),
        Training("adam", 0.001, 32, 100, dropout=0.1),
    ),
    Experiment(Data("moons", scale=(2.0, 0.5)), Network(()), (Arm("none"),)),
]


@pytest.mark.parametrize("run", RUNS)
def test_its_python_makes_it_again(run: Experiment) -> None:
    assert eval(describe.python_of(run), {"bnviz": bnviz}) == run  # noqa: S307


def test_file_names_say_what_is_inside() -> None:
    assert [describe.file_stem(run) for run in RUNS] == [
        "bnviz-digits-5x64-seed0",
        "bnviz-breast-cancer-8-seed3",
        "bnviz-textures-conv-8-16-lr0.001-seed0",
        "bnviz-moons-linear-seed0",
    ]


def test_words() -> None:
    assert describe.words(RUNS[2]) == [
        "textures, 1425 training rows, standardized",
        "hidden layers conv 8-16, relu",
        "Adam, learning rate 0.001",
        "batches of 32",
        "100 updates",
        "dropout 0.1",
        "seed 0",
    ]
    assert "stretched" in describe.words(RUNS[3])[0]


def test_only_what_differs_is_told() -> None:
    other = Experiment(training=Training(learning_rate=1.6), arms=(Arm("batch"),))
    assert describe.differing([Experiment(), other]) == {
        "training.learning_rate": ["0.1", "1.6"],
        "arms": ["no norm; batch norm before; batch norm after", "batch norm before"],
    }
    assert describe.differing([RUNS[1], RUNS[1]]) == {}
    assert describe.differing([]) == {}
