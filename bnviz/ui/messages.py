"""Every sentence the pages say, read from `assets/messages`: a folder for each language, in it a file for each page."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

MARKUP = re.compile(r"[\\`*\[\]<>|$~]|(?<!\w)_|_(?!\w)|:(?=\S)|&(?=[#\w])|^\s*(?:\d+[.)]|[-+#=])", re.MULTILINE)
FOLDER = Path(__file__).resolve().parents[2] / "assets" / "messages"


@lru_cache(maxsize=4)
def _tree(language: str) -> dict[str, Any]:
    files = sorted((FOLDER / language).glob("*.toml"))
    return {file.stem: tomllib.loads(words_of(file)) for file in files}


def words_of(file: Path) -> str:
    """A file of texts, in which no line ends between a number and its per cent sign."""
    return re.sub(r"(?<=[\d}]) %", "\u00a0%", file.read_text(encoding="utf-8"))


def find(key: str, language: str = "en") -> str | None:
    """The message with a dotted key as it is written; None where there is none."""
    found: Any = _tree(language)
    for part in key.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found if isinstance(found, str) else None


def text(key: str, /, language: str = "en", **values: object) -> str:
    """The message with a dotted key such as ``train.state.finished``, its {names} filled in.

    Raises:
        KeyError: when there is no such message.
    """
    found: Any = _tree(language)
    for part in key.split("."):
        found = found[part]
    return str(found).format(**values) if values else str(found)


def plain(words: str) -> str:
    """Words of a reader or of a link as Markdown that shows them as they are: no picture, no link, no markup."""
    return MARKUP.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", words)
