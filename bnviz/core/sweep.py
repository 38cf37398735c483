"""A sweep: one experiment many times over, along one or two settings, with several seeds.

Like an experiment, a sweep is a frozen value that says everything: two equal sweeps give equal numbers. `sweep_run`
computes it cell by cell, `sweep_table` turns what was computed into arrays for a heat map. This module knows no torch.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from bnviz.core.codec import whole_from_json
from bnviz.core.experiment import MAX_DEPTH, MAX_WIDTH, Arm, Data, Experiment, Network, Training
from bnviz.core.fields import Choice, FieldError, Kind, ListOf, Number, OneOrEach, OrNone, kind_of

MAX_AXES, MAX_VALUES, MAX_SEEDS, MAX_OUTCOMES = 2, 32, 24, 2000
GROUPS: dict[str, type[Any]] = {"data": Data, "network": Network, "training": Training, "arm": Arm}
SHAPES = {
    "network.depth": Number(0, MAX_DEPTH, integer=True),
    "network.width": Number(1, MAX_WIDTH, integer=True),
}
OWN = {"training.learning_rate", "training.optimizer", "training.dropout", "network.gain"}
TARGET = OrNone(Number(0.0, 1.0))
SEEDS = ListOf(Number(0, 2**31 - 1, integer=True), 1, MAX_SEEDS, "seeds")

Point = tuple[int, ...]


@dataclass(frozen=True)
class Axis:
    """One setting and the values that it takes.

    Attributes:
        field: a number or a choice of the experiment, such as ``training.learning_rate`` or ``network.activation``;
            ``arm.eps`` changes all arms at once; ``network.depth`` repeats the base's width, ``network.width`` keeps
            its depth.
        values: what it is set to, all different.

    Raises:
        FieldError: naming the field, for one that cannot be swept or a value out of its bounds.
    """

    field: str
    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        try:
            values = ListOf(axis_kind(self.field), 1, MAX_VALUES, "values").read(self.values)
        except ValueError as error:
            raise FieldError(str(self.field), getattr(error, "problem", str(error))) from None
        if len(set(values)) < len(values):
            raise FieldError(self.field, f"{values} came; each value is needed once only. Leave the others out.")
        object.__setattr__(self, "values", values)


def axis_kind(field: str) -> Kind:
    """What a value on an axis may be.

    Raises:
        FieldError: when this is no setting that can be swept.
    """
    if field in SHAPES:
        return SHAPES[field]
    group, _, name = str(field).partition(".")
    known = {f"{group}.{item}": item for item in getattr(GROUPS.get(group), "__dataclass_fields__", ())}
    kind = kind_of(GROUPS[group], name) if field in known and field != "arm.norm" else None
    inner: Kind | None = kind.kind if isinstance(kind, OrNone) else kind.one if isinstance(kind, OneOrEach) else kind
    if not isinstance(inner, (Number, Choice)):
        raise FieldError(
            str(field),
            "This is no setting that can be swept. A number or a choice of data, network, training or arm is needed, "
            "such as training.learning_rate, network.depth or arm.eps; norms are compared as arms.",
        )
    return inner


def geometric(field: str, low: float, high: float, count: int) -> Axis:
    """An axis with `count` values in equal ratios from `low` to `high`, rounded to three digits.

    Raises:
        FieldError: unless 0 < low < high and count is at least 2.
    """
    if not 0 < low < high or count < 2:
        problem = f"{count} values from {low:g} to {high:g} came; at least 2 between two positive ends are needed."
        raise FieldError(field, problem)
    ratio = high / low
    return Axis(field, tuple(float(f"{low * ratio ** (place / (count - 1)):.3g}") for place in range(count)))


@dataclass(frozen=True)
class Sweep:
    """Which runs are made: every point of the axes, with every seed, for every arm of the base.

    Attributes:
        base: the experiment that the axes change; its seed is replaced by each of `seeds`.
        axes: one or two.
        seeds: of data split, initial weights and batches.
        target: the test accuracy whose first reaching is noted (for regression: the share of the first test loss
            that is to be reached); None notes nothing, and saves the tests on the way.

    Raises:
        FieldError: when a setting is out of bounds, or some point of the axes is no possible experiment.
    """

    base: Experiment
    axes: tuple[Axis, ...]
    seeds: tuple[int, ...] = (0,)
    target: float | None = 0.9

    def __post_init__(self) -> None:
        self._check_parts()
        for name, kind in (("seeds", SEEDS), ("target", TARGET)):
            try:
                object.__setattr__(self, name, kind.read(getattr(self, name)))
            except ValueError as error:
                raise FieldError(name, str(error)) from None
        if len(set(self.seeds)) < len(self.seeds):
            raise FieldError("seeds", f"{self.seeds} came; each seed is needed once only. Leave the others out.")
        if self.size > MAX_OUTCOMES:
            counts = " x ".join(str(count) for count in (*self.shape, len(self.arms), len(self.seeds)))
            problem = f"{counts} makes {self.size} runs; {MAX_OUTCOMES} are possible. Take fewer values, arms or seeds."
            raise FieldError("axes", problem)
        self._check_points()

    def _check_parts(self) -> None:
        if not isinstance(self.base, Experiment):
            raise FieldError("base", f"{self.base!r} came; an Experiment(...) is needed.")
        axes: object = self.axes
        if not isinstance(axes, (tuple, list)) or not all(isinstance(axis, Axis) for axis in axes):
            raise FieldError("axes", f"{axes!r} came; a list such as [Axis('network.gain', (0.5, 1, 2))] is needed.")
        if not 1 <= len(axes) <= MAX_AXES:
            raise FieldError("axes", f"{len(axes)} axes came; 1 or {MAX_AXES} are possible.")
        if len({axis.field for axis in axes}) < len(axes):
            raise FieldError("axes", f"{axes[0].field} came twice; two different settings are needed.")
        object.__setattr__(self, "axes", tuple(axes))

    def _check_points(self) -> None:
        """Every point must be an experiment, and every axis must matter to every arm."""
        seeds = self.seeds if self.base.data.has_subsets else self.seeds[:1]  # the size of a subset is up to the seed
        for point, seed in itertools.product(self.points(), seeds):
            try:
                self.experiment(point, seed)
            except FieldError as error:
                raise FieldError(error.field, f"At {self.words(point)}: {error.problem}") from None
        first = self.experiment((0,) * len(self.axes), self.seeds[0])
        for field in OWN.intersection(axis.field for axis in self.axes):
            name = field.partition(".")[2]
            for index, arm in enumerate(first.arms):
                if getattr(arm, name) is not None:
                    problem = f"This arm has its own {name}, so {field} would not change it. Take one of both away."
                    raise FieldError(f"arms[{index}].{name}", problem)

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The arms, before an axis changes them."""
        return self.base.arms

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each axis has."""
        return tuple(len(axis.values) for axis in self.axes)

    @property
    def cells(self) -> int:
        """Points times seeds: the experiments to run."""
        return math.prod(self.shape) * len(self.seeds)

    @property
    def size(self) -> int:
        """Points times seeds times arms: the outcomes to expect."""
        return self.cells * len(self.arms)

    def points(self) -> Iterator[Point]:
        """The places of all points on the axes, the last axis running fastest."""
        yield from itertools.product(*(range(count) for count in self.shape))

    def values(self, point: Point) -> tuple[Any, ...]:
        """What the axes are set to at a point."""
        return tuple(axis.values[place] for axis, place in zip(self.axes, point, strict=True))

    def words(self, point: Point) -> str:
        """A point for a reader: "training.learning_rate 0.1, network.gain 2.0"."""
        return ", ".join(f"{axis.field} {value}" for axis, value in zip(self.axes, self.values(point), strict=True))

    def experiment(self, point: Point, seed: int) -> Experiment:
        """The experiment of one cell, with all arms."""
        base = self.base
        parts: dict[str, Any] = {"data": base.data, "network": base.network, "training": base.training}
        parts["arms"] = base.arms
        for axis, value in zip(self.axes, self.values(point), strict=True):
            _set(parts, axis.field, value)
        return replace(base, **parts, seed=seed)

    def order(self) -> Iterator[tuple[Point, int]]:
        """All cells, those first that show the most: seed by seed, and a coarse grid before a finer one."""
        points = sorted(self.points(), key=lambda point: max(_level(place) for place in point))
        for seed in self.seeds:
            for point in points:
                yield point, seed

    def to_json(self) -> str:
        """All settings as JSON text; `from_json` reads it back."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> Sweep:
        """Read what `to_json` wrote.

        Raises:
            FieldError: naming what cannot be used.
        """

        def build(tree: Any) -> Sweep:
            base, axes = Experiment.from_json(json.dumps(tree["base"])), [Axis(**axis) for axis in tree["axes"]]
            return Sweep(base, tuple(axes), tree["seeds"], tree["target"])

        return whole_from_json("sweep", text, build)


def _level(place: int) -> int:
    """In which round a place on an axis gets its turn: 0, then every 16th, 8th, 4th, 2nd, then all."""
    finest = MAX_VALUES.bit_length()
    return 0 if place == 0 else finest - ((place & -place).bit_length() - 1)


def _set(parts: dict[str, Any], field: str, value: Any) -> None:
    """Set one swept field in the parts of an experiment."""
    group, _, name = field.partition(".")
    if group == "arm":
        parts["arms"] = tuple(replace(arm, **{name: value}) for arm in parts["arms"])
    elif field in SHAPES:
        hidden = parts["network"].hidden
        if len(set(hidden)) != 1:
            raise FieldError(
                "network.hidden",
                f"{hidden} came, but {field} is swept: hidden layers of one width are needed, such as (64, 64).",
            )
        width, depth = (hidden[0], value) if name == "depth" else (value, len(hidden))
        parts["network"] = replace(parts["network"], hidden=(width,) * depth)
    else:
        parts[group] = replace(parts[group], **{name: value})
