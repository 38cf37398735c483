"""The questions of the quizzes, one file a lab in assets/quiz, and the six of the course notes (article 002)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from bnviz.ui.messages import words_of

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "quiz"
ARTICLE = "article"


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        id: a word, unique in its quiz.
        ask: the question.
        because: the explanation; {names} are filled with what was measured.
        options: what one can answer; empty where what is on screen decides that. Links name them by their places, so
            these stay as they are, and new questions come last.
        shown: the order of the options on the page, by place; as they stand, if empty.
        right: the place of the right one; -1 where what is on screen decides that.
        live: the name in `bnviz.ui.quiz_live.LIVE` of what decides it, or empty.
        wait: what to do on the page while there is nothing on screen to ask about.
        scenario: the id of the scenario that shows it, or empty.
        lab, settings: the lab and the parameters of its link that show it, where there is no such scenario.
    """

    id: str
    ask: str
    because: str
    options: tuple[str, ...] = ()
    shown: tuple[int, ...] = ()
    right: int = -1
    live: str = ""
    wait: str = ""
    scenario: str = ""
    lab: str = ""
    settings: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=1)
def quizzes() -> dict[str, tuple[Question, ...]]:
    """All quizzes by name: that of the article, and one a lab."""
    return {file.stem: _read(file) for file in sorted(FOLDER.glob("*.toml"))}


def _read(file: Path) -> tuple[Question, ...]:
    found = tomllib.loads(words_of(file))["question"]
    return tuple(_question(one, file.stem) for one in found)


def _question(given: dict[str, Any], name: str) -> Question:
    unknown = given.keys() - {field.name for field in fields(Question)}
    if unknown:
        raise ValueError(f"{name}: {', '.join(sorted(unknown))} came; a question has no such entry.")
    settings = tuple((key, str(value)) for key, value in given.pop("settings", {}).items())
    made = Question(**{"lab": "" if name == ARTICLE else name} | given | {"settings": settings})
    made = Question(**{**vars(made), "options": tuple(made.options), "shown": tuple(made.shown)})
    if not made.live and not 0 <= made.right < len(made.options):
        raise ValueError(f"{name}.{made.id}: right is {made.right}; the place of one of {len(made.options)} options.")
    if made.shown and sorted(made.shown) != list(range(len(made.options))):
        raise ValueError(f"{name}.{made.id}: shown is {made.shown}; each place of its options is needed once.")
    return made
