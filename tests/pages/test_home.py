"""The home page through AppTest: a run that plays, a card for each lab, the ways in, and old links."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest

from bnviz.ui import frame, home
from bnviz.ui.frame import LABS, ROOT
from bnviz.ui.lessons import lessons
from bnviz.ui.messages import text
from tests.pages.visit import link_of, visited


def opened(**params):
    return visited("app.py", params)


def test_it_says_what_this_is_and_plays_a_real_run():
    app = opened()
    assert [title.value for title in app.title] == [text("home.headline")]
    for _ in range(100):  # the first run of a process waits for its engine
        if app.get("bidi_component"):
            break
        time.sleep(0.2)
        app.run()
    raw = app.get("bidi_component")[0].proto.bytes
    header = json.loads(raw[4 : 4 + int.from_bytes(raw[:4], "little")])
    assert header["autoplay"] == home.SPEED
    assert header["finished"]
    assert [one["id"] for one in header["pictures"]] == ["decision-maps"]
    assert link_of(app) == {}


def test_until_its_run_is_trained_the_place_of_the_picture_says_how_far_it_is(monkeypatch):
    monkeypatch.setattr(home, "SHOWN", replace(home.SHOWN, seed=991))
    monkeypatch.setattr(home.live, "MOMENT", 0.0)
    (bar,) = opened().get("progress")
    assert "wo networks are" in bar.proto.text


def test_every_lab_has_a_card():
    app = opened()
    links = [element.proto.label for element in app.get("page_link")]
    titles = [f"**{text(f'app.{name}_title')}**" for name in (*LABS, *frame.SECTIONS["class"])]
    assert links == [text("home.open_run"), *titles]
    assert all(text(f"home.cards.{name}") for name in LABS)
    quizzes = (ROOT / "assets" / "quiz").glob("*.toml")
    files = {file.stem: file.read_text(encoding="utf-8").count("[[question]]") for file in quizzes}
    article = files.pop("article")
    told = f"{article} questions from course notes, {sum(files.values())} more in the labs, "
    assert any(part.value.startswith(told) for part in app.caption)


@pytest.mark.parametrize(
    ("button", "page", "lesson"), [("home_five", "Train live", "five.1"), ("home_class", "Inputs", "class45.1")]
)
def test_a_way_in_opens_the_first_stop(button, page, lesson):
    app = opened()
    next(one for one in app.button if one.key == button).click().run()
    assert not app.exception
    assert [title.value for title in app.title] == [page]
    name, _, number = lesson.partition(".")
    assert link_of(app) == lessons()[name].steps[int(number) - 1].settings | {"lesson": lesson}


@pytest.mark.parametrize(
    "params", [{"training.learning_rate": "1.6", "training.steps": "12"}, {"seed": "3", "training.steps": "12"}]
)
def test_a_link_without_a_page_opens_the_training_lab(params):
    app = opened(**params)
    assert [title.value for title in app.title] == [text("app.train_title")]
    assert link_of(app) == params


def test_what_is_kept_on_every_page_leads_nowhere():
    app = opened(present="1")
    assert [title.value for title in app.title] == [text("home.headline")]
    assert link_of(app) == {"present": "1"}


def test_every_page_has_its_place_in_the_navigation():
    names = [name for section in frame.sections().values() for name in section]
    assert sorted(names) == sorted(file.stem for file in (ROOT / "pages").glob("*.py") if file.stem != "home")
    assert len(frame.sections()) <= 6


@pytest.mark.parametrize("name", ["x", "fbclid", "utm_source"])
def test_what_others_add_to_a_link_leads_nowhere_else(name):
    app = opened(**{name: "1"})
    assert [title.value for title in app.title] == [text("home.headline")]
    assert link_of(app) == {}
