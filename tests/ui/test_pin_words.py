"""Names of pinned runs that say what differs, and values as the controls write them."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from bnviz.core.describe import GROUPS, flat
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.fields import Choice
from bnviz.ui import pin_words
from bnviz.ui.messages import text

USUAL = Experiment()
FAST = replace(USUAL, training=Training(learning_rate=1.6))
TANH = replace(USUAL, network=Network(activation="tanh"))


@pytest.mark.parametrize(
    ("experiment", "first", "name"),
    [
        (USUAL, None, "Run A"),
        (TANH, None, "A · tanh"),
        (FAST, USUAL, "A · rate 1.6"),
        (USUAL, TANH, "A · ReLU"),
        (replace(FAST, seed=3), USUAL, "A · rate 1.6, seed 3"),
        (replace(FAST, seed=3, network=TANH.network), USUAL, "Run A"),  # three are too many for a name
        (replace(USUAL, arms=(Arm("none"),)), USUAL, "Run A"),
        (replace(USUAL, data=Data("textures")), USUAL, "Run A"),  # too long
    ],
)
def test_a_name_says_what_differs_where_that_is_short(experiment, first, name):
    assert pin_words.new_name(experiment, first, set()) == name
    assert len(name) <= pin_words.MOST_LETTERS


def test_a_letter_is_used_once():
    assert pin_words.new_name(FAST, USUAL, {"Run A"}) == "B · rate 1.6"
    assert pin_words.new_name(FAST, USUAL, {"A · tanh", "Run B", "high rate"}) == "C · rate 1.6"


def test_the_first_is_told_apart_from_the_second_unless_it_was_renamed():
    assert pin_words.told_apart("Run A", USUAL, TANH) == "A · ReLU"
    assert pin_words.told_apart("A · tanh", TANH, replace(TANH, seed=1)) == "A · seed 0"
    assert pin_words.told_apart("mine", USUAL, TANH) == "mine"
    assert pin_words.told_apart("Run A", USUAL, replace(USUAL, arms=(Arm("none"),))) == "Run A"


def test_every_choice_is_written_as_its_control_writes_it():
    known = flat(USUAL)
    for group in GROUPS:
        for item in fields(getattr(USUAL, group)):
            if isinstance(item.metadata["kind"], Choice):
                for word in item.metadata["kind"].options:
                    assert pin_words.said(f"{group}.{item.name}", word)
    assert pin_words.said("network.activation", known["network.activation"]) == "ReLU"
    assert pin_words.said("network.bias", known["network.bias"]) == "on"
    assert pin_words.said("training.learning_rate", "1.6") == "1.6"


def test_every_brief_setting_has_its_words():
    for setting in pin_words.BRIEF:
        assert "x" in text(f"compare.brief.{setting}", value="x")
        assert setting in flat(USUAL)
