"""A recording as files: every array in one .npz, or every series as a long table in .parquet or .csv."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd

from bnviz.core.fields import FieldError
from bnviz.core.labels import arm_labels
from bnviz.core.recording import UNIT_FIELDS, Array, Recording
from bnviz.core.schedule import KINDS, QUANTILES

ARM_SERIES = ("train_accuracy", "test_loss", "test_accuracy")
LAYER_SERIES = ("saturated", "zero_share", "maximum", "grad_norm", "grad_std", "weight_std", "update_std")
SUFFIXES = (".npz", ".parquet", ".csv")


def check_target(path: Path) -> None:
    """Refuse a file that could not be written, before any training.

    Raises:
        FieldError: for an unknown ending or a folder that does not exist.
    """
    if path.suffix not in SUFFIXES:
        raise FieldError("--out", f"{path.name!r} came; a name that ends in {', '.join(SUFFIXES)} is needed.")
    if not path.resolve().parent.is_dir():
        raise FieldError("--out", f"The folder {path.parent} does not exist. Make it first, or name another.")


def save(recording: Recording, path: Path) -> None:
    """Write a recording in the format that the ending of `path` names."""
    if path.suffix == ".npz":
        arrays = {f.name: getattr(recording, f.name) for f in fields(Recording) if f.name != "experiment"}
        np.savez_compressed(path, experiment=np.array(recording.experiment.to_json()), **arrays)
    elif path.suffix == ".parquet":
        series_table(recording).to_parquet(path, index=False)
    else:
        series_table(recording).to_csv(path, index=False)


def series_table(recording: Recording) -> pd.DataFrame:
    """Every series in long form: series, arm, layer (1 is the first), unit, step, value; NaN values are left out."""
    steps = recording.steps
    updates = recording.first_step + np.arange(len(recording.train_loss))
    parts = [_long(recording, "train_loss", recording.train_loss, updates)]
    parts += [_long(recording, name, getattr(recording, name), steps) for name in (*ARM_SERIES, *LAYER_SERIES)]
    for place, kind in enumerate(KINDS):
        parts.append(_long(recording, f"{kind}_mean", recording.mean[..., place], steps))
        parts.append(_long(recording, f"{kind}_std", recording.std[..., place], steps))
        for at, share in enumerate(QUANTILES):
            parts.append(_long(recording, f"{kind}_q{share * 100:02.0f}", recording.quantiles[..., place, at], steps))
    parts += [_long(recording, name, getattr(recording, name), steps) for name in UNIT_FIELDS]
    return pd.concat(parts, ignore_index=True)


def _long(recording: Recording, series: str, values: Array, steps: Array) -> pd.DataFrame:
    """One array (rows of `steps`, arms, and perhaps layers and units) as rows."""
    index = np.indices(values.shape)
    kept = ~np.isnan(values)
    names = np.array(arm_labels(recording.experiment), dtype=object)
    frame = pd.DataFrame({"series": series, "arm": names[index[1][kept]], "layer": pd.NA, "unit": pd.NA}).astype(
        {"layer": "Int32", "unit": "Int32"}
    )
    for axis, column in ((2, "layer"), (3, "unit")):
        if values.ndim > axis:
            frame[column] = pd.array(index[axis][kept] + 1, dtype="Int32")
    return frame.assign(step=steps[index[0][kept]], value=values[kept].astype(np.float64))
