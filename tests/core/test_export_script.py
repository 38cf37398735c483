"""The PyTorch script of a run, executed where bnviz cannot be imported, gives the losses of the run."""

from __future__ import annotations

import ast
import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from bnviz.core import engine
from bnviz.core.experiment import (
    DRAWN,
    ORDERS,
    SUBSET_ORDERS,
    TABLE_ROWS,
    WITH_SUBSETS,
    Arm,
    Data,
    Experiment,
    Network,
    Training,
)
from bnviz.core.export_script import NotExportedError, check_own, script
from bnviz.core.labels import arm_labels

STEPS = 50
RUNS = {
    "usual": Experiment(training=Training(learning_rate=0.4, steps=STEPS)),
    "row norms": Experiment(
        Data("moons", n=200),
        Network((8, 8), "tanh"),
        (Arm("layer"), Arm("group", "after", groups=4), Arm("rms")),
        Training("adam", 0.01, 10, STEPS),
        seed=3,
    ),
    "other batch norms": Experiment(
        Data("wine", preprocess="whitened", features=(0, 3, 5, 7)),
        Network((16, 8, 4), "sigmoid", gain=2.0),
        (Arm("batch_noisy"), Arm("batch_ghost", ghost_size=4),
         Arm("batch_no_affine", ("before", "none", "after"), momentum=0.5)),
        Training("momentum", 0.05, 16, STEPS, order="by_class", dropout=0.2, weight_decay=1e-3),
        seed=7,
    ),
    "regression": Experiment(
        Data("diabetes", preprocess="minmax", scale=(2.0,), offset=(0.0, 3.0)),
        Network((12,), "linear", bias=False),
        (Arm("none"), Arm("batch", eps=0.1, learning_rate=0.01, optimizer="sgd", gain=0.5)),
        Training("rmsprop", 0.001, 32, STEPS, input_noise=0.3, order="fixed"),
    ),
    "convolutions": Experiment(
        Data("textures", n=200),
        Network((4, 8), kind="conv", pool=1, head="flatten"),
        (Arm("batch"), Arm("instance"), Arm("layer", "after"), Arm("rms"), Arm("group", groups=4), Arm("batch_noisy")),
        Training(batch_size=8, steps=STEPS, dropout=0.1),
    ),
    "averaged channels": Experiment(
        Data("digits", preprocess="raw", n=200),
        Network((4,), kind="conv", pool=0),
        (Arm("none"), Arm("batch", dropout=0.3)),
        Training("adam", 0.01, 16, STEPS),
        seed=2,
    ),
    "flowers": Experiment(Data("flowers", n=120, balance=0.3, noise=0.2), Network((6,)), (Arm("none"), Arm("batch")),
                          Training(batch_size=12, steps=STEPS)),
    **{
        f"flowers {order}": Experiment(
            Data("flowers", n=161, test_fraction=0.4, preprocess="raw"),
            Network((6,), "tanh"),
            (Arm("batch"), Arm("layer")),
            Training("sgd", 0.2, 9, 110 if order == "sequential" else 60, order=order),
            seed=5,
        )
        for order in SUBSET_ORDERS
    },
    "zeros": Experiment(Data("moons", n=100), Network((6,), init="zero"), (Arm("batch"),), Training("sgd", 0.1, 10, 9)),
    "alike": Experiment(Data("moons", n=100), Network((6, 4), init="constant"), (Arm("batch"), Arm("none", gain=2.0)),
                        Training("sgd", 0.1, 10, 9)),
    "no hidden layer": Experiment(Data("digits", preprocess="whitened"), Network(()), (Arm("none"),),
                                  Training(steps=STEPS)),
    "diverging": Experiment(Data("signals", n=100), Network((8,)), (Arm("none"),), Training("sgd", 90.0, 10, STEPS)),
    **{
        name: Experiment(Data(name, n=100, balance=0.3), Network((6,)), (Arm("batch"),), Training("sgd", 0.05, 10, 20))
        for name in ("blobs", "circles", "spirals", "xor", "normal", "ranges", "thousands")
    },
}  # fmt: skip
EVERY = [
    Experiment(Data(name), training=Training(order=order))
    for name in (*DRAWN, *TABLE_ROWS)
    for order in (*ORDERS, *(SUBSET_ORDERS if name in WITH_SUBSETS else ()))
]
DRIVER = """
import runpy, sys
sys.modules["bnviz"] = None  # importing it fails
for path in sys.argv[1:]:
    sys.argv = [path, "--double", "--csv", path + ".csv"]
    runpy.run_path(path, run_name="__main__")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Every script, executed in a process of its own that knows no bnviz, with the losses it wrote."""
    place = tmp_path_factory.mktemp("scripts")
    paths = []
    for name, run in RUNS.items():
        paths.append(place / f"{name.replace(' ', '_')}.py")
        paths[-1].write_text(script(run), encoding="utf-8")
    command = [sys.executable, "-W", "error", "-c", DRIVER, *map(str, paths)]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    (place / "told.txt").write_text(done.stdout, encoding="utf-8")
    return place


