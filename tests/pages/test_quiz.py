"""The quiz through AppTest: on every lab and on its own page, first answers counted, kept in the link."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from bnviz.core.codec import to_link
from bnviz.core.data import load
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.prepared import prepared
from bnviz.core.summary import summary
from bnviz.plots.theme import percent
from bnviz.runs import shared_store
from bnviz.ui import quiz_live
from bnviz.ui.frame import LABS
from bnviz.ui.messages import text
from bnviz.ui.quiz_items import ARTICLE, quizzes
from tests.pages import lab as train_lab
from tests.pages.visit import SMALL, checked, link_of, visited

TIE, NONE = text("quiz.tie"), text("quiz.none")


def opened(lab, **params):
    return visited(f"pages/{lab}.py", {**SMALL.get(lab, {}), **params})


def asked(app, name, question):
    return any(one.key == f"quiz.{name}.{question}" for one in app.radio)


def radio(app, name, question):
    return next(one for one in app.radio if one.key == f"quiz.{name}.{question}")


def words(app):
    return "\n".join(line.value for line in (*app.markdown, *app.caption)).replace("\u00a0", " ")


def right_place(name, question):
    return next(one.right for one in quizzes()[name] if one.id == question)


@pytest.mark.parametrize("lab", LABS)
def test_every_lab_has_its_quiz_closed_at_its_foot(lab):
    app = opened(lab)
    (panel,) = [block for block in app.expander if block.label.startswith("Quiz")]
    assert not panel.proto.expanded
    assert len([one for one in app.radio if one.key.startswith(f"quiz.{lab}.")]) >= 3
    waiting = [one.wait for one in quizzes()[lab] if one.live and not asked(app, lab, one.id)]
    assert all(wait in words(app) for wait in waiting)
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
    assert "**0 of 7 right** (1 answered)" in words(app)


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
    assert link.query_string == "data.name=ranges&claim=A4&quiz=ravine-__A"
    assert "To be seen in: Which weight gets the large update?" in words(app)


@pytest.mark.parametrize(
    "question",
    [one for name in (ARTICLE, *LABS) for one in quizzes()[name] if one.settings],
    ids=lambda one: f"{one.lab}-{one.id}",
)
def test_every_settings_that_an_explanation_opens_are_understood(question):
    params = dict(question.settings)
    if question.lab == "train":
        params |= {"training.steps": "1"}
    app = visited(f"pages/{question.lab}.py", params)
    assert not app.warning
    assert link_of(app).items() >= {key: value for key, value in params.items() if key != "data.name"}.items()


@pytest.fixture
def lives(monkeypatch):
    """Return a function that opens a lab, and gives what its questions about the screen come down to, by name."""
    found, answer = {}, quiz_live.answer
    monkeypatch.setattr(quiz_live, "answer", lambda name: found.setdefault(name, answer(name)))

    def ask(lab, app=None, **params):
        found.clear()
        if app is None:
            opened(lab, **params)
        else:
            checked(app.run())
        return {name.removeprefix(f"{lab}_"): live for name, live in found.items()}

    return ask


def right(live):
    return live.options[live.right]


def places(made):
    return {name: None if live is None else live.right for name, live in made.items()}


def test_the_two_features_on_screen_decide(lives):
    wine = places(lives("inputs", **{"data.name": "wine"}))
    moons = places(lives("inputs", **{"data.name": "moons", "inputs.outlier": "2"}))
    assert wine == {"spread": 2, "within": 1, "rate": 3, "squeezed": 2, "alike": 2}
    assert moons == {"spread": 0, "within": 1, "rate": 1, "squeezed": 3, "alike": 2}
    assert places(lives("inputs", **{"data.name": "ranges"}))["within"] == 0
    x = prepared(Data("wine", features=(0, 12)), 0).ways["raw"].train
    assert 100 < x[:, 1].std() / x[:, 0].std() < 1000
    z = (x[:, 0] - x[:, 0].mean()) / x[:, 0].std()
    assert 0.6 < (np.abs(z) <= 1).mean() < 0.73


def test_both_scalings_leave_the_other_rows_the_same_share_of_the_axis(lives):
    said = lives("inputs", **{"data.name": "wine", "inputs.outlier": "100"})["alike"].said
    x = prepared(Data("wine", features=(0, 12)), 0).ways["raw"].train[:, 0]
    both = np.append(x, x.min() + 100 * np.ptp(x))
    z = (both - both.mean()) / both.std()
    inner = np.subtract(*np.quantile(z[:-1], [0.995, 0.005]))
    assert float(said["axis"]) == pytest.approx(np.ptp(z), rel=0.005)
    assert float(said["zscore"]) == pytest.approx(inner, rel=0.005)
    assert said["share"] == percent(inner / np.ptp(z)) == "1.0\u00a0%"


def test_the_landscapes_on_screen_decide(lives):
    ranges = {"data.name": "ranges", "ravine.bias": "third"}
    near = lives("ravine", **{"ravine.steps": "30"})
    assert places(near) == {"gradient": 1, "weights": 1, "path": 1, "roundest": 1}
    assert places(lives("ravine", **ranges))["gradient"] == 2
    wine = lives("ravine", **{"data.name": "wine", "ravine.shown": "raw_minmax_zscore_whitened"})
    assert wine["weights"].right == 2
    assert right(wine["roundest"]) == "decorrelated"
    assert wine["roundest"].accepts(2)  # the z-score is as round, as far as one can read it


@pytest.mark.parametrize(("share", "steps", "place"), [("1.2", "50", 2), ("0.3", "300", 0), ("0.01", "10", 1)])
def test_where_a_path_ends_depends_on_its_learning_rate(lives, share, steps, place):
    made = lives("ravine", **{"at.shares": f"{share}_0.5_0.5_0.5", "ravine.steps": steps})
    assert made["path"].right == place


def test_a_path_that_is_told_to_have_arrived_but_for_rounding_may_be_called_so(lives):
    wine = lives("ravine", **{"data.name": "wine", "ravine.steps": "30"})["path"]  # 0.1 % is left, and a little more
    assert wine.right == 1
    assert wine.accepts(0)
    assert not lives("ravine", **{"ravine.steps": "30"})["path"].accepts(0)


def test_without_raw_features_or_a_second_landscape_the_ravine_says_what_to_do(lives):
    made = lives("ravine", **{"ravine.shown": "zscore"})
    assert [name for name, live in made.items() if live is not None] == ["path"]
    app = opened("ravine", **{"ravine.shown": "zscore"})
    assert "Let them be among the landscapes shown" in words(app)
    assert not asked(app, "ravine", "gradient")


def test_the_value_that_is_followed_in_the_layer_decides(lives):
    hand = lives("layer", **{"layer.source": "hand", "layer.batch": "0"})
    assert places(hand) == {"sharing": 0, "spread": 0, "value": 1, "running": 1}
    assert right(hand["value"]) == "−1.64"  # (1 - 4) / sqrt(10 / 3)
    assert right(hand["running"]) == "0.400"  # 0.9 * 0 + 0.1 * 4
    wide = lives("layer", **{"layer.source": "hand", "layer.batch": "0", "layer.eps": "10"})
    assert wide["spread"].right == 2
    assert right(wide["value"]) == "−0.822"  # (1 - 4) / sqrt(10 / 3 + 10)
    some = lives("layer", **{"layer.source": "hand", "layer.batch": "0", "layer.eps": "1.0"})
    assert some["spread"].right == 1
    assert lives("layer")["running"].right == 3  # the second batch from the data, after one before it


def test_a_layer_of_a_run_is_asked_about_too(lives):
    run = {"layer.source": "run", "layer.batch": "0", "data.name": "moons", "network.hidden": "8"}
    made = lives("layer", **run, arms="layer,before")
    assert right(made["sharing"]).startswith("8: one row")
    assert made["running"] is None
    group = lives("layer", **run, arms="group,before,groups:2")
    assert right(group["sharing"]).startswith("4: a group of features")
    rms = lives("layer", **run, arms="rms,before")
    assert "mean of its squares" in rms["spread"].ask


def test_a_batch_of_one_is_refused_and_that_is_the_answer(lives):
    made = lives("layer", **{"layer.source": "hand", "layer.batch": "0", "layer.hand": "1_2_3"})
    assert made["spread"].right == 3
    assert made["value"] is made["running"] is None


def test_the_norm_on_screen_decides(lives):
    batch = lives("axes")
    assert {name: right(live) for name, live in batch.items() if name != "company"} == {
        "cells": "256", "learned": "16", "same": NONE,
    }  # fmt: skip
    assert batch["company"].right == 0
    rms = lives("axes", **{"axes.norm": "rms"})
    assert (right(rms["cells"]), right(rms["learned"]), rms["company"].right) == ("512", "8", 1)
    assert right(lives("axes", **{"axes.norm": "group", "axes.groups": "1"})["same"]) == "layer norm"
    one = lives("axes", **{"axes.images": "1"})
    assert right(one["same"]) == "instance norm"
    assert one["company"] is None


def test_the_momentum_on_screen_decides(lives):
    assert places(lives("running")) == {"left": 2, "modes": 1, "closest": 0, "spread": 2}
    assert lives("running", **{"running.unit": "2"})["spread"].right == 1
    slow = lives("running", **{"running.momentum": "0.001"})
    assert slow["left"].right == 3
    assert right(slow["closest"]) == "Last batch"  # the running average has hardly left its start
    start = lives("running", **{"running.after": "0"})
    assert start["closest"] is None
    large = {"running.momentum": "0.3", "running.updates": "60", "running.after": "60", "running.batch_size": "256"}
    calm = lives("running", **large)
    assert calm["modes"].right == 2
    assert right(calm["closest"]) == "Running average"
    std, size, found = (calm["spread"].said[name] for name in ("std", "size", "right"))
    assert float(found) == pytest.approx(float(std) / math.sqrt(float(size)), rel=0.02)


SMALL_RUN = Experiment(
    data=Data("moons", n=200), network=Network((8, 8)), arms=(Arm("none"), Arm("batch")),
    training=Training(batch_size=16, steps=40),
)  # fmt: skip


def results(experiment):
    return shared_store().find(experiment).recording()


def test_the_run_on_screen_decides(lives):
    made = lives("train", train_lab.opened(SMALL_RUN))
    rows = summary(results(SMALL_RUN))
    best = [row["test_accuracy"] for row in rows]
    tests = len(load(SMALL_RUN.data, 0).x_test)
    if abs(best[0] - best[1]) > 1.5 / tests:
        assert made["best"].right == int(np.argmax(best))
    else:
        assert made["best"].accepts(2)
    assert right(made["first"]) == _first(rows)
    sigmoid = replace(SMALL_RUN, network=Network((8,) * 6, "sigmoid"), arms=(Arm("none"),))
    deep = lives("train", train_lab.opened(sigmoid))
    assert deep["gradient"].right == 0
    assert made["gradient"].right > 0
    assert deep["gamma"] is deep["best"] is None
    fast = replace(SMALL_RUN, arms=(Arm("batch", learning_rate=5.0),))
    moved = lives("train", train_lab.opened(fast))
    middle = np.median(results(fast).gamma[-1, 0, 0])
    assert moved["gamma"].right == (0 if middle < 0.95 else 2 if middle > 1.05 else 1) != made["gamma"].right


def _first(rows):
    steps = [row["steps_to_90"] for row in rows]
    known = [step for step in steps if step is not None]
    if not known:
        return NONE
    first = [row["label"] for row, step in zip(rows, steps, strict=True) if step == min(known)]
    return first[0] if len(first) == 1 else TIE


def test_equal_arms_are_a_tie_and_an_arm_that_diverged_is_named(lives):
    twins = replace(SMALL_RUN, arms=(Arm("batch"), Arm("batch")))
    made = lives("train", train_lab.opened(twins))
    assert right(made["best"]) == TIE
    assert right(made["first"]) in (TIE, NONE)
    wild = replace(SMALL_RUN, arms=(Arm("none", learning_rate=100.0), Arm("batch")), data=Data("digits"))
    said = lives("train", train_lab.opened(wild))["best"]
    assert "Diverged, and so shown as last tested before: no norm" in said.said["more"]


def test_a_run_that_predicts_a_number_is_asked_about_its_loss(lives):
    number = replace(SMALL_RUN, data=Data("diabetes"), training=Training(batch_size=16, steps=20))
    made = lives("train", train_lab.opened(number))
    assert made["first"] is None
    losses = [row["test_loss"] for row in summary(results(number))]
    assert made["best"].accepts(int(np.argmin(losses)))
    assert "smallest loss" in made["best"].ask


def test_convolutions_and_a_network_without_layers(lives):
    conv = Experiment(
        network=Network((4, 4), kind="conv"), arms=(Arm("none"), Arm("batch")), training=Training(steps=3)
    )
    made = lives("train", train_lab.opened(conv))
    assert all(live is not None for live in made.values())
    flat = lives("train", train_lab.opened(replace(SMALL_RUN, network=Network(()))))
    assert flat["gradient"] is flat["gamma"] is None


def test_while_nothing_is_measured_the_page_says_so():
    app = opened("train", **to_link(replace(SMALL_RUN, seed=7, training=Training(batch_size=16, steps=4000))))
    waiting = [one for one in quizzes()["train"] if one.live and not asked(app, "train", one.id)]
    if shared_store().find(replace(SMALL_RUN, seed=7, training=Training(batch_size=16, steps=4000))).active:
        assert len(waiting) == 4
    assert all(one.wait in words(app) for one in waiting)


def test_an_answer_keeps_the_mark_it_got_when_the_numbers_change():
    app = opened("running")
    radio(app, "running", "left").set_value(2)
    checked(app.run())
    assert "**Right.**" in words(app)
    assert link_of(app)["quiz"] == "running-C"
    app.session_state["running.momentum"] = 0.001
    checked(app.run())
    assert radio(app, "running", "left").value == 2  # a range means the same with all numbers
    assert "Right is: More than 50 %" in words(app)
    assert "When you gave this answer it was right" in words(app)
    radio(app, "running", "left").set_value(3)
    checked(app.run())
    assert "Your first answer, “10 % to 50 %”, was right and counts." in words(app)
    assert link_of(app)["quiz"] == "running-C"


def test_where_other_numbers_bring_other_options_the_question_is_asked_anew():
    app = opened("axes")
    radio(app, "axes", "cells").set_value(2)
    checked(app.run())
    assert "Your first answer, " not in words(app)
    app.session_state["axes.norm"] = "rms"
    checked(app.run())
    assert radio(app, "axes", "cells").value is None
    assert "that was right and counts. Here are new ones" in words(app)
    radio(app, "axes", "cells").set_value(0)
    checked(app.run())
    assert "Your first answer, “256”, was right and counts." in words(app)
    assert link_of(app)["quiz"] == "axes-C"
    assert "**1 of 7 right** (1 answered)" in words(app)


def test_a_link_that_was_answered_for_other_numbers_does_not_put_words_into_its_mouth():
    app = opened("axes", quiz="axes-A")  # right then, whatever it was
    assert radio(app, "axes", "cells").value is None
    assert "that was right and counts" in words(app)
    assert "**1 of 7 right** (1 answered)" in words(app)
    again = opened("axes", quiz="axes-C")
    assert radio(again, "axes", "cells").value == 2
    ranges = opened("ravine", quiz="ravine-B", **{"data.name": "ranges", "ravine.bias": "third"})
    assert radio(ranges, "ravine", "gradient").value == 1  # ranges mean the same with all numbers
    assert "Right is: 30 to 3,000 times" in words(ranges)
    assert "the settings have changed since" in words(ranges)


def test_another_score_in_the_address_forgets_what_was_chosen():
    app = opened("axes")
    radio(app, "axes", "cells").set_value(2)
    checked(app.run())
    app.query_params.clear()
    app.query_params.update({"axes.updates": "0", "axes.norm": "layer", "quiz": "axes-_B"})
    checked(app.run())
    assert link_of(app)["quiz"] == "axes-_B"
    assert radio(app, "axes", "cells").value is None
    assert radio(app, "axes", "numbers") is not None


def test_the_score_survives_a_change_of_page():
    app = visited("app.py", SMALL["axes"], page="axes")
    for question in ("numbers", "single", "groups"):
        radio(app, "axes", question).set_value(1)
        checked(app.run())
    kept = link_of(app)["quiz"]
    app.switch_page("pages/quiz.py")
    checked(app.run())
    assert link_of(app)["quiz"] == kept
    assert f"**3 right of 3 answered**, {sum(map(len, quizzes().values()))} questions in all." in words(app)
    assert "3 right · 3 of 7 done" in words(app)


def own_table(text):
    app = opened("inputs")
    app.selectbox(key="inputs.set").set_value("own").run()
    app.text_area(key="own.pasted").set_value(text).run()
    return checked(app.button(key="own.use").click().run())


def test_a_table_of_ones_own_is_asked_about_by_its_names(lives):
    rows = "\n".join(f"{place},{1000 * place},{place % 2}" for place in range(1, 21))
    made = lives("inputs", own_table(f"wi*dth,height,kind\n{rows}"))
    assert places(made) == {"spread": 2, "within": 1, "rate": 3, "squeezed": 2, "alike": 2}
    assert "wi\\*dth after the z-score" in made["within"].ask
    assert made["spread"].said["second"] == "height"


def test_a_question_whose_words_change_keeps_what_was_chosen():
    app = opened("ravine")
    radio(app, "ravine", "path").set_value(1)
    before = radio(checked(app.run()), "ravine", "path").label
    app.session_state["ravine.steps"] = 300
    after = radio(checked(app.run()), "ravine", "path")
    assert after.label != before
    assert after.value == 1
    assert re.fullmatch("ravine-_{5}[bB]", link_of(app)["quiz"])
