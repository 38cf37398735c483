"""What the microscope is told: the numbers of all phases, in one message."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.core.layer_lab import LayerLab, Scene
from bnviz.core.microscope import Case, Phases
from bnviz.core.source_lines import FILE, MARKS, PHASES, listing, marked
from bnviz.plots.theme import BAND, HUES
from bnviz.ui.messages import text
from bnviz.ui.notation import convention, momentum_shown, signed, symbols

Array = NDArray[Any]
MOST_ROWS, WINDOW_ROWS = 12, 8
MOST_FEATURES, WINDOW_FEATURES = 4, 4
TEXTS = ("back", "next", "play", "pause", "end", "toolbar", "row", "not_yet", "exactly", "hint", "code", "sum_over",
         "sum_rows", "mean_of", "zero_sum", "old", "gamma", "beta", "no_mean")  # fmt: skip


@dataclass(frozen=True)
class Window:
    """The rows and features of a large batch that are shown."""

    rows: slice
    features: slice

    def feature(self, place: int) -> int:
        """A feature of the batch, counted within the window; the first one where it is outside."""
        inside = self.features.start <= place < self.features.stop
        return place - self.features.start if inside else 0


def window(lab: LayerLab, shape: tuple[int, ...]) -> Window:
    """What the reader has chosen to see, kept inside the batch."""
    rows = _part(lab.first_row, shape[0], MOST_ROWS, WINDOW_ROWS)
    return Window(rows, _part(lab.first_feature, shape[1], MOST_FEATURES, WINDOW_FEATURES))


def _part(first: int, there: int, most: int, usual: int) -> slice:
    if there <= most:
        return slice(0, there)
    start = min(first, there - usual)
    return slice(start, start + usual)


def _table(array: Array) -> list[list[float | None]]:
    return [[float(x) if math.isfinite(x) else None for x in row] for row in np.atleast_2d(array)]


def message(lab: LayerLab, scene: Scene, phases: Phases, *, visit: int, dark: bool) -> dict[str, Any]:
    """Everything that the microscope shows.

    Args:
        lab: the reader's choices.
        scene: the batch.
        phases: what the layer makes of it.
        visit: a number that changes when phase and feature are set from here rather than by the reader.
        dark: the theme.
    """
    case, shown = scene.case, window(lab, scene.case.h.shape)
    names = list(scene.feature_names[shown.features])
    rows = list(scene.row_names[shown.rows])
    values = _values(case, phases, shown)
    # The tables are only built anew where their frame changes; otherwise the numbers change in place.
    frame = [case.kind, names, rows, list(values), lab.source, case.h.shape, convention()]
    return {
        "visit": visit, "phase": lab.phase, "feature": shown.feature(scene.feature), "frame": str(frame),
        "kind": case.kind, "source": lab.source, "row_names": rows, "feature_names": names, "values": values,
        "rows": len(case.h), "eps": case.eps, "momentum": momentum_shown(case.momentum), "convention": convention(),
        "refused": phases.refused, "colours": _colours(dark), "paper": _colours(False),
        **_sums(case, phases, shown), **_words(case, lab),
        "code": {"file": FILE, "functions": _functions(), "marks": [marked(phase) for phase in PHASES]},
    }  # fmt: skip


def _values(case: Case, phases: Phases, shown: Window) -> dict[str, list[list[float | None]]]:
    box = (shown.rows, shown.features)
    found = {
        "h": case.h[box], "mean": _statistic(phases.mean, case, shown), "var": _statistic(phases.var, case, shown),
        "x_hat": phases.x_hat[box], "gamma": case.gamma[shown.features], "beta": case.beta[shown.features],
        "y": phases.y[box], "grad_y": case.grad_y[box], "grad_beta": phases.grad_beta[shown.features],
        "grad_gamma": phases.grad_gamma[shown.features], "grad_x": phases.grad_x[box],
    }  # fmt: skip
    if phases.running_mean is not None and phases.running_var is not None:
        assert case.running_mean is not None
        assert case.running_var is not None
        found |= {
            "old_mean": case.running_mean[shown.features], "new_mean": phases.running_mean[shown.features],
            "old_var": case.running_var[shown.features], "new_var": phases.running_var[shown.features],
        }  # fmt: skip
    if case.kind == "batch":
        found["sum_grad"] = phases.grad_x.sum(axis=0)[shown.features]
    return {name: _table(array) for name, array in found.items()}


def _groups(case: Case, shown: Window) -> tuple[list[int], list[int]]:
    """The averages of a row that are shown, and for each shown feature the place of its own among them."""
    size = case.h.shape[1] // case.groups
    of = [feature // size for feature in range(shown.features.start, shown.features.stop)]
    there = sorted(set(of))
    return there, [there.index(group) for group in of]


def _statistic(values: Array, case: Case, shown: Window) -> Array:
    if case.kind == "batch":
        return values[:, shown.features]
    return values[shown.rows][:, _groups(case, shown)[0]]


def _sums(case: Case, phases: Phases, shown: Window) -> dict[str, Any]:
    """How many values an average has, and what those add up to that are not on screen."""
    mean = phases.mean if case.kind == "batch" else np.repeat(phases.mean, case.h.shape[1] // case.groups, axis=1)
    products = case.gamma * case.grad_y
    per_cell = {"mean": case.h, "var": np.square(case.h - mean)}
    hidden_rows = np.ones(len(case.h), dtype=bool)
    hidden_rows[shown.rows] = False
    per_feature = {"grad_beta": case.grad_y, "grad_gamma": case.grad_y * phases.x_hat, "grad_x": phases.grad_x}
    rest = {name: _table(cells[hidden_rows].sum(axis=0)[shown.features])[0] for name, cells in per_feature.items()}
    averages = {"mean_g": products, "mean_gx": products * phases.x_hat}
    count = len(case.h) if case.kind == "batch" else case.h.shape[1] // case.groups
    return {
        "count": count,
        "group_of": _groups(case, shown)[1],
        "hidden": {"rows": int(hidden_rows.sum()), "average": _hidden(case, shown)},
        "rest": rest | {name: _table(_over(cells, case, shown, hidden=True)) for name, cells in per_cell.items()},
        **{name: _table(_over(cells, case, shown) / count) for name, cells in averages.items()},
    }


def _hidden(case: Case, shown: Window) -> int:
    """Values of an average that are not on screen (of group norm: of the first group shown)."""
    if case.kind == "batch":
        return len(case.h) - len(range(*shown.rows.indices(len(case.h))))
    return int(case.h.shape[1]) // case.groups - _groups(case, shown)[1].count(0)


def _over(cells: Array, case: Case, shown: Window, *, hidden: bool = False) -> Array:
    """Sums over what one average runs over, in the shape of the shown averages; only what is hidden, if wanted."""
    cells = cells.copy()
    if hidden:
        cells[(shown.rows, shown.features) if case.kind != "batch" else shown.rows] = 0
    if case.kind == "batch":
        sums: Array = cells.sum(axis=0, keepdims=True)[:, shown.features]
        return sums
    grouped: Array = cells.reshape(len(cells), case.groups, -1).sum(axis=2)[shown.rows]
    return grouped[:, _groups(case, shown)[0]]


def _colours(dark: bool) -> dict[str, str]:
    return {"follow": HUES["batch"][dark], "source": BAND[dark], "change": HUES["layer"][dark]}


def _functions() -> dict[str, Any]:
    names = {mark.function for marks in MARKS.values() for mark in marks}
    return {name: listing(name).lines for name in sorted(names)}


def _say(case: Case, phase: str) -> str:
    """What happens in a phase, for this kind of norm."""
    kind = {"batch": "column", "rms": "rms"}.get(case.kind, "row")
    own = phase in ("mean", "var", "x_hat", "grad_x") or (phase == "running" and case.running_mean is None)
    return signed(text(f"layer.say_{kind}.{phase}" if own else f"layer.say.{phase}"))


def _words(case: Case, lab: LayerLab) -> dict[str, Any]:
    """Names, symbols, shapes and sentences."""
    sign, (rows, features) = symbols(), case.h.shape
    matrix, vector = f"{rows} × {features}", f"1×{features}"
    average = vector if case.kind == "batch" else f"{rows}×{case.groups}"
    blocks = ("h", "mean", "var", "x_hat", "gamma", "beta", "y", "old_mean", "new_mean", "old_var", "new_var",
              "grad_y", "grad_beta", "grad_gamma", "grad_x", "sum_grad")  # fmt: skip
    matrices = ("h", "x_hat", "y", "grad_y", "grad_x")
    shapes = dict.fromkeys(blocks, vector) | dict.fromkeys(matrices, matrix) | dict.fromkeys(("mean", "var"), average)
    running = {f"{age}_{name}": f"{text(f'layer.{age}')} {sign[f'running_{name}']}"
               for age in ("old", "new") for name in ("mean", "var")}  # fmt: skip
    return {
        "symbols": sign,
        "symbol_of": sign | running | {"sum_grad": text("layer.sum")},
        "names": {name: text(f"layer.names.{name}") for name in blocks},
        "titles": {name: text(f"layer.names.{name}") for name in blocks} | {"old_mean": text("layer.phase.running")},
        "shapes": shapes,
        "phases": [
            {"name": text(f"layer.phase.{name}"), "short": text(f"layer.short.{name}"), "say": _say(case, name)}
            for name in PHASES
        ],
        "texts": {name: text(f"layer.texts.{name}") for name in TEXTS}
        | {name: {lab.source: text(f"layer.{name}.{lab.source}")} for name in ("given", "incoming")},
    }
