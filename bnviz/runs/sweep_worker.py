"""The process that computes sweeps, for as long at a time as it is told to.

It speaks over its standard input and output, one line of JSON for a request and one for its answer.

    {"sweep": "name", "json": "...", "first": 12, "seconds": 0.15, ...}   go on behind the first 12 cells
    {"prepare": true, ...}                                                load the engine (no answer)
    {"drop": "name"}                                                      forget a sweep (no answer)

The dots stand for "engine" (torch, kernel or auto) and "compile_here" (whether to compile where nothing is kept).
An answer holds the outcomes of the cells that were completed in that time. A request says everything that is needed,
so it does not matter to whoever asks whether this process still knows the sweep, or is a new one.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, BinaryIO

from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.sweep import Axis, Sweep
from bnviz.core.sweep_run import cells
from bnviz.core.sweep_table import Outcome
from bnviz.runs import compiled

MOST_SWEEPS = 16
NICE = 5
"""A live run that somebody watches comes before a sweep."""

TINY = Sweep(
    Experiment(Data("moons", n=20), Network((2,)), (Arm("batch"),), Training(batch_size=4, steps=1)),
    (Axis("network.gain", (1.0,)),),
)


@dataclass
class Going:
    """A sweep under way: what is still to come, behind so many cells."""

    rest: Iterator[tuple[Outcome, ...]]
    cells: int


def engine_of(request: dict[str, Any]) -> str | Callable[[], str]:
    """The engine that a request names; auto takes the compiled one from the first cell on at which it is usable."""
    name, here = str(request["engine"]), bool(request["compile_here"])
    return partial(compiled.best_engine, compile_here=here) if name == "auto" else name


class Worker:
    """Sweeps by name, the longest unused forgotten first."""

    def __init__(self) -> None:
        self.going: OrderedDict[str, Going] = OrderedDict()

    def advance(self, request: dict[str, Any]) -> dict[str, Any]:
        """Compute for a while; a cell that is not complete then is gone on with the next time."""
        name, first = str(request["sweep"]), int(request["first"])
        going = self.going.pop(name, None)
        if going is None or going.cells != first:
            sweep = Sweep.from_json(request["json"])
            going = Going(cells(sweep, first=first, engine=engine_of(request)), first)
        outcomes: list[dict[str, Any]] = []
        end, done = time.monotonic() + float(request["seconds"]), False
        while not done:
            part = next(going.rest, None)
            done = part is None
            if part:
                going.cells += 1
                outcomes.extend(asdict(outcome) for outcome in part)
            if time.monotonic() >= end:
                break
        if not done:
            self.going[name] = going
        while len(self.going) > MOST_SWEEPS:
            self.going.popitem(last=False)
        return {"outcomes": outcomes, "done": done}

    def answer(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """The answer to one request; None where there is none."""
        if "prepare" in request:
            with contextlib.suppress(Exception):  # what is wrong is said to the first sweep
                next(cells(TINY, engine=engine_of(request)))
            return None
        if "drop" in request:
            self.going.pop(str(request["drop"]), None)
            return None
        try:
            return self.advance(request)
        except Exception as error:  # noqa: BLE001 - the sweep's viewers are told, the process lives on
            return {"error": f"{type(error).__name__}: {error}"}


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    worker = Worker()
    for line in requests:
        answer = worker.answer(json.loads(line))
        if answer is not None:
            answers.write(json.dumps(answer).encode() + b"\n")
            answers.flush()


def main() -> None:
    """Keep the real standard output for answers; whatever else prints goes to standard error."""
    with contextlib.suppress(AttributeError, OSError):  # systems without it
        os.nice(NICE)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
