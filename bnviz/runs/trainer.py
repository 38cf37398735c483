"""The server's side of the training process: starts it, asks it, and starts another when it has died."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass

from bnviz.core.export import from_bytes
from bnviz.core.recording import Recording


class TrainingError(RuntimeError):
    """A run could not be carried on."""


class StateLostError(RuntimeError):
    """The training process no longer knows the run; it has to start again."""


@dataclass(frozen=True)
class Slice:
    """What came of one request."""

    step: int
    done: bool
    chunk: Recording


class Trainer:
    """One training process. A second Python process costs no waiting for the interpreter's lock."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def warm_up(self) -> None:
        """Start the process, so that the first run does not wait for its imports."""
        with self._lock:
            self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bnviz.runs.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **threads},
            )
        return self._process

    def advance(self, name: str, experiment: str, updates: int, step: int) -> Slice:
        """Make updates of a run.

        Args:
            name: of the run.
            experiment: as JSON.
            updates: how many to make.
            step: updates made so far; 0 starts the run.

        Raises:
            StateLostError: when the process does not have the state after `step` updates.
            TrainingError: with a sentence for the viewers, when training failed.
        """
        request = {"run": name, "experiment": experiment, "updates": updates, "step": step}
        with self._lock:
            head, body = self._ask(request)
        if head.get("lost"):
            raise StateLostError(name)
        if "error" in head:
            raise TrainingError(str(head["error"]))
        return Slice(int(head["step"]), bool(head["done"]), from_bytes(body))

    def drop(self, name: str) -> None:
        """Let the process forget a run."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                self._send({"drop": name}, self._process)

    def _ask(self, request: dict[str, object]) -> tuple[dict[str, int | str], bytes]:
        process = self._started()
        try:
            self._send(request, process)
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise BrokenPipeError
            head = json.loads(line)
            return head, process.stdout.read(head["size"])
        except OSError:
            self._end()
            raise StateLostError("The training process ended.") from None

    @staticmethod
    def _send(request: dict[str, object], process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close() if pipe is not None else None
