"""The table of figures to reach, with today's beside them. Every benchmark has `rows() -> list[Row]`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure: what was done, what is wanted, what was measured today, and whether that reaches it.

    `wanted` is empty where a figure is only told.
    """

    work: str
    wanted: str
    today: str
    ok: bool


HEAD = ("work", "at least", "today", "")


def _mark(row: Row) -> str:
    return "" if not row.wanted else "ok" if row.ok else "short"


def table(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table; the last column says ok or short, or nothing of figures only told."""
    lines = [
        HEAD,
        ("---",) * len(HEAD),
        *((row.work, row.wanted, row.today, _mark(row)) for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
