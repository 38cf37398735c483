"""Pictures on white paper: a figure for the dark screen becomes exactly the one for the light screen."""

from __future__ import annotations

import pytest

from bnviz import plots
from bnviz.core.experiment import Arm, Data, Experiment, Network
from bnviz.plots import theme
from bnviz.plots.paper import colors, on_paper


def test_every_colour_of_an_arm_is_known() -> None:
    arms = tuple(Arm("batch", "after" if place % 2 else "before", momentum=0.1 + place / 10) for place in range(6))
    for run in (Experiment(arms=arms), Experiment(Data("moons"), Network((4,)), (Arm("none"), Arm("rms", "after")))):
        both = zip(theme.arm_style(run, dark=True), theme.arm_style(run, dark=False), strict=True)
        assert all(colors()[dark.color] == light.color for dark, light in both)


def test_every_palette_is_known() -> None:
    for palette in (theme.HUES, theme.MODES, theme.REMEDIES, theme.ORDERS):
        assert all(colors()[hue[True]] == hue[False] for hue in palette.values())
    for one in (theme.PAPER, theme.INK, theme.MUTED, theme.FAINT, theme.WARNING, theme.BAND):
        assert colors()[one[True]] == one[False]


@pytest.mark.parametrize(
    "name", ["loss", "accuracy", "histograms", "bands", "saturation", "gradients", "decision_maps"]
)
def test_a_figure_of_the_dark_theme_becomes_that_of_the_light_one(run, name) -> None:
    recording = run("plane")
    light, dark = (getattr(plots, name)(recording, dark=shade).spec_at() for shade in (False, True))
    assert light != dark
    assert on_paper(dark) == light
