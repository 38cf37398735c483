"""The server's side of the process that computes sweeps: starts it, asks it, and starts another when it has died."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import Any

from bnviz.core.sweep_table import Outcome
from bnviz.runs.child import Child
from bnviz.runs.trainer import PREPARATION


class SweepError(RuntimeError):
    """A sweep could not be carried on."""


class ProcessEndedError(RuntimeError):
    """The process ended before it answered; what it was asked can be asked again."""


@dataclass(frozen=True)
class Part:
    """What came of one request: the outcomes of the cells that are complete, arm by arm, and whether that was all."""

    outcomes: tuple[Outcome, ...]
    done: bool


class SweepProcess(Child):
    """One process for all sweeps, started when it is first needed.

    Args:
        engine: which one makes the updates: torch, kernel, or auto.
    """

    def __init__(self, engine: str = "auto") -> None:
        super().__init__("bnviz.runs.sweep_worker")
        self.engine = engine

    def advance(self, name: str, sweep: str, first: int, seconds: float) -> Part:
        """Compute for a while.

        Args:
            name: of the sweep.
            sweep: as JSON.
            first: how many cells are known already.
            seconds: after about this time the answer comes, whatever is complete.

        Raises:
            ProcessEndedError: when there is no answer.
            SweepError: with a sentence for the viewers, when the computation failed.
        """
        with self._lock:
            request = {"sweep": name, "json": sweep, "first": first, "seconds": seconds}
            answer = self._ask(request | self._with())
        if "error" in answer:
            raise SweepError(str(answer["error"]))
        outcomes = tuple(Outcome(**{**one, "point": tuple(one["point"])}) for one in answer["outcomes"])
        return Part(outcomes, bool(answer["done"]))

    def prepare(self) -> None:
        """Start the process and let it load what it needs, so that the first sweep does not wait; returns at once."""
        with self._lock, contextlib.suppress(OSError):
            self._send({"prepare": True} | self._with(), self._started())

    def drop(self, name: str) -> None:
        """Let the process forget a sweep."""
        with self._lock:
            if self._process is not None and self.running:
                with contextlib.suppress(OSError):
                    self._send({"drop": name}, self._process)

    def _with(self) -> dict[str, Any]:
        return {"engine": self.engine, "compile_here": PREPARATION.failed}

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        process = self._started()
        try:
            self._send(request, process)
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line.endswith(b"\n"):
                raise BrokenPipeError
            answer: dict[str, Any] = json.loads(line)
        except OSError:
            self._end()
            raise ProcessEndedError("The process that computes sweeps ended.") from None
        return answer
