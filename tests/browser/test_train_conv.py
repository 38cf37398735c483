"""Convolutional networks in the training lab, in Chromium: chosen with the mouse, trained, and opened from the link."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
SMALL = "data.n=160&training.batch_size=16&training.steps=25&arms=none+batch,before+instance,after"


def test_a_convolutional_network_is_chosen_trained_and_in_the_link(page, serve):
    page.goto(f"{serve('app.py')}/train?{SMALL}&network.hidden=8_8")
    expect(page.get_by_text("Finished: 25 updates")).to_be_visible()
    page.get_by_text("Network", exact=True).click()
    page.get_by_text("convolutional", exact=True).click()
    page.wait_for_url(re.compile("network.kind=conv"))
    expect(page.get_by_text("Pooling after the first blocks")).to_be_visible()
    expect(page.get_by_text("Finished: 25 updates")).to_be_visible()
    expect(page.get_by_text(re.compile("After 25 updates, a channel of layer 3"))).to_be_visible()
    assert "network.hidden=8_16_16" in page.url
    told = page.get_by_text(re.compile("After 25 updates, the test accuracy is")).inner_text()
    page.goto(page.url)
    expect(page.get_by_text(told)).to_be_visible()


def test_textures_are_shown_in_colour_and_nothing_is_wider_than_a_narrow_window(new_page, serve):
    page = new_page(viewport={"width": 390, "height": 800})
    page.goto(f"{serve('app.py')}/train?{SMALL}&network.hidden=4_8&network.kind=conv&data.name=textures&show=digits")
    expect(page.get_by_text(re.compile(r"After 25 updates, .* gets \d+ of 60 images wrong"))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
