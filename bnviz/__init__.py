"""bnviz: what normalization does to a neural network, measured live.

The layers, each importing only those below it:

    pages   one lab a file: controls -> experiment -> recording -> charts -> words
    ui      widgets, player, links (the only part that knows Streamlit)
    plots   recordings in, Altair charts out          runs    one training for all who ask for the same
    core    experiment, data, norms, network, probes, engine (the only part that knows torch)

In a notebook:

    import bnviz
    recording = bnviz.train(bnviz.Experiment(training=bnviz.Training(learning_rate=1.6)))
    bnviz.plots.loss(recording)

Many runs, a few numbers of each:

    sweep = bnviz.Sweep(bnviz.Experiment(), (bnviz.Axis("training.learning_rate", (0.1, 0.4, 1.6)),), seeds=(0, 1))
    table = bnviz.SweepTable(sweep, bnviz.run_sweep(sweep))
    table.over_seeds("test_accuracy").median  # axes x arms
"""

from __future__ import annotations

import os
from typing import Any

from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.fields import FieldError
from bnviz.core.sweep import Axis, Sweep
from bnviz.core.sweep_table import SweepTable

os.environ.setdefault("OMP_NUM_THREADS", "1")
"""torch's own setting, in `core.engine`, holds for the thread that makes it: in a page's thread a product would be
shared out, and its last digits would depend on the number of cores."""

__all__ = [
    "Arm", "Axis", "Data", "Experiment", "FieldError", "Network", "Recording", "Sweep", "SweepTable", "Training",
    "loss_slice", "plots", "run_sweep", "train",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import torch and Altair only when they are asked for."""
    if name == "train":
        from bnviz.runs.compiled import train

        return train
    if name == "Recording":
        from bnviz.core.recording import Recording

        return Recording
    if name == "run_sweep":
        from bnviz.runs.sweeps import run_sweep

        return run_sweep
    if name == "loss_slice":
        from bnviz.core.slices import loss_slice

        return loss_slice
    if name == "plots":
        import importlib

        return importlib.import_module("bnviz.plots")
    raise AttributeError(f"bnviz has no {name!r}; it has {', '.join(__all__)}.")
