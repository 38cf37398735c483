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
"""

from __future__ import annotations

from typing import Any

from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.fields import FieldError

__all__ = ["Arm", "Data", "Experiment", "FieldError", "Network", "Recording", "Training", "plots", "train"]


def __getattr__(name: str) -> Any:
    """Import torch and Altair only when they are asked for."""
    if name == "train":
        from bnviz.runs.compiled import train

        return train
    if name == "Recording":
        from bnviz.core.recording import Recording

        return Recording
    if name == "plots":
        import importlib

        return importlib.import_module("bnviz.plots")
    raise AttributeError(f"bnviz has no {name!r}; it has {', '.join(__all__)}.")
