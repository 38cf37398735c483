"""Work for all sessions of a server: each piece is computed once, in a process of its own, while somebody watches.

Sweeps and studies wait in one fair queue and take turns, a fraction of a second each. A piece of work whose last
viewer has left stops at the end of its turn, keeps what it has found, and goes on from there when somebody asks for
it again.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from typing import Any, ClassVar, Protocol

from bnviz.runs.child import MOST_DEATHS
from bnviz.runs.once import once
from bnviz.runs.viewers import Viewers
from bnviz.runs.work_process import Order, Part, ProcessEndedError, WorkProcess

TURN_SECONDS = 0.15
IDLE_SECONDS = 300.0

_log = logging.getLogger(__name__)


class CanWork(Protocol):
    """What the turns need of a process."""

    def advance(self, order: Order, seconds: float) -> Part: ...

    def drop(self, name: str) -> None: ...

    def prepare(self) -> None: ...

    def close(self) -> None: ...


def work_name(json: str) -> str:
    """A short name, the same for equal work everywhere."""
    return hashlib.sha256(json.encode()).hexdigest()[:16]


class WorkRun(ABC):
    """One piece of work being computed, or computed.

    Attributes:
        json, name: what is computed, and a short name of it.
        status: ready (waiting for its turn), computing, finished, stopped or failed.
        problem: a sentence for the viewers when it has failed, else empty.
        version: grows whenever there is something new to see.
        seconds: how long it has been computed, waiting not counted.
    """

    kind: ClassVar[str]

    def __init__(self, json: str) -> None:
        self.json, self.name = json, work_name(json)
        self.status, self.problem = "ready", ""
        self.version, self.seconds, self.deaths = 0, 0.0, 0
        self.viewers = Viewers()
        self._first = (0.0, 0)  # seconds and parts when the first had come

    @property
    @abstractmethod
    def known(self) -> Any:
        """How far it has come, as `Order.known`."""

    @property
    @abstractmethod
    def done(self) -> int:
        """How many of the `total` parts are complete."""

    @property
    @abstractmethod
    def total(self) -> int:
        """How many parts there are."""

    @abstractmethod
    def take(self, found: tuple[dict[str, Any], ...]) -> None:
        """Keep what a turn has found."""

    @property
    def active(self) -> bool:
        """Whether more is to be expected without anybody asking again."""
        return self.status in ("ready", "computing")

    @property
    def seconds_left(self) -> float | None:
        """An estimate of the time that is still needed; None before the first part is complete.

        The first turn may have waited for the process to start, so later ones are believed as soon as there are any.
        """
        if not self.done:
            return None
        seconds, done = self._first if self.done > self._first[1] else (0.0, 0)
        return (self.seconds - seconds) / (self.done - done) * (self.total - self.done)

    @property
    def watched(self) -> bool:
        """Whether a viewer has been there lately."""
        return self.viewers.watching

    def add(self, part: Part, seconds: float) -> None:
        """Take in what came of a turn."""
        self.take(part.found)
        self.seconds += seconds
        if part.found and not self._first[1]:
            self._first = (self.seconds, self.done)
        if part.found:
            self.deaths = 0
        self.set_status("finished" if part.done else "computing")

    def set_status(self, status: str, problem: str = "") -> None:
        """Change the status, for all to see."""
        self.status, self.problem = status, problem
        self.version += 1


class Turns:
    """The queue, and the thread that lets one process compute whatever is at its head.

    Args:
        process: computes; a process of its own unless a test says otherwise.
    """

    def __init__(self, process: CanWork | None = None) -> None:
        self.process = WorkProcess() if process is None else process
        self.wake = threading.Condition()
        self._queue: deque[WorkRun] = deque()
        self._thread: threading.Thread | None = None

    def prepare(self) -> None:
        """Get the process ready, for a page on which something is about to be asked for; returns at once."""
        with self.wake:
            if not self._queue:
                self.process.prepare()

    def add(self, run: WorkRun) -> None:
        """Let a piece of work wait for its turn."""
        with self.wake:
            self._queue.append(run)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="bnviz-work", daemon=True)
                self._thread.start()
            self.wake.notify_all()

    def ahead_of(self, run: WorkRun) -> int:
        """How many others have their turn before this one's next."""
        with self.wake:
            return self._queue.index(run) if run in self._queue else 0

    def _work(self) -> None:
        """The thread: one turn of what is at the head of the queue, then to the back with it."""
        while True:
            with self.wake:
                while not self._queue:
                    if not self.wake.wait(IDLE_SECONDS):
                        self.process.close()  # an idle process keeps its memory
                run = self._queue[0]
            self._turn(run)
            with self.wake:
                self._queue.popleft()
                if run.active and run.watched:
                    self._queue.append(run)
                elif run.active:
                    run.set_status("stopped")
                    self.process.drop(run.name)

    def _turn(self, run: WorkRun) -> None:
        """Compute one turn, unless nobody watches any more."""
        if not run.watched:
            return
        begun = time.perf_counter()
        try:
            part = self.process.advance(Order(run.kind, run.name, run.json, run.known), TURN_SECONDS)
            run.add(part, time.perf_counter() - begun)
        except ProcessEndedError:
            run.deaths += 1
            if run.deaths >= MOST_DEATHS:
                run.set_status("failed", f"The process that computes ended {MOST_DEATHS} times.")
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to this piece of work alone
            _log.exception("A computation failed")
            run.set_status("failed", str(error))


@once
def shared_turns() -> Turns:
    """The one queue of this server, with its one process."""
    return Turns()
