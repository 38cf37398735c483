"""A study: one measure taken of an experiment, with several seeds.

Like an experiment, a study is a frozen value that says everything: two equal studies give equal numbers. A measure is
a generator function of an experiment and its options. It yields None about every tenth of a second, so that whoever
computes can do something else, and now and then a result: a dict of plain numbers, words and lists.
This module knows no torch; a measure is imported when it is computed.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from bnviz.core.codec import whole_from_json
from bnviz.core.experiment import Experiment
from bnviz.core.fields import FieldError, ListOf, Number

MAX_SEEDS, MAX_RESULTS = 24, 4000
SEEDS = ListOf(Number(0, 2**31 - 1, integer=True), 1, MAX_SEEDS, "seeds")
TOTAL = Number(1, MAX_RESULTS, integer=True)

Measure = Callable[[Experiment, Mapping[str, Any]], Iterator[dict[str, Any] | None]]

MEASURES: dict[str, str] = {
    "deep_linear": "bnviz.core.deep_linear:deep_linear",
    "drift": "bnviz.core.drift:drift",
    "gradient_shift": "bnviz.core.gradient_shift:gradient_shift",
    "orders": "bnviz.core.order_study:orders",
    "along_gradient": "bnviz.core.along:along_gradient",
    "edge": "bnviz.core.edge:edge",
    "growth": "bnviz.core.scaling:growth",
    "safe_step": "bnviz.core.along:safe_step",
    "slices": "bnviz.core.slice_study:slices",
    "weight_scale": "bnviz.core.scaling:weight_scale",
    "batch_sizes": "bnviz.core.noise_measures:batch_sizes",
    "depth": "bnviz.core.residual_run:depth",
    "generalization": "bnviz.core.noise_measures:generalization",
    "input_noise": "bnviz.core.noise_measures:input_noise",
    "noises": "bnviz.core.noise_measures:noises",
    "spread": "bnviz.core.noise_spread:spread",
    "starts": "bnviz.core.starts:starts",
}
"""Where each measure is, as module:function. The function gets the experiment with the seed in it."""


class Place(NamedTuple):
    """How far a study has come: the place of the seed that is being measured, and its results so far."""

    seed: int = 0
    results: int = 0


class Found(NamedTuple):
    """One result of a study: the place of its seed, and what the measure yielded."""

    seed: int
    value: dict[str, Any]


@dataclass(frozen=True)
class Study:
    """What is measured of which experiment.

    Attributes:
        measure: a name in `MEASURES`.
        experiment: what it is measured of; its seed is replaced by each of `seeds`.
        seeds: all different, measured one after the other.
        options: of the measure, as (name, value) in the order of the names; a mapping is taken too. A value is a
            number, a word, yes or no, or a list of such.
        total: how many results a seed gives, where it is not cut short (as by divergence); for progress.

    Raises:
        FieldError: naming what cannot be used.
    """

    measure: str
    experiment: Experiment
    seeds: tuple[int, ...] = (0,)
    options: tuple[tuple[str, Any], ...] = ()
    total: int = 1

    def __post_init__(self) -> None:
        if self.measure not in MEASURES:
            raise FieldError("measure", f"{self.measure!r} came; one of {', '.join(sorted(MEASURES))} is needed.")
        if not isinstance(self.experiment, Experiment):
            raise FieldError("experiment", f"{self.experiment!r} came; an Experiment(...) is needed.")
        for name, kind in (("seeds", SEEDS), ("total", TOTAL)):
            try:
                object.__setattr__(self, name, kind.read(getattr(self, name)))
            except ValueError as error:
                raise FieldError(name, str(error)) from None
        if len(set(self.seeds)) < len(self.seeds):
            raise FieldError("seeds", f"{self.seeds} came; each seed is needed once only. Leave the others out.")
        for place in range(len(self.seeds)):
            self.seeded(place)
        pairs = dict(self.options)
        object.__setattr__(self, "options", tuple((name, _plain(name, pairs[name])) for name in sorted(pairs)))

    @property
    def size(self) -> int:
        """How many results are to be expected at most."""
        return len(self.seeds) * self.total

    def seeded(self, place: int) -> Experiment:
        """The experiment with the seed of this place."""
        return replace(self.experiment, seed=self.seeds[place])

    def to_json(self) -> str:
        """All settings as JSON text; `from_json` reads it back."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> Study:
        """Read what `to_json` wrote.

        Raises:
            FieldError: naming what cannot be used.
        """

        def build(tree: Any) -> Study:
            experiment = Experiment.from_json(json.dumps(tree["experiment"]))
            options = tuple((name, value) for name, value in tree["options"])
            return Study(tree["measure"], experiment, tree["seeds"], options, tree["total"])

        return whole_from_json("study", text, build)


def _plain(name: str, value: Any) -> Any:
    """A value that is the same after a way through JSON, and can be compared."""
    if isinstance(value, (list, tuple)):
        return tuple(_plain(name, item) for item in value)
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise FieldError(f"options.{name}", f"{value!r} came; a number, a word, yes or no, or a list of such is needed.")


def measure_of(name: str) -> Measure:
    """The function of a measure, imported now."""
    module, _, function = MEASURES[name].partition(":")
    found: Measure = getattr(importlib.import_module(module), function)
    return found


def results(study: Study, *, first: Place | tuple[int, int] = (0, 0)) -> Iterator[Found | None]:
    """The results of a study, seed by seed; None about every tenth of a second in between.

    Args:
        study: what to measure.
        first: what is known already: a study that was interrupted goes on from there. What the measure has to do
            over again for that is not handed out once more.
    """
    begin = Place(*first)
    if begin.results >= study.total:
        begin = Place(begin.seed + 1)
    for place in range(begin.seed, len(study.seeds)):
        known = begin.results if place == begin.seed else 0
        for value in measure_of(study.measure)(study.seeded(place), dict(study.options)):
            if value is not None and known:
                known, value = known - 1, None  # noqa: PLW2901 - one that is known already is a pause
            yield None if value is None else Found(place, value)
