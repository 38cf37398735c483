"""One experiment being trained, or trained, as all its viewers share it."""

from __future__ import annotations

import hashlib
import threading

from bnviz.core.experiment import Experiment
from bnviz.core.line import grown
from bnviz.core.recording import Recording, join
from bnviz.runs.shares import Share
from bnviz.runs.trainer import Slice
from bnviz.runs.viewers import Viewers

FIRST_SLICE = 4
SLICE_SECONDS = 0.12
MOST_UPDATES = 500  # of one slice


def run_name(experiment: Experiment) -> str:
    """A short name, the same for equal experiments everywhere."""
    return hashlib.sha256(experiment.to_json().encode()).hexdigest()[:16]


class Run:
    """One experiment being trained, or trained.

    Attributes:
        experiment: what is run.
        name: short, the same for equal experiments.
        step: updates made so far.
        slice: how many updates the next slice is to make.
        status: ready (waiting for its turn), training, finished, stopped or failed.
        problem: a sentence for the viewers of a failed run, else empty.
        engine: which one makes the updates, "kernel" or "torch"; empty before the first. A run stays with its engine.
        pace: seconds that an update of all arms has taken in the last slice; None before the second, because the
            first is mostly preparation.
        version: grows whenever there is something new to see.
        home: the place of the trainer that has its state; None where none has.
        state_bytes: memory of the state that the trainers keep of it; 0 where they keep none.
        deaths: how often a training process ended while it trained this run.
        shares: where several trainers have the states of some arms each (`shares`); empty where one has all.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.json = experiment.to_json()
        self.name = run_name(experiment)
        self.step = 0
        self.status = "ready"
        self.problem = ""
        self.engine = ""
        self.pace: float | None = None
        self.version = 0
        self.home: int | None = None
        self.shares: tuple[Share, ...] = ()
        self.viewers = Viewers()
        self.restarts, self.deaths, self.state_bytes = 0, 0, 0
        self.slice = FIRST_SLICE
        self._chunks: list[Recording] = []
        self._joined: Recording | None = None
        self._changed = threading.Condition()

    @property
    def active(self) -> bool:
        """Whether more is to be expected without anybody asking again."""
        return self.status in ("ready", "training")

    @property
    def seconds_left(self) -> float | None:
        """How long the rest would take without waiting for others; None before the second slice."""
        return None if self.pace is None else self.pace * (self.experiment.training.steps - self.step)

    @property
    def nbytes(self) -> int:
        """Memory of what was recorded so far."""
        return sum(chunk.nbytes for chunk in self._chunks)

    def recording(self) -> Recording | None:
        """All that is recorded so far; None before the first slice is done."""
        with self._changed:
            if self._joined is None and self._chunks:
                self._joined = join(self._chunks)
                self._chunks = [self._joined]
            return self._joined

    def wait(self, seen: int, seconds: float) -> None:
        """Return once there is something newer than version `seen`, or after that many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self.version > seen, seconds)

    def add(self, part: Slice, *, seconds: float = 0.0) -> None:
        """Append what a slice recorded, and say in the same breath what the run is now.

        Args:
            part: the slice.
            seconds: that it took.
        """
        with self._changed:
            self.slice = min(MOST_UPDATES, round(grown(self.slice, seconds, SLICE_SECONDS)))
            self._chunks.append(part.chunk)
            self._joined = None
            self.pace = seconds / max(1, part.step - self.step) if self.step else None
            self.engine, self.state_bytes = part.engine, part.state_bytes
            self.step, self.status = part.step, "finished" if part.done else "training"
            self._tell()

    def start_again(self) -> None:
        """Forget everything recorded: the training process has lost the run."""
        with self._changed:
            self._chunks, self._joined, self.step = [], None, 0
            self.engine, self.pace, self.home = "", None, None
            self.shares, self.state_bytes = (), 0
            self.restarts += 1
            self._tell()

    def set_status(self, status: str, problem: str = "") -> None:
        """Change the status, for all to see."""
        with self._changed:
            self.status, self.problem = status, problem
            self._tell()

    def _tell(self) -> None:
        self.version += 1
        self._changed.notify_all()
