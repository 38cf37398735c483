"""What is wrong with a link is told in the names that the controls have, and with what was typed."""

from __future__ import annotations

from dataclasses import fields

import pytest

from bnviz.core import axes, check, layer_lab, rates, ravine
from bnviz.core.codec import from_link, group_from_link
from bnviz.core.experiment import Arm, Data, Network, Training
from bnviz.ui import inputs_controls, noise_settings, running_settings, shift_settings, smoothness_settings
from bnviz.ui.link_words import as_it_came, in_words, label_of, named, unfit

GROUPS = (
    ("data", "train", Data), ("network", "train", Network), ("training", "train", Training), ("arms[0]", "train", Arm),
    ("data", "inputs", Data), ("data", "ravine", Data),
    ("rates", "rates", rates.Choices), ("axes", "axes", axes.Choices),
    ("layer", "layer", layer_lab.LayerLab), ("ravine", "ravine", ravine.Ravine), ("at", "ravine", ravine.Place),
    ("check", "check", check.Check), ("smoothness", "smoothness", smoothness_settings.Settings),
    ("noise", "noise", noise_settings.Settings), ("running", "running", running_settings.Settings),
    ("shift", "shift", shift_settings.Settings), ("inputs", "inputs", inputs_controls.Inputs),
)  # fmt: skip


@pytest.mark.parametrize(("group", "page", "settings"), GROUPS)
def test_every_setting_of_every_page_has_a_name(group, page, settings):
    for item in fields(settings):
        label = label_of(f"{group}.{item.name}", page)
        assert label, item.name
        assert "_" not in label
        assert "{" not in label


@pytest.mark.parametrize(
    ("link", "told"),
    [
        (
            {"seed": "-1"},
            "Seed: -1 came; a whole number from 0 to 2,147,483,647 is needed. The default is used instead.",
        ),
        ({"seed": "1000000000000"}, "Seed: 1000000000000 came; "),
        ({"training.steps": "0"}, "Updates: 0 came; a whole number from 1 to "),
        ({"training.steps": "1e1"}, ""),
        ({"training.learning_rate": "fast"}, "Learning rate: 'fast' came; a number from 0.000001 to 100 is needed."),
        ({"network.hidden": "8_x"}, "Hidden layers: 'x' came; "),
        ({"network.activation": "step"}, "Activation: 'step' came; one of ReLU, tanh, sigmoid, linear is needed."),
        ({"arms": "none zzz"}, "Arm 2, norm: 'zzz' came; one of no norm; batch norm; layer norm; "),
        ({"arms": "batch,sideways"}, "Arm 1, place: 'sideways' came; one of before, after, bare is needed."),
        (
            {"arms": "batch,before,momentum:7"},
            "Arm 1, momentum of the running averages: 7 came; a number from 0 to 1 is",
        ),
    ],
)
def test_numbers_are_echoed_as_typed_and_controls_named_as_labelled(link, told):
    _, problems = from_link(link)
    said = named(problems[0], "train") if problems else ""
    assert said.startswith(told)
    assert bool(said) == bool(told)
    assert "batch_no_affine" not in said


def test_a_page_has_names_of_its_own():
    problems: list[str] = []
    group_from_link("smoothness", smoothness_settings.Settings(), {"smoothness.step": "-4"}, problems)
    assert named(problems[0], "smoothness").startswith("Look at the run after so many updates: -4 came; ")
    assert label_of("rates.high", "rates") == "Rates to"
    assert named("Two sentences. And: a colon.", "rates") == "Two sentences. And: a colon."


def test_what_gives_way_says_why():
    used = rates.Choices(low=0.1)
    assert unfit("rates", "low", "6.4", used) == (
        "rates.low: 6.4 came, but a range goes from its smaller end to its larger one; 0.1 is used instead."
    )
    assert "it does not go with the other settings" in unfit("rates", "width", "6.4", used)


def test_nothing_in_a_link_becomes_markup():
    said = in_words("training.steps: '![x](http://x.y/z) <b> $a$' came; a number is needed.", "train")
    assert said == r"Updates: '!\[x\](http\://x.y/z) \<b\> \$a\$' came; a number is needed."


def test_of_an_endless_word_the_beginning_is_shown():
    assert as_it_came(f"step: {'9' * 5000} came; a number is needed.") == f"step: {'9' * 40}… came; a number is needed."
    assert as_it_came("9" * 79) == "9" * 79
