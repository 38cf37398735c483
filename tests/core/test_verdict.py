"""The four words of a verdict follow from the effects, whatever was expected."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnviz.core.verdict import WORDS, Limit, judge, judge_whole

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


@pytest.mark.parametrize(
    ("first", "second", "word", "agreeing"),
    [
        ((0.3, 0.2), (0.1, 0.2), "holds", 2),
        ((0.3, 0.2), (-0.1, -0.2), "part", 0),
        ((0.3, 0.2, 0.3, -0.1), (-0.1, 0.2, 0.1, 0.1), "part", 2),  # each half on three of four seeds, both on two
        ((-0.3, -0.2), (0.1, 0.2), "opposite", 0),
        ((0.0, 0.3, -0.3), (1.0, 1.0, 1.0), "noise", 1),
        ((0.3, math.nan), (0.1, 0.2), "few", 1),
    ],
)
def test_a_claim_of_two_halves_holds_only_if_both_do(first, second, word, agreeing):
    verdict = judge_whole([(first, 0.02), (second, 0.0)])
    assert (verdict.word, verdict.agreeing) == (word, agreeing)


def test_a_limit_tells_the_numbers_and_judges_their_side():
    limit = Limit(0.1, above=False)
    verdict = limit.judge([0.02, math.nan, 0.05, 0.3])
    assert (verdict.median, verdict.low, verdict.high, verdict.least) == (0.05, 0.02, 0.3, 0.1)
    assert (verdict.word, verdict.agreeing, verdict.opposing, verdict.seeds) == ("noise", 2, 1, 3)
    assert Limit(0.9).judge([0.95, math.inf]).word == "holds"
    assert Limit(0.9).effects([1.0, 0.5]) == pytest.approx([0.1, -0.4])
