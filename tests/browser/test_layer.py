"""The layer lab as a reader uses it: stepping, pointing, following, dragging, typing, and by the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.visit import at_rest

pytestmark = pytest.mark.browser

OpenLab = Callable[..., Page]


@pytest.fixture
def lab(new_page, serve) -> OpenLab:
    """Return a function that opens the lab at a link."""

    def open_lab(query: str = "", **options) -> Page:
        page = new_page(**options)
        page.goto(f"{serve('app.py')}/layer?{query}")
        expect(page.locator(".microscope .formula .result")).to_be_visible()
        return page

    return open_lab


def cell(page: Page, block: str, row: int, column: int) -> Locator:
    """Return one cell of a table."""
    return page.locator(f"td.cell[data-block={block}][data-row='{row}'][data-column='{column}']")


def lit(page: Page) -> set[str]:
    """Return the cells that the one in view came from."""
    cells = page.locator("td.cell.source").evaluate_all(
        "nodes => nodes.map(({ dataset: d }) => `${d.block} ${d.row} ${d.column}`)"
    )
    return set(cells)


def formula(page: Page) -> Locator:
    """Return the box with the formula of the cell in view."""
    return page.locator(".microscope .formula")


def phase(page: Page) -> Locator:
    """Return the chip of the phase on screen."""
    return page.locator(".chip[aria-current=step]")


def test_stepping_forwards_and_back_fills_and_empties_the_tables(lab: OpenLab) -> None:
    page = lab()
    expect(phase(page)).to_have_text(re.compile("2.*Mean"))
    expect(cell(page, "var", 0, 0)).to_have_text("·")
    page.get_by_role("button", name="Next: 3 Variance").click()
    expect(cell(page, "var", 0, 0)).to_have_text("3.333")
    expect(page.locator(".line.hot")).to_have_count(2)
    expect(page.locator(".line.hot").last).to_contain_text("var = centered.square().mean(axes, keepdim=True)")
    expect(page).to_have_url(re.compile(r"layer\.phase=3"))
    page.get_by_role("button", name="← Back").click()
    expect(cell(page, "var", 0, 0)).to_have_text("·")
    page.get_by_role("button", name="10 Gradient out").click()
    expect(page.locator("td.cell.open")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"layer\.phase=10"))


def test_pointing_at_a_cell_shows_its_formula_and_lights_where_it_came_from(lab: OpenLab) -> None:
    page = lab("layer.phase=10")
    cell(page, "x_hat", 2, 1).hover()
    expect(formula(page)).to_contain_text("x_hat = (h − mean) / √(var + eps)")
    expect(formula(page)).to_contain_text("(30 − 25) / √(11.67 + 1·10⁻⁵)")
    assert lit(page) == {"h 2 1", "mean 0 1", "var 0 1"}
    cell(page, "mean", 0, 2).hover()
    expect(formula(page)).to_contain_text("(0.5 − 0.5 + 1.5 + 0 − 1 + 2.5) / 6")
    assert lit(page) == {f"h {row} 2" for row in range(6)}
    cell(page, "new_var", 0, 0).hover()
    expect(formula(page)).to_contain_text("0.9 · 1 + 0.1 · 3.333 · 6 / 5")
    cell(page, "grad_x", 0, 0).hover()
    assert {"grad_y 5 0", "x_hat 5 0", "var 0 0", "gamma 0 0"} <= lit(page)
    page.locator(".hint").hover()
    expect(formula(page)).to_contain_text("Gradient going out, row 1, feature 1")


def test_a_formula_gives_its_own_result_where_a_value_hardly_differs_from_its_mean(lab: OpenLab) -> None:
    page = lab("layer.lesson=constant")
    expect(phase(page)).to_have_text(re.compile("4.*Normalize"))
    said = formula(page).locator(".numbers").inner_text().replace("−", "-")
    said = said.replace("·10⁻⁷", "e-7").replace("·10⁻⁵", "e-5")
    found = re.match(r"= \((\S+) - (\S+)\) / √\((\S+) \+ (\S+)\) = (\S+)", said)
    assert found, said
    h, mean, var, eps, result = map(float, found.groups())
    assert (h - mean) / (var + eps) ** 0.5 == pytest.approx(result, rel=0.002)
    assert result == pytest.approx(-0.29507)
    assert cell(page, "h", 0, 0).inner_text() != cell(page, "mean", 0, 0).inner_text()
    assert cell(page, "h", 0, 1).inner_text() == "20"


def test_a_followed_feature_is_coloured_in_every_table_and_gets_the_sliders(lab: OpenLab) -> None:
    page = lab("layer.phase=10")
    page.get_by_role("button", name="feature 3").first.click()
    for block in ("h", "mean", "x_hat", "gamma", "y", "new_mean", "grad_y", "grad_beta", "grad_x"):
        expect(cell(page, block, 0, 2)).to_have_class(re.compile("followed"))
        expect(cell(page, block, 0, 0)).not_to_have_class(re.compile("followed"))
    expect(page.get_by_role("slider", name="gamma of feature 3")).to_be_visible()
    expect(page).to_have_url(re.compile(r"layer\.feature=2"))


def test_the_keyboard_alone(lab: OpenLab) -> None:
    page = lab()
    page.get_by_role("button", name="Next: 3 Variance").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("n")
    expect(phase(page)).to_have_text(re.compile("4.*Normalize"))
    page.keyboard.press("b")
    page.keyboard.press("End")
    expect(phase(page)).to_have_text(re.compile("10"))
    page.locator("td.cell[tabindex='0']").focus()
    expect(formula(page)).to_contain_text("Gradient going out, row 1, feature 1")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(formula(page)).to_contain_text("Gradient going out, row 2, feature 2")
    expect(cell(page, "grad_x", 1, 1)).to_be_focused()
    expect(cell(page, "grad_x", 1, 1)).to_have_attribute("aria-label", re.compile(r"row 2, feature 2: 0\.152"))
    page.keyboard.press("n")
    expect(cell(page, "grad_x", 1, 1)).to_be_focused()


def test_slow_motion_walks_on_by_itself_and_stops(lab: OpenLab) -> None:
    page = lab("layer.phase=3")
    page.get_by_role("button", name="Slow motion").click()
    expect(page.locator("td.cell.target[data-block=x_hat][data-row='1']")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Slow motion")).to_be_visible()
    expect(page).to_have_url(re.compile(r"layer\.phase=4"))


def test_dragging_one_sample_moves_its_whole_column(lab: OpenLab) -> None:
    page = lab("layer.phase=5")
    before = [cell(page, "x_hat", row, 0).inner_text() for row in range(6)]
    page.get_by_role("slider", name="Drag the value of feature 1").focus()
    page.keyboard.press("End")
    expect(cell(page, "h", 0, 0)).to_have_text("30")
    after = [cell(page, "x_hat", row, 0).inner_text() for row in range(6)]
    assert all(new != old for new, old in zip(after, before, strict=True))
    expect(page.locator("td.cell.moved[data-block=x_hat]")).to_have_count(6)
    expect(phase(page)).to_have_text(re.compile("5"))


def test_gamma_and_beta_give_the_input_back_and_the_next_batch_breaks_it(lab: OpenLab) -> None:
    page = lab()
    page.get_by_role("button", name="Give the input back").click()
    expect(cell(page, "y", 2, 1)).to_have_text("30")
    expect(page.get_by_text(re.compile("give the input back: on the batch they come from"))).to_be_visible()
    page.get_by_role("button", name="Next batch").click()
    expect(page.get_by_text(re.compile(r"On the batch on screen \(number 1\) it is 3\.26"))).to_be_visible()


def test_back_undoes_and_a_copied_address_shows_the_same(lab: OpenLab) -> None:
    page = lab("layer.phase=5")
    page.get_by_role("button", name="Give the input back").click()
    expect(page).to_have_url(re.compile(r"layer\.undo=0"))
    expect(cell(page, "gamma", 0, 0)).to_have_text("1.826")
    other = lab(page.url.partition("?")[2])
    expect(cell(other, "gamma", 0, 0)).to_have_text("1.826")
    page.go_back()
    expect(cell(page, "gamma", 0, 0)).to_have_text("1")
    expect(phase(page)).to_have_text(re.compile("5"))


def edit(page: Page, row: int, column: int, text: str) -> None:
    """Type into a cell of the editable table, which is drawn on a canvas."""
    table = page.get_by_test_id("stDataFrame")
    expect(table.locator("canvas").first).to_be_visible()
    at_rest(page)  # nothing above the table comes or goes any more
    writing = page.locator("#portal textarea, #portal input").first
    for _ in range(20):  # a table that is just being drawn does not listen yet
        box = table.bounding_box()
        assert box
        width, offset = (box["width"] - 35) / 3, 35
        page.mouse.dblclick(box["x"] + offset + (column + 0.5) * width, box["y"] + 35 * (row + 1.5))
        page.wait_for_timeout(300)
        if writing.count():
            break
    if not text:
        writing.press("Escape")
        expect(writing).to_have_count(0)
        page.wait_for_timeout(300)  # the table takes the keyboard back
        page.keyboard.press("Delete")
        return
    writing.fill(text)
    writing.press("Enter")


def test_typing_into_the_batch(lab: OpenLab) -> None:
    page = lab("layer.phase=5")
    edit(page, 0, 0, "9")
    expect(cell(page, "h", 0, 0)).to_have_text("9")
    expect(page).to_have_url(re.compile(r"layer\.hand=9_20_0\.5"))
    for bad, said in (("nine", "'nine' came"), ("nan", "NaN came"), ("inf", "'inf' came"), ("", "is empty")):
        edit(page, 0, 0, bad)
        expect(page.get_by_text(re.compile(f"Row 1, feature 1.*{said}.*previous batch is kept")).first).to_be_visible()
        expect(cell(page, "h", 0, 0)).to_have_text("9")
    edit(page, 0, 0, "2.5")
    expect(cell(page, "h", 0, 0)).to_have_text("2.5")
    expect(page.get_by_text("previous batch is kept")).to_have_count(0)


def test_the_notation_switch_changes_every_formula(lab: OpenLab) -> None:
    page = lab("layer.phase=6")
    expect(formula(page)).to_contain_text("(1 − momentum) · running_mean + momentum · mean")
    page.get_by_text("Notation: who calls what how").click()
    page.get_by_text("Keras and the articles").click()
    expect(formula(page)).to_contain_text("α · moving_mean + (1 − α) · μ")
    expect(formula(page)).to_contain_text("0.9 · 0 + 0.1 · 4")
    cell(page, "y", 0, 0).hover()
    expect(formula(page)).to_contain_text("y = γ · ĥ + β")


def test_the_run_open_in_train_live_is_the_one_that_is_shown(lab: OpenLab) -> None:
    run = "data.name=moons&network.hidden=8_6&training.batch_size=10&training.steps=25&arms=batch%2Cbefore"
    page = lab(f"layer.source=run&layer.step=7&layer.layer=1&{run}")
    expect(page.get_by_text(re.compile("hidden layer 2, after 7 updates, on the batch of update 8"))).to_be_visible()
    page.get_by_role("button", name="Open Train live").click()
    expect(page.get_by_text(re.compile(r"^Finished: 25 updates"))).to_be_visible()


def test_a_narrow_window_does_not_scroll_sideways(lab: OpenLab) -> None:
    page = lab("layer.phase=10", viewport={"width": 390, "height": 800})
    main = page.get_by_test_id("stMain")
    assert main.evaluate("node => node.scrollWidth <= node.clientWidth")
    cell(page, "grad_x", 1, 0).click()
    expect(formula(page)).to_contain_text("Gradient going out, row 2, feature 1")
