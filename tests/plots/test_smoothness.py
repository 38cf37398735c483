"""The pictures of the page on smoothness: what is drawn is what was measured, and they are valid."""

import json
import math
from dataclasses import replace

import pytest
import vl_convert

from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.smoothness import curve
from bnviz.core.study import Study, results
from bnviz.plots import lines, slices, smoothness, theme
from bnviz.plots.figure import as_chart
from bnviz.plots.lines import Line, Scales, ticks
from bnviz.plots.stills import Words
from bnviz.plots.theme import ArmStyle, arm_style

EXPERIMENT = Experiment(Data("digits"), Network((6, 6)), (Arm("none"), Arm("batch")), Training(batch_size=16, steps=8))
WORDS = Words("x", "Title", "Caption.", "Alt.")


@pytest.fixture(scope="module")
def found():
    options = {"slices": {"points": 5, "rows": 40}, "edge": {"rows": 40, "every": 4}}

    def measured(name):
        both = [[], []]
        for one in results(Study(name, EXPERIMENT, (0, 1), options.get(name, {"every": 4}))):
            if one:
                both[one.seed].append(one.value)
        return both

    return {name: measured(name) for name in ("along_gradient", "safe_step", "weight_scale", "slices", "edge")}


def figures(found, *, dark):
    styles = arm_style(EXPERIMENT, dark=dark)

    def curves(study, name):
        return [curve(found[study], name, arm) for arm in (0, 1)]

    own = {name: both[0] for name, both in found.items()}
    scales = Scales("updates", "effective beta", now=4)
    return [
        smoothness.over_steps("beta", curves("along_gradient", "beta"), styles, title="Beta", scales=scales, dark=dark),
        smoothness.along_step(own["along_gradient"], styles, step=4, dark=dark),
        smoothness.ratios_at(own["safe_step"], styles, step=4, dark=dark),
        smoothness.scale_at(own["weight_scale"], styles, name="output", step=4, dark=dark),
        smoothness.scale_at(own["weight_scale"], styles, name="gradient", step=4, dark=dark),
        smoothness.edge_curves(curves("edge", "sharpness"), styles, rate=0.1, dark=dark),
        *slices.slice_maps(own["slices"], styles, dark=dark),
    ]


@pytest.mark.parametrize("dark", [False, True])
def test_every_picture_is_valid_and_can_be_drawn(found, dark):
    for figure in figures(found, dark=dark):
        spec = figure.spec_at(width=300)
        as_chart(json.loads(json.dumps(spec)), validate=True)
        assert "<svg" in vl_convert.vegalite_to_svg(spec)
        assert figure.title
        assert figure.caption_at(0).endswith(".")
        assert figure.alt


def rows(figure, name):
    return figure.spec_at()["datasets"][name]


def test_the_lines_are_what_was_measured(found):
    beta, step, ratios, output, gradient, edge, *_ = figures(found, dark=False)
    values = [row["value"] for row in rows(beta, "lines") if row["series"] == "batch norm before"]
    assert values == [one["beta"][1] for one in found["along_gradient"][0]]
    band = [row for row in rows(beta, "bands") if row["series"] == "no norm"]
    pairs = [sorted(one["beta"][0] for one in both) for both in zip(*found["along_gradient"], strict=True)]
    assert [[row["low"], row["high"]] for row in band] == pairs
    assert "Shaded: all 2 seeds" in beta.caption_at(0)
    assert rows(step, "lines")[0]["value"] == found["along_gradient"][0][1]["loss"][0]
    assert [row["value"] for row in rows(ratios, "lines")][:3] == found["safe_step"][0][1]["ratios"][0][:3]
    assert {row["step"] for row in rows(output, "lines")} == {0.1, 0.2, 0.5, 2.0, 5.0, 10.0}  # 1 changes nothing
    assert rows(gradient, "guide")[-1] == {"step": 10.0, "value": 0.1}
    assert rows(edge, "level")[0]["level"] == 20.0


def test_one_norm_has_its_colour_and_dash(found):
    for figure in figures(found, dark=False)[:6]:
        stroke = json.dumps(figure.spec)
        assert theme.HUES["batch"][False] in stroke
        assert theme.HUES["none"][False] in stroke


def test_all_maps_have_one_scale_of_colours(found):
    maps = figures(found, dark=False)[6:]
    assert [one.title for one in maps] == [
        "No norm", "Batch norm before, batch statistics", "Batch norm before, frozen statistics",
    ]  # fmt: skip
    scales = [next(layer["encoding"]["color"]["scale"] for layer in one.spec["layer"]) for one in maps]
    assert scales[0]["type"] == "log"
    assert scales[0] == scales[1] == scales[2]
    cells = rows(maps[0], "cells")
    assert cells[7]["value"] == found["slices"][0][0]["losses"][1][2]
    assert "Mean loss at radius 1" in slices.slices_in_words(found["slices"][0], arm_style(EXPERIMENT))


