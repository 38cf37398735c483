"""What follows from the results of a study: curves with their spread, and effects with the right sign."""

import math

import numpy as np
import pytest

from bnviz.core import smoothness as module
from bnviz.core.experiment import Arm, Experiment
from bnviz.core.smoothness import at_step, curve, doublings, median, pair


def looks(*rows, name="beta"):
    return [{"step": 10 * place, name: list(row)} for place, row in enumerate(rows)]


def test_a_curve_spans_all_complete_seeds():
    results = [looks((1, 5), (2, None), (3, 7)), looks((0, 6), (9, 1), (3, 8)), looks((100, 100))]
    found = curve(results, "beta", 1)
    assert found.steps == [0, 10, 20]
    np.testing.assert_array_equal(found.own, [5, math.nan, 7])
    np.testing.assert_array_equal(found.low, [5, 1, 7])
    np.testing.assert_array_equal(found.high, [6, 1, 8])
    assert found.seeds == 2
    nested = [[{"step": 0, "rate": [[1, 2], [3, 4]]}]]
    assert curve(nested, "rate", (1, 0)).own.tolist() == [3]


def test_the_last_look_at_or_before_a_step():
    assert at_step(looks((1,), (2,), (3,)), 19)["beta"] == [2]


@pytest.mark.parametrize(
    ("norms", "found"),
    [(("none", "batch"), (0, 1)), (("layer", "batch", "none"), (2, 1)), (("rms", "none"), (1, 0)), (("batch",), None)],
)
def test_which_arms_a_claim_compares(norms, found):
    assert pair(Experiment(arms=tuple(Arm(norm) for norm in norms))) == found


def test_doublings_and_medians():
    assert doublings(8) == 3
    assert doublings(0.5) == -1
    assert doublings(0) == -math.inf
    assert math.isnan(doublings(math.nan))
    assert median([1, math.nan, 3]) == 2
    assert math.isnan(median([math.nan]))


def test_effects_are_positive_where_the_claim_is_right():
    arms = (0, 1)
    assert module.along_effect(looks((8, 1), (16, 2), (4, None)), arms, "beta") == pytest.approx(math.log2(8 / 1.5))
    safe = [{"step": 0, "loss": [1, 1], "safe": [None, 2.0**-13]}]
    assert module.safe_effect(safe, arms, 5) == 2
    assert math.isnan(module.safe_effect([{"step": 0, "loss": [None, 1], "safe": [None, 1]}], arms, 5))
    assert module.scale_effect([{"step": 0, "output": [[0, 9], [0, 0.5]]}], arms, 0, 1) == 8.5
    assert module.growth_effect([{"rate": [[9, 1], [9, 4]]}], arms) == 2
    maps = [
        {"arm": a, "statistics": s, "around": v} for a, s, v in ((0, "batch", 8), (1, "batch", 2), (1, "running", 8))
    ]
    assert module.slice_effect(maps, arms, "batch") == 2
    assert module.slice_effect(maps, arms, "running") == 0
    assert math.isnan(module.slice_effect(maps[:1], arms, "batch"))
    sharp = [{"sharpness": [None, 4.9]}] * 6
    assert module.edge_distance(sharp, arms, 0.4) == pytest.approx(0.02)
    assert module.edge_distance([{"sharpness": [1, None]}], arms, 0.4) == math.inf


def test_lambda_max_within_ten_per_cent_has_settled():
    assert module.SETTLED.judge([0.016, 0.09]).word == "holds"
    assert module.SETTLED.judge([0.016, math.inf]).word == "noise"
    assert module.SETTLED.judge([0.5, math.inf]).word == "opposite"


def test_where_an_arm_is_lost():
    edge = [{"step": 0, "diverged_at": [None, None]}, {"step": 25, "diverged_at": [22, None]}]
    assert (module.lost_at(edge, 0), module.lost_at(edge, 1)) == (22, None)
    along = [{"step": 0, "loss": [2, 2]}, {"step": 4, "loss": [None, 1]}, {"step": 8, "loss": [None, 1]}]
    assert (module.lost_at(along, 0), module.lost_at(along, 1)) == (4, None)
    growth = [{"step": 0, "length": [[1, 1], [1, 1]]}, {"step": 40, "length": [[1, None], [1, 1]]}]
    assert (module.lost_at(growth, (0, 1)), module.lost_at(growth, (1, 1))) == (40, None)


def test_the_scale_is_judged_by_outputs_and_gradient_of_the_arm_with_norm():
    looked = [{"step": 0, "output": [[9.0], [0.002]], "gradient": [[5.0], [0.098]]}]
    output, gradient = module.scale_with_norm(looked, (0, 1), 0, 0)
    assert (output, gradient) == (0.002, pytest.approx(0.02))
    assert module.UNMOVED.judge([output] * 2).word == module.A_TENTH.judge([gradient] * 2).word == "holds"
    gone = [{"step": 0, "output": [[9.0], None], "gradient": [[5.0], None]}]
    assert all(map(math.isnan, module.scale_with_norm(gone, (0, 1), 0, 0)))
