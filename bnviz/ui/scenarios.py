"""Scenarios: one claim each, with the settings of a lab that put it to the test. One TOML file a scenario."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from bnviz.ui.messages import words_of

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "scenarios"
ARTICLES = ("000", "001", "002", "003")


@dataclass(frozen=True)
class Scenario:
    """One claim and the settings that show what there is to it.

    Attributes:
        id: the file's name without its ending, such as C4.
        lab: the page that shows it.
        title: a few words for a list.
        claim: what is claimed, in one sentence of our own.
        source: who claims it besides the articles, with the year, or what decides it.
        articles: which of the articles make the claim (`ARTICLES`); empty when none does.
        covers: numbers of the claims in `docs/claims.md` that it puts to the test.
        look: where to look, in one or two sentences.
        expect: what will be seen, in words; the numbers are measured live.
        dissent: where the literature disagrees, with the year; empty when it does not.
        settings: the parameters of the lab's link that are not the usual ones.
    """

    id: str
    lab: str
    title: str
    claim: str
    source: str
    look: str
    expect: str
    settings: dict[str, str]
    articles: tuple[str, ...] = ()
    covers: tuple[int, ...] = ()
    dissent: str = ""


@lru_cache(maxsize=1)
def scenarios() -> dict[str, Scenario]:
    """All scenarios by their id, in the order of the ids."""
    return {file.stem: _read(file) for file in sorted(FOLDER.glob("*.toml"))}


def scenario(name: str) -> Scenario:
    """One scenario.

    Raises:
        KeyError: when there is none of this id.
    """
    return scenarios()[name]


def of_lab(lab: str) -> list[Scenario]:
    """The scenarios that a lab shows."""
    return [found for found in scenarios().values() if found.lab == lab]


def _read(file: Path) -> Scenario:
    found: dict[str, Any] = tomllib.loads(words_of(file))
    unknown = found.keys() - {field.name for field in fields(Scenario)} | (found.keys() & {"id"})
    if unknown:
        raise ValueError(f"{file.name}: {', '.join(sorted(unknown))} came; a scenario has no such entry.")
    found["settings"] = {name: str(value) for name, value in found.get("settings", {}).items()}
    for name in ("articles", "covers"):
        found[name] = tuple(found.get(name, ()))
    if wrong := set(found["articles"]) - set(ARTICLES):
        raise ValueError(f"{file.name}: articles {sorted(wrong)} came; {', '.join(ARTICLES)} are possible.")
    return Scenario(id=file.stem, **found)
