"""The notation panel through AppTest: on every lab, and what its switch does to the formulas of each."""

import json
import re
from pathlib import Path

import pytest

from bnviz.ui import notation
from bnviz.ui.frame import LABS
from bnviz.ui.messages import FOLDER
from tests.pages.visit import SMALL, checked, visited


def opened(lab, **params):
    return visited(f"pages/{lab}.py", {**SMALL.get(lab, {}), **params})


def switch(app):
    (found,) = [group for group in app.get("button_group") if group.key == notation.KEY]
    return found


def keras(app):
    return checked(switch(app).set_value("keras").run())


def words(app):
    """All words and formulas of a page but the panel's own."""
    panel = next(block for block in app.expander if block.label.startswith("Notation"))
    own = {id(line) for line in panel.markdown}
    lines = [line for line in (*app.markdown, *app.caption) if id(line) not in own]
    return "\n".join(line.value for line in lines)


def formulas_of(app):
    """All formulas of a page."""
    return " ".join(line.value for line in app.markdown if line.value.startswith("$"))


def told(app):
    return json.loads(app.get("bidi_component")[0].proto.json)


@pytest.mark.parametrize("lab", LABS)
def test_every_lab_has_the_panel_with_switch_and_glossary(lab):
    app = opened(lab)
    (panel,) = [block for block in app.expander if block.label.startswith("Notation")]
    assert "activations (003) calls the factor alpha" in panel.markdown[-1].value
    assert switch(app).value == "torch"
    assert switch(keras(app)).value == "keras"
    assert app.session_state[notation.KEY] == "keras"


def test_the_running_average_is_written_as_the_reader_has_chosen():
    app = opened("running", **{"running.momentum": "0.1"})
    assert "running = (1 − momentum) · running + momentum · batch" in words(app)
    assert "after 10 updates: (1 − momentum)^10 = 0.9^10;" in words(app)
    keras(app)
    assert "moving = α · moving + (1 − α) · batch" in words(app)
    assert "after 10 updates: α^10 = 0.9^10;" in words(app)
    assert "momentum ·" not in words(app)


def test_the_folding_formula_and_its_table_follow_the_switch():
    app = opened("running", **{"running.part": "fold"})
    formulas = formulas_of(app)
    assert r"\frac{\mathrm{gamma}}{\sqrt{\mathrm{running\_var} + \mathrm{eps}}}" in formulas
    assert {"gamma", "running_var"} <= set(app.table[0].value.iloc[:, 0])
    values = list(app.table[0].value.iloc[:, 1])
    keras(app)
    formulas = formulas_of(app)
    assert r"\frac{\gamma}{\sqrt{\mathrm{moving\_variance} + \varepsilon}}" in formulas
    assert r"(b - \mathrm{moving\_mean}) + \beta" in formulas
    assert {"γ", "moving_variance"} <= set(app.table[0].value.iloc[:, 0])
    assert list(app.table[0].value.iloc[:, 1]) == values
    assert "γ, β, moving_mean and moving_variance of every unit" in words(app)


@pytest.mark.parametrize("kind", ["batch", "layer", "group", "instance", "rms"])
def test_the_formulas_of_the_axes_follow_the_switch(kind):
    app = opened("axes", **{"axes.norm": kind})
    before, numbers = formulas_of(app), told(app)
    assert r"\mathrm{x\_hat} &= \frac{x" in before
    assert r"\mathrm{gamma}_c" in before
    assert (r"\mathrm{var}_" in before) == (kind != "rms")
    assert numbers["words"]["formula"].startswith("x_hat = ")
    after, again = formulas_of(keras(app)), told(app)
    assert r"\hat{x} &= \frac{x" in after
    assert r"\gamma_c" in after
    assert (r"\sigma^2_" in after) == (kind != "rms")
    assert r"\mathrm{x\_hat}" not in after
    assert again["words"]["formula"].startswith("x̂ = ")
    assert "ε) = (" in again["words"]["formula"] or kind == "rms"
    assert (again["mean"], again["var"], again["xHat"]) == (numbers["mean"], numbers["var"], numbers["xHat"])


def test_the_lessons_of_the_layer_follow_the_switch():
    app = opened("layer", **{"layer.lesson": "undo", "layer.undo": "0"})
    assert "gamma = root of (variance + eps)" in words(app)
    assert "multiplied by its gamma" in told(app)["phases"][4]["say"]
    keras(app)
    assert "γ = root of (variance + ε)" in words(app)
    assert "multiplied by its γ" in told(app)["phases"][4]["say"]
    assert (told(app)["symbols"]["eps"], told(app)["momentum"]) == ("ε", 0.9)


@pytest.mark.parametrize("lab", ["layer", "running", "axes"])
def test_no_name_in_angle_brackets_is_left_on_a_page(lab):
    app = opened(lab)
    for page in (app, keras(app)):
        assert not re.search("<[a-z_]+>", words(page))


def test_every_name_in_angle_brackets_is_known():
    found = set(
        re.findall("<([a-z_]+)>", "".join(file.read_text(encoding="utf-8") for file in Path(FOLDER).rglob("*.toml")))
    )
    assert found
    assert found <= set(notation.NAMES)
