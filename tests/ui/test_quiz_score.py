"""The score of the quizzes as one word of the address, good and bad, and the questions themselves."""

import pytest

from bnviz.ui import quiz_live
from bnviz.ui.frame import LABS
from bnviz.ui.quiz_items import ARTICLE, quizzes
from bnviz.ui.quiz_live import LIVE
from bnviz.ui.quiz_score import Answer, read, score, written
from bnviz.ui.scenarios import scenarios

FIRST_RIGHT = quizzes()[ARTICLE][0].right


def test_every_lab_asks_at_least_three_questions_about_what_is_on_screen():
    assert len(quizzes()[ARTICLE]) == 6
    for lab in LABS:
        assert len([one for one in quizzes()[lab] if one.live]) >= 3
        assert len(quizzes()[lab]) >= 6


def test_each_maker_of_answers_is_asked_once():
    asked = [one.live for questions in quizzes().values() for one in questions if one.live]
    assert sorted(asked) == sorted(LIVE)


def test_the_right_option_is_neither_the_longest_nor_at_the_same_place_each_time():
    fixed = [one for lab in LABS for one in quizzes()[lab] if not one.live]
    places = [(one.shown or tuple(range(len(one.options)))).index(one.right) for one in fixed]
    longest = [len(one.options[one.right]) == max(map(len, one.options)) for one in fixed]
    assert all(places.count(place) <= len(fixed) / 2 for place in range(4))
    assert sum(longest) <= len(fixed) / 3


@pytest.mark.parametrize("name", quizzes())
def test_questions_are_whole(name):
    questions = quizzes()[name]
    assert len({question.id for question in questions}) == len(questions)
    for question in questions:
        assert question.live in ("", *LIVE)
        assert bool(question.wait) == bool(question.live)
        assert "{" not in question.ask + question.wait
        assert question.scenario in scenarios() or (question.lab in LABS and not question.scenario)
        assert len(set(question.options)) == len(question.options)
        if not question.live:
            assert len(question.options) >= 2
            assert "{" not in question.because + "".join(question.options)


def test_answers_come_back_as_they_were():
    known, whole = read("")
    assert whole
    assert written(known) == ""
    known[ARTICLE] = (Answer(FIRST_RIGHT, True), None, Answer(1, False), None, None, None)
    known["ravine"] = (Answer(2, True), *known["ravine"][1:])  # was right with the settings of that moment
    said = written(known)
    assert said == f"article-{'ABCD'[FIRST_RIGHT]}_b.ravine-C"
    assert read(said) == (known, True)


def test_a_capital_makes_no_wrong_answer_right():
    known, _ = read("article-A")
    assert known[ARTICLE][0] == Answer(0, FIRST_RIGHT == 0)


@pytest.mark.parametrize(
    "given", ["nonsense", "article-Z", "article-?", "article-" + "A" * 99, "weather-A", "é", "axes-j1"]
)
def test_what_cannot_be_read_is_told_and_left_out(given):
    known, whole = read(given + ".inputs-_B")
    assert not whole
    assert known["inputs"][1] is not None
    assert all(answer is None for answer in known[ARTICLE])


def test_the_score_counts_each_question_once():
    assert score((Answer(0, True), None, Answer(1, False), Answer(2, True))) == (2, 3)


def test_a_link_from_before_a_question_was_added_says_what_it_said():
    known, whole = read("inputs-BbbB.train-_b")
    assert whole
    assert [None if one is None else one.right for one in known["inputs"]] == [True, True, True, True, None, None, None]
    assert known["train"][1] == Answer(1, True)


def test_a_name_that_is_no_function_fails():
    with pytest.raises(KeyError):
        quiz_live.answer("nothing")
