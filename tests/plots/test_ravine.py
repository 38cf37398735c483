"""What the browser is given: the numbers of the descent, verdicts in words, one colour scale for all."""

import re

import numpy as np
import pytest

from bnviz.core.experiment import PREPROCESSES, Data
from bnviz.core.ravine import SHARES, Ravine, explore, table
from bnviz.plots import theme
from bnviz.plots.ravine import COLOURS, DASHES, stage
from bnviz.plots.ravine_words import article

NORMAL = Data("normal")


def told(data=NORMAL, settings=None):
    settings = settings or Ravine()
    sides = explore(data, 0, settings)
    return stage(sides, settings), sides


def verdict(share, side=0, **settings):
    tree, _ = told(settings=Ravine(**settings))
    return tree["sides"][side]["verdicts"][SHARES.index(share)]


def test_the_usual_scene_swings_and_walks():
    assert verdict(0.95).startswith("Oscillates: 30 sign flips in 30 steps; after 30 steps ")
    assert verdict(0.5, side=1) == "Within 0.1\u00a0% after 2 steps."


ARTICLE = {"bias": "third", "shown": ("raw", "minmax"), "pace": "best", "steps": 100}


def test_swings_that_no_drawn_weight_shows_are_told_apart():
    for plane in ("w1_w2", "w1_b", "w2_b"):
        tree, sides = told(Data("ranges"), Ravine(**ARTICLE, plane=plane))
        for side, plain in zip(tree["sides"], sides, strict=True):
            said = side["verdicts"][0]
            drawn = side["flips"][0, -1].max() >= 50
            assert ("Oscillates: " in said) == drawn, (plane, plain.name, said)
            assert "three weights; two are drawn" in side["about"]
    minmax = told(Data("ranges"), Ravine(**ARTICLE))[0]["sides"][1]["verdicts"][0]
    assert minmax.startswith("Oscillates in the steepest direction, too little to turn a single weight back: 53 sign")
    raw = told(Data("ranges"), Ravine(**ARTICLE, plane="w2_b"))[0]["sides"][0]["verdicts"][0]
    assert raw.startswith("Oscillates along w1, which is not drawn: 100 sign flips")


def test_a_stretched_axis_is_named_where_it_is_drawn():
    tree, (raw, _) = told(Data("ranges"), Ravine(**ARTICLE))
    view = tree["sides"][0]["fitted"]
    assert (view["stretch"], view["long"]) == ("158", "w1")
    assert np.ptp(raw.surface.across) < np.ptp(raw.surface.up)  # the same length on screen for the shorter range
    assert tree["words"]["long"].format(axis="w1", times=view["stretch"]) == "w1 axis stretched 158×"


def test_past_the_limit_the_step_of_divergence_is_said():
    found = re.fullmatch(r"Diverged at step (\d+) after (\d+) sign flips in \1 steps\.", verdict(1.2))
    assert found
    _, (raw, _) = told()
    at = int(found[1])
    losses = raw.descent.losses[SHARES.index(1.2)]
    assert raw.descent.diverged_at[SHARES.index(1.2)] == at
    assert losses[at - 1] <= 1000 * losses[0]


def test_just_above_the_limit_it_climbs():
    assert verdict(1.05, steps=10).startswith("Oscillates: 10 sign flips in 10 steps; ")
    assert "times the first excess loss" in verdict(1.1, steps=15)


def test_steps_beyond_the_picture_are_counted():
    found = re.search(r"0\.1\u00a0% takes ([\d,]+) steps", verdict(0.02))
    assert int(found[1].replace(",", "")) > 1000


def test_the_limit_is_marked_where_it_is():
    tree, sides = told()
    for side, plain in zip(tree["sides"], sides, strict=True):
        assert SHARES[round(side["limit"])] == 1.0
        assert side["rates"][round(side["limit"])] == pytest.approx(2 / plain.curvature.lambda_max)
    momentum, _ = told(settings=Ravine(optimizer="momentum"))
    assert SHARES[round(momentum["sides"][0]["limit"])] == 1.9
    adam, _ = told(settings=Ravine(optimizer="adam"))
    assert adam["sides"][0]["limit"] == -1


def test_arrays_are_those_of_the_descent():
    tree, sides = told()
    for side, plain in zip(tree["sides"], sides, strict=True):
        np.testing.assert_allclose(side["points"], plain.descent.points, rtol=1e-6, atol=1e-12)
        np.testing.assert_allclose(side["fitted"]["losses"], plain.surface.losses, rtol=1e-6)
        assert side["flips"].shape == side["points"].shape
        np.testing.assert_array_equal(side["flips"][:, 0], 0)
    assert tree["sides"][0]["flips"][SHARES.index(0.95), -1, 0] == 30


def test_one_colour_scale_for_all():
    tree, sides = told(settings=Ravine(shown=PREPROCESSES))
    assert tree["least"] == pytest.approx(min(side.least for side in sides))
    assert tree["least"] + tree["rim"] == pytest.approx(sides[0].descent.losses[0, 0])


def test_numbers_too_large_for_the_browser_are_cut():
    tree, _ = told(settings=Ravine(steps=300, optimizer="momentum"))
    for side in tree["sides"]:
        for name in ("points", "loss", "left", "gradients"):
            assert np.isfinite(side[name]).all()


@pytest.mark.parametrize("dark", [False, True])
def test_colours_stand_out_and_differ(dark):
    ground = theme.PAPER[dark]
    assert all(theme.contrast(COLOURS[name][dark], ground) >= 4.5 for name in PREPROCESSES)
    assert len({COLOURS[name][dark] for name in PREPROCESSES}) == 4
    assert len({DASHES[name] for name in PREPROCESSES}) == 4
    name = "dark" if dark else "light"
    tree, _ = told()
    assert tree["themes"][name]["paper"] == ground
    assert [side["colors"][name] for side in tree["sides"]] == [COLOURS["raw"][dark], COLOURS["zscore"][dark]]


def test_the_articles_claim_is_turned_round_by_the_measurement():
    data = Data("ranges")
    claim, measured = article(explore(data, 0, Ravine()), table(data, 0, "linear"))
    assert "larger" in claim
    assert "the claim has the direction backwards" in measured
    ratio = float(re.search(r"gradient of its weight w1 is (\d+) times", measured)[1])
    assert 200 < ratio < 310
    assert re.search(r"raw 89\.\d°; standardized \d", measured)


def test_where_the_claim_holds_that_is_said():
    data = Data("diabetes", features=(2, 8))
    _, measured = article(explore(data, 0, Ravine()), table(data, 0, "linear"))
    assert "backwards" not in measured or "smaller weight" in measured


def test_without_raw_features_nothing_is_said_of_the_article():
    assert article(explore(NORMAL, 0, Ravine(shown=("zscore",))), table(NORMAL, 0, "linear")) is None


def test_classes_that_a_line_parts_are_named():
    tree, _ = told(Data("blobs", noise=0.05), Ravine(loss="logistic"))
    assert tree["sides"][0]["minimum"] is None
    assert "a line parts the classes" in tree["sides"][0]["verdicts"][0]


def test_a_start_at_the_minimum_is_named():
    (side,) = explore(NORMAL, 0, Ravine(shown=("raw",)))
    start = tuple(float(value) for value in side.minimum)
    tree, _ = told(settings=Ravine(shown=("raw",), start=start))
    assert tree["sides"][0]["verdicts"][0] == "It starts at the minimum."
