"""The notebook of a run: valid, and its cells make the same run again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bnviz.core import engine
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.export_notebook import notebook

RUN = Experiment(
    Data("moons", n=100, noise=0.2),
    Network((6, 6), "tanh"),
    (Arm("none"), Arm("batch", "after", momentum=0.01)),
    Training("momentum", 0.05, 10, 12),
    seed=4,
)
DRIVER = """
import ast, json, sys
cells = [cell for cell in json.load(open(sys.argv[1]))["cells"] if cell["cell_type"] == "code"]
names, shown = {}, []
for cell in cells:
    tree = ast.parse("".join(cell["source"]))
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    if last is not None:
        shown.append(eval(compile(ast.Expression(last.value), "cell", "eval"), names))
charts = [value.to_dict() for value in shown if hasattr(value, "to_dict") and hasattr(value, "save")]
told = {"experiment": names["experiment"].to_json(), "losses": names["recording"].train_loss.tolist(),
        "charts": [sorted(chart["datasets"]) for chart in charts]}
open(sys.argv[2], "w").write(json.dumps(told))
"""


def test_its_form_is_that_of_nbformat_4() -> None:
    book = json.loads(notebook(RUN))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert book["metadata"]["kernelspec"]["language"] == "python"
    ids = [cell["id"] for cell in book["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in book["cells"]:
        needed = {"id", "cell_type", "metadata", "source"}
        more = {"execution_count", "outputs"} if cell["cell_type"] == "code" else set()
        assert set(cell) == needed | more
        assert all(line.endswith("\n") for line in cell["source"][:-1])


def test_its_cells_make_the_run_and_draw_it(tmp_path: Path) -> None:
    book, result = tmp_path / "run.ipynb", tmp_path / "told.json"
    book.write_text(notebook(RUN), encoding="utf-8")
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", DRIVER, str(book), str(result)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    told = json.loads(result.read_text(encoding="utf-8"))
    assert Experiment.from_json(told["experiment"]) == RUN
    wanted = engine.train(RUN).train_loss.tolist()
    assert told["losses"] == [pytest.approx(row, rel=1e-3) for row in wanted]
    assert len(told["charts"]) == 3
    assert ["curves", "ends", "leaving"] in told["charts"]


def test_a_linear_model_has_no_histograms() -> None:
    assert "histograms" not in notebook(Experiment(network=Network(())))
