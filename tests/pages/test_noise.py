"""The page on noise through AppTest: every part, control and preset link, results that are still coming in."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bnviz.core.codec import group_to_link
from bnviz.core.study import results
from bnviz.core.verdict import Limit, judge_whole
from bnviz.runs.studies import StudyRun
from bnviz.ui import noise_parts
from bnviz.ui.link_words import label_of
from bnviz.ui.messages import text
from bnviz.ui.noise_controls import OF_PART, SCALES
from bnviz.ui.noise_effects import bounded, points
from bnviz.ui.noise_settings import PARTS, TASKS, Settings
from bnviz.ui.scenarios import of_lab
from tests.pages.visit import checked, link_of, start, visited

ROOT = Path(__file__).resolve().parents[2]
SMALL = {"noise.seeds": "1", "noise.depth_seeds": "1"}


class Store:
    """Computes at once, in this process, so many results of each seed; all of them for None."""

    def __init__(self, most: int | None = None, status: str = "stopped") -> None:
        self.most, self.status, self.left, self.runs = most, status, 0, {}

    def open(self, study, _viewer):
        if study not in self.runs:
            run = self.runs[study] = StudyRun(study)
            found = (one for one in results(study) if one is not None)
            for one in itertools.islice(found, self.most):
                run.results[one.seed].append(one.value)
            run.set_status("finished" if self.most is None else self.status)
        return self.runs[study]

    def find(self, study):
        return self.runs.get(study)

    def watch(self, run, viewer):
        """Nobody is waited for."""

    def leave(self, _viewer):
        self.left += 1

    def ahead_of(self, _run):
        return 0


ALL, FIRST, NONE = Store(), Store(2), Store(0)


@pytest.fixture
def store(monkeypatch):
    """Return a function that says which store the page uses."""

    def use(one: Store) -> Store:
        monkeypatch.setattr(noise_parts, "shared_studies", lambda: one)
        return one

    use(ALL)
    return use


def opened(**params):
    return visited("pages/noise.py", {**SMALL, **params})


def widget(app, kind, name):
    return next(element for element in getattr(app, kind) if element.key == f"noise.{name}")


def said(app):
    return " ".join(line.value for line in (*app.markdown, *app.caption, *app.info))


@pytest.mark.parametrize("scenario", of_lab("noise"), ids=lambda one: one.id)
def test_every_claim_is_opened_by_its_link_and_judged_from_what_was_measured(store, scenario):
    seeds = "1" if scenario.id == "G1" else "2"
    if scenario.id == "G1":
        store(Store(6))  # the variances and one training
    app = opened(**scenario.settings, **{"noise.seeds": seeds})
    if seeds == "2":
        app = start(app, "noise", scenario.id)
    assert f"**{scenario.claim}**" in [line.value for line in app.markdown]
    assert app.get("vega_lite_chart")
    assert all(chart.proto.alt for chart in app.get("vega_lite_chart"))
    words = [text(f"claims.verdict.{word}") for word in ("holds", "opposite", "noise", "few", "part")]
    words.append(text("claims.none_yet"))
    assert any(word in said(app) for word in words)
    assert not app.warning
    if scenario.dissent:
        assert scenario.dissent in said(app)


@pytest.mark.parametrize(
    ("part", "task"), [*((part, "ghosts") for part in PARTS), *(("regularization", task) for task in TASKS)]
)
@pytest.mark.parametrize("partial", [FIRST, NONE], ids=["two results", "no result"])
def test_results_that_are_still_coming_in_are_drawn_as_far_as_they_go(store, part, task, partial):
    store(partial)
    app = opened(**{"noise.part": part, "noise.task": task})
    assert app.get("vega_lite_chart")
    assert text("claims.verdict.few") in said(app) or text("claims.none_yet") in said(app)


@pytest.mark.parametrize(("part", "name"), [(part, name) for part, names in OF_PART.items() for name in names])
def test_every_control_at_both_ends(store, part, name):
    store(NONE)
    where = {"noise.part": "regularization", "noise.task": part} if part in TASKS else {"noise.part": part}
    app = opened(**where)
    kind, ends = "select_slider", (SCALES.get(name, "-")[0], SCALES.get(name, "-")[-1])
    if name == "activation":
        kind, ends = "segmented_control", ("relu", "linear")
    for end in ends:
        widget(app, kind, name).set_value(end)
        checked(app.run())
        usual = getattr(Settings(), name)
        assert (f"noise.{name}" in link_of(app)) == (end != usual)


def test_seeds_at_both_ends(store):
    store(FIRST)
    app = opened(**{"noise.part": "regularization", "noise.task": "moons"})
    for seeds in (1, 24):
        widget(app, "select_slider", "seeds").set_value(seeds)
        checked(app.run())
    widget(app, "number_input", "first_seed").set_value(7)
    checked(app.run())
    assert any(study.seeds == (7,) for study in FIRST.runs)
    start(app, "noise", "F1b")
    assert any(study.seeds == tuple(range(7, 31)) for study in FIRST.runs)


def test_the_plain_address_is_the_plain_page(store):
    store(NONE)
    app = AppTest.from_file(str(ROOT / "pages" / "noise.py"), default_timeout=60)
    checked(app.run())
    assert link_of(app) == {}
    assert any(study.measure == "spread" and len(study.seeds) == 1 for study in NONE.runs)
    start(app, "noise", "B1")
    assert any(study.measure == "spread" and len(study.seeds) == 8 for study in NONE.runs)


def test_a_prediction_is_held_against_the_measurement(store):
    app = opened(**{"noise.part": "regularization", "noise.task": "moons", "noise.seeds": "2"})
    predict = widget(app, "segmented_control", "predict.F1b")
    predict.set_value("holds")
    assert text("claims.right") in said(checked(app.run()))
    widget(app, "segmented_control", "predict.F1b").set_value("opposite")
    assert text("claims.surprise") in said(checked(app.run()))


def test_a_claim_that_is_open_is_said_and_asked_about_once(store):
    app = opened(**{"claim": "F1b", "noise.part": "regularization", "noise.task": "moons", "noise.seeds": "2"})
    claim = next(one.claim for one in of_lab("noise") if one.id == "F1b")
    assert [line.value for line in app.markdown].count(f"**{claim}**") == 1
    assert "claim" not in link_of(app)  # its part and its task say the same
    assert not app.warning
    widget(app, "segmented_control", "predict.F1b").set_value("opposite")
    assert text("claims.surprise") in said(checked(app.run()))


def test_results_can_wait_for_a_prediction(store):
    app = opened(**{"noise.part": "regularization", "noise.task": "moons", "noise.ahead": "1"})
    assert text("noise.hidden") in said(app)
    assert not app.get("vega_lite_chart")
    widget(app, "segmented_control", "predict.F1b").set_value("noise")
    assert checked(app.run()).get("vega_lite_chart")


def test_a_bad_link_says_so_and_shows_the_page(store):
    store(NONE)
    app = opened(**{"noise.part": "nowhere", "noise.seeds": "1e999", "noise.moon_rows": "x", "noise.digit_rows": "130"})
    warning = app.warning[0].value
    labels = [label_of(f"noise.{name}", "noise") for name in ("part", "seeds", "moon_rows", "digit_rows")]
    assert all(f"- {label}: " in warning for label in labels)
    assert f"- {labels[-1]}: 130 came, but batches and ghost batches must come out even; 128 is used" in warning
    assert app.get("vega_lite_chart")


def test_a_claim_that_there_is_not_is_explained(store):
    store(NONE)
    assert "there is no such claim" in opened(claim="Z9").warning[0].value


def test_a_teacher_may_hide_the_question(store):
    store(NONE)
    app = opened(hide="predict.part")
    assert not [element for element in app.get("segmented_control") if "predict" in str(element.key)]


def test_back_to_the_default_keeps_the_part(store):
    store(NONE)
    app = opened(**{"noise.part": "small", "noise.epochs": "2"})
    next(button for button in app.button if button.key == "noise.reset").click()
    checked(app.run())
    assert link_of(app) == group_to_link("noise", Settings(part="small"), Settings())


def test_the_settings_come_back_from_their_link():
    settings = Settings(part="regularization", task="sizes", seeds=3, first_seed=5, digit_rows=64, ahead=True)
    link = group_to_link("noise", settings, Settings())
    assert len(link) == 6
    assert settings.study("F1c").seeds == (5, 6, 7)
    assert settings.scenario == "F1c"


@pytest.mark.parametrize(
    ("part", "task", "half"),
    [("starts", "ghosts", "Test accuracy from zero weights"), ("small", "ghosts", "layer norm minus batch norm"),
     ("regularization", "sizes", "beyond what it brings without"), ("spread", "ghosts", "exponent is from 0.5")],
)  # fmt: skip
def test_a_claim_that_says_two_things_is_judged_by_both(store, part, task, half):
    settings = Settings(part=part, task=task)
    app = opened(**{"noise.part": part, "noise.task": task, "noise.seeds": "2"})
    found = said(start(app, "noise", settings.scenario))
    assert half in found
    assert "All of this together on" in found


def test_chance_is_below_the_limit_and_learning_is_not():
    """With random weights at chance, too, zero weights are no worse: the claim holds in one part only."""
    zero = bounded("starts.zero", [0.1, 0.09], Limit(0.2, above=False))
    learns, chance = (bounded("starts.biases", [one, one], Limit(0.9)) for one in (0.96, 0.1))
    first = points("starts.effect", [0.86, 0.85])
    assert judge_whole([one.judged for one in (first, zero, learns)]).word == "holds"
    assert judge_whole([one.judged for one in (first, zero, chance)]).word == "part"
    assert (zero.verdict.word, chance.verdict.word) == ("holds", "opposite")


def test_the_size_of_the_batches_is_that_of_the_runs(store):
    assert "its batches of 32 already" in said(opened(**{"noise.part": "input", "noise.input_rows": "32"}))


PLACES = [("regularization", task) for task in TASKS] + [(part, "ghosts") for part in ("small", "input")]


@pytest.mark.parametrize(("part", "task"), PLACES)
def test_captions_speak_of_medians_and_ranges_of_several_seeds_only(store, part, task):
    where = {"noise.part": part, "noise.task": task, "noise.seeds": "2"}
    app = opened(**where)
    once = " ".join(line.value for line in app.caption)
    assert "edian" not in once
    judged = start(app, "noise", Settings(part=part, task=task).scenario)
    assert "edian" in " ".join(line.value for line in judged.caption)


def test_one_seed_alone_is_told_without_a_range(store):
    found = said(opened(**{"noise.part": "regularization", "noise.task": "ghosts"}))
    assert ", on one seed." in found
    assert "on 1 seeds" not in found
    assert " of 1 seeds" not in found


def test_a_gap_between_shares_is_told_in_percentage_points(store):
    caption = next(line.value for line in opened(**{"noise.part": "regularization"}).caption if "Gap" in line.value)
    assert "in percentage points: no norm: " in caption
    assert "%" not in caption


def question(app, claim):
    return widget(app, "segmented_control", f"predict.{claim}").label


def test_the_question_is_true_to_what_is_on_screen(store):
    where = {"noise.part": "regularization", "noise.task": "moons", "noise.seeds": "2"}
    app = opened(**where)
    assert question(app, "F1b") == "What do you expect of 2 seeds? One is shown below."
    assert question(start(app, "noise", "F1b"), "F1b") == "What do you expect of 2 seeds?"
    assert question(opened(**where | {"noise.seeds": "1"}), "F1b") == "What do you expect?"
    assert question(opened(**where, **{"noise.ahead": "1"}), "F1b").endswith("Choose before you look.")


@pytest.mark.parametrize("status", ["computing", "stopped"])
def test_one_seed_of_several_is_judged_only_where_no_more_are_coming(store, status):
    store(Store(5, status))  # five arms: the first seed
    app = opened(**{"noise.part": "regularization", "noise.task": "moons", "noise.seeds": "2"})
    found = said(start(app, "noise", "F1b"))
    assert (text("claims.verdict.few") in found) == (status == "stopped")
    assert (text("claims.coming") in found) == (status == "computing")
