"""Every scenario has a test that holds that its effect shows.

A test belongs to a scenario by the mark `@pytest.mark.scenario("C4")`, or by its name: `test_c4_…` or `…_c4`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bnviz.ui.scenarios import scenarios

TESTS = Path(__file__).resolve().parents[1]
MARKS = ("scenario", "shows")


def marked(function: ast.FunctionDef) -> Iterator[str]:
    """The scenarios that the marks of a test name."""
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call):
            name = mark.func.attr if isinstance(mark.func, ast.Attribute) else getattr(mark.func, "id", "")
            if name in MARKS:
                yield from (one.value for one in mark.args if isinstance(one, ast.Constant))


def shown_by() -> dict[str, list[str]]:
    """The tests of each scenario: file and name."""
    found: dict[str, list[str]] = {name: [] for name in scenarios()}
    by_word = {name.lower(): name for name in found}
    for file in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
                continue
            named = {by_word[word] for word in node.name.split("_") if word in by_word}
            for name in {*marked(node), *named}:
                assert name in found, f"{file.name}, {node.name}: there is no scenario {name}."
                found[name].append(f"{file.relative_to(TESTS)}::{node.name}")
    return found


FOUND = shown_by()


@pytest.mark.parametrize("name", scenarios())
def test_a_scenario_has_a_test_of_its_effect(name):
    assert FOUND[name], f"Mark a test with @pytest.mark.scenario({name!r})."


def test_ids_are_letters_and_digits_that_a_test_can_be_named_after():
    assert all(re.fullmatch(r"[A-Za-z]\d+[a-z]?", name) for name in scenarios())


def test_no_two_scenarios_have_the_same_title():
    titles = [one.title for one in scenarios().values()]
    assert len(set(titles)) == len(titles)
