"""Which questions of the quizzes were answered, and how: kept in the link, so that it survives a reload.

One word such as ``ravine-B_a`` for each quiz that was begun, joined by dots: one sign a question, a letter for the
first answer (a capital where it was right) or an underscore for none.
"""

from __future__ import annotations

from dataclasses import dataclass

from bnviz.ui import links
from bnviz.ui.quiz_items import quizzes

KEY = "quiz"
_LETTERS = "abcdefghij"


@dataclass(frozen=True)
class Answer:
    """The first answer to a question: the place of the option, and whether it was right at that moment."""

    option: int
    right: bool


Answers = dict[str, tuple[Answer | None, ...]]


def answers() -> Answers:
    """The first answers to all questions, by quiz."""
    return read(links.kept().get(KEY, ""))[0]


def read(given: str) -> tuple[Answers, bool]:
    """What the address says, whatever it is, and whether all of it could be used."""
    found: Answers = {name: (None,) * len(questions) for name, questions in quizzes().items()}
    whole = True
    for word in filter(None, given.split(".")):
        name, _, signs = word.partition("-")
        if name not in found or len(signs) > len(found[name]) or set(signs.lower()) - {"_", *_LETTERS}:
            whole = False
            continue
        said = tuple(_answer(name, place, sign) for place, sign in enumerate(signs))
        whole &= all((answer is None) == (sign == "_") for answer, sign in zip(said, signs, strict=True))
        found[name] = said + found[name][len(said) :]
    return found, whole


def _answer(name: str, place: int, sign: str) -> Answer | None:
    if sign == "_":
        return None
    question, option = quizzes()[name][place], _LETTERS.index(sign.lower())
    if question.options and option >= len(question.options):
        return None
    return Answer(option, sign.isupper() if question.live else option == question.right)


def written(known: Answers) -> str:
    """The answers as the address has them."""
    words = []
    for name, said in known.items():
        signs = "".join(_sign(answer) for answer in said).rstrip("_")
        if signs:
            words.append(f"{name}-{signs}")
    return ".".join(words)


def _sign(answer: Answer | None) -> str:
    if answer is None:
        return "_"
    letter = _LETTERS[answer.option]
    return letter.upper() if answer.right else letter


def record(name: str, place: int, answer: Answer) -> None:
    """Keep an answer if it is the first one to this question."""
    known = answers()
    if known[name][place] is None:
        said = list(known[name])
        said[place] = answer
        links.keep(KEY, written(known | {name: tuple(said)}))


def forget() -> None:
    """All questions are open again."""
    links.keep(KEY, None)


def score(said: tuple[Answer | None, ...]) -> tuple[int, int]:
    """How many answers were right, of how many."""
    given = [answer for answer in said if answer is not None]
    return sum(answer.right for answer in given), len(given)
