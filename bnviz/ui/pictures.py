"""The pictures of a view: from a recording to what the player takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from altair.utils.schemapi import debug_mode

from bnviz import plots
from bnviz.core.recording import Recording
from bnviz.plots.figure import Figure
from bnviz.ui.payload import Picture
from bnviz.ui.view import OF_ONE_ARM, View


def figures(recording: Recording, view: View, *, others: tuple[Recording, ...] = (), dark: bool) -> list[Figure]:
    """The figures that a view asks for, in reading order; those of one arm come first, below the choice of that arm.

    Args:
        recording: of the run on screen.
        view: what of it is shown.
        others: the same experiment with other seeds, for the band of the curves.
        dark: the theme.
    """
    makers: dict[str, Callable[[], list[Figure | None]]] = {
        "curves": lambda: [
            plots.loss(recording, others=others, dark=dark),
            plots.accuracy(recording, others=others, dark=dark),
        ],
        "histograms": lambda: [plots.histograms(recording, kind=view.kind, dark=dark)],
        "maps": lambda: [plots.decision_maps(recording, dark=dark)],
        "digits": lambda: [plots.digit_sample(recording, arm=view.arm, dark=dark)],
        "bands": lambda: [plots.bands(recording, kind=view.kind, dark=dark)],
        "units": lambda: [plots.gamma_beta(recording, arm=view.arm, layer=view.layer, dark=dark)],
        "saturation": lambda: [plots.saturation(recording, dark=dark), plots.maxima(recording, dark=dark)],
        "gradients": lambda: [plots.gradients(recording, dark=dark), plots.updates(recording, dark=dark)],
    }
    order = sorted(view.show, key=lambda name: OF_ONE_ARM.index(name) if name in OF_ONE_ARM else len(OF_ONE_ARM))
    with debug_mode(False):  # Altair's checks take as long as all the rest; the tests make them
        return [figure for name in order for figure in makers[name]() if figure is not None]


def picture(figure: Figure) -> Picture:
    """A figure as the player takes it; the legend of the arms stands above all pictures, once."""
    bare = figure.without_arm_legend()
    shared = [f.name for f in fields(Picture) if f.name != "arms"]
    return Picture(**{name: getattr(bare, name) for name in shared}, arms=bare.spec != figure.spec)
