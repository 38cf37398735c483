"""Studies for all sessions of a server: each is computed once, in turns with whatever else is asked for (`turns`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bnviz.core.study import Place, Study, results
from bnviz.runs import compiled
from bnviz.runs.once import once
from bnviz.runs.turns import Turns, WorkRun, shared_turns, work_name
from bnviz.runs.work import MOST_KEPT, WorkStore

Result = dict[str, Any]


def study_name(study: Study) -> str:
    """A short name, the same for equal studies everywhere."""
    return work_name(study.to_json())


class StudyRun(WorkRun):
    """One study being computed, or computed.

    Attributes:
        study: what is measured.
        results: of each seed, in the order of `study.seeds`, what was found so far.
    """

    kind = "study"

    def __init__(self, study: Study) -> None:
        super().__init__(study.to_json())
        self.study = study
        self.results: tuple[list[Result], ...] = tuple([] for _ in study.seeds)

    @property
    def known(self) -> Place:
        """The seed that is being measured, and its results so far."""
        last = max((place for place, found in enumerate(self.results) if found), default=0)
        return Place(last, len(self.results[last]))

    @property
    def done(self) -> int:
        """How many results are there; those that a seed before the present one did not give count as done."""
        seed, found = self.known
        return self.total if self.status == "finished" else min(self.total, seed * self.study.total + found)

    @property
    def total(self) -> int:
        """How many results there will be at most."""
        return self.study.size

    @property
    def complete(self) -> tuple[bool, ...]:
        """Of each seed, whether everything is measured."""
        last = self.known.seed
        whole = self.study.total
        return tuple(
            self.status == "finished" or place < last or len(found) >= whole for place, found in enumerate(self.results)
        )

    def take(self, found: tuple[dict[str, Any], ...]) -> None:
        """Put each result to those of its seed."""
        for one in found:
            self.results[one["seed"]].append(one["value"])


class StudyStore(WorkStore[Study, StudyRun]):
    """Studies by their value, computed for whoever asks.

    Args:
        turns: in which they are computed; a queue and a process of their own unless said otherwise.
        most: how many are remembered, those that are computed or watched not counted.
    """

    def __init__(self, turns: Turns | None = None, *, most: int = MOST_KEPT) -> None:
        super().__init__(StudyRun, Turns() if turns is None else turns, most=most)


def run_study(study: Study) -> Iterator[tuple[int, Result]]:
    """All results of a study, computed in this process, each with its seed."""
    compiled.usable()
    for found in results(study):
        if found is not None:
            yield study.seeds[found.seed], found.value


@once
def shared_studies() -> StudyStore:
    """The one store of this process."""
    return StudyStore(shared_turns())
