"""The four words of a verdict follow from the effects, whatever was expected."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnviz.core.verdict import WORDS, judge

EFFECTS = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=24)


@pytest.mark.parametrize(
    ("effects", "word"),
    [
        ((0.3, 0.2, 0.4, 0.1), "holds"),
        ((0.3, 0.2, 0.4, -0.1), "holds"),
        ((0.3, 0.2, -0.4, -0.1), "noise"),
        ((-0.3, -0.2, -0.4), "opposite"),
        ((0.01, 0.01, 0.02), "noise"),
        ((0.9,), "few"),
        ((), "few"),
        ((math.nan, 0.9), "few"),
        ((math.inf, 4.0, math.inf), "holds"),
        ((math.inf, -math.inf), "noise"),
    ],
)
def test_the_word(effects, word):
    assert judge(effects, least=0.02).word == word


def test_the_spread_and_the_counts():
    verdict = judge((0.3, math.nan, -0.1, 0.5), least=0.2)
    assert (verdict.median, verdict.low, verdict.high) == (0.3, -0.1, 0.5)
    assert (verdict.seeds, verdict.agreeing, verdict.opposing) == (3, 2, 0)


@given(EFFECTS)
def test_the_contrary_claim_gets_the_contrary_word(effects):
    mirror = {"holds": "opposite", "opposite": "holds", "noise": "noise"}
    verdict = judge(effects, least=0.5)
    assert verdict.word in WORDS
    assert judge([-effect for effect in effects], least=0.5).word == mirror[verdict.word]
    assert verdict.median == pytest.approx(statistics.median(effects))


@pytest.mark.parametrize("least", [-1.0, math.nan])
def test_a_smallest_effect_that_means_nothing_is_refused(least):
    with pytest.raises(ValueError, match="0 or more"):
        judge((1.0, 2.0), least=least)
