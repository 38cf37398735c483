"""Work by its value, computed once for all who ask: what a store of sweeps and one of studies have in common."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from bnviz.runs.turns import Turns, WorkRun

MOST_KEPT = 48

Value = TypeVar("Value")
RunOf = TypeVar("RunOf", bound=WorkRun)


class WorkStore(Generic[Value, RunOf]):
    """Pieces of work of one kind by their value, computed for whoever asks.

    Args:
        make: the run of a value that nobody has asked for yet.
        turns: in which they are computed.
        most: how many are remembered, those that are computed or watched not counted.
    """

    def __init__(self, make: Callable[[Value], RunOf], turns: Turns, *, most: int = MOST_KEPT) -> None:
        self._make, self._turns, self._most = make, turns, most
        self._runs: OrderedDict[Value, RunOf] = OrderedDict()

    def prepare(self) -> None:
        """Get the process ready, for a page on which something is about to be asked for; returns at once."""
        self._turns.prepare()

    def open(self, value: Value, viewer: str) -> RunOf:
        """The run of a value, started or continued if need be; the viewer leaves what it watched before."""
        with self._turns.wake:
            self._leave(viewer, keep=value)
            run = self._runs.get(value)
            if run is None or run.status == "failed":
                run = self._runs[value] = self._make(value)
                self._turns.add(run)
            elif run.status == "stopped":
                run.set_status("ready")
                self._turns.add(run)
            run.viewers.add(viewer)
            self._runs.move_to_end(value)
            self._evict()
            return run

    def find(self, value: Value) -> RunOf | None:
        """The run of a value as it is, neither started nor continued; None where there is none."""
        with self._turns.wake:
            return self._runs.get(value)

    def watch(self, run: RunOf, viewer: str) -> None:
        """Say that a viewer is still there."""
        run.viewers.add(viewer)

    def leave(self, viewer: str) -> None:
        """A viewer is gone, or wants its work stopped."""
        with self._turns.wake:
            self._leave(viewer, keep=None)

    def ahead_of(self, run: RunOf) -> int:
        """How many others have their turn before this one's next."""
        return self._turns.ahead_of(run)

    def close(self) -> None:
        """End the process; work that somebody watches starts another."""
        self._turns.process.close()

    def _leave(self, viewer: str, *, keep: Value | None) -> None:
        for value, run in self._runs.items():
            if value != keep:
                run.viewers.leave(viewer)

    def _evict(self) -> None:
        """Forget the longest unused idle work while there is too much."""
        for value in list(self._runs):
            if len(self._runs) <= self._most:
                return
            run = self._runs[value]
            if not run.active and not run.watched:
                del self._runs[value]