def test_an_arm_that_diverged_leaves_a_cross_and_a_sentence(found):
    styles = arm_style(EXPERIMENT)
    curves = [curve(found["edge"], "loss", arm) for arm in (0, 1)]
    curves[0] = replace(curves[0], lost=3)
    figure = smoothness.over_steps("loss", curves, styles, title="Loss", scales=Scales("updates", "loss"), dark=False)
    assert [(row["series"], row["step"]) for row in rows(figure, "lost")] == [("no norm", 3)]
    assert "Diverged at update 3 (cross): no norm." in figure.caption_at(0)
    assert "✕" in vl_convert.vegalite_to_svg(figure.spec_at(width=300))
    edge = smoothness.edge_curves(curves, styles, rate=0.1, dark=False)
    assert [row["step"] for row in rows(edge, "lost")] == [3]
    assert "lambda_max begins at" in edge.caption_at(0)
    assert "Diverged at update 3 (cross): no norm." in edge.caption_at(0)


def test_a_gap_parts_a_line_and_no_number_is_ever_made_up():
    line = Line(ArmStyle("a", "#123456", (1, 0)), [1, 2, 3, 4], [1.0, math.nan, 0.0, 4.0])
    figure = lines.lines(WORDS, [line], Scales("x", "y"), dark=False)
    assert [(row["step"], row["part"]) for row in rows(figure, "lines")] == [(1, 0), (4, 2)]
    straight = lines.lines(WORDS, [line], Scales("x", "y", log_y=False), dark=False)
    assert [row["step"] for row in rows(straight, "lines")] == [1, 3, 4]


def test_arms_that_have_all_diverged_are_no_crash():
    found, styles = (
        [{"step": 0, "loss": [None], "losses": [None], "ratios": [None], "safe": [None]}],
        arm_style(EXPERIMENT),
    )
    for figure in (
        smoothness.along_step(found, styles[:1], step=0, dark=False),
        smoothness.ratios_at(found, styles[:1], step=0, dark=False),
    ):
        assert figure.caption_at(0) == "Every arm has diverged by then."
        as_chart(figure.spec_at(width=300), validate=True)


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [(0.9, 9, [1, 2, 5]), (0.02, 3, [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]), (1e-5, 2e3, [1e-4, 1e-2, 1, 100])],
)
def test_ticks_are_round_and_few(low, high, wanted):
    assert ticks(low, high) == pytest.approx(wanted)


def leaving(figure):
    return [(row["series"], round(row["step"], 4), row["sign"]) for row in rows(figure, "leaving")]


def test_a_loss_that_leaves_the_picture_is_not_drawn_as_a_plateau(found):
    """The values stay what was measured; a mark says where a line goes on outside, another where it has no end."""
    rates = smoothness.RATES
    wild = [0.9] * 14 + [10.0, 40.0, 90.0, 5.0, 400.0, math.inf, math.nan, math.inf]
    calm = [0.2] * len(rates)
    looked = {"step": 4, "loss": [1.0, 1.0], "ratios": [wild, calm], "safe": [rates[13], None]}
    figure = smoothness.ratios_at([looked], arm_style(EXPERIMENT), step=4, dark=False)
    drawn = [row["value"] for row in rows(figure, "lines") if row["series"] == "no norm"]
    assert drawn == wild[:19]
    assert leaving(figure) == [
        ("no norm", round(rates[15] / math.sqrt(2), 4), "▲"),  # 20 is half way from 10 to 40 in ratios
        ("no norm", pytest.approx(rates[17] * 2 ** (math.log(4) / math.log(80)), rel=1e-3), "▲"),
        ("no norm", rates[19], "∞"),
    ]
    said = figure.caption_at(0)
    assert "Above 20 a line goes on outside the picture (▲): up to 400 with no norm." in said
    assert "Too large for any number (∞) from 32 on with no norm." in said
    assert [row["line0"] for row in rows(figure, "exact")][-4:] == ["400", "∞", "∞", "∞"]
    domain = figure.spec["layer"][1]["encoding"]["y"]["scale"]["domain"]
    assert domain[0] < 0.2, "no line may leave the picture below"
    assert domain[1] == 20
    svg = vl_convert.vegalite_to_svg(figure.spec_at(width=300))
    assert "▲" in svg
    assert "∞" in svg


def test_lines_that_stay_inside_have_no_mark(found):
    for figure in figures(found, dark=False)[:2]:
        assert leaving(figure) == []
        assert "outside the picture" not in figure.caption_at(0)


def test_one_number_is_written_in_one_way_in_neighbouring_captions(found):
    values = [theme.brief(value) for value in (0.0625, 4.0, 2.0**-14, 100.0, 0.5)]
    assert values == ["0.0625", "4", "6.1·10⁻⁵", "100", "0.5"]
    styles = arm_style(EXPERIMENT)
    looks = [{"step": 0, "loss": [1.0, 1.0], "ratios": [[0.5] * 22] * 2, "safe": [0.0625, 4.0]}]
    curves = [curve([looks], "safe", arm) for arm in (0, 1)]
    over = smoothness.over_steps("safe", curves, styles, title="Safe", scales=Scales("updates", "step"), dark=False)
    at = smoothness.ratios_at(looks, styles, step=0, dark=False)
    for figure in (over, at):
        assert "0.0625 with no norm and 4 with batch norm" in figure.caption_at(0)
