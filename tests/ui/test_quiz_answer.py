"""What questions about the screen share: ranges, numbers to choose from, rankings with ties, and what is kept."""

import math
from types import SimpleNamespace

import pytest

from bnviz.ui import asking, quiz_answer
from bnviz.ui.messages import text
from bnviz.ui.quiz_answer import Live, between, choices, figures, highest, ranged, ratio, times

TIE, NONE = text("quiz.tie"), text("quiz.none")


def test_between_counts_the_bounds_that_are_reached():
    assert [between(value, (2, 10, 100)) for value in (1, 2, 9.9, 10, 1e9, math.inf)] == [0, 1, 1, 2, 3, 3]


@pytest.mark.parametrize(
    ("value", "right", "fair"),
    [(1.0, 0, set()), (1.97, 0, {1}), (2.03, 1, {0}), (5.0, 1, set()), (math.inf, 3, set()), (99.0, 2, {3})],
)
def test_a_value_that_is_read_as_a_bound_counts_on_both_sides_of_it(value, right, fair):
    found = ranged(value, (2, 10, 100), share=0.02)
    assert (found.right, set(found.fair)) == (right, fair)
    assert found.live().accepts(right)
    assert all(found.live().accepts(place) for place in fair)


def test_a_slack_is_in_the_units_of_the_value():
    assert ranged(0.0501, (0.05, 0.25), slack=0.003).fair == {0}
    assert ranged(-0.5, (0.05, 0.25), slack=0.003) == ranged(0.0, (0.05, 0.25), slack=0.003)


def test_numbers_to_choose_from_grow_and_none_is_there_twice():
    found = figures(2.0, 8.0, 2.0, 2.01, 1.0, math.nan, math.inf)
    assert found.options == ("1.00", "2.00", "8.00")
    assert found.options[found.right] == "2.00"


def test_without_a_second_number_or_a_right_one_there_is_no_question():
    assert figures(2.0, 2.0, 2.03) is None
    assert figures(math.nan, 1.0) is None


def test_the_highest_wins_and_what_is_not_known_takes_no_part():
    found = highest(["a", "b", "c"], [1.0, None, 3.0])
    assert found.options == ("a", "b", "c", TIE)
    assert (found.right, found.fair) == (2, frozenset())
    assert highest(["a", "b"], [math.nan, -math.inf]).right == 1


def test_a_tie_is_an_answer_of_its_own():
    found = highest(["a", "b", "c"], [3.0, 1.0, 3.0])
    assert found.options[found.right] == TIE
    assert not found.live().accepts(0)


def test_what_looks_like_a_tie_makes_neither_answer_wrong():
    live = highest(["a", "b", "c"], [0.970, 0.9695, 0.9], slack=0.001).live()
    assert [live.accepts(place) for place in range(4)] == [True, True, False, True]
    assert live.right == 0


def test_where_no_number_is_known_none_of_them_is_right_or_nothing_is_asked():
    found = highest(["a", "b"], [None, math.nan], none=NONE)
    assert found.options[found.right] == NONE
    assert highest(["a", "b"], [None, None]) is None


def test_ratios_tell_how_many_times_the_larger_is_the_smaller():
    assert ratio(-2, 8) == ratio(8, 2) == 4
    assert times(ratio(0, 1)) == text("quiz.infinite")


def test_options_in_a_message_are_parted():
    assert len(choices("quiz.shift.points")) == 3


def test_what_is_kept_is_made_anew_only_when_it_is_of_something_else(monkeypatch):
    state, made = {}, []
    monkeypatch.setattr(quiz_answer.st, "session_state", state)

    def make():
        made.append(1)
        return len(made)

    assert [quiz_answer.kept("a", 1, make), quiz_answer.kept("a", 1, make), quiz_answer.kept("b", 1, make)] == [1, 1, 2]
    assert quiz_answer.kept("a", 2, make) == 3


def test_the_right_option_is_accepted_and_others_only_where_that_is_fair():
    assert [Live(1, fair=frozenset({2})).accepts(place) for place in range(4)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("asked", "whole", "first", "seen"),
    [(False, "finished", "finished", "first"), (True, "finished", "finished", "whole"), (False, None, "ready", None),
     (True, "computing", "finished", None), (True, "stopped", "finished", "first"), (True, None, "failed", None)],
)  # fmt: skip
def test_what_is_on_screen_once_nothing_more_comes_by_itself(monkeypatch, asked, whole, first, seen):
    monkeypatch.setattr(asking, "is_asked", lambda *_, **__: asked)
    runs = {name: status and SimpleNamespace(name=name, status=status, active=status in ("ready", "computing"))
            for name, status in (("whole", whole), ("first", first))}  # fmt: skip
    found = asking.settled(SimpleNamespace(find=runs.get), asking.Wanted("first", "whole", 2), answered=False)
    assert (found and found.name) == seen