def losses_of(folder: Path, name: str) -> dict[str, list[float]]:
    with (folder / f"{name.replace(' ', '_')}.py.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found: dict[str, list[float]] = {}
    for row in rows:
        found.setdefault(row["arm"], []).append(float(row["loss"]))
    return found


@pytest.mark.parametrize("name", RUNS)
def test_every_loss_is_that_of_the_run(folder: Path, name: str) -> None:
    run = engine.train(RUNS[name], dtype=torch.float64)
    told = losses_of(folder, name)
    assert list(told) == arm_labels(RUNS[name])
    for arm, losses in enumerate(told.values()):
        at = int(run.diverged_at[arm])
        count = RUNS[name].training.steps if at < 0 else at + 1
        assert len(losses) == count
        wanted = run.train_loss[:count, arm]
        np.testing.assert_allclose(losses, wanted, rtol=1e-5)


def test_it_tells_the_test_figures_and_who_diverged(folder: Path) -> None:
    run = engine.train(RUNS["usual"], dtype=torch.float64)
    told = (folder / "told.txt").read_text(encoding="utf-8")
    for arm, label in enumerate(arm_labels(RUNS["usual"])):
        right = f"{100 * run.final_test_accuracy[arm]:.1f} % of the test rows"
        assert any(line.startswith(f"{label}: loss") and right in line for line in told.splitlines())
    assert "no norm: diverged at step" in told


@pytest.mark.parametrize("name", RUNS)
def test_it_holds_only_what_it_needs(name: str) -> None:
    text = script(RUNS[name])
    assert "bnviz" not in {alias.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import)
                           for alias in node.names}  # fmt: skip
    assert "<<" not in text
    assert "#?" not in text
    norms = {arm.norm for arm in RUNS[name].arms}
    assert ("class NoisyBatchNorm" in text) == ("batch_noisy" in norms)
    assert ("class GhostBatchNorm" in text) == ("batch_ghost" in norms)
    assert ("conv" in text.lower()) == (RUNS[name].network.kind == "conv")
    assert ("DROPOUT_SHARE" in text) == (name in ("other batch norms", "convolutions", "averaged channels"))
    assert max(len(line) for line in text.splitlines()) <= 140


@pytest.mark.parametrize("run", EVERY, ids=lambda run: f"{run.data.name} {run.training.order}")
def test_every_data_set_and_order_that_can_be_run_can_be_exported(run: Experiment) -> None:
    text = script(run)
    compile(text, "script", "exec")
    assert "<<" not in text
    assert ("SUBSET" in text) == (run.training.order in SUBSET_ORDERS)


def test_an_own_table_stays_at_home(monkeypatch) -> None:
    monkeypatch.setattr("bnviz.core.describe.is_own", lambda _: True)
    with pytest.raises(NotExportedError, match="your own table"):
        check_own(Experiment())
    with pytest.raises(NotExportedError, match="choose another data set"):
        script(Experiment())
