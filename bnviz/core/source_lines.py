"""The source of the norms as it runs, and which of its lines makes which phase of the layer lab."""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bnviz.core import norms

FILE = "bnviz/core/norms.py"


@dataclass(frozen=True)
class Mark:
    """One line of a function.

    Attributes:
        function: its name in `norms`.
        begins: how the line begins, without indentation; unique in the function.
        gives: the variable that holds the result once the line has run; "return" for what is returned.
    """

    function: str
    begins: str
    gives: str


PHASES = ("h", "mean", "var", "x_hat", "y", "running", "grad_y", "grad_beta", "grad_gamma", "grad_x")
MARKS: dict[str, tuple[Mark, ...]] = {
    "h": (Mark("forward", "def forward(x: Tensor", "x"),),
    "mean": (Mark("normalize", "mean = x.mean(axes", "mean"),),
    "var": (
        Mark("normalize", "centered = x - mean", "centered"),
        Mark("normalize", "var = centered.square()", "var"),
    ),
    "x_hat": (
        Mark("normalize", "inv_std = (var + eps)", "inv_std"),
        Mark("normalize", "return Cache(centered * inv_std", "return"),
    ),
    "y": (Mark("forward", "y = per_feature(gamma", "y"),),
    "running": (
        Mark("unbiased", "return var * (count", "return"),
        Mark("moving_average", "running.mul_(1.0 - momentum)", "running"),
    ),
    "grad_y": (Mark("backward", "def backward(grad_y", "grad_y"),),
    "grad_beta": (Mark("backward", "grad_beta = grad_y.sum", "grad_beta"),),
    "grad_gamma": (Mark("backward", "grad_gamma = (grad_y * ", "grad_gamma"),),
    "grad_x": (
        Mark("backward", "grad_x_hat = (per_feature(gamma", "grad_x_hat"),
        Mark("normalize_backward", "along_x_hat = ", "along_x_hat"),
        Mark("normalize_backward", "grad = grad_x_hat - cache.x_hat", "grad"),
        Mark("normalize_backward", "grad = grad - grad_x_hat.mean", "grad"),
        Mark("normalize_backward", "return grad * cache.inv_std", "return"),
    ),
}


@dataclass(frozen=True)
class Listing:
    """A function's source, without its docstring.

    Attributes:
        name: of the function.
        lines: pairs of a line number in the file and the line.
    """

    name: str
    lines: tuple[tuple[int, str], ...]


@lru_cache(maxsize=32)
def listing(name: str) -> Listing:
    """The source of a function of `norms`, as `inspect` finds it."""
    function: Any = getattr(norms, name)
    lines, first = inspect.getsourcelines(function)
    tree = ast.parse(textwrap.dedent("".join(lines))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    folded: set[int] = set()
    if ast.get_docstring(tree) is not None:
        folded = set(range(tree.body[0].lineno, (tree.body[0].end_lineno or 0) + 1))
    kept = enumerate((line.rstrip("\n") for line in lines), start=1)
    return Listing(name, tuple((first + place - 1, line) for place, line in kept if place not in folded))


def marked(phase: str) -> dict[str, tuple[int, ...]]:
    """The line numbers that make a phase, by function, in the order in which they run."""
    found: dict[str, tuple[int, ...]] = {}
    for mark in MARKS[phase]:
        lines = [number for number, line in listing(mark.function).lines if line.strip().startswith(mark.begins)]
        if len(lines) != 1:
            raise ValueError(f"{len(lines)} lines of {mark.function} begin with {mark.begins!r}; one is needed.")
        found[mark.function] = (*found.get(mark.function, ()), lines[0])
    return found
