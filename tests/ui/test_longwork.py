"""Long work on a page: what it says in each state, what its buttons do, and that nobody computes for nobody."""

import pytest
from streamlit.testing.v1 import AppTest

from bnviz.ui import longwork

STEPS = {"ready": 0, "computing": 3, "stopped": 3, "failed": 3, "finished": 10}


class Work:
    def __init__(self, status, problem=""):
        self.status, self.problem, self.version = status, problem, 0
        self.done, self.total, self.seconds_left = STEPS[status], 10, 2.4 if STEPS[status] else None

    @property
    def active(self):
        return self.status in ("ready", "computing")


class Store:
    """A store that computes nothing by itself."""

    def __init__(self, status=None, ahead=0, becomes="computing"):
        self.work = None if status is None else Work(status, "It broke.")
        self.ahead, self.becomes, self.opened, self.left = ahead, becomes, [], []

    def open(self, what, viewer):
        self.opened.append((what, viewer))
        if self.work is None or self.work.status in ("stopped", "failed"):
            self.work = Work(self.becomes)
        return self.work

    def find(self, what):
        return self.work

    def watch(self, run, viewer):
        pass

    def leave(self, viewer):
        self.left.append(viewer)

    def ahead_of(self, run):
        return self.ahead


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(longwork.live, "MOMENT", 0.0)


def page(store, by_itself, what):
    import streamlit as st

    from bnviz.ui import longwork

    def draw(run):
        st.markdown("nothing" if run is None else f"drawn {run.done}")

    longwork.show_work(store, what, draw, key="test.part", by_itself=by_itself)


def shown(store, *, by_itself=True, what="this"):
    app = AppTest.from_function(page, args=(store, by_itself, what), default_timeout=20).run()
    assert not app.exception
    return app


def line(app):
    return [one.value for one in app.caption] + [bar.proto.text for bar in app.get("progress")]


@pytest.mark.parametrize(
    ("store", "words", "button"),
    [
        (Store(), "3 of 10 runs · about 3 s left", "Stop"),
        (Store("ready", ahead=2), "0 of 10 runs · waiting for its turn · takes turns with 2 more", "Stop"),
        (Store("failed"), "This could not be computed: It broke. Change a setting, or try again.", "Try again"),
        (Store("finished"), "Computed: all 10 runs.", None),
    ],
)
def test_each_state_in_words_with_its_button(store, words, button):
    app = shown(store)
    assert line(app) == [words]
    assert [one.label for one in app.button] == ([button] if button else [])
    assert len(app.markdown) == 1


def test_what_a_viewer_left_goes_on_by_itself():
    store = Store("stopped")
    assert line(shown(store)) == ["3 of 10 runs · about 3 s left"]


def test_stop_keeps_what_was_found_and_go_on_goes_on():
    store = Store()
    app = shown(store)
    app.button[0].click().run()
    assert store.left
    assert line(app) == ["Stopped at 3 of 10 runs; what was found stays."]
    assert app.markdown[0].value == "drawn 3"
    opened = len(store.opened)
    app.button[0].click().run()
    assert len(store.opened) > opened
    assert [one.label for one in app.button] == ["Stop"]


def test_nothing_starts_unasked_where_it_should_not():
    store = Store()
    app = shown(store, by_itself=False)
    assert not store.opened
    assert app.markdown[0].value == "nothing"
    app.button[0].click().run()
    assert {what for what, _ in store.opened} == {"this"}
    assert line(app) == ["3 of 10 runs · about 3 s left"]


def test_what_failed_is_tried_once_when_asked():
    store = Store("failed", becomes="failed")
    app = shown(store)
    assert not store.opened
    app.button[0].click().run()
    assert len(store.opened) == 1
    app.run()
    assert len(store.opened) == 1


def test_leaving_the_page_leaves_every_work(monkeypatch):
    store = Store("computing")
    monkeypatch.setattr(longwork.st, "session_state", {longwork._WATCHED: {"ann/part": (store, "ann/part")}})
    longwork.leave_all()
    longwork.leave_all()
    assert store.left == ["ann/part"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (float("inf"), ""), (0.2, "about a second left"), (59.2, "about 60 s left"), (61, "about 2 min left")],
)
def test_the_time_that_is_left(seconds, words):
    assert longwork.left_in_words(seconds) == words
