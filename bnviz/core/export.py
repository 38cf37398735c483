"""A recording as files: every array in one .npz, or every series as a long table in .parquet or .csv."""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bnviz.core.experiment import Experiment
from bnviz.core.fields import FieldError
from bnviz.core.labels import arm_labels
from bnviz.core.recording import UNIT_FIELDS, Array, Recording
from bnviz.core.schedule import BINS, KINDS, QUANTILES, SIGNAL_RANGE, post_range

ARM_SERIES = ("train_accuracy", "test_loss", "test_accuracy")
LAYER_SERIES = ("saturated", "zero_share", "maximum", "grad_norm", "grad_std", "weight_std", "update_std")
SUFFIXES = (".npz", ".parquet", ".csv", ".zip", ".html", ".py", ".ipynb")
README = """What bnviz recorded of one run; settings.json holds the run itself (`bnviz.Experiment.from_json` reads it).

curves.csv   one row an update and arm: the loss on its batch before the update and, where a frame was recorded, the
             accuracy on that batch and loss and accuracy on the test rows in eval mode.
series.csv   every series in long form: series, arm, layer (1 is the first; the last one of grad_norm, grad_std,
             weight_std and update_std is the output layer), unit, step (updates made), value. pre_ is W x + b,
             normalized_ what the norm gave, post_ what the activation gave; _q05 to _q95 are percentiles, _row_std is
             how much a unit varies from row to row. In the rows of pre_count, normalized_count and post_count the
             value counts what lies from `low` to `high`: these are the histograms. In post_count zeros after a ReLU
             are not counted (zero_share tells how many there are), so all counts of a dead layer are 0. An arm that
             has diverged has no rows from then on.
"""


def check_target(path: Path) -> None:
    """Refuse a file that could not be written, before any training.

    Raises:
        FieldError: for an unknown ending, a folder that does not exist, or a file that this user may not write.
    """
    if path.suffix not in SUFFIXES:
        raise FieldError("--out", f"{path.name!r} came; a name that ends in {', '.join(SUFFIXES)} is needed.")
    if not os.path.isdir(path.resolve().parent):
        raise FieldError("--out", f"The folder {path.parent} does not exist. Make it first, or name another.")
    there = os.path.lexists(path)
    if os.path.isdir(path):
        raise FieldError("--out", f"{path} is a folder; the name of a file is needed. Name one in it, or another.")
    try:
        path.open("ab").close()
    except OSError as error:
        raise FieldError("--out", f"{path} cannot be written: {error.strerror or error}. Name another file.") from None
    if not there:
        path.unlink()


def save(recording: Recording, path: Path) -> None:
    """Write a recording in the format that the ending of `path` names: .npz, .parquet, .zip or .csv."""
    if path.suffix == ".npz":
        np.savez_compressed(path, **_arrays(recording))
    elif path.suffix == ".zip":
        path.write_bytes(csv_archive(recording))
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
    """Every series in long form: series, arm, layer (1 is the first), unit, step, value; NaN values are left out.

    The rows of the histograms, `pre_count` and so on, also have the ends of the bin, `low` and `high`.
    """
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
    parts += [_counts(recording, place, kind) for place, kind in enumerate(KINDS)]
    return pd.concat(parts, ignore_index=True)


def curves_table(recording: Recording) -> pd.DataFrame:
    """One row an update and arm: step, arm, train_loss and, where a frame was recorded, the other three curves."""
    updates = recording.first_step + np.arange(len(recording.train_loss))
    frames = np.searchsorted(updates, recording.steps)
    parts = []
    for arm, label in enumerate(arm_labels(recording.experiment)):
        frame = pd.DataFrame({"step": updates, "arm": label, "train_loss": recording.train_loss[:, arm]})
        for name in ARM_SERIES:
            column = np.full(len(updates), np.nan)
            column[frames] = getattr(recording, name)[:, arm]
            frame[name] = column
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def csv_archive(recording: Recording) -> bytes:
    """Every series as CSV in one ZIP file, with the settings and with what the columns are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        archive.writestr("README.txt", README)
        archive.writestr("settings.json", recording.experiment.to_json())
        archive.writestr("curves.csv", curves_table(recording).to_csv(index=False))
        archive.writestr("series.csv", series_table(recording).to_csv(index=False))
    return buffer.getvalue()


def parquet(recording: Recording) -> bytes:
    """Every series as the bytes of a Parquet file."""
    buffer = io.BytesIO()
    series_table(recording).to_parquet(buffer, index=False)
    return buffer.getvalue()


def _diverged(recording: Recording) -> Array:
    """(F, A) whether an arm had diverged by a frame, which is then blank."""
    at = recording.diverged_at
    result: Array = (at >= 0) & (recording.steps[:, None] >= at)
    return result


def _counts(recording: Recording, place: int, kind: str) -> pd.DataFrame:
    """The histograms of one kind of value as rows; the first and the last bin have an open end."""
    low, high = post_range(recording.experiment.network.activation) if kind == "post" else SIGNAL_RANGE
    edges = np.concatenate([[-np.inf], np.linspace(low, high, BINS + 1), [np.inf]])
    counts = recording.histogram[:, :, :, place].astype(np.float64)
    counts[_diverged(recording)] = np.nan
    frame = _long(recording, f"{kind}_count", counts, recording.steps)
    place_of_bin = frame["unit"].to_numpy(dtype=np.int64) - 1
    return frame.assign(unit=pd.array([pd.NA] * len(frame), dtype="Int32"), low=edges[:-1][place_of_bin],
                        high=edges[1:][place_of_bin])  # fmt: skip


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
