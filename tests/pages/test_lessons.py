"""Lessons in their labs through AppTest: the words, the question, the answer that sets the controls, and the way on."""

from __future__ import annotations

import pytest

from bnviz.ui.hiding import parts_of
from bnviz.ui.lessons import lessons, params
from bnviz.ui.messages import text
from tests.pages.visit import checked, link_of, visited


def opened(page="", **given):
    return visited("app.py", given, page=page)


def button(app, key):
    return next(one for one in app.button if one.key == key)


def said(app):
    return " ".join(one.value for one in (*app.markdown, *app.caption, *app.warning))


def answer(app, lesson, number, place):
    radio = next(one for one in app.radio if one.key == f"lesson.answer.{lesson}.{number}")
    return checked(radio.set_value(place).run())


def test_the_answer_sets_the_controls_and_is_told():
    app = opened("ravine", lesson="ravine.2")
    step = lessons()["ravine"].steps[1]
    assert step.words in said(app)
    assert step.told not in said(app)
    answer(app, "ravine", 2, step.right)
    assert step.told in said(app)
    assert text("lessons.right") in said(app)
    assert link_of(app) == step.then | {"lesson": f"ravine.2.{step.right + 1}"}


def test_a_link_to_an_answer_tells_it_and_back_asks_again():
    step = lessons()["layer"].steps[1]
    app = opened("layer", lesson=f"layer.2.{step.right + 1}", **step.then)
    assert step.told in said(app)
    (radio,) = [one for one in app.radio if one.key == "lesson.answer.layer.2"]
    assert radio.value == step.right
    checked(button(app, "lesson.next").click().run())
    checked(button(app, "lesson.back").click().run())
    assert step.words in said(app)
    assert step.told not in said(app)
    assert link_of(app) == params(lessons()["layer"], 2)


def test_an_open_question_veils_its_answer_and_asks_alone():
    step = lessons()["inputs"].steps[1]
    assert set(step.veiled) == {"facts", "moves", "limits"}
    app = opened("inputs", lesson="inputs.2", **step.settings)
    assert not app.dataframe
    assert "ondition number" not in " ".join(one.value for one in app.markdown).replace(step.words, "")
    answer(app, "inputs", 2, 0)
    assert app.dataframe
    shift = opened("shift", lesson="why.2")
    assert not [one for one in shift.button_group if "predict" in one.key]
    assert not [one for one in shift.button if "judge" in one.key]
    answer(shift, "why", 2, 0)
    assert [one for one in shift.button_group if "predict" in one.key]


def test_what_a_step_veils_is_there_to_be_veiled():
    steps = [step for lesson in lessons().values() for step in lesson.steps]
    assert sum(bool(step.veiled) for step in steps) > 5
    assert not [(step.title, name) for step in steps for name in step.veiled if name not in parts_of(step.lab)]


def test_after_the_last_step_comes_the_next_lesson():
    app = opened("ravine", lesson="ravine.5.1", **lessons()["ravine"].steps[4].then)
    following = button(app, "lesson.following")
    assert following.label == text("lessons.following", title=lessons()["layer"].title)
    checked(following.click().run())
    assert link_of(app)["lesson"] == "layer.1"


@pytest.mark.parametrize("given", ["nothing.1", "layer.9", "layer.2.9", "layer", "layer.2.1.1", "layer.x", "layer.0"])
def test_a_lesson_that_is_not_there_is_told_until_something_else_is_opened(given):
    app = opened("layer", lesson=given)
    for _ in range(3):
        assert given in app.warning[0].value
        checked(app.run())
    assert "lesson" not in link_of(app)


def test_an_open_question_veils_its_answer_on_a_page_that_comes_by_link():
    app = opened("layer", lesson="class45.4", **{"layer.phase": "1"})
    assert "mean 4.000" not in said(app)
    assert "mean 4.000" in said(answer(app, "class45", 4, 0))


def test_a_wrong_answer_is_told_kindly():
    app = opened("layer", lesson="layer.1")
    step = lessons()["layer"].steps[0]
    answer(app, "layer", 1, 2)
    assert text("lessons.surprise", right=step.options[step.right]) in said(app)


def test_next_goes_to_the_lab_of_the_next_step_and_sets_it():
    app = opened("inputs", lesson="class45.1")
    checked(button(app, "lesson.next").click().run())
    assert [title.value for title in app.title] == [text("app.ravine_title")]
    assert link_of(app) == params(lessons()["class45"], 2)


def test_next_and_back_in_the_same_lab():
    app = opened("ravine", lesson="class45.2")
    for key, number in (("next", 3), ("back", 2), ("next", 3)):
        checked(button(app, f"lesson.{key}").click().run())
        assert link_of(app) == params(lessons()["class45"], number)


def test_next_undoes_what_the_step_before_has_set():
    app = opened("ravine", lesson="ravine.1", **{"ravine.steps": "100", "seed": "4"})
    assert link_of(app) == {"lesson": "ravine.1", "ravine.steps": "100", "seed": "4"}
    checked(button(app, "lesson.next").click().run())
    assert link_of(app) == {"lesson": "ravine.2"}


def test_in_another_lab_a_line_leads_back():
    app = opened("axes", lesson="layer.2")
    assert text("lessons.elsewhere", lab=text("app.layer_title")) in said(app)
    checked(button(app, "lesson.there").click().run())
    assert [title.value for title in app.title] == [text("layer.title")]
    assert link_of(app) == params(lessons()["layer"], 2)


def test_a_lesson_ends_and_leaves_the_controls():
    app = opened("layer", lesson="layer.2", **{"layer.phase": "4"})
    checked(button(app, "lesson.end").click().run())
    assert link_of(app) == {"layer.phase": "4"}
    assert lessons()["layer"].steps[1].words not in said(app)


def test_a_lesson_that_does_not_exist_is_explained():
    for given in ("cooking.1", "ravine.9", "ravine.٣"):
        app = opened("axes", lesson=given)
        assert text("lessons.unknown", given=given) in said(app)
        checked(app.run())
        assert link_of(app) == {}


def test_the_page_lists_all_lessons_and_goes_on_where_one_was():
    app = opened("lessons", lesson="running.1")
    for lesson in lessons().values():
        assert lesson.about in said(app)
    app = opened("lessons", lesson="layer.3")
    assert button(app, "lessons_start_layer").label == text("lessons.go_on", number=3)
    checked(button(app, "lessons_start_layer").click().run())
    assert link_of(app) == {"layer.phase": "4", "lesson": "layer.3"}


def test_the_page_of_all_lessons_explains_a_step_that_there_is_not():
    app = opened("lessons", lesson="class45.99")
    assert "class45.99" in app.warning[0].value
    assert link_of(app) == {}
