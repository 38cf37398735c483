"""A run as a Jupyter notebook that makes it again with bnviz and draws it (nbformat 4.5, written by hand)."""

from __future__ import annotations

import json
from typing import Any

from bnviz.core import describe
from bnviz.core.experiment import Experiment
from bnviz.core.export_script import check_own
from bnviz.core.labels import arm_labels

INTRO = """# A run of bnviz

{words}.

The arms, which share data, first weights and batches: {arms}.

Run the cells from top to bottom. They need `bnviz`: `pip install -e .` in its folder."""


def notebook(experiment: Experiment) -> str:
    """The notebook of a run, as JSON text.

    Args:
        experiment: what was run; the same numbers come out of the notebook.

    Raises:
        NotExportedError: for a run on a reader's own table.
    """
    check_own(experiment)
    words = "; ".join(describe.words(experiment))
    hidden = bool(experiment.network.hidden)
    cells = [
        _text(INTRO.format(words=words[0].upper() + words[1:], arms=", ".join(arm_labels(experiment)))),
        _code(f"import bnviz\n\nexperiment = {describe.python_of(experiment)}"),
        _text("Training. The same experiment gives the same numbers here, in the app and in every link to it."),
        _code("recording = bnviz.train(experiment)\nbnviz.plots.results(recording)"),
        _text("Any picture of the app is a chart here; `chart_at(frame)` takes any recorded frame, -1 is the last."),
        _code("bnviz.plots.loss(recording).chart_at(-1, width=560)"),
        _code("bnviz.plots.accuracy(recording).chart_at(-1, width=560)"),
        *([_code('bnviz.plots.histograms(recording, kind="normalized").chart_at(-1, width=170)')] if hidden else []),
        _text("All series as arrays, by frame, arm, layer and unit; `recording.steps` says after which updates."),
        _code("print(recording.steps[-1], recording.train_loss[-1], recording.gamma.shape)"),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}, indent=1) + "\n"


def _lines(source: str) -> list[str]:
    return source.splitlines(keepends=True)


def _text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(source)}


def _code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": _lines(source)}
