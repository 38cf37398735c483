"""The page on shift through AppTest: every claim, every control at both ends, links good and bad."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bnviz.core.codec import group_to_link
from bnviz.core.shift_effects import effects
from bnviz.runs.studies import shared_studies
from bnviz.ui.link_words import label_of
from bnviz.ui.scenarios import scenario
from bnviz.ui.shift_parts import judged
from bnviz.ui.shift_pictures import cost_of_noise
from bnviz.ui.shift_settings import CLAIMS, PARTS, Settings
from tests.pages.visit import checked, link_of, start, visited

ROOT = Path(__file__).resolve().parents[2]
QUICK = Settings(claim="E3", depth=7)


@pytest.fixture(scope="module", autouse=True)
def store():
    """The one store, so that nothing of these tests goes on after them."""
    yield
    shared_studies().close()


def finished(study):
    run = shared_studies().open(study, "test")
    end = time.monotonic() + 60
    while run.active and time.monotonic() < end:
        time.sleep(0.05)
    assert run.status == "finished", run.problem
    return run


def opened(settings, **others):
    finished(settings.shown)
    return visited("pages/shift.py", {**group_to_link("shift", settings, Settings()), **others})


def words(app):
    return " ".join(line.value for line in (*app.markdown, *app.caption))


def widget(app, kind, name):
    return next(element for element in getattr(app, kind) if element.key == f"shift.{name}")


def test_on_arrival_the_roses_are_measured_and_the_address_is_plain():
    app = opened(Settings())
    assert link_of(app) == {}
    assert len(app.get("vega_lite_chart")) == 2
    assert len(app.get("bidi_component")) >= 1
    assert "Updates until 97.0\u00a0% of the test flowers are right: shuffled" in words(app)
    assert "subset 1 only never in 200" in words(app)


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim not in ("F3", "E4")])
def test_every_claim_is_said_and_drawn(claim):
    app = opened(Settings(claim=claim, depth=7))
    assert scenario(claim).claim in words(app)
    assert len(app.get("vega_lite_chart")) == {"F4": 1, "E1": 2, "E2": 2, "E3": 3}[claim]
    assert all(chart.proto.alt for chart in app.get("vega_lite_chart"))
    if claim in PARTS["internal"]:
        assert "Speaks for it" in words(app)
        assert "Sources: Ioffe & Szegedy 2015" in words(app)


def test_a_verdict_comes_from_the_seeds_that_were_measured():
    settings = Settings(claim="E3", depth=7, seeds=2)
    run = finished(settings.judged)
    app = opened(settings)
    assert "of 2 seeds" not in words(app)  # not before it is asked for
    widget(app, "button_group", "predict.E3").set_value("opposite")
    app = start(app, "shift", "E3")
    measured = effects("E3", [one[0] for one in run.results])
    assert f"{min(measured):+.2f} to {max(measured):+.2f}" in words(app)
    assert "of 2 seeds" in words(app)
    assert "Loss after the last update with batch norm, as a share of that without norm" in words(app)
    assert ("You expected that" in words(app)) == (max(measured) < -0.02)


def e4(accuracies):
    """A result of E4 a seed: no norm, batch norm and noisy batch norm, with these accuracies of the last."""
    arms = [{"instability": 0.05, "accuracy": 0.97}, {"instability": 0.001, "accuracy": 0.98}]
    return [{"arms": [*arms, {"instability": 0.25, "accuracy": one}]} for one in accuracies]


def test_a_claim_with_two_halves_is_judged_by_both():
    whole, halves = judged("E4", e4([0.96, 0.95, 0.97]))
    assert whole.word == "holds"
    assert [half.verdict.median for half in halves] == pytest.approx([0.2, 0.96])
    whole, halves = judged("E4", e4([0.5, 0.4, 0.6]))  # the means jump as claimed, and the network does not learn
    assert (whole.word, whole.agreeing) == ("part", 0)
    assert [half.verdict.word for half in halves] == ["holds", "opposite"]
    assert judged("E2", [{"arms": [{"sizes": 0.7}, {"sizes": 0.4}]}] * 2)[0].word == "holds"


def test_what_the_noise_costs_is_told_as_it_was_measured():
    assert "−1.0 percentage points in the median (−2.0 to +0.0)" in cost_of_noise(e4([0.97, 0.96, 0.95]))
    assert cost_of_noise(e4([0.97])).endswith("without norm, on one seed: +0.0 percentage points.")


def test_a_prediction_alone_measures_the_seeds_and_what_is_hidden_keeps_its_value():
    settings = Settings(claim="E3", depth=7, seeds=2)
    finished(settings.judged)
    app = opened(settings, hide="depth.seeds")
    assert not [one for one in app.select_slider if one.key in ("shift.depth", "shift.seeds")]
    widget(app, "button_group", "predict.E3").set_value("holds")
    checked(app.run())
    assert "of 2 seeds" in words(app)
    assert scenario("E3").expect in words(app)
    assert link_of(app)["shift.depth"] == "7"
    radio = next(one for one in app.radio if one.key == "quiz.shift.seeds")  # asks about what was just measured
    radio.set_value(0)
    assert "Of 2 seeds that were just measured" in words(checked(app.run()))


def test_the_part_opens_with_its_first_claim_and_the_link_says_so():
    app = opened(QUICK)
    widget(app, "button_group", "part").set_value("roses")
    checked(app.run())
    assert link_of(app) == {"shift.depth": "7"}


@pytest.mark.parametrize(("name", "values"), [("depth", (7, 30)), ("seeds", (2, 12)), ("seed", (0, 2**31 - 13))])
def test_every_control_at_both_ends(name, values):
    app = opened(QUICK)
    for value in values:
        widget(app, "number_input" if name == "seed" else "select_slider", name).set_value(value)
        checked(app.run())
        assert (link_of(app).get(f"shift.{name}") or str(getattr(Settings(), name))) == str(value)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(classifier="net_batch", learning_rate=100.0, batch_size=2, noise=0.0),
        Settings(classifier="net", learning_rate=1e-6, batch_size=128, noise=0.5),
    ],
)
def test_the_roses_at_the_ends_of_their_settings(settings):
    assert "Updates until" in words(opened(settings))


def test_a_bad_link_is_explained_and_the_page_stands():
    app = opened(Settings(), **{"shift.claim": "Z9", "shift.noise": "lots", "shift.seeds": "1"})
    assert len(app.warning) == 1
    assert all(
        f"{label_of(f'shift.{name}', 'shift')}: " in app.warning[0].value for name in ("claim", "noise", "seeds")
    )


def test_the_training_lab_offers_batches_of_one_subset_with_the_flowers_alone():
    app = AppTest.from_file(str(ROOT / "pages" / "train.py"), default_timeout=60)
    app.query_params.update({"data.name": "flowers", "training.order": "blocks", "training.steps": "10"})
    checked(app.run())
    order = next(box for box in app.selectbox if box.key == "train.training.order")
    assert order.value == "blocks"
    assert len(order.options) == 7
    name = next(box for box in app.selectbox if box.key == "train.data.name")
    name.set_value("moons")
    checked(app.run())
    order = next(box for box in app.selectbox if box.key == "train.training.order")
    assert (order.value, len(order.options)) == ("shuffled", 3)
