"""The quiz through AppTest: on every lab and on its own page, first answers counted, kept in the link."""

import re

import pytest

from bnviz.ui.frame import LABS
from bnviz.ui.quiz_items import ARTICLE, quizzes
from tests.pages.visit import SMALL, checked, link_of, visited


def opened(lab, **params):
    return visited(f"pages/{lab}.py", {**SMALL.get(lab, {}), **params})


def radio(app, name, question):
    return next(one for one in app.radio if one.key == f"quiz.{name}.{question}")


def words(app):
    return "\n".join(line.value for line in (*app.markdown, *app.caption))


def right_place(name, question):
    return next(one.right for one in quizzes()[name] if one.id == question)


@pytest.mark.parametrize("lab", LABS)
def test_every_lab_has_its_quiz_closed_at_its_foot(lab):
    app = opened(lab)
    (panel,) = [block for block in app.expander if block.label.startswith("Quiz")]
    assert not panel.proto.expanded
    assert len([one for one in app.radio if one.key.startswith(f"quiz.{lab}.")]) >= 3
    assert all(one.value is None for one in app.radio)


def test_the_first_answer_counts_and_a_change_is_explained():
    app = opened("ravine")
    wrong = (right_place("ravine", "limit") + 1) % 4
    checked(radio(app, "ravine", "limit").set_value(wrong).run())
    assert "Not this one." in words(app)
    assert re.fullmatch("ravine-_[a-d]", link_of(app)["quiz"])
    kept = link_of(app)["quiz"]
    checked(radio(app, "ravine", "limit").set_value(right_place("ravine", "limit")).run())
    assert "counts and was not right" in words(app)
    assert "**Right.**" in words(app)
    assert link_of(app)["quiz"] == kept
    assert "**0 of 4 right** (1 answered)" in words(app)


def test_the_score_survives_a_reload():
    app = opened("quiz")
    place = right_place(ARTICLE, "zeros")
    checked(radio(app, ARTICLE, "zeros").set_value(place).run())
    again = opened("quiz", quiz=link_of(app)["quiz"])
    assert radio(again, ARTICLE, "zeros").value == place
    assert "**1 right of 1 answered**" in words(again)
    assert "holds for ReLU and tanh only" in words(again)
    assert radio(again, ARTICLE, "cures").value is None
    checked(again.button(key="quiz_again").click().run())
    assert radio(again, ARTICLE, "zeros").value is None
    assert "quiz" not in link_of(again)


def test_an_explanation_opens_a_lab_with_settings():
    app = opened("ravine", quiz="ravine-__A")
    (link,) = [one.proto for one in app.get("page_link") if "See it" in one.proto.label]
    assert link.query_string == "data.name=ranges&ravine.bias=third&quiz=ravine-__A" or "claim=A4" in link.query_string


def ratio(app):
    return float(re.search(r"a ratio of ([\d.]+)\.", words(app)).group(1))


def test_the_right_answer_follows_what_is_on_screen():
    app = opened("ravine", quiz="ravine-B")
    assert 2 <= ratio(app) < 10
    assert "Right." in words(app)
    far = opened("ravine", quiz="ravine-B", **{"data.name": "ranges", "ravine.bias": "third"})
    assert ratio(far) > 100
    assert "Right is: More than 100 times" in words(far)
    assert "the settings have changed since" in words(far)


def test_the_momentum_on_screen_decides():
    assert "to the power of 10 is 34.9\u00a0%" in words(opened("running", quiz="running-C"))
    few = words(opened("running", quiz="running-C", **{"running.momentum": "0.001"}))
    assert "Right is: More than 50\u00a0%" in few


def test_the_norm_on_screen_decides():
    app = opened("axes", quiz="axes-A")
    cells = re.search(r"averages ([\d,]+) values into each of its 8 means", words(app)).group(1)
    assert cells == "256"
    assert cells in radio(app, "axes", "cells").options
    assert "averages 512 values into each of its 4 means" in words(
        opened("axes", quiz="axes-A", **{"axes.norm": "layer"})
    )


def test_the_layer_and_the_inputs_on_screen_decide():
    rows = opened("layer", quiz="layer-A")
    assert "over the 8 rows of the batch" in words(rows)
    spread = words(opened("inputs", quiz="inputs-D"))
    assert re.search(r"that is [\d.·⁰¹²³⁴⁵⁶⁷⁸⁹,]+ times", spread)


def test_the_run_on_screen_decides():
    params = {"training.steps": "40", "network.hidden": "8_8", "training.batch_size": "16"}
    app = opened("train", **params)
    for _ in range(100):
        if [one for one in app.radio if one.key == "quiz.train.first"]:
            break
        checked(app.run())
    options = radio(app, "train", "first").options
    assert options[-1] == "None of them"
    checked(radio(app, "train", "first").set_value(0).run())
    assert "In this run: " in words(app)
    assert ("updates" in words(app)) or ("not at all" in words(app))


def test_a_run_that_predicts_a_number_has_nothing_to_ask():
    app = opened("train", **{"data.name": "diabetes"})
    assert not [one for one in app.radio if one.key == "quiz.train.first"]
    assert "there is nothing to ask about" in words(app)
