"""Lessons and scenarios say what their labs can show: every link is read by its lab without a complaint."""

from __future__ import annotations

import re

import pytest

from bnviz.core.axes import Choices
from bnviz.core.codec import from_link, group_from_link, group_to_link, to_link
from bnviz.core.engine import train
from bnviz.core.experiment import Experiment
from bnviz.core.layer_lab import LayerLab
from bnviz.core.rates import Choices as RateChoices
from bnviz.core.summary import final_scores
from bnviz.ui import lessons as module
from bnviz.ui import noise_settings, shift_settings, smoothness_settings
from bnviz.ui.frame import LABS, ROOT
from bnviz.ui.inputs import _settings
from bnviz.ui.layer_state import WINE
from bnviz.ui.lessons import lessons
from bnviz.ui.ravine_scene import from_params, to_params
from bnviz.ui.running_settings import Settings, fitted
from bnviz.ui.scenarios import scenarios
from bnviz.ui.view import PICTURES

VIEW = {"show", "kind", "arm", "layer", "band", "step"}
STEPS = [(lesson, step) for lesson in lessons().values() for step in lesson.steps]
LINKS = sorted(
    {(one.lab, tuple(one.settings.items())) for one in scenarios().values()}
    | {(step.lab, tuple(step.settings.items())) for _, step in STEPS}
    | {(step.lab, tuple(step.then.items())) for _, step in STEPS}
)


def _train(params, problems):
    experiment, messages = from_link(params)
    problems += messages
    shown = params.get("show", "").split(".")
    problems += [f"There is no picture {name}." for name in shown if name and name not in PICTURES]
    return to_link(experiment) | {name: value for name, value in params.items() if name in VIEW}


def _running(params, problems):
    settings = group_from_link("running", Settings(), params, problems)
    assert fitted(settings) == settings
    return group_to_link("running", settings, Settings())


def _layer(params, problems):
    kept = {name: value for name, value in params.items() if name.startswith("layer.data.")}
    group_from_link("layer.data", WINE, params, problems)
    return group_to_link("layer", group_from_link("layer", LayerLab(), params, problems), LayerLab()) | kept


def _inputs(params, problems):
    _settings(params, problems)
    return params


def _claims(lab, usual):
    def read(params, problems):
        group_from_link(lab, usual, {name: value for name, value in params.items() if name != "claim"}, problems)
        return params

    return read


READERS = {
    "train": _train,
    "running": _running,
    "layer": _layer,
    "axes": lambda params, problems: group_to_link(
        "axes", group_from_link("axes", Choices(), params, problems), Choices()
    ),
    "ravine": lambda params, problems: to_params(from_params(params, problems)),
    "inputs": _inputs,
    "rates": _claims("rates", RateChoices()),
    "shift": _claims("shift", shift_settings.Settings()),
    "smoothness": _claims("smoothness", smoothness_settings.Settings()),
    "noise": _claims("noise", noise_settings.Settings()),
}


@pytest.mark.parametrize(("lab", "settings"), LINKS)
def test_a_lab_reads_every_link_of_lessons_and_scenarios_as_it_is_written(lab, settings):
    problems: list[str] = []
    read = READERS[lab](dict(settings), problems)
    assert not problems
    assert read == dict(settings)


def test_there_are_six_lessons_a_tour_and_two_plans():
    kinds = [lesson.kind for lesson in lessons().values()]
    assert (kinds.count("lesson"), kinds.count("tour"), kinds.count("plan")) == (6, 1, 2)
    assert [lesson.order for lesson in lessons().values()] == sorted({lesson.order for lesson in lessons().values()})


@pytest.mark.parametrize("name", lessons())
def test_a_lesson_is_complete_and_short(name):
    lesson = lessons()[name]
    assert lesson.kind in module.KINDS
    assert all(step.lab in LABS for step in lesson.steps)
    parts = [" ".join([step.words, step.ask, *step.options, step.told]) for step in lesson.steps]
    words = [len(part.split()) for part in parts]
    assert max(words) <= 170
    if lesson.kind == "lesson":
        assert 4 <= len(lesson.steps) <= 6
        assert min(words) >= 125


def test_every_answer_brings_what_the_question_has_not_shown():
    assert not [(lesson.name, step.title) for lesson, step in STEPS if step.then == step.settings]


def test_seed_3_turns_the_order_round_as_the_lesson_says():
    """First step of the lesson on training: no norm is ahead with seed 0 and behind with seed 3."""
    ahead = []
    for seed in (0, 3):
        scores = final_scores(train(Experiment(seed=seed), engine="auto"))
        ahead.append(bool(scores[0] > scores[1:].max()))
    assert ahead == [True, False]


@pytest.mark.parametrize(
    ("cut", "left"),
    [
        ("/train\n", "There is no link.\n"),
        ("=> /train?seed=1", "Nothing."),
        ("? What", "What"),
        ("- (x)", "- ( )"),
        ("> Seen", "Seen"),
    ],
)
def test_an_incomplete_step_is_refused(tmp_path, cut, left):
    file = tmp_path / "one.md"
    head = '+++\ntitle = "One"\nabout = ""\nkind = "lesson"\norder = 1\nminutes = 1\n+++\n'
    body = "\n## First\n\n/train\n=> /train?seed=1\n\nWords.\n\n? What now?\n- (x) this\n- ( ) that\n\n> Seen.\n"
    file.write_text(head + body)
    assert module.read(file).steps[0].right == 0
    assert cut in body
    file.write_text(head + body.replace(cut, left))
    with pytest.raises(ValueError, match=r"one\.md, step 'First'"):
        module.read(file)


@pytest.mark.parametrize("plan", ["class45", "class90"])
def test_a_plan_says_the_minute_of_each_stop_and_fills_its_time(plan):
    lesson = lessons()[plan]
    minutes = [int(step.title.split(":")[0].removeprefix("Minute ")) for step in lesson.steps]
    pace = minutes[1] - minutes[0]
    assert minutes == list(range(0, lesson.minutes, pace))


@pytest.mark.parametrize("plan", ["class45", "class90"])
def test_the_page_for_teachers_lists_the_stops_of_a_plan(plan):
    page = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
    found = re.findall(rf"^\| (\d+) \| ([^|]+) \| `/([^`]*lesson={plan}\.\d+)` \| ([^|]+) \|$", page, re.MULTILINE)
    steps = lessons()[plan].steps
    assert [f"Minute {minute}: {title}".casefold() for minute, title, _, _ in found] == [
        step.title.casefold() for step in steps
    ]
    assert [module.parsed(link) for _, _, link, _ in found] == [
        (step.lab, step.settings | {"lesson": f"{plan}.{number}"}) for number, step in enumerate(steps, 1)
    ]
    assert [ask for *_, ask in found] == [step.ask for step in steps]
