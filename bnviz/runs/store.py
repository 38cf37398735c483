"""The run store: one training for everyone who asks for the same experiment.

Runs wait in a fair queue and take turns in one training process, a slice of updates each. A run whose last viewer
has left is stopped at the end of its slice and goes on from there when somebody asks for it again. Finished runs stay
in a cache that is bounded in bytes. A run that fails tells its own viewers and disturbs nobody else.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import OrderedDict, deque
from typing import Protocol

from bnviz.core.experiment import Experiment
from bnviz.core.recording import Recording, join
from bnviz.runs.trainer import Slice, StateLostError, Trainer

SLICE_SECONDS = 0.12
FIRST_SLICE = 4
VIEWER_SECONDS = 20.0
CACHE_BYTES = 400_000_000

_log = logging.getLogger(__name__)


def run_name(experiment: Experiment) -> str:
    """A short name, the same for equal experiments everywhere."""
    return hashlib.sha256(experiment.to_json().encode()).hexdigest()[:16]


class CanAdvance(Protocol):
    """What the store needs of a trainer."""

    def advance(self, name: str, experiment: str, updates: int, step: int) -> Slice: ...

    def drop(self, name: str) -> None: ...


class Run:
    """One experiment being trained, or trained.

    Attributes:
        experiment: what is run.
        name: short, the same for equal experiments.
        step: updates made so far.
        status: ready (waiting for its turn), training, finished, stopped or failed.
        problem: a sentence for the viewers of a failed run, else empty.
        version: grows whenever there is something new to see.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.json = experiment.to_json()
        self.name = run_name(experiment)
        self.step = 0
        self.status = "ready"
        self.problem = ""
        self.version = 0
        self.viewers: dict[str, float] = {}
        self.restarts = 0
        self.slice = FIRST_SLICE
        self._chunks: list[Recording] = []
        self._joined: Recording | None = None
        self._lock = threading.Lock()

    @property
    def active(self) -> bool:
        """Whether more is to be expected without anybody asking again."""
        return self.status in ("ready", "training")

    @property
    def nbytes(self) -> int:
        """Memory of what was recorded so far."""
        return sum(chunk.nbytes for chunk in self._chunks)

    def recording(self) -> Recording | None:
        """All that is recorded so far; None before the first slice is done."""
        with self._lock:
            if self._joined is None and self._chunks:
                self._joined = join(self._chunks)
                self._chunks = [self._joined]
            return self._joined

    def add(self, part: Slice) -> None:
        """Append what a slice recorded, and say in the same breath what the run is now."""
        with self._lock:
            self._chunks.append(part.chunk)
            self._joined = None
            self.step, self.status = part.step, "finished" if part.done else "training"
            self.version += 1

    def start_again(self) -> None:
        """Forget everything recorded: the training process has lost the run."""
        with self._lock:
            self._chunks, self._joined, self.step = [], None, 0
            self.restarts += 1
            self.version += 1

    def set_status(self, status: str, problem: str = "") -> None:
        """Change the status, for all to see."""
        with self._lock:
            self.status, self.problem = status, problem
            self.version += 1


class RunStore:
    """Runs by experiment.

    Args:
        trainer: makes the updates; a process of its own unless a test says otherwise.
        cache_bytes: how much the recordings of idle runs may take together.
    """

    def __init__(
        self,
        *,
        trainer: CanAdvance | None = None,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self._trainer = Trainer() if trainer is None else trainer
        self._cache_bytes = cache_bytes
        self._runs: OrderedDict[Experiment, Run] = OrderedDict()
        self._queue: deque[Run] = deque()
        self._wake = threading.Condition()
        self._worker: threading.Thread | None = None

    def open(self, experiment: Experiment, viewer: str) -> Run:
        """The run of an experiment, started or continued if need be; the viewer leaves what it watched before."""
        with self._wake:
            self._leave(viewer, keep=experiment)
            run = self._runs.get(experiment)
            if run is None or run.status == "failed":
                run = self._runs[experiment] = Run(experiment)
                self._enqueue(run)
            elif run.status == "stopped":
                run.set_status("ready")
                self._enqueue(run)
            run.viewers[viewer] = time.monotonic()
            self._runs.move_to_end(experiment)
            self._evict()
            return run

    def find(self, experiment: Experiment) -> Run | None:
        """The run of an experiment as it is, neither started nor continued; None where there is none."""
        with self._wake:
            return self._runs.get(experiment)

    def watch(self, run: Run, viewer: str) -> None:
        """Say that a viewer is still there."""
        run.viewers[viewer] = time.monotonic()

    def leave(self, viewer: str) -> None:
        """A viewer is gone, or wants its training stopped."""
        with self._wake:
            self._leave(viewer, keep=None)

    def ahead_of(self, run: Run) -> int:
        """How many other runs wait or train before this one's next turn."""
        with self._wake:
            return self._queue.index(run) if run in self._queue else 0

    def _leave(self, viewer: str, *, keep: Experiment | None) -> None:
        for experiment, run in self._runs.items():
            if experiment != keep:
                run.viewers.pop(viewer, None)

    def _enqueue(self, run: Run) -> None:
        self._queue.append(run)
        if self._worker is None or not self._worker.is_alive():
            self._worker = threading.Thread(target=self._work, name="bnviz-runs", daemon=True)
            self._worker.start()
        self._wake.notify_all()

    def _evict(self) -> None:
        """Forget the longest unused idle runs while there is too much."""
        total = sum(run.nbytes for run in self._runs.values())
        for experiment in list(self._runs):
            if total <= self._cache_bytes:
                return
            run = self._runs[experiment]
            if not run.active and not self._watched(run):
                total -= run.nbytes
                self._trainer.drop(run.name)
                del self._runs[experiment]

    @staticmethod
    def _watched(run: Run) -> bool:
        oldest = time.monotonic() - VIEWER_SECONDS
        return any(seen >= oldest for seen in list(run.viewers.values()))

    def _work(self) -> None:
        """The worker thread: one slice of the run at the head of the queue, then to the back with it."""
        while True:
            with self._wake:
                while not self._queue:
                    self._wake.wait()
                run = self._queue[0]
            again = self._slice(run)
            with self._wake:
                self._queue.popleft()
                if again:
                    self._queue.append(run)

    def _slice(self, run: Run) -> bool:
        """Train one slice; True when the run wants another turn."""
        if not self._watched(run):
            run.set_status("stopped")
            return False
        begun = time.perf_counter()
        try:
            part = self._trainer.advance(run.name, run.json, run.slice, run.step)
        except StateLostError:
            return self._restarted(run)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to this run alone
            _log.exception("A run failed")
            run.set_status("failed", str(error))
            return False
        spent = time.perf_counter() - begun
        run.slice = max(1, min(200, round(run.slice * min(3.0, SLICE_SECONDS / max(spent, 1e-6)))))
        run.add(part)
        return not part.done

    @staticmethod
    def _restarted(run: Run) -> bool:
        """Begin again after the training process has lost the run, but not for ever."""
        if run.restarts >= 2:
            run.set_status("failed", "The training process ended three times.")
            return False
        run.start_again()
        return True


_store: RunStore | None = None
_store_lock = threading.Lock()


def shared_store() -> RunStore:
    """The one store of this process."""
    global _store
    with _store_lock:
        if _store is None:
            _store = RunStore()
        return _store
