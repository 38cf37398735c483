"""Lessons: short texts beside a lab, each step with its settings, a question and the answer. Markdown files."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, NoReturn
from urllib.parse import parse_qsl

from bnviz.ui import frame, links
from bnviz.ui.messages import words_of

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "lessons"
KINDS = ("lesson", "plan", "tour")
RIGHT, OTHER, LINK, THEN, ASK, TOLD = "- (x) ", "- ( ) ", "/", "=> /", "? ", ">"


@dataclass(frozen=True)
class Step:
    """One step of a lesson.

    Attributes:
        title: a few words.
        lab: the page it is about.
        settings: the parameters of that page's link while the question is open.
        veiled: parts of the page that would give the answer away: not shown while the question is open.
        then: those that the answer brings.
        words: what is said before the question, in Markdown.
        ask: the question.
        options: the possible answers, at least two.
        right: which of them it is, counted from 0.
        told: what is said afterwards, in Markdown.
    """

    title: str
    lab: str
    settings: dict[str, str]
    veiled: tuple[str, ...]
    then: dict[str, str]
    words: str
    ask: str
    options: tuple[str, ...]
    right: int
    told: str


@dataclass(frozen=True)
class Lesson:
    """Some steps in their order.

    Attributes:
        name: the file's name without its ending; with the number of a step it stands in the address.
        title, about: a few words, and one sentence.
        kind: lesson, plan (for a class) or tour.
        order: its place in a list.
        minutes: how long it takes.
        steps: in their order.
    """

    name: str
    title: str
    about: str
    kind: str
    order: int
    minutes: int
    steps: tuple[Step, ...]


class Place(NamedTuple):
    """Where a reader is: a lesson, the number of its step, and of the answer to its question; both count from 1."""

    lesson: Lesson
    number: int
    answer: int | None

    @property
    def step(self) -> Step:
        """The step itself."""
        return self.lesson.steps[self.number - 1]


@lru_cache(maxsize=1)
def lessons() -> dict[str, Lesson]:
    """All lessons by name, in their order."""
    found = [read(file) for file in FOLDER.glob("*.md")]
    return {lesson.name: lesson for lesson in sorted(found, key=lambda lesson: lesson.order)}


def read(file: Path) -> Lesson:
    """Read one file: a head in TOML between two lines of +++, then a step at each heading ##.

    In a step a line that begins with / is the link (its hide= names what would give the answer away), with => the link
    of the answer, with ? the question; the options are a list of (x) and ( ); quoted lines are said afterwards;
    everything else comes before.

    Raises:
        ValueError: when the file has no such head or a step is incomplete.
    """
    _, head, body = words_of(file).split("+++\n", 2)
    parts = body.split("\n## ")[1:]
    return Lesson(file.stem, steps=tuple(_step(file.name, part) for part in parts), **tomllib.loads(head))


def _step(where: str, part: str) -> Step:
    title, *lines = part.splitlines()
    options = [line for line in lines if line.startswith((RIGHT, OTHER))]
    right = [place for place, line in enumerate(options) if line.startswith(RIGHT)]
    address, then, ask = (_only(lines, mark) for mark in (LINK, THEN, ASK))
    told = "\n".join(line[1:].strip() for line in lines if line.startswith(TOLD))
    words = [line for line in lines if not line.startswith((RIGHT, OTHER, LINK, THEN, ASK, TOLD))]
    if not (address and then and ask and told and len(options) > 1 and len(right) == 1):
        needed = "a link and one for the answer, a question, two options or more of which one is right, and an answer"
        raise ValueError(f"{where}, step {title!r}: something is missing; {needed} are needed.")
    lab, settings = parsed(address)
    veiled = tuple(settings.pop("hide", "").split(".")) if "hide" in settings else ()
    return Step(
        title, lab, settings, veiled, parsed(then)[1], "\n".join(words).strip(), ask,
        tuple(line[len(RIGHT) :] for line in options), right[0], told,
    )  # fmt: skip


def _only(lines: list[str], mark: str) -> str:
    """The first line with a mark, without it; empty if there is none."""
    return next((line.removeprefix(mark) for line in lines if line.startswith(mark)), "")


def parsed(address: str) -> tuple[str, dict[str, str]]:
    """Page and parameters of an address such as train?seed=1."""
    page, _, query = address.strip().lstrip("/").partition("?")
    return page, dict(parse_qsl(query, keep_blank_values=True))


def current() -> Place | None:
    """What the address names, such as layer.2, or layer.2.3 after an answer; None if there is no such thing."""
    name, *numbers = links.kept().get("lesson", "").split(".")
    lesson = lessons().get(name)
    if lesson is None or len(numbers) not in (1, 2):
        return None
    number, *answer = map(links.whole, numbers)
    if number is None or None in answer or not 1 <= number <= len(lesson.steps):
        return None
    found = Place(lesson, number, answer[0] if answer else None)
    return found if found.answer is None or 1 <= found.answer <= len(found.step.options) else None


def params(lesson: Lesson, number: int) -> dict[str, str]:
    """The parameters of a link to a step."""
    return lesson.steps[number - 1].settings | {"lesson": f"{lesson.name}.{number}"}


def answer(place: Place, option: int) -> NoReturn:
    """Show what an answer brings; the address tells which one was given, counted from 1."""
    links.keep("lesson", f"{place.lesson.name}.{place.number}.{option}")
    links.go(place.step.lab, frame.PAGES / f"{place.step.lab}.py", place.step.then)


def go_to_step(name: str, number: int) -> NoReturn:
    """Open a step of a lesson: its lab with its settings, and the words beside it."""
    step = lessons()[name].steps[number - 1]
    links.keep("lesson", f"{name}.{number}")
    links.go(step.lab, frame.PAGES / f"{step.lab}.py", step.settings)
