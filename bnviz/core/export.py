"""A recording as files: every array in one .npz, or every series as a long table in .parquet or .csv."""

from __future__ import annotations

import io
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bnviz.core.experiment import Experiment
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
        np.savez_compressed(path, **_arrays(recording))
    elif path.suffix == ".parquet":
        series_table(recording).to_parquet(path, index=False)
    else:
        series_table(recording).to_csv(path, index=False)


def _arrays(recording: Recording) -> dict[str, Any]:
    given = {f.name: getattr(recording, f.name) for f in fields(Recording)}
    return given | {"experiment": np.array(recording.experiment.to_json())}


def to_bytes(recording: Recording) -> bytes:
    """A recording as the bytes of an uncompressed .npz file."""
    buffer = io.BytesIO()
    np.savez(buffer, **_arrays(recording))
    return buffer.getvalue()


def from_bytes(data: bytes) -> Recording:
    """The recording that `to_bytes` (or `save` with .npz) wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        arrays: dict[str, Any] = {name: stored[name] for name in stored.files}
    arrays["experiment"] = Experiment.from_json(str(arrays["experiment"]))
    arrays["first_step"] = int(arrays["first_step"])
    arrays["map_extent"] = tuple(float(end) for end in arrays["map_extent"])
    return Recording(**arrays)


def series_table(recording: Recording) -> pd.DataFrame:
    """Every series in long form: series, arm, layer (1 is the first), unit, step, value; NaN values are left out."""
    steps = recording.steps
    updates = recording.first_step + np.arange(len(recording.train_loss))
    parts = [_long(recording, "train_loss", recording.train_loss, updates)]
    parts += [_long(recording, name, getattr(recording, name), steps) for name in (*ARM_SERIES, *LAYER_SERIES)]
    for place, kind in enumerate(KINDS):
        parts.append(_long(recording, f"{kind}_mean", recording.mean[..., place], steps))
        parts.append(_long(recording, f"{kind}_std", recording.std[..., place], steps))
        parts.append(_long(recording, f"{kind}_row_std", recording.row_std[..., place], steps))
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
