"""Several live runs as one piece of work: the runs that the training lab shows, and shared with it."""

from __future__ import annotations

from collections.abc import Sequence

from bnviz.core.experiment import Experiment
from bnviz.core.recording import Recording
from bnviz.runs.run import Run
from bnviz.runs.store import RunStore

MOST = 16


class SeveralRuns:
    """Runs that are looked at together.

    Args:
        runs: in the order in which they are shown.
    """

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = tuple(runs)

    @property
    def status(self) -> str:
        """Of all of them: failed or computing if one is, finished if all are."""
        found = {run.status for run in self.runs}
        for words in ("failed", "training", "ready", "stopped"):
            if words in found:
                return "computing" if words == "training" or (words == "ready" and self.done) else words
        return "finished"

    @property
    def problem(self) -> str:
        """The first sentence of a failed one, else empty."""
        return next((run.problem for run in self.runs if run.problem), "")

    @property
    def version(self) -> int:
        """Grows whenever there is something new to see."""
        return sum(run.version for run in self.runs)

    @property
    def active(self) -> bool:
        """Whether more is to be expected without anybody asking again."""
        return self.status != "failed" and any(run.active for run in self.runs)

    @property
    def done(self) -> int:
        """Updates made."""
        return sum(run.experiment.training.steps if run.status == "finished" else run.step for run in self.runs)

    @property
    def total(self) -> int:
        """Updates to be made."""
        return sum(run.experiment.training.steps for run in self.runs)

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the pace of those that have one."""
        paces = [run.pace for run in self.runs if run.pace]
        return sum(paces) / len(paces) * (self.total - self.done) if paces else None

    def recordings(self) -> list[Recording | None]:
        """What was recorded so far of each; None for one that has not begun."""
        return [run.recording() for run in self.runs]


class SeveralStore:
    """Opens several runs of a run store for one viewer.

    Args:
        store: makes the runs.
    """

    def __init__(self, store: RunStore) -> None:
        self._store = store

    def open(self, experiments: tuple[Experiment, ...], viewer: str) -> SeveralRuns:
        """The runs of these experiments, started or continued if need be; at most `MOST`."""
        for place in range(len(experiments), MOST):
            self._store.leave(f"{viewer}/{place}")
        return SeveralRuns([self._store.open(one, f"{viewer}/{place}") for place, one in enumerate(experiments[:MOST])])

    def find(self, experiments: tuple[Experiment, ...]) -> SeveralRuns | None:
        """Those runs as they are; None unless all are there."""
        runs = [self._store.find(one) for one in experiments[:MOST]]
        there = [run for run in runs if run is not None]
        return SeveralRuns(there) if len(there) == len(runs) else None

    def watch(self, run: SeveralRuns, viewer: str) -> None:
        """Say that a viewer is still there."""
        for place, one in enumerate(run.runs):
            self._store.watch(one, f"{viewer}/{place}")

    def leave(self, viewer: str) -> None:
        """A viewer is gone, or wants the runs stopped."""
        for place in range(MOST):
            self._store.leave(f"{viewer}/{place}")

    def ahead_of(self, run: SeveralRuns) -> int:
        """How many runs of others wait or train before the first of these that is not finished."""
        waiting = [self._store.ahead_of(one) for one in run.runs if one.active]
        return max(0, min(waiting, default=0))
