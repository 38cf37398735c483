"""Every control and every panel of every page can be hidden by name, whatever part of the page is open."""

import re

import pytest

from bnviz.runs import studies, sweeps
from bnviz.runs.studies import StudyStore
from bnviz.runs.sweeps import SweepStore
from bnviz.runs.turns import Turns
from bnviz.ui.frame import LABS, SECTIONS
from bnviz.ui.hiding import MEASURED, PARTS, parts_of
from tests.pages.visit import ROOT, SMALL, link_of, visited

PAGES = (*LABS, *SECTIONS["class"])
FILES = [*(ROOT / "bnviz" / "ui").glob("*.py"), *(ROOT / "pages").glob("*.py")]
HEADING = re.compile(r"\bst\.(title|header|subheader)\(|, st\.(title|header|subheader),")
CONTROLS = {
    *("button", "button_group", "checkbox", "color_picker", "data_editor", "date_input", "download_button"),
    *("file_uploader", "multiselect", "number_input", "radio", "select_slider", "selectbox", "slider", "text_area"),
    *("text_input", "toggle"),
}
PANELS = {"dataframe", "expander", "metric", "popover", "table"}
WHERE: dict[str, list[dict[str, str]]] = {
    "inputs": [{"data.name": "wine"}, {"data.name": "moons"}],
    "ravine": [{"ravine.bias": "third", "data.name": "wine"}],
    "layer": [{"layer.source": "hand", "layer.lesson": "weights"}, {"layer.source": "run"}],
    "running": [{"running.part": part} for part in ("averages", "modes", "company", "shift", "fold")],
    "train": [{"network.kind": "conv", "network.hidden": "4_4", "data.name": "digits", "claim": "C9"}],
    "rates": [{"rates.part": part} for part in ("rate", "init", "depth", "start", "inside")],
    "shift": [{"shift.claim": claim} for claim in ("F3", "F4", "E1", "E4", "E2", "E3")],
    "smoothness": [{"smoothness.part": part} for part in ("along", "safe", "scale", "growth", "slice", "edge")],
    "noise": [
        *({"noise.part": part} for part in ("spread", "small", "input", "starts", "depth")),
        *({"noise.part": "regularization", "noise.task": task} for task in ("ghosts", "moons", "sizes")),
    ],
}
"""Links that together open every part of a page."""
LEFT_OUT = {
    "home": "its buttons are the ways into the app",
    "lessons": "its cards are the ways into the lessons",
}
"""Each with its reason; so are the cards of the page of all claims, which are the ways into the labs."""


class Nobody:
    """A process that never finds anything: what is measured is no matter here."""

    def advance(self, order, seconds):
        raise AssertionError("Nothing is to be measured.")

    def drop(self, name): ...

    def prepare(self): ...

    def close(self): ...


class Waiting(Turns):
    def add(self, run): ...


@pytest.fixture(autouse=True)
def nothing_measured(monkeypatch):
    """Pages wait for no measurement and for no training."""
    monkeypatch.setattr("bnviz.ui.live.MOMENT", 0.0)
    kept = {studies: StudyStore(Waiting(Nobody())), sweeps: SweepStore(Waiting(Nobody()))}
    for name in ("noise_parts", "shift_parts", "smoothness_work"):
        monkeypatch.setattr(f"bnviz.ui.{name}.shared_studies", lambda: kept[studies], raising=False)
    monkeypatch.setattr("bnviz.runs.studies.shared_studies", lambda: kept[studies])
    monkeypatch.setattr("bnviz.ui.rates_map.shared_sweeps", lambda: kept[sweeps])


def walked(node):
    for child in getattr(node, "children", {}).values():
        yield child
        yield from walked(child)


def there(app):
    """What can be seen of controls and panels, each by its kind and a key or a label."""
    return [
        (one.type, getattr(one, "key", None) or getattr(one, "label", ""))
        for one in walked(app._tree)
        if one.type in CONTROLS | PANELS or (one.type == "flex_container" and one.proto.flex_container.border)
    ]


def of_page(page):
    return [SMALL.get(page, {}) | more for more in WHERE.get(page, [{}])]


@pytest.mark.parametrize("page", [page for page in PAGES if page not in LEFT_OUT])
def test_nothing_is_left_where_all_names_are_hidden(page):
    everything = ".".join(parts_of(page))
    for params in of_page(page):
        app = visited(f"pages/{page}.py", params | {"hide": everything})
        left = [(kind, name) for kind, name in there(app) if not (page == "claims" and name.startswith("claim_"))]
        assert not left, (params, left)
        assert not app.warning


def test_the_walk_sees_what_there_is():
    kinds = {kind for kind, _ in there(visited("pages/train.py", SMALL["train"]))}
    assert kinds >= {"button", "button_group", "expander", "popover", "select_slider", "flex_container"}


def test_every_page_is_walked_and_every_list_of_parts_is_of_a_page():
    assert set(PARTS) <= set(PAGES) >= set(WHERE)
    for lab in ("rates", "shift", "smoothness", "noise"):
        assert set(MEASURED) <= set(parts_of(lab))


def test_where_a_teacher_hides_question_and_start_the_seeds_are_measured_by_themselves():
    app = visited("pages/noise.py", {"hide": "predict.judge.verdict"})
    assert link_of(app) == {"hide": "predict.judge.verdict"}
    (bar,) = app.get("progress")
    assert "of 64 points" in bar.proto.text


def test_no_heading_is_a_stop_on_the_way_of_the_tab_key():
    headings = [
        line for file in FILES for line in file.read_text(encoding="utf-8").splitlines() if HEADING.search(line)
    ]
    assert len(headings) > 20
    assert not [line for line in headings if "anchor=False" not in line]
    shown = [one for one in walked(visited("pages/axes.py", SMALL["axes"])._tree) if one.type == "subheader"]
    assert shown
    assert all(one.proto.hide_anchor for one in shown)


@pytest.mark.parametrize("hidden", ["activation", "learning_rate.activation.depth"])
def test_what_is_hidden_leaves_no_gap_between_the_main_controls(hidden):
    app = visited("pages/train.py", SMALL["train"] | {"hide": hidden})
    main = {"train.training.learning_rate", "train.network.activation", "train.depth"}
    row = [column for column in app.columns if main & {getattr(one, "key", "") for one in walked(column)}]
    assert len(row) == 3 - len(hidden.split("."))
    assert all(list(walked(column)) for column in app.columns)


def test_a_label_beside_a_control_is_hidden_with_it():
    params = SMALL["train"] | {"show": "histograms.units"}
    labels = {f":small[{label}]" for label in ("Values shown", "Arm", "Layer")}
    assert labels <= {one.value for one in visited("pages/train.py", params).markdown}
    hidden = visited("pages/train.py", params | {"hide": "kind.view_arm.view_layer"})
    assert not labels & {one.value for one in hidden.markdown}
