"""The page that checks the numbers, through AppTest."""

import pytest

from bnviz.core import check as core
from bnviz.core.check import Compared
from bnviz.ui.link_words import label_of
from tests.pages.visit import checked, link_of, visited


def opened(**params):
    return visited("pages/check.py", params)


def verdicts(app):
    return list(app.table[0].value["Verdict"])


def test_it_says_that_all_agree_and_shows_by_how_much():
    app = opened()
    assert "comparisons agree" in app.success[0].value
    assert len(verdicts(app)) >= 7
    assert set(verdicts(app)) == {"✔ agrees"}
    losses = app.table[1].value
    assert list(losses["Updates"]) == ["0", "10", "20", "30", "40", "50"]
    assert losses["Loss here"].iloc[0] == losses["Loss in torch"].iloc[0]
    assert link_of(app) == {}


@pytest.mark.parametrize("norm", core.NORMS)
def test_every_norm_and_a_cruel_input_from_a_link(norm):
    params = {"check.norm": norm, "check.inputs": "constant", "check.placement": "after", "check.optimizer": "adam"}
    app = opened(**params)
    assert not app.error
    assert ("running variance" in list(app.table[0].value["What"])) == (norm == "batch")
    wanted = {name: value for name, value in params.items() if value != "batch"}
    assert link_of(app) == wanted


def test_other_values_come_from_another_seed():
    app = opened()
    before = list(app.table[1].value["Loss here"])
    checked(app.button(key="check_again").click().run())
    assert int(link_of(app)["check.seed"]) > 0
    assert list(app.table[1].value["Loss here"]) != before
    assert not app.error


def test_a_difference_is_told_in_words(monkeypatch):
    rows = [Compared("y", 0.0, 1.0, 1e-9), Compared("grad_x", 0.5, 1.0, 1e-9)]
    monkeypatch.setattr(core, "check_layer", lambda check: rows)
    app = opened()
    assert "1 of " in app.error[0].value
    assert "gradient of its input" in app.error[0].value
    assert "✘ differs" in verdicts(app)


def test_a_bad_link_falls_back():
    app = opened(**{"check.batch_size": "1", "check.norm": "other"})
    for name in ("check.batch_size", "check.norm"):
        assert f"{label_of(name, 'check')}: " in app.warning[0].value
    assert app.success
