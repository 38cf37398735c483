"""The server's side of the training processes: starts them, asks them, and replaces one that has died."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Protocol

from bnviz.core import own_tables
from bnviz.core.experiment import Experiment
from bnviz.core.export import from_bytes
from bnviz.core.fields import FieldError
from bnviz.core.recording import Recording
from bnviz.runs.child import THREADS, Child


class TrainingError(RuntimeError):
    """A run could not be carried on."""


class StateLostError(RuntimeError):
    """The training process no longer knows the run; it has to start again."""


class ProcessLostError(StateLostError):
    """The training process ended before it answered, and what it knew of the run is gone."""


@dataclass(frozen=True)
class Slice:
    """What came of one request.

    Attributes:
        step: updates made so far.
        done: whether that is all.
        chunk: what was recorded on the way.
        engine: the one that has made the updates.
        state_bytes: memory of the state that is kept to go on from; 0 where all is done.
    """

    step: int
    done: bool
    chunk: Recording
    engine: str = "torch"
    state_bytes: int = 0


class CanAdvance(Protocol):
    """What the store needs of a trainer."""

    def prepare(self) -> None: ...

    def advance(self, name: str, experiment: str, updates: int, step: int) -> Slice: ...

    def drop(self, name: str) -> None: ...


class Preparation:
    """What the server knows of the compiled engine, and the process that compiles it beside the training."""

    def __init__(self) -> None:
        self._kept = False
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def found(self) -> None:
        """A training process has the compiled engine."""
        self._kept = True

    def begin(self) -> None:
        """Start compiling, unless somebody has."""
        with self._lock:
            if self._process is None and not self._kept:
                command = [sys.executable, "-m", "bnviz", "compile", "--background"]
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={**os.environ, **THREADS},
                )

    @property
    def compiled(self) -> bool:
        """Whether runs that begin now are made by the compiled engine."""
        return self._kept or (self._process is not None and self._process.poll() == 0)

    @property
    def failed(self) -> bool:
        """Whether nothing can be kept on disk, so that every training process has to compile for itself."""
        return not self._kept and self._process is not None and self._process.poll() not in (None, 0)


PREPARATION = Preparation()  # one a server


class Trainer(Child):
    """One training process. A Python process of its own costs no waiting for the interpreter's lock.

    Args:
        preparation: of the compiled engine.
    """

    def __init__(self, preparation: Preparation = PREPARATION) -> None:
        super().__init__("bnviz.runs.worker")
        self.preparation = preparation

    def prepare(self) -> None:
        """Start the process and wait for it; where it finds no compiled engine, see that there will be one."""
        with self._lock:
            head, _ = self._ask({"prepare": True})
        if head.get("compiled"):
            self.preparation.found()
        else:
            self.preparation.begin()

    def advance(self, name: str, experiment: str, updates: int, step: int) -> Slice:
        """Make updates of a run.

        Args:
            name: of the run.
            experiment: as JSON.
            updates: how many to make.
            step: updates made so far; 0 starts the run.

        Raises:
            StateLostError: when the process does not have the state after `step` updates; when it has ended meanwhile
                it is a ProcessLostError.
            TrainingError: with a sentence for the viewers, when training failed.
        """
        request: dict[str, object] = {"run": name, "experiment": experiment, "updates": updates, "step": step}
        if step == 0:
            request |= self._table(experiment)
        with self._lock:
            head, body = self._ask({**request, "compile_here": self.preparation.failed})
        if head.get("lost"):
            raise StateLostError(name)
        if "error" in head:
            raise TrainingError(str(head["error"]))
        if head["engine"] == "kernel":
            self.preparation.found()
        chunk, engine = from_bytes(body), str(head["engine"])
        return Slice(int(head["step"]), bool(head["done"]), chunk, engine, int(head["state_bytes"]))

    @staticmethod
    def _table(experiment: str) -> dict[str, object]:
        """The rows of a reader's own table, which the process cannot find for itself."""
        try:
            name = Experiment.from_json(experiment).data.table
        except FieldError:  # the process says what is wrong
            return {}
        return {"table": own_tables.pack(name)} if name else {}

    def _ask(self, request: dict[str, object]) -> tuple[dict[str, int | str], bytes]:
        try:
            head, pipe = self._answer(request)
            body = pipe.read(head["size"])
            if len(body) < head["size"]:
                raise BrokenPipeError
            return head, body
        except OSError:
            self._end()
            raise ProcessLostError("The training process ended.") from None


def processes() -> int:
    """How many training processes a server has: BNVIZ_PROCESSES, else two, but no more than there are processors."""
    given = os.environ.get("BNVIZ_PROCESSES", "")
    if given.isascii() and given.isdigit() and int(given) > 0:
        return int(given)
    return min(2, os.cpu_count() or 1)
