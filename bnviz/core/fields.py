"""What a setting may be: its kind, its bounds, and how it is written in a link.

Every field of an `Experiment` carries one of these kinds in its metadata. The same kind checks a value that
comes from Python, from JSON or from a link, and tells a page the ends of its slider.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any, Protocol

NEAR = 0.75
"""How alike two names are of which one may be a slip of the other; 1 is equal."""


class FieldError(ValueError):
    """A setting that cannot be used.

    Attributes:
        field: dotted name of the setting, such as ``training.batch_size`` or ``arms[1].groups``.
        problem: one or two plain sentences: what came, what is needed, what to do.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


def shown(value: Any) -> str:
    """A value as an error message quotes it, cut where it is long."""
    try:
        text = repr(value)
    except ValueError:  # a whole number of more than 4300 digits
        text = "A very long number"
    return text if len(text) <= 80 else f"{text[:77]}..."


def _plain(number: float) -> str:
    """A bound as one writes it: "512", "2,147,483,647", "0.000001"."""
    if abs(number) < 1e15 and number == int(number):
        return f"{int(number):,}"
    return f"{number:.6f}".rstrip("0") if 1e-6 <= abs(number) < 1e-4 else f"{number:g}"


class Kind(Protocol):
    """Reads a value (from code or JSON) or a text (from a link); raises ValueError with a plain sentence."""

    def read(self, value: Any) -> Any: ...

    def parse(self, text: str) -> Any: ...

    def write(self, value: Any) -> str: ...


@dataclass(frozen=True)
class Number:
    """A finite number between `low` and `high`, both allowed; whole if `integer`."""

    low: float
    high: float
    integer: bool = False

    @property
    def wanted(self) -> str:
        """What is needed, in words."""
        return f"{'a whole number' if self.integer else 'a number'} from {_plain(self.low)} to {_plain(self.high)}"

    def read(self, value: Any) -> int | float:
        numeric = isinstance(value, numbers.Real) and not isinstance(value, bool)
        # The bounds come before int(): they also stop NaN, infinity and whole numbers too long for a float.
        if not numeric or not self.low <= value <= self.high or (self.integer and value != int(value)):
            raise ValueError(f"{shown(value)} came; {self.wanted} is needed.")
        return int(value) if self.integer else float(value)

    def parse(self, text: str) -> int | float:
        try:
            number = float(text)
        except ValueError:
            return self.read(text)
        try:
            return self.read(number)
        except ValueError:  # what was typed, not what Python made of it
            raise ValueError(f"{shown(text)[1:-1]} came; {self.wanted} is needed.") from None

    def write(self, value: Any) -> str:
        return f"{value:d}" if self.integer else f"{value!r}".removesuffix(".0")


@dataclass(frozen=True)
class Choice:
    """One word out of `options`."""

    options: tuple[str, ...]

    def read(self, value: Any) -> str:
        if value not in self.options:
            raise ValueError(f"{value!r} came; one of {', '.join(self.options)} is needed.")
        return str(value)

    def parse(self, text: str) -> str:
        return self.read(text)

    def write(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Flag:
    """True or false; `1` or `0` in a link."""

    def read(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError(f"{value!r} came; true or false is needed.")
        return value

    def parse(self, text: str) -> bool:
        if text not in ("0", "1"):
            raise ValueError(f"{text!r} came; 1 (yes) or 0 (no) is needed.")
        return text == "1"

    def write(self, value: Any) -> str:
        return "1" if value else "0"


@dataclass(frozen=True)
class ListOf:
    """A tuple of `least` to `most` values of one kind, joined by `_` in a link (an empty one is `-`)."""

    kind: Kind
    least: int
    most: int
    noun: str

    def read(self, value: Any) -> tuple[Any, ...]:
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise ValueError(f"{value!r} came; a list of {self.least} to {self.most} {self.noun} is needed.")
        if not self.least <= len(value) <= self.most:
            raise ValueError(f"{len(value)} {self.noun} came; {self.least} to {self.most} are possible.")
        return tuple(self.kind.read(item) for item in value)

    def parse(self, text: str) -> tuple[Any, ...]:
        return self.read([] if text == "-" else [self.kind.parse(part) for part in text.split("_")])

    def write(self, value: Any) -> str:
        return "_".join(self.kind.write(item) for item in value) or "-"


@dataclass(frozen=True)
class OrNone:
    """A value of one kind, or None for "as in the rest of the experiment"."""

    kind: Kind

    def read(self, value: Any) -> Any:
        return None if value is None else self.kind.read(value)

    def parse(self, text: str) -> Any:
        return None if text == "none" else self.kind.parse(text)

    def write(self, value: Any) -> str:
        return "none" if value is None else self.kind.write(value)


@dataclass(frozen=True)
class OneOrEach:
    """One value for all layers, or a list with one value a layer."""

    one: Kind
    each: ListOf

    def read(self, value: Any) -> Any:
        return self.one.read(value) if isinstance(value, str) else self.each.read(value)

    def parse(self, text: str) -> Any:
        if text == "-" or "_" in text:
            return self.each.parse(text.removesuffix("_"))
        return self.one.parse(text)

    def write(self, value: Any) -> str:
        if isinstance(value, str):
            return self.one.write(value)
        return self.each.write(value) + ("_" if len(value) == 1 else "")


def setting(default: Any, kind: Kind) -> Any:
    """A dataclass field with a default and the kind that checks it."""
    return field(default=default, metadata={"kind": kind})


def kind_of(group: Any, name: str) -> Any:
    """The kind of field `name` of a settings dataclass (class or instance)."""
    return next(f.metadata["kind"] for f in fields(group) if f.name == name)


def check_fields(group: Any, prefix: str) -> None:
    """Read every field of a frozen settings dataclass through its kind, in place.

    Raises:
        FieldError: naming the first field that cannot be used.
    """
    for item in fields(group):
        try:
            value = item.metadata["kind"].read(getattr(group, item.name))
        except ValueError as error:
            raise FieldError(f"{prefix}.{item.name}", str(error)) from None
        object.__setattr__(group, item.name, value)


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name of which another may be a slip; empty if none is near."""
    return next(iter(get_close_matches(name, list(known), 1, NEAR)), "")


def unknown_name(name: str, near: str) -> str:
    """That no setting has a name, and which one is perhaps meant, from `nearest`."""
    return f"{name} came; no setting has that name. " + (f"Perhaps {near} is meant." if near else "It is left out.")
