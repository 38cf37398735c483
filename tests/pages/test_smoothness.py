"""The page on smoothness through AppTest: every part, its controls, links good and bad, and the verdicts."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bnviz.core.codec import from_link, group_to_link, to_link
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.study import Study, results
from bnviz.core.verdict import judge
from bnviz.runs import studies, turns, viewers
from bnviz.runs.work_process import Part
from bnviz.ui import controls, live
from bnviz.ui.link_words import label_of
from bnviz.ui.scenarios import of_lab
from bnviz.ui.smoothness_results import as_ratios
from bnviz.ui.smoothness_settings import CLAIMS, PARTS, PRESETS, USUAL, Settings, fitted, study_of
from tests.pages.visit import checked, link_of, start, visited

ROOT = Path(__file__).resolve().parents[2]
SMALL = {"smoothness.width": "4", "smoothness.layers": "2", "smoothness.updates": "10"}


class Here:
    """A process in this thread: a turn is a whole seed."""

    def advance(self, order, seconds):
        study, found = Study.from_json(order.json), []
        for one in results(study, first=order.known):
            if one is None:
                continue
            if found and one.seed != found[0]["seed"]:
                return Part(tuple(found), False)
            found.append(one._asdict())
        return Part(tuple(found), True)

    def drop(self, name): ...

    def prepare(self): ...

    def close(self): ...


@pytest.fixture(autouse=True, scope="module")
def _in_this_process():
    patch = pytest.MonkeyPatch()
    here = studies.StudyStore(turns.Turns(Here()))
    patch.setattr(studies, "shared_studies", lambda: here)
    patch.setattr(viewers, "VIEWER_SECONDS", 600.0)
    patch.setattr(live, "MOMENT", 60.0)
    yield
    patch.undo()


def opened(**params):
    return visited(
        "pages/smoothness.py", {**SMALL, **{name.replace("__", "."): value for name, value in params.items()}}
    )


def words(app):
    return " ".join(one.value for one in (*app.caption, *app.markdown, *app.info))


def press(app, key):
    return checked(next(button for button in app.button if button.key == key).click().run())


def widget(app, kind, name):
    return next(one for one in getattr(app, kind) if one.key == f"smoothness.{name}")


CHARTS = {"along": 4, "safe": 2, "scale": 2, "growth": 4, "slice": 3, "edge": 2}


@pytest.mark.parametrize("part", PARTS)
def test_every_part_shows_pictures_and_a_verdict(part):
    app = opened(smoothness__part=part, smoothness__seeds="2")
    assert "2 seeds are measured, and judged" in words(app)
    app = start(app, "smoothness", CLAIMS[part])
    assert len(app.get("vega_lite_chart")) == CHARTS[part]
    assert all(chart.proto.alt for chart in app.get("vega_lite_chart"))
    assert "Computed: all" in words(app)
    assert "2 seeds" in words(app)
    assert any(word in words(app) for word in ("It holds here", "Here it is the other way round", "Within noise"))


def test_on_arrival_the_default_run_is_measured_with_one_seed_and_the_address_is_plain():
    app = AppTest.from_file(str(ROOT / "pages" / "smoothness.py"), default_timeout=120)
    app = checked(app.run())
    assert link_of(app) == {}
    assert "The pictures show one seed." in words(app)
    assert "It holds here" not in words(app)
    assert "In the median of the updates, loss range is" in words(app)


@pytest.mark.parametrize("way", ["prediction", "button"])
def test_predict_then_measure(way):
    app = opened()
    assert "The verdict stands below the pictures." not in words(app)
    if way == "button":
        app = start(app, "smoothness", "E5")
        assert "in the median of 5 seeds" in words(app)
        assert "The verdict stands below the pictures." in words(app)
    widget(app, "segmented_control", "predict.E5").set_value("holds").run()
    checked(app)
    assert any(word in words(app) for word in ("You expected that.", "You expected something else."))


def test_other_settings_want_another_start_and_say_so():
    app = start(opened(smoothness__seeds="2"), "smoothness", "E5")
    widget(app, "segmented_control", "predict.E5").set_value("holds").run()
    assert "of 2 seeds" in words(checked(app))
    widget(app, "select_slider", "width").set_value(8).run()
    assert "of 2 seeds" not in words(checked(app))
    assert "You have changed the settings since" in words(app)
    assert "Computed: all 11 " in words(app)  # the pictures: one seed
    app = start(app, "smoothness", "E5")
    assert "Computed: all 22 " in words(app)
    assert "of 2 seeds" in words(app)
    widget(app, "select_slider", "width").set_value(4).run()
    assert "of 2 seeds" in words(checked(app))  # measured before, so there at once


def test_another_part_opens_with_its_own_run():
    app = opened()
    widget(app, "segmented_control", "part").set_value("scale").run()
    checked(app)
    assert link_of(app) == {"smoothness.part": "scale"}
    assert "What the gradient does" in words(app)


def test_moving_the_step_measures_nothing_anew():
    app = opened()
    before = next(line.value for line in app.markdown if line.value.startswith("**Along the gradient after"))
    widget(app, "select_slider", "step").set_value(3).run()
    assert link_of(checked(app))["smoothness.step"] == "3"
    assert "**Along the gradient after 3 updates**" in words(app)
    assert before == "**Along the gradient after 10 updates**"


@pytest.mark.parametrize("name", ["learning_rate", "layers", "width", "batch_size", "seeds"])
def test_every_slider_at_both_ends(name):
    app = opened()
    for value in {"layers": (1, 3), "width": (4, 8), "seeds": (1, 2), "batch_size": (8, 256)}.get(name, (0.01, 2.0)):
        widget(app, "select_slider", name).set_value(value).run()
        checked(app)
        usual = f"{getattr(Settings(), name):g}"
        assert link_of(app).get(f"smoothness.{name}", usual) == f"{value:g}"


def test_without_two_arms_there_is_no_verdict_but_a_sentence():
    app = opened(smoothness__norms="batch")
    assert "A verdict needs a network without norm" in words(app)


def test_several_norms_side_by_side():
    app = opened(smoothness__norms="none_batch_layer_group_rms_batch_noisy"[:26])
    assert "layer norm" in words(app)


def test_bad_links_are_explained():
    app = opened(smoothness__part="mood", smoothness__width="-3", smoothness__norms="batch_ghost")
    assert any("Part: 'mood' came" in line.value for line in app.warning)
    assert any(f"{label_of('smoothness.width', 'smoothness')}: -3 came" in line.value for line in app.warning)
    assert "Computed: all" in words(app)


def test_the_run_of_the_training_lab(monkeypatch):
    own = Experiment(Data("moons"), Network((5,)), (Arm("none"), Arm("layer")), Training(batch_size=8, steps=6))
    monkeypatch.setattr(controls, "current", lambda: own)
    app = press(opened(), "smoothness_take")
    assert link_of(app) == {"smoothness.own": "1", "smoothness.step": "6"} | to_link(own)
    assert from_link(link_of(app))[0] == own
    assert "layer norm" in words(app)
    app = start(app, "smoothness", "E5")
    assert "another run than the one of the source" in words(app)
    app = press(app, "smoothness_leave")
    assert link_of(app) == {}


def test_a_run_by_link_and_what_a_part_cannot_do_is_a_sentence():
    linear = Experiment(Data("moons"), Network(()), (Arm("none"),), Training(batch_size=8, steps=6))
    app = opened(**to_link(linear), smoothness__own="1", smoothness__part="growth")
    assert "no hidden layer" in words(app)
    conv = Experiment(Data("digits"), Network((4,), kind="conv"), (Arm("none"),), Training(steps=2))
    app = opened(**to_link(conv), smoothness__own="1", smoothness__part="slice")
    assert "Slices are for fully connected networks" in words(app)


@pytest.mark.parametrize("found", of_lab("smoothness"), ids=lambda one: one.id)
def test_a_scenario_opens_its_part(found):
    part = found.settings.get("smoothness.part", "along")
    assert CLAIMS[part] == found.id
    assert set(found.settings) <= {f"smoothness.{name}" for name in Settings.__dataclass_fields__}


@pytest.mark.parametrize("settings", [*USUAL.values(), *PRESETS.values()])
def test_usual_runs_and_presets_can_be_measured(settings):
    assert fitted(settings) == settings
    from bnviz.ui.smoothness_settings import experiment_of

    study = study_of(settings, experiment_of(settings))
    assert Study.from_json(study.to_json()) == study
    link = group_to_link("smoothness", settings, USUAL[settings.part])
    assert len(link) <= 4


def test_ratios_are_told_as_times():
    verdict = as_ratios(judge([1.0, 3.0, 2.0], least=0.5))
    assert (verdict.word, verdict.median, verdict.low, verdict.high) == ("holds", 4, 2, 8)


def test_a_claim_about_loss_and_gradient_is_judged_by_both():
    said = words(start(opened(smoothness__seeds="2"), "smoothness", CLAIMS["along"]))
    assert "Median range of the loss, no norm over batch norm" in said
    assert "Median change of the gradient, no norm over batch norm" in said
    assert "All of this together on" in said
    scale = words(start(opened(smoothness__part="scale", smoothness__seeds="2"), "smoothness", CLAIMS["scale"]))
    assert "How far their gradient misses a tenth of what it was, with batch norm" in scale


def test_what_decay_does_to_the_right_answers_is_told():
    said = words(opened(smoothness__part="growth"))
    assert "Right answers on test rows at the end, without and with decay:" in said
    assert "Updates without decay that do not shorten the weights:" in said
    assert "0: a right angle" in said
