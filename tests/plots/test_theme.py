"""Colours, dashes and numbers."""

from __future__ import annotations

import colorsys
import itertools
import json

import numpy as np
import pytest
import vl_convert

from bnviz import plots
from bnviz.core.experiment import Arm, Experiment, Network
from bnviz.plots import theme
from bnviz.plots.lines import Line, Scales, lines
from bnviz.plots.sentences import after
from bnviz.plots.stills import Words
from bnviz.ui.messages import text

ARMS = [Arm("none"), *(Arm(norm, side) for norm in theme.HUES if norm != "none" for side in ("before", "after"))]
# Severe protanopia, deuteranopia and tritanopia (Machado, Oliveira and Fernandes 2009), on linear RGB.
BLINDNESS = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(color):
    srgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def hue(color):
    """Where on the colour circle a colour lies, 0 to 1."""
    return colorsys.rgb_to_hls(*(int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)))[0]


def contrast(one, other):
    light, dark = sorted(
        (linear(one) @ [0.2126, 0.7152, 0.0722], linear(other) @ [0.2126, 0.7152, 0.0722]), reverse=True
    )
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    """OKLab of linear RGB."""
    rgb = np.clip(rgb, 0, 1)
    lms = np.cbrt(np.array([[0.4122215, 0.5363325, 0.0514460], [0.2119035, 0.6806996, 0.1073970],
                            [0.0883025, 0.2817188, 0.6299787]]) @ rgb)  # fmt: skip
    return np.array([[0.2104543, 0.7936178, -0.0040720], [1.9779985, -2.4285922, 0.4505937],
                     [0.0259040, 0.7827718, -0.8086758]]) @ lms  # fmt: skip


def experiment(*arms):
    return Experiment(network=Network((16, 16)), arms=arms)


@pytest.mark.parametrize("dark", [False, True])
def test_colours_stand_out_from_the_ground(dark):
    grounds = ["#ffffff"] if not dark else ["#0b1220", "#0e1117"]
    colors = [hue[dark] for hue in theme.HUES.values()]
    for color in [*colors, theme.WARNING[dark], theme.MUTED[dark], *theme.CLASS_COLOURS[dark]]:
        assert min(contrast(color, ground) for ground in grounds) >= 3, color
    assert min(contrast(theme.MUTED[dark], ground) for ground in grounds) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("eyes", [None, *BLINDNESS])
def test_the_usual_norms_differ_for_all_eyes(dark, eyes):
    seen = np.eye(3) if eyes is None else np.array(BLINDNESS[eyes])
    colors = {norm: lab(seen @ linear(theme.HUES[norm][dark])) for norm in ("none", "batch", "layer", "group", "rms")}
    for one, other in itertools.combinations(colors, 2):
        assert np.linalg.norm(colors[one] - colors[other]) > 0.03, (one, other)


def test_a_norm_has_one_hue_and_a_placement_one_dash():
    one = {style.label: style for style in theme.arm_style(experiment(Arm("none"), Arm("batch"), Arm("layer")))}
    two = {
        style.label: style for style in theme.arm_style(experiment(Arm("layer"), Arm("batch", "after"), Arm("batch")))
    }
    assert one["batch norm before"] == two["batch norm before"]
    assert one["layer norm before"] == two["layer norm before"]
    before, after = two["batch norm before"].color, two["batch norm after"].color
    assert hue(after) == pytest.approx(hue(before), abs=0.02)
    assert contrast(after, "#ffffff") < contrast(before, "#ffffff")
    assert two["batch norm after"].dash != two["batch norm before"].dash


def test_arms_that_share_norm_and_placement_differ():
    drawn = theme.arm_style(experiment(*(Arm("batch", momentum=m) for m in (0.01, 0.1, 0.3, 0.5, 0.7, 0.9))))
    assert len({style.label for style in drawn}) == len({(style.color, style.dash) for style in drawn}) == 6
    assert drawn[0].label == "batch norm before, momentum 0.01"
    assert len({style.label for style in theme.arm_style(experiment(Arm("rms"), Arm("rms")))}) == 2


NUMBERS = [(0.98, "0.98"), (0.9996, "1.0"), (-1.26, "−1.3"), (140, "140"), (7400, "7.4·10³"), (1.4e8, "1.4·10⁸"),
           (0, "0"), (3e-4, "3.0·10⁻⁴"), (0.0042, "0.0042"), (float("nan"), "—")]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), NUMBERS)
def test_numbers(value, text):
    assert theme.number(value) == text


def test_vega_writes_numbers_as_python_does():
    rows = [{"value": value if value == value else None} for value, _ in NUMBERS]
    chart = {
        "data": {"values": rows},
        "transform": [{"calculate": theme.number_expr("datum.value"), "as": "said"}],
        "mark": "text",
        "encoding": {"text": {"field": "said"}},
    }
    drawn = vl_convert.vegalite_to_svg(json.dumps(chart))
    assert all(f">{text}<" in drawn for _, text in NUMBERS)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0\u00a0%"),
        (1, "100\u00a0%"),
        (0.12, "12\u00a0%"),
        (0.004, "0.4\u00a0%"),
        (0.989, "98.9\u00a0%"),
        (1e-5, "under 0.1\u00a0%"),
    ],
)
def test_shares(share, text):
    assert theme.percent(share) == text


def parts(spec):
    """Every dictionary in a specification."""
    inner = spec if isinstance(spec, list) else list(spec.values()) if isinstance(spec, dict) else []
    return [spec] * isinstance(spec, dict) + [part for one in inner for part in parts(one)]


def log_titles(figure):
    logs = [part for part in parts(figure.spec) if (part.get("scale") or {}).get("type") == "log" and part.get("axis")]
    return {part["axis"]["title"] for part in logs if part["axis"].get("title")}


def test_every_logarithmic_axis_says_so(run):
    line = Line(theme.ArmStyle("a", "#123456", (1, 0)), [1, 10], [1, 5])
    still = lines(Words("x", "T", "C.", "A."), [line], Scales("step size", "loss", log_x=True), dark=False)
    assert log_titles(still) == {"step size (log scale)", "loss (log scale)"}
    assert log_titles(plots.loss(run("digits"))) == {"loss (log scale)"}
    for narrow in (False, True):
        spec = plots.gradients(run("digits")).spec_at(narrow=narrow)
        assert "(log scale)" in spec["facet"]["header"]["title"]


def test_counts_of_four_digits_have_a_comma():
    assert after(np.array([0, 1, 300, 4000])) == [
        "Before the first update", "After 1 update", "After 300 updates", "After 4,000 updates"
    ]  # fmt: skip
    assert text("longwork.state.finished", total=2700, unit="updates") == "Computed: all 2,700 updates."
