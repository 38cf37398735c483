"""The watched runs of this server: trained once for all who ask for the same, one at a time, with progress."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from bnviz.core.experiment import Experiment
from bnviz.core.inference import Curves, bare_curve, fixed_curves
from bnviz.core.watch import Watched, watch, without_norm
from bnviz.ui.messages import text

MOST_BYTES = 150_000_000
WAIT = 0.2
Progress = Callable[[float, str], object]


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
    """Studies by experiment, the longest unused thrown away first. One is made at a time."""

    def __init__(self) -> None:
        self.making = threading.Lock()
        self._studies: OrderedDict[Experiment, Study] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, experiment: Experiment) -> Study | None:
        """The study of an experiment, if it is there."""
        with self._lock:
            study = self._studies.get(experiment)
            if study is not None:
                self._studies.move_to_end(experiment)
            return study

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

    A reader who moves a control meanwhile leaves at the next move of the bar, and nothing goes on for nobody.
    """
    there = shelf()
    study = there.find(experiment)
    if study is not None:
        return study
    bar = st.progress(0.0, text("running.state.waiting"))
    while not there.making.acquire(timeout=WAIT):
        bar.progress(0.0, text("running.state.waiting"))
    try:
        study = there.find(experiment) or _made(experiment, bar.progress)
        there.keep(study)
    finally:
        there.making.release()
    bar.empty()
    return study


def _made(experiment: Experiment, progress: Progress) -> Study:
    begun, total = time.thread_time(), experiment.training.steps
    runs: list[Watched] = []
    for part, one in enumerate((experiment, without_norm(experiment))):
        for made, run in watch(one):
            words = text("running.state.training", step=made, total=total)
            progress((part + made / total) / 2, words)
            if run is not None:
                runs.append(run)
    progress(1.0, text("running.state.measuring"))
    run, bare = runs
    return Study(run, bare, fixed_curves(run), bare_curve(bare), time.thread_time() - begun)
