"""Studies and sweeps in words: what was really measured, not what an experiment says that plays no part."""

from __future__ import annotations

from bnviz.core import noise_cases as cases
from bnviz.core.describe_study import seed_words, study_words, sweep_words
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.study import Study
from bnviz.core.sweep import Axis

RUN = Experiment(Data("moons", n=100), Network((8, 8), "tanh"), (Arm("none"),), Training("sgd", 0.3, 10, 20), seed=5)
BASE = ["moons, 75 training rows, standardized", "hidden layers 2 × 8, tanh", "SGD, learning rate 0.3",
        "batches of 10", "20 updates"]  # fmt: skip


def test_a_plain_study_says_its_run_and_all_its_seeds() -> None:
    assert study_words(Study("along_gradient", RUN, (3, 4, 5), {"every": 4})) == [*BASE, "seeds 3 to 5"]
    assert [seed_words(seeds) for seeds in ((7,), (0, 1), (1, 5))] == ["seed 7", "seeds 0 to 1", "seeds 1, 5"]


def test_the_residual_net_and_the_deep_linear_one_are_not_those_of_the_experiment() -> None:
    assert study_words(cases.depth((0,), blocks=30, width=16))[1] == "30 residual blocks of width 16"
    found = study_words(Study("deep_linear", RUN, (0,), {"depth": 25, "width": 32, "every": 5}))
    assert found == ["256 drawn rows and a linear map to learn", "25 linear layers of width 32",
                     "gradient descent on all rows, learning rate 0.3", "20 updates", "seed 0"]  # fmt: skip


def test_batch_sizes_replace_the_batch_and_epochs_the_updates() -> None:
    found = study_words(cases.small_batches((0,), epochs=1, learning_rate=0.1))
    assert found[2:5] == ["SGD, learning rate 0.1 for batches of 64, in proportion to the batch",
                          "batches of 2, 4, 8, 16, 32", "1 epoch"]  # fmt: skip


def test_layers_are_counted_from_one() -> None:
    grown = study_words(Study("growth", RUN, (0,), {"layer": 1, "decay": 0.005, "every": 2}))
    assert grown[5:7] == ["layer 2", "weight decay 0 and 0.005"]
    assert "layer 3" in study_words(Study("drift", RUN, (0,), {"layer": 3, "unit": 1, "every": 2}))
    assert "the same 128 rows in every update, squared loss" in study_words(
        Study("edge", RUN, (0,), {"loss": "squared"})
    )


def test_what_a_sweep_changes_is_said_once() -> None:
    found = sweep_words(RUN, (Axis("training.learning_rate", (0.1, 0.2)),), range(2))
    assert found == [*BASE[:2], "SGD", *BASE[3:], "learning rates 0.1, 0.2", "seeds 0 to 1"]
    deep = sweep_words(RUN, (Axis("network.depth", (1, 2)), Axis("network.activation", ("relu", "tanh"))), (0,))
    assert deep[1] == "8 units a layer"
    assert deep[-3:] == ["hidden layers 1, 2", "activations relu, tanh", "seed 0"]
