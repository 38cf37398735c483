"""Every scenario file can be read, is complete, and opens an existing lab."""

import re

import pytest

from bnviz.ui import scenarios as module
from bnviz.ui.claims import told
from bnviz.ui.frame import LABS
from bnviz.ui.messages import FOLDER, text

ALL = module.scenarios()


@pytest.mark.parametrize("name", ALL)
def test_a_scenario_says_what_to_look_at_and_opens_an_existing_lab(name):
    found = ALL[name]
    assert found.lab in LABS
    assert all((found.title, found.claim, found.source, found.look, found.expect))
    assert all(text(f"claims.articles.{article}") for article in found.articles)


COMPUTED = ("sigmoid, no norm", "ghost")  # the name of a row made of two words, and a word in quotation marks


@pytest.mark.parametrize("name", ALL)
def test_what_a_scenario_quotes_stands_on_the_page_of_its_lab(name):
    words = (FOLDER / "en" / f"{ALL[name].lab}.toml").read_text(encoding="utf-8")
    for quoted in re.findall("“(.*?)”", f"{ALL[name].look} {ALL[name].expect}"):
        assert quoted in words or quoted in COMPUTED


def test_a_misspelled_entry_is_refused(tmp_path):
    file = tmp_path / "X1.toml"
    file.write_text('lab = "train"\nclam = "something"\n')
    with pytest.raises(ValueError, match="clam"):
        module._read(file)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.05, "{:+.1f} points", "+5.0 points"),
        (-0.05, "{:+.1%}", "−5.0\u00a0%"),
        (float("inf"), "{:+.0f}", "+∞"),
        (1e-6, "{:.2%}", "1.0·10⁻⁴\u00a0%"),
        (0.0, "{:.2%}", "0.00\u00a0%"),
    ],
)
def test_a_number_is_told_in_its_unit(value, unit, said):
    assert told(value, unit) == said
