"""The watched runs of this server: trained once for all who ask for the same, in turns, with progress."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from bnviz.core.experiment import Experiment
from bnviz.core.inference import Curves, bare_curve, fixed_curves
from bnviz.core.line import Line
from bnviz.core.watch import Watched, watch, without_norm
from bnviz.ui.messages import text

MOST_BYTES = 150_000_000
WAIT = 0.2
Progress = Callable[[float, str], object]
Turn = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, eq=False)
class Study:
    """A run with batch norm, the same without, and what of them does not depend on the momentum.

    Attributes:
        run, bare: with and without batch norm.
        fixed: test accuracies of `run` in training mode and with recomputed statistics.
        bare_accuracy: test accuracies of `bare`.
        seconds: processor time of both runs and of measuring them.
    """

    run: Watched
    bare: Watched
    fixed: Curves
    bare_accuracy: NDArray[Any]
    seconds: float

    @property
    def nbytes(self) -> int:
        """Memory of both runs."""
        return self.run.nbytes + self.bare.nbytes


class Shelf:
    """Studies by experiment, the longest unused thrown away first. Those that are made take turns, each made once.

    Attributes:
        line: in which they take turns.
    """

    def __init__(self) -> None:
        self.line = Line()
        self._going: dict[Experiment, tuple[float, str]] = {}
        self._studies: OrderedDict[Experiment, Study] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, experiment: Experiment) -> Study | None:
        """The study of an experiment, if it is there."""
        with self._lock:
            study = self._studies.get(experiment)
            if study is not None:
                self._studies.move_to_end(experiment)
            return study

    def begin(self, experiment: Experiment) -> bool:
        """Whether the caller is to make a study now, and to say when it has ended; if not, somebody else does."""
        with self._lock:
            if experiment in self._going:
                return False
            self._going[experiment] = (0.0, text("running.state.waiting"))
            return True

    def tell(self, experiment: Experiment, share: float, words: str) -> None:
        """Say how far a study is, for those who wait for it."""
        self._going[experiment] = (share, words)

    def told(self, experiment: Experiment) -> tuple[float, str]:
        """How far it is."""
        return self._going.get(experiment, (0.0, text("running.state.waiting")))

    def end(self, experiment: Experiment) -> None:
        """A study is made, or given up."""
        with self._lock:
            self._going.pop(experiment, None)

    def keep(self, study: Study) -> None:
        """Put a study on the shelf."""
        with self._lock:
            self._studies[study.run.experiment] = study
            while sum(one.nbytes for one in self._studies.values()) > MOST_BYTES and len(self._studies) > 1:
                self._studies.popitem(last=False)


@st.cache_resource
def shelf() -> Shelf:
    """The one shelf of this server."""
    return Shelf()


def study_of(experiment: Experiment) -> Study:
    """The study of an experiment; while it is made, a bar shows how far it is.

    A reader who moves a control meanwhile leaves at the next move of the bar, and nothing goes on for nobody: of those
    who wait for the same study one makes it then.
    """
    there = shelf()
    study = there.find(experiment)
    if study is not None:
        return study
    bar = st.progress(0.0, text("running.state.waiting"))
    while study is None and not there.begin(experiment):
        bar.progress(*there.told(experiment))
        time.sleep(WAIT)
        study = there.find(experiment)
    study = study or _begun(there, experiment, bar.progress)
    bar.empty()
    return study


def _begun(there: Shelf, experiment: Experiment, progress: Progress) -> Study:
    """The study that is this reader's to make, told to all who wait for it; another may have made it just now."""

    def tell(share: float, words: str) -> None:
        there.tell(experiment, share, words)
        progress(share, words)

    def wait() -> None:
        progress(*there.told(experiment))

    try:
        study = there.find(experiment) or _made(experiment, tell, partial(there.line.turn, wait))
        there.keep(study)
    finally:
        there.end(experiment)
    return study


def _made(experiment: Experiment, progress: Progress, turn: Turn = nullcontext) -> Study:
    """Train both runs and measure them, a slice each turn."""
    parts = _parts(experiment)
    while True:
        with turn():
            part = next(parts)
        if isinstance(part, Study):
            return part
        progress(*part)


def _parts(experiment: Experiment) -> Iterator[tuple[float, str] | Study]:
    """How far it is, again and again, and at last the study."""
    begun, total = time.thread_time(), experiment.training.steps
    runs: list[Watched] = []
    for part, one in enumerate((experiment, without_norm(experiment))):
        for made, run in watch(one):
            yield (part + made / total) / 2, text("running.state.training", step=made, total=total)
            if run is not None:
                runs.append(run)
    yield 1.0, text("running.state.measuring")
    run, bare = runs
    yield Study(run, bare, fixed_curves(run), bare_curve(bare), time.thread_time() - begun)
