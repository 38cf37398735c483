"""The line that stands for an arm, as a small image in a text: the legend of all pictures."""

from __future__ import annotations

import base64

from bnviz.core.experiment import Experiment
from bnviz.plots.theme import ArmStyle, arm_style


def marks(experiment: Experiment, *, dark: bool, short: bool = False) -> list[str]:
    """One piece of Markdown an arm: its line and its name, which is `short` as in `arm_labels`."""
    return [f"{_image(style)} **{style.label}**" for style in arm_style(experiment, dark=dark, short=short)]


def _image(style: ArmStyle) -> str:
    dash = " ".join(str(length) for length in style.dash)
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="28" height="10">'
        f'<line x1="0" y1="5" x2="28" y2="5" stroke="{style.color}" stroke-width="4" stroke-dasharray="{dash}"/></svg>'
    )
    return f"![](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
