"""Sweeps for all sessions of a server: each is computed once, in a process of its own, while somebody watches.

Sweeps wait in a fair queue and take turns, a fraction of a second each. One whose last viewer has left stops at the
end of its turn, keeps what it has found, and goes on from there when somebody asks for it again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Any, Protocol

from bnviz.core.sweep import Sweep
from bnviz.core.sweep_table import Outcome
from bnviz.runs import compiled
from bnviz.runs.sweep_going import SweepRun as SweepRun
from bnviz.runs.sweep_going import sweep_name as sweep_name
from bnviz.runs.sweep_process import Part, ProcessEndedError, SweepProcess

TURN_SECONDS = 0.15
VIEWER_SECONDS = 20.0
IDLE_SECONDS = 300.0
MOST_SWEEPS = 48
MOST_DEATHS = 3

_log = logging.getLogger(__name__)


class CanSweep(Protocol):
    """What the store needs of a process."""

    def advance(self, name: str, sweep: str, first: int, seconds: float) -> Part: ...

    def drop(self, name: str) -> None: ...

    def prepare(self) -> None: ...

    def close(self) -> None: ...


class SweepStore:
    """Sweeps by their value, computed for whoever asks.

    Args:
        process: computes; a process of its own unless a test says otherwise.
        most_sweeps: how many are remembered, those that are computed or watched not counted.
    """

    def __init__(self, *, process: CanSweep | None = None, most_sweeps: int = MOST_SWEEPS) -> None:
        self._process = SweepProcess() if process is None else process
        self._most = most_sweeps
        self._runs: OrderedDict[Sweep, SweepRun] = OrderedDict()
        self._queue: deque[SweepRun] = deque()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    def prepare(self) -> None:
        """Get the process ready, for a page on which a sweep is about to be asked for; returns at once."""
        with self._wake:
            if not self._queue:
                self._process.prepare()

    def open(self, sweep: Sweep, viewer: str) -> SweepRun:
        """A sweep, started or continued if need be; the viewer leaves what it watched before."""
        with self._wake:
            self._leave(viewer, keep=sweep)
            run = self._runs.get(sweep)
            if run is None or run.status == "failed":
                run = self._runs[sweep] = SweepRun(sweep)
                self._enqueue(run)
            elif run.status == "stopped":
                run.set_status("ready")
                self._enqueue(run)
            run.viewers[viewer] = time.monotonic()
            self._runs.move_to_end(sweep)
            self._evict()
            return run

    def find(self, sweep: Sweep) -> SweepRun | None:
        """A sweep as it is, neither started nor continued; None where there is none."""
        with self._wake:
            return self._runs.get(sweep)

    def watch(self, run: SweepRun, viewer: str) -> None:
        """Say that a viewer is still there."""
        run.viewers[viewer] = time.monotonic()

    def leave(self, viewer: str) -> None:
        """A viewer is gone, or wants its sweep stopped."""
        with self._wake:
            self._leave(viewer, keep=None)

    def ahead_of(self, run: SweepRun) -> int:
        """How many other sweeps have their turn before this one's next."""
        with self._wake:
            return self._queue.index(run) if run in self._queue else 0

    def close(self) -> None:
        """End the process; sweeps that somebody watches start another."""
        self._process.close()

    def _leave(self, viewer: str, *, keep: Sweep | None) -> None:
        for sweep, run in self._runs.items():
            if sweep != keep:
                run.viewers.pop(viewer, None)

    def _enqueue(self, run: SweepRun) -> None:
        self._queue.append(run)
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="bnviz-sweeps", daemon=True)
            self._thread.start()
        self._wake.notify_all()

    def _evict(self) -> None:
        """Forget the longest unused idle sweeps while there are too many."""
        for sweep in list(self._runs):
            if len(self._runs) <= self._most:
                return
            run = self._runs[sweep]
            if not run.active and not self._watched(run):
                del self._runs[sweep]

    @staticmethod
    def _watched(run: SweepRun) -> bool:
        oldest = time.monotonic() - VIEWER_SECONDS
        return any(seen >= oldest for seen in list(run.viewers.values()))

    def _work(self) -> None:
        """The thread: one turn of the sweep at the head of the queue, then to the back with it."""
        while True:
            with self._wake:
                while not self._queue:
                    if not self._wake.wait(IDLE_SECONDS):
                        self._process.close()  # an idle process keeps its memory
                run = self._queue[0]
            self._turn(run)
            with self._wake:
                self._queue.popleft()
                if run.active and self._watched(run):
                    self._queue.append(run)
                elif run.active:
                    run.set_status("stopped")
                    self._process.drop(run.name)

    def _turn(self, run: SweepRun) -> None:
        """Compute one turn, unless nobody watches any more."""
        if not self._watched(run):
            return
        begun = time.perf_counter()
        try:
            part = self._process.advance(run.name, run.json, run.cells, TURN_SECONDS)
            run.add(part, time.perf_counter() - begun)
        except ProcessEndedError:
            run.deaths += 1
            if run.deaths >= MOST_DEATHS:
                run.set_status("failed", f"The process that computes sweeps ended {MOST_DEATHS} times.")
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to this sweep alone
            _log.exception("A sweep failed")
            run.set_status("failed", str(error))


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


_store: SweepStore | None = None
_store_lock = threading.Lock()


def shared_sweeps() -> SweepStore:
    """The one store of this process."""
    global _store
    with _store_lock:
        if _store is None:
            _store = SweepStore()
        return _store
