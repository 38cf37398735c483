"""Claims through AppTest: found by word, article and lab, opened in their labs, and left again."""

from __future__ import annotations

import re

import pytest

from bnviz.ui.all_claims import Wanted, matches
from bnviz.ui.claims import sources
from bnviz.ui.frame import LABS
from bnviz.ui.messages import text
from bnviz.ui.scenario_panel import params as link_to
from bnviz.ui.scenarios import ARTICLES, of_lab, scenarios
from tests.pages.visit import checked, link_of, visited

ALL = {name: one for name, one in scenarios().items() if one.lab in LABS}


def opened(page, **params):
    return visited("app.py", params, page=page)


def said(app):
    return " ".join(one.value for one in (*app.markdown, *app.caption, *app.warning))


def button(app, key):
    return next(one for one in app.button if one.key == key)


def chooser(app, lab):
    return next(one for one in app.selectbox if one.key == f"claim.choose.{lab}")


def test_all_claims_are_listed_with_a_link_that_sets_their_lab():
    app = opened("claims")
    assert text("claims.found", found=len(ALL), total=len(ALL)) in said(app)
    links = {one.proto.label: one.proto.query_string for one in app.get("page_link")}
    assert len(links) == len(ALL)
    assert links["**Which weight gets the large update?**"] == "data.name=ranges&claim=A4"


def test_a_claim_is_found_by_its_words():
    app = opened("claims", search="momentum KERAS")
    assert "Keras's 0.99 typed into torch" in " ".join(one.proto.label for one in app.get("page_link"))
    assert link_of(app) == {"search": "momentum KERAS"}
    app.text_input[0].set_value("zebra").run()
    assert app.info[0].value == text("claims.nothing")
    assert link_of(app) == {"search": "zebra"}


def test_an_article_or_a_lab_that_does_not_exist_counts_as_any():
    app = opened("claims", article="999", lab="kitchen")
    assert text("claims.found", found=len(ALL), total=len(ALL)) in said(app)


def test_a_claim_in_the_address_is_looked_for_or_explained():
    app = opened("claims", claim="A4")
    assert "**Which weight gets the large update?**" in [one.proto.label for one in app.get("page_link")]
    assert link_of(app) == {"search": "A4"}
    app = opened("claims", claim="Q9")
    assert "Q9" in app.warning[0].value
    assert link_of(app) == {}


def test_the_articles_have_names_and_a_key():
    app = opened("claims")
    (key,) = [one.value for one in app.markdown if "Ketan Doshi" in one.value]
    assert [line[:3] for line in key.splitlines()] == ["- *"] * len(ARTICLES)
    assert all(f"({article})**: " in key for article in ARTICLES)
    named = next(one for one in app.selectbox if one.key == "claims.article").options
    assert [name[-5:] for name in named[1:]] == [f"({article})" for article in ARTICLES]
    assert not re.search(r"[Aa]rticle \d", said(app))
    expected = "article on normalizing inputs (000); “Batch Norm Explained Visually” (001); course notes"
    assert expected in sources(scenarios()["F1"])


def test_search_takes_every_word_article_and_lab():
    one = scenarios()["A4"]
    assert matches(one, Wanted("larger UPDATE", "000", "ravine"))
    assert not matches(one, Wanted("larger zebra"))
    assert not matches(one, Wanted(article="003"))
    assert not matches(one, Wanted(lab="train"))


@pytest.mark.parametrize("lab", [lab for lab in ("inputs", "ravine", "layer", "running", "axes") if of_lab(lab)])
def test_every_claim_of_a_lab_sets_its_controls_and_goes_back(lab):
    app = opened(lab)
    usual = link_of(app)
    for one in of_lab(lab):
        checked(chooser(app, lab).set_value(one.id).run())
        assert link_of(app) == link_to(one)
        assert one.claim in said(app)
        assert not app.warning
    checked(button(app, "claim.undo").click().run())
    assert link_of(app) == usual
    assert one.claim not in said(app)


def test_undo_brings_back_what_was_there_before_the_first_claim():
    app = opened("ravine", seed="5", **{"ravine.steps": "50"})
    checked(chooser(app, "ravine").set_value("A4").run())
    checked(chooser(app, "ravine").set_value("A7").run())
    checked(button(app, "claim.undo").click().run())
    assert link_of(app) == {"seed": "5", "ravine.steps": "50"}


def test_close_keeps_the_controls():
    app = opened("ravine", claim="A4", **{"data.name": "ranges"})
    assert scenarios()["A4"].claim in said(app)
    checked(button(app, "claim.close").click().run())
    assert link_of(app) == {"data.name": "ranges"}


def test_controls_that_were_moved_are_set_again():
    one = scenarios()["A7"]
    app = opened("ravine", **link_to(one))
    next(box for box in app.number_input if box.key == "ravine.seed").set_value(7)
    checked(app.run())
    assert link_of(app) == link_to(one) | {"seed": "7"}
    checked(button(app, "claim.again").click().run())
    assert link_of(app) == link_to(one)


def test_a_claim_of_another_lab_or_none_is_explained():
    app = opened("ravine", claim="B3")
    assert text("claims.elsewhere", title=scenarios()["B3"].title, lab=text("app.running_title")) in said(app)
    app = opened("ravine", claim="Z9")
    assert text("claims.unknown", given="Z9") in said(app)
    checked(app.run())
    assert link_of(app) == {}
