"""The page on training and inference through AppTest: every control at both ends, presets, links good and bad."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from bnviz.core.codec import group_to_link
from bnviz.ui import running_run
from bnviz.ui.link_words import label_of
from bnviz.ui.running_settings import PARTS, PRESETS, SETS, Settings
from tests.pages.visit import link_of, visited

ROOT = Path(__file__).resolve().parents[2]
SMALL = Settings(updates=25, after=25, width=8, layers=2, batch_size=16)


def opened(settings=SMALL, **others):
    return checked(visited("pages/running.py", {**group_to_link("running", settings, Settings()), **others}))


def checked(app):
    assert not app.exception, app.exception[0].value
    assert any(line.value.startswith("Measured on this run") for line in app.caption)
    return app


def widget(app, kind, name):
    return next(element for element in getattr(app, kind) if element.key == f"running.{name}")


def captions(app):
    return " ".join(line.value for line in app.caption)


def press(app, name):
    return checked(next(button for button in app.button if button.key == name).click().run())


def test_on_arrival_a_measured_run_is_on_screen_and_the_address_is_plain():
    app = opened(Settings())
    assert link_of(app) == {}
    assert len(app.get("vega_lite_chart")) == 3
    assert "After 200 updates, mean of unit 1 in layer 1" in captions(app)
    assert all(chart.proto.alt for chart in app.get("vega_lite_chart"))


@pytest.mark.parametrize("name", ["momentum", "after", "learning_rate", "batch_size", "updates", "layers", "width"])
def test_every_slider_at_both_ends(name):
    app = opened()
    for place in (0, -1):
        options = {"updates": [10, 50], "width": [4, 32]}.get(name)
        control = widget(app, "select_slider", name)
        value = options[place] if options else type(getattr(SMALL, name))(shown(control.options[place]))
        control.set_value(value)
        checked(app.run())


def shown(option):
    """The number in an option such as "torch 0.1 = Keras 0.9"."""
    return float(option.split()[1]) if option.startswith("torch") else float(option)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("data", SETS)
def test_every_part_for_every_data_set(part, data):
    app = opened(Settings(part=part, data=data, updates=10, after=10, width=8, layers=1, batch_size=16))
    assert app.get("vega_lite_chart")
    assert not app.warning


@pytest.mark.parametrize("order", ["shuffled", "by_class", "fixed"])
def test_every_order(order):
    app = opened(Settings(part="modes", updates=10, after=10, width=8, order=order))
    assert "Right answers on test rows after 10 updates" in captions(app)


@pytest.mark.parametrize(("name", "ends"), [("unit", (1, 8)), ("row", (1, 450)), ("factor", (0.1, 2.0)),
                                            ("offset", (-2.0, 2.0))])  # fmt: skip
def test_every_control_of_a_part_at_both_ends(name, ends):
    part = {"unit": "averages", "row": "company"}.get(name, "shift")
    for value in ends:
        app = opened(Settings(part=part, updates=25, after=25, width=8, layers=2, batch_size=16))
        widget(app, "number_input" if isinstance(value, int) else "slider", name).set_value(value)
        checked(app.run())
        assert getattr(Settings(), name) == value or link_of(app)[f"running.{name}"] == f"{value:g}"


@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize("part", PARTS)
def test_before_the_first_update_and_after_it(part, after):
    app = opened(Settings(part=part, updates=10, after=after, width=8, layers=1))
    said = " ".join(element.value for element in (*app.markdown, *app.caption))
    assert not re.search(r"after 0 updates|after 1 updates|\^0\b", said, re.IGNORECASE)
    if part == "averages":
        assert len(app.table[0].value) == (2 if after == 0 else 4)
        assert ("This unit before the first update, estimated in two ways" in said) == (after == 0)


def test_biased_and_unbiased_differ():
    app = opened()
    before = captions(app)
    widget(app, "toggle", "biased").set_value(True)
    checked(app.run())
    assert "variance (biased) of unit 1" in captions(app)
    assert "variance (unbiased) of unit 1" in before


def test_another_momentum_is_not_another_run(monkeypatch):
    app = opened(Settings(part="modes", updates=25, after=25, width=8))

    def fail(*_):
        raise AssertionError("A run was made.")

    monkeypatch.setattr("bnviz.ui.running_run._made", fail)
    before = captions(app)
    widget(app, "select_slider", "momentum").set_value(0.001)
    checked(app.run())
    assert captions(app) != before
    assert link_of(app)["running.momentum"] == "0.001"


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_every_control_and_its_link_gives_the_same(name):
    app = press(opened(), f"running_preset_{name}")
    assert link_of(app) == group_to_link("running", PRESETS[name], Settings())
    again = opened(PRESETS[name])
    strip = [line.value for line in app.caption if "processor time" not in line.value]
    assert strip == [line.value for line in again.caption if "processor time" not in line.value]


def test_the_preset_for_too_few_updates_shows_the_failure():
    app = press(opened(), "running_preset_few")
    bars = next(line.value for line in app.caption if line.value.startswith("Recomputed statistics"))
    assert float(bars.split()[3]) > 10  # percentage points


def test_more_updates_are_looked_at_to_the_end():
    app = opened()
    widget(app, "select_slider", "updates").set_value(50)
    checked(app.run())
    assert link_of(app)["running.after"] == "50"


def test_fewer_layers_and_units_than_were_chosen():
    app = opened(Settings(updates=10, after=10, width=8, layers=2, layer=2, unit=8))
    widget(app, "select_slider", "layers").set_value(1)
    widget(app, "select_slider", "width").set_value(4)
    checked(app.run())
    assert "unit 4 in layer 1" in captions(app)


def test_another_data_set_takes_a_batch_that_fits():
    app = opened(Settings(updates=10, after=10, width=8, batch_size=256))
    widget(app, "selectbox", "data").set_value("wine")
    checked(app.run())
    assert link_of(app)["running.batch_size"] == "133"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("momentum", "1.5", "momentum"),
        ("momentum", "nan", "momentum"),
        ("momentum", "lots", "momentum"),
        ("updates", "0", "updates"),
        ("updates", "1e9", "updates"),
        ("part", "nowhere", "part"),
        ("data", "diabetes", "data"),
        ("batch_size", "1", "batch_size"),
        ("seed", "-3", "seed"),
        ("unit", "0", "unit"),
    ],
)
def test_a_bad_link_falls_back_and_says_so(name, value, said):
    app = opened(**{f"running.{name}": value})
    assert f"{label_of(f'running.{said}', 'running')}: " in app.warning[0].value
    assert f"running.{name}" not in link_of(app) or link_of(app)[f"running.{name}"] != value


def test_what_does_not_fit_is_said_too():
    app = opened(Settings(updates=10, width=8), **{"running.after": "300", "running.unit": "60"})
    assert "Unit: 60 came, but the layer has fewer units; " in app.warning[0].value
    assert "Look at the network after so many updates: 300 came, but the run is not that long; " in app.warning[0].value
    widget(app, "select_slider", "momentum").set_value(0.3)
    assert not checked(app.run()).warning


def test_a_link_with_numbers_between_the_marks_is_kept():
    app = opened(
        Settings(updates=33, after=33, width=11, momentum=0.123, learning_rate=0.07, batch_size=20, factor=0.73)
    )
    link = link_of(app)
    assert {link[f"running.{name}"] for name in ("updates", "width", "momentum", "learning_rate", "factor")} == {
        "33", "11", "0.123", "0.07", "0.73",
    }  # fmt: skip


def test_a_run_that_diverges_is_explained():
    app = opened(Settings(part="modes", learning_rate=100.0, updates=50, after=50, width=8))
    assert "diverged at update" in captions(app)


TEACHING = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
LINKS = [dict(parse_qsl(query)) for query in re.findall(r"`/running\??([^`]*)`", TEACHING)]


@pytest.mark.parametrize("link", LINKS)
def test_every_link_for_teachers_opens_as_it_is_written(link):
    app = opened(Settings(), **link)
    assert not app.warning
    assert link_of(app) == link


def test_there_are_links_for_teachers():
    assert len(LINKS) >= 7


def test_what_was_chosen_in_one_part_is_still_there_after_a_visit_to_another():
    app = opened()
    widget(app, "number_input", "unit").set_value(5)
    checked(app.run())
    for part in ("modes", "fold", "averages"):
        next(element for element in app.get("button_group") if element.key == "running.part").set_value(part)
        checked(app.run())
        assert link_of(app)["running.unit"] == "5"
    assert "unit 5 in layer 1" in captions(app)


def test_a_reader_who_moves_on_while_the_run_is_trained_is_not_sent_back_by_the_link(monkeypatch):
    untrained = replace(SMALL, seed=4711)
    with monkeypatch.context() as patch:
        patch.setattr(running_run, "_begun", lambda *_: running_run.st.stop())  # Streamlit leaves like this
        app = visited("pages/running.py", group_to_link("running", untrained, Settings()))
        assert not app.get("vega_lite_chart")
    running_run.shelf().end(untrained.experiment)
    widget(app, "select_slider", "learning_rate").set_value(0.2)
    assert link_of(checked(app.run()))["running.learning_rate"] == "0.2"
