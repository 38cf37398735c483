"""Every sentence the pages say, read from `assets/messages`."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "messages"


@lru_cache(maxsize=4)
def _tree(language: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def text(key: str, /, language: str = "en", **values: object) -> str:
    """The message with a dotted key such as ``train.state.finished``, its {names} filled in.

    Raises:
        KeyError: when there is no such message.
    """
    found: Any = _tree(language)
    for part in key.split("."):
        found = found[part]
    return str(found).format(**values) if values else str(found)
