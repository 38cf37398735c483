"""Sweeps for all sessions of a server: each is computed once, in turns with whatever else is asked for (`turns`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bnviz.core.sweep import Sweep
from bnviz.core.sweep_table import Outcome, SweepTable
from bnviz.runs import compiled
from bnviz.runs.once import once
from bnviz.runs.turns import Turns, WorkRun, shared_turns, work_name
from bnviz.runs.work import MOST_KEPT, WorkStore


def sweep_name(sweep: Sweep) -> str:
    """A short name, the same for equal sweeps everywhere."""
    return work_name(sweep.to_json())


class SweepRun(WorkRun):
    """One sweep being computed, or computed.

    Attributes:
        sweep: what is computed.
        table: what was found so far.
    """

    kind = "sweep"

    def __init__(self, sweep: Sweep) -> None:
        super().__init__(sweep.to_json())
        self.sweep, self.table = sweep, SweepTable(sweep)

    @property
    def cells(self) -> int:
        """How many cells are complete, of `sweep.cells`."""
        return len(self.table) // len(self.sweep.arms)

    @property
    def known(self) -> int:
        """How many cells are complete."""
        return self.cells

    @property
    def done(self) -> int:
        """How many runs are complete, of `total`."""
        return len(self.table)

    @property
    def total(self) -> int:
        """Points times arms times seeds."""
        return self.sweep.size

    def take(self, found: tuple[dict[str, Any], ...]) -> None:
        """Put outcomes into the table."""
        for one in found:
            self.table.add(Outcome(**{**one, "point": tuple(one["point"])}))


class SweepStore(WorkStore[Sweep, SweepRun]):
    """Sweeps by their value, computed for whoever asks.

    Args:
        turns: in which they are computed; a queue and a process of their own unless said otherwise.
        most: how many are remembered, those that are computed or watched not counted.
    """

    def __init__(self, turns: Turns | None = None, *, most: int = MOST_KEPT) -> None:
        super().__init__(SweepRun, Turns() if turns is None else turns, most=most)


def run_sweep(sweep: Sweep, *, engine: str = "auto", **more: Any) -> Iterator[Outcome]:
    """All outcomes of a sweep, computed in this process, by the engine that the app would use.

    Args:
        sweep: what to compute.
        engine: auto (the compiled engine in single precision if its machine code is at hand), torch or kernel.
        more: `dtype` and `should_stop`, as in `bnviz.core.sweep_run.run`.
    """
    from bnviz.core.sweep_run import run

    if engine == "auto" and not str(more.get("dtype", compiled.PRECISION)).endswith(compiled.PRECISION):
        engine = "torch"
    return run(sweep, engine=compiled.best_engine if engine == "auto" else engine, **more)


@once
def shared_sweeps() -> SweepStore:
    """The one store of this process."""
    return SweepStore(shared_turns())
