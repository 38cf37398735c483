"""The lab of rates, initialization and depth: which part is shown."""

from __future__ import annotations

from bnviz.core.rates import Choices
from bnviz.ui.rates_inside import show_inside
from bnviz.ui.rates_map import show_sweep
from bnviz.ui.rates_start import below_the_map, show_start


def show_part(chosen: Choices, *, dark: bool) -> Choices:
    """Show the open part; returns the choices after the part's own controls."""
    if chosen.part == "start":
        return show_start(chosen, dark=dark)
    if chosen.part == "inside":
        return show_inside(chosen, dark=dark)
    chosen = show_sweep(chosen, dark=dark)
    if chosen.part in ("init", "depth"):
        below_the_map(chosen, dark=dark)
    return chosen
