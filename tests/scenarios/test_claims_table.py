"""The table in docs/claims.md, the scenario files and the numbers they cover agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bnviz.ui.messages import text
from bnviz.ui.scenarios import ARTICLES, scenarios

ROOT = Path(__file__).resolve().parents[2]
VERDICTS = ("holds", "partly", "wrong as written", "contested", "not visible here")
NOT_SHOWN = {8, 21, 45, 46, 49}
ROWS = [
    [cell.strip() for cell in line.strip("|\n").split("|")]
    for line in (ROOT / "docs" / "claims.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d+ \|", line)
]
TABLE = {int(row[0]): row for row in ROWS}


def named(number: int) -> set[str]:
    return {name for name in TABLE[number][3].split(", ") if name}


def test_there_are_fifty_rows_with_a_verdict_each():
    assert list(TABLE) == list(range(1, 51))
    assert all(len(row) == 5 and row[1] and row[2] in VERDICTS for row in ROWS)


@pytest.mark.parametrize("number", range(1, 51))
def test_a_claim_has_the_scenarios_that_cover_it(number):
    covering = {one.id for one in scenarios().values() if number in one.covers}
    assert covering == named(number)
    if number in NOT_SHOWN:
        assert not named(number)
        assert TABLE[number][4]
    else:
        assert named(number)


def test_the_key_of_the_articles_uses_their_names():
    told = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    for number in ARTICLES:
        name = text(f"claims.articles.{number}")
        assert name.endswith(f" ({number})")
        assert f"- **{number}**, {name.removesuffix(f' ({number})')}" in told


def test_readers_meet_no_article_by_its_number_alone():
    files = [
        file for folder in ("messages", "quiz", "scenarios") for file in (ROOT / "assets" / folder).rglob("*.toml")
    ]
    assert len(files) > 50
    assert not [file.name for file in files if re.search(r"[Aa]rticles? 00\d", file.read_text(encoding="utf-8"))]


def test_every_article_has_its_scenarios():
    articles = {article for one in scenarios().values() for article in one.articles}
    assert articles == set(ARTICLES)
