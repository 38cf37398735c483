"""One sweep being computed: what was found so far, how far it is, and who watches."""

from __future__ import annotations

import hashlib

from bnviz.core.sweep import Sweep
from bnviz.core.sweep_table import SweepTable
from bnviz.runs.sweep_process import Part


def sweep_name(sweep: Sweep) -> str:
    """A short name, the same for equal sweeps everywhere."""
    return hashlib.sha256(sweep.to_json().encode()).hexdigest()[:16]


class SweepRun:
    """One sweep being computed, or computed.

    Attributes:
        sweep: what is computed.
        name: short, the same for equal sweeps.
        table: what was found so far.
        status: ready (waiting for its turn), computing, finished, stopped or failed.
        problem: a sentence for the viewers of a failed sweep, else empty.
        version: grows whenever there is something new to see.
        seconds: how long it has been computed, waiting not counted.
    """

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep
        self.json, self.name = sweep.to_json(), sweep_name(sweep)
        self.table = SweepTable(sweep)
        self.status, self.problem = "ready", ""
        self.version, self.seconds, self.deaths = 0, 0.0, 0
        self.viewers: dict[str, float] = {}

    @property
    def active(self) -> bool:
        """Whether more is to be expected without anybody asking again."""
        return self.status in ("ready", "computing")

    @property
    def cells(self) -> int:
        """How many cells are complete, of `sweep.cells`."""
        return len(self.table) // len(self.sweep.arms)

    @property
    def done(self) -> int:
        """How many runs are complete, of `total`."""
        return len(self.table)

    @property
    def total(self) -> int:
        """Points times arms times seeds."""
        return self.sweep.size

    @property
    def seconds_left(self) -> float | None:
        """An estimate of the time that is still needed; None before the first cell is complete."""
        if not self.cells:
            return None
        return self.seconds / self.cells * (self.sweep.cells - self.cells)

    def add(self, part: Part, seconds: float) -> None:
        """Take in what a turn has found."""
        for outcome in part.outcomes:
            self.table.add(outcome)
        self.seconds += seconds
        if part.outcomes:
            self.deaths = 0
        self.set_status("finished" if part.done else "computing")

    def set_status(self, status: str, problem: str = "") -> None:
        """Change the status, for all to see."""
        self.status, self.problem = status, problem
        self.version += 1
