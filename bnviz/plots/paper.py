"""Pictures on white paper: what was drawn for a dark screen, in the colours that the light theme has for the same."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from bnviz.plots import theme

REPEATED = (0.0, 0.3, 0.6)
"""How far towards the ink an arm is drawn whose norm is there already (`theme.arm_style`)."""


@lru_cache(maxsize=1)
def colors() -> dict[str, str]:
    """Every colour of the dark theme and the one that stands for it on paper."""
    found: dict[str, str] = {}
    for hue in theme.HUES.values():
        found |= _of_arms(hue[True], hue[False])
        found |= _of_arms(theme.paler(hue[True], dark=True), theme.paler(hue[False], dark=False))
    for palette in (theme.MODES, theme.REMEDIES, theme.ORDERS):
        found |= {hue[True]: hue[False] for hue in palette.values()}
    for lists in (theme.CLASS_COLOURS, theme.MAP_COLOURS, theme.HEAT):
        found |= dict(zip(lists[True], lists[False], strict=True))
    grounds = (theme.PAPER, theme.INK, theme.MUTED, theme.FAINT, theme.WARNING, theme.BAND)
    return found | {one[True]: one[False] for one in grounds}


def _of_arms(dark: str, light: str) -> dict[str, str]:
    """One hue, as it is and as arms of the same norm have it."""
    inks = theme.INK[True], theme.INK[False]
    return {theme.mixed(dark, inks[0], share): theme.mixed(light, inks[1], share) for share in REPEATED}


def on_paper(part: Any) -> Any:
    """A specification, or any part of one, with the colours of the light theme instead of those of the dark one."""
    if isinstance(part, str):
        return colors().get(part, part)
    if isinstance(part, dict):
        return {name: on_paper(value) for name, value in part.items()}
    return [on_paper(value) for value in part] if isinstance(part, list) else part
