"""What is wrong with a link, in the words of the page: settings and choices are named as their controls are."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

from bnviz.ui.messages import find, plain, text

_ARM = re.compile(r"arms\[(\d+)\](?:\.(\w+))?$")
_FIELD = re.compile(r"^([a-z][\w.]*(?:\[\d+\](?:\.\w+)?)?): ")
SHOWN = 40
_ENDLESS = re.compile(rf"\S{{{2 * SHOWN},}}")
_ONE_OF = re.compile(r"one of ([\w, ]+) is needed")
_LISTS = {"data": "name", "arms": "norm", "norms": "norm", "kinds": "activation", "network.kind": "network_kind"}
"""Settings whose choices the training lab names under another word."""


def label_of(field: str, page: str) -> str | None:
    """What a control is called on the page; None where there is none.

    Args:
        field: dotted name of the setting, such as ``training.steps``, ``arms[1].groups`` or ``rates.low``.
        page: where it stands.
    """
    arm = _ARM.match(field)
    if arm:
        name = arm.group(2)
        what = None if name is None else label_of(f"arm.{name}", "train")
        whose = text("link.arm", number=int(arm.group(1)) + 1)
        return whose if what is None else f"{whose}, {what[0].lower()}{what[1:]}"
    name = field.rpartition(".")[2]
    whole = field if "." in field else f"{page}.{field}"
    places = [f"link.names.{whole}", *(f"{own}.{part}{name}" for own in (page, "train") for part in ("labels.", ""))]
    return next((label for place in places if (label := find(place)) is not None and "{" not in label), None)


def option_of(field: str, word: str, page: str) -> str:
    """What one choice of a setting is called on the page; the word itself where it has no other name."""
    name = (_ARM.match(field) or [field, field, None])[2] or field.rpartition(".")[2]
    names = (name, f"{name}s", _LISTS.get(field) or _LISTS.get(name) or name)
    places = [f"{own}.{part}{one}.{word}" for own in (page, "train") for part in ("options.", "") for one in names]
    return next((label for place in places if (label := find(place)) is not None), word)


def in_words(problem: str, page: str) -> str:
    """A problem with the names of the page, as Markdown in which nothing that came from the link is markup."""
    return as_it_came(named(problem, page))


def as_it_came(sentence: str) -> str:
    """A sentence as Markdown that shows what a link says in it as it is, and of an endless word its beginning."""
    return plain(_ENDLESS.sub(lambda word: f"{word[0][:SHOWN]}…", sentence))


def named(problem: str, page: str) -> str:
    """A problem with the names of the page: "training.steps: 0 came; …" becomes "Updates: 0 came; …".

    Args:
        problem: a sentence, with the name of its setting and a colon in front.
        page: on which it is told.
    """
    found = _FIELD.match(problem)
    if found:
        field, rest = found.group(1), problem[found.end() :]
        rest = _ONE_OF.sub(lambda one: _choices(field, one.group(1), page), rest)
        problem = f"{label_of(field, page) or field}: {rest}"
    return problem


def _choices(field: str, words: str, page: str) -> str:
    named = [option_of(field, word, page) for word in words.split(", ")]
    return f"one of {('; ' if any(',' in one for one in named) else ', ').join(named)} is needed"


def unfit(page: str, name: str, given: str, used: Any) -> str:
    """Why a setting of a link gave way to another value.

    Args:
        page: where it stands.
        name: of the setting.
        given: what the link says.
        used: the settings that are shown instead.
    """
    kind = next(item.metadata["kind"] for item in fields(used) if item.name == name)
    field, instead = f"{page}.{name}", kind.write(getattr(used, name))
    given, instead = (option_of(field, word, page) for word in (given, instead))
    why = find(f"link.why.{name}") or text("link.why.other")
    return f"{field}: {text('link.unfit', given=given, why=why, used=instead)}"
