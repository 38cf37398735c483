"""Draw how the cost of a run grows with arms, width, depth, batch and updates: `python -m scripts.growth`.

Measures the compiled engine here and now (a minute) and writes docs/img/growth.svg.
"""

from __future__ import annotations

import statistics
from dataclasses import replace
from pathlib import Path
from typing import Any

import altair as alt

from benchmarks.engine import kernel_engine, kernel_recorded, seconds
from bnviz.core import kernel
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "img" / "growth.svg"
BASE = Experiment(
    Data("moons", n=400),
    Network((32,) * 3),
    tuple(Arm("batch", momentum=momentum) for momentum in (0.1, 0.2, 0.3, 0.4)),
    Training(batch_size=32, steps=500),
)
ROUNDS = 3
WORKS = {"training": kernel_engine, "training and recording": kernel_recorded}
AXES: dict[str, tuple[int, ...]] = {
    "arms": (1, 2, 3, 4, 6),
    "units a layer": (8, 16, 32, 64, 128, 256),
    "hidden layers": (1, 2, 3, 5, 8, 10),
    "rows a batch": (4, 8, 16, 32, 64, 128, 256),
    "updates": (125, 250, 500, 1000, 2000, 4000),
}


def experiment_with(axis: str, value: int) -> Experiment:
    """The base experiment with one thing changed."""
    match axis:
        case "arms":
            return replace(BASE, arms=tuple(Arm("batch", momentum=0.1 + 0.01 * index) for index in range(value)))
        case "units a layer":
            return replace(BASE, network=Network((value,) * 3))
        case "hidden layers":
            return replace(BASE, network=Network((32,) * value))
        case "rows a batch":
            return replace(BASE, training=replace(BASE.training, batch_size=value))
        case _:
            return replace(BASE, training=replace(BASE.training, steps=value))


def measure() -> list[dict[str, Any]]:
    """One row for each point: axis, value, work and milliseconds (medians of processor time)."""
    rows = []
    for axis, values in AXES.items():
        for value in values:
            experiment = experiment_with(axis, value)
            for name, work in WORKS.items():
                times = [seconds(work, experiment) for _ in range(ROUNDS + 1)][1:]
                rows.append({"axis": axis, "value": value, "work": name, "ms": 1000 * statistics.median(times)})
    return rows


def picture(rows: list[dict[str, Any]]) -> alt.HConcatChart:
    """One panel an axis, all with the same range of milliseconds, both scales logarithmic."""
    highest = 1.2 * max(row["ms"] for row in rows)
    lowest = 0.8 * min(row["ms"] for row in rows)
    panels = []
    for axis, values in AXES.items():
        x = alt.X("value:Q", title=axis, scale=alt.Scale(type="log"), axis=alt.Axis(values=list(values), format="d"))
        y = alt.Y("ms:Q", title="ms of processor time", scale=alt.Scale(type="log", domain=(lowest, highest)))
        shown = alt.Chart(alt.Data(values=[row for row in rows if row["axis"] == axis]), width=170, height=220)
        panels.append(shown.mark_line(point=True).encode(x=x, y=y, color=alt.Color("work:N", title=None)))
    joined: alt.HConcatChart = alt.hconcat(*panels).configure_legend(orient="bottom")
    return joined.configure(background="white")


def main() -> None:
    """Measure and draw."""
    kernel.warm_up()
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    picture(measure()).save(str(PICTURE))


if __name__ == "__main__":
    main()
