"""The score of the quizzes as one word of the address, good and bad, and the questions themselves."""

import pytest

from bnviz.ui import quiz_live
from bnviz.ui.frame import LABS
from bnviz.ui.quiz_answer import between
from bnviz.ui.quiz_items import ARTICLE, quizzes
from bnviz.ui.quiz_live import LIVE
from bnviz.ui.quiz_score import Answer, read, score, written

FIRST_RIGHT = quizzes()[ARTICLE][0].right


MEASURED = LABS  # every lab has numbers that a question can ask for


def test_every_lab_has_at_least_three_questions_and_some_about_what_is_on_screen():
    assert len(quizzes()[ARTICLE]) == 6
    for lab in LABS:
        questions = quizzes()[lab]
        assert len(questions) >= 3
        assert lab not in MEASURED or any(question.live for question in questions)


@pytest.mark.parametrize("name", quizzes())
def test_questions_are_whole(name):
    questions = quizzes()[name]
    assert len({question.id for question in questions}) == len(questions)
    for question in questions:
        assert question.live in ("", *LIVE)
        assert question.scenario or question.lab
        assert len(set(question.options)) == len(question.options)
        if not question.live:
            assert len(question.options) >= 2
            assert "{" not in question.because + "".join(question.options)


def test_answers_come_back_as_they_were():
    known, whole = read("")
    assert whole
    assert written(known) == ""
    known[ARTICLE] = (Answer(FIRST_RIGHT, True), None, Answer(1, False), None, None, None)
    known["ravine"] = (Answer(2, True), None, None, None)  # was right with the settings of that moment
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


def test_between_counts_the_bounds_that_are_reached():
    assert [between(value, (2, 10, 100)) for value in (1, 2, 9.9, 10, 1e9, float("inf"))] == [0, 1, 1, 2, 3, 3]


def test_a_name_that_is_no_function_fails():
    with pytest.raises(KeyError):
        quiz_live.answer("nothing")
