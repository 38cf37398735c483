"""The notation switch in Chromium: remembered from lab to lab, and no burden on a page that it does not change."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def choose_keras(page):
    page.get_by_text("Notation: who calls what how").click()
    page.get_by_role("radio", name="Keras and the articles").click()
    expect(page.get_by_role("radio", name="Keras and the articles")).to_be_checked()


def test_the_switch_reruns_a_page_with_formulas(page, serve):
    page.goto(serve("tests/browser/notation_app.py"))
    expect(page.get_by_text("Run 1: running =")).to_be_visible()
    choose_keras(page)
    expect(page.get_by_text("Run 2: moving = α")).to_be_visible()


def test_a_page_without_them_is_left_as_it_is(page, serve):
    page.goto(f"{serve('tests/browser/notation_app.py')}/?alone=1")
    expect(page.get_by_text("Run 1: running =")).to_be_visible()
    choose_keras(page)
    page.wait_for_timeout(700)
    expect(page.get_by_text("Run 1: running =")).to_be_visible()
    page.get_by_text("Notation: who calls what how").press("r")  # Streamlit's key for a rerun
    expect(page.get_by_text("Run 2: moving = α")).to_be_visible()


def test_the_switch_is_remembered_from_lab_to_lab(page, serve, travel):
    page.goto(f"{serve('app.py')}/inputs")
    choose_keras(page)
    travel(page, "running")
    expect(page.get_by_text("moving = α · moving + (1 − α) · batch").first).to_be_visible()
    travel(page, "axes")
    page.wait_for_function("window.__bnvizAxes?.cell")
    expect(page.locator(".panel .formula")).to_contain_text("x̂ = (x − μ) / √(σ² + ε)")
    page.get_by_text("Notation: who calls what how").click()
    page.get_by_role("radio", name="torch (as in the code)").click()
    expect(page.locator(".panel .formula")).to_contain_text("x_hat = (x − mean) / √(var + eps)")
    travel(page, "running")
    expect(page.get_by_text("running = (1 − momentum) · running + momentum · batch").first).to_be_visible()
