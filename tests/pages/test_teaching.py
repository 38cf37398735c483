"""The links for teachers to the labs of the inputs, the layer and the axes open as they are written."""

import re
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from tests.pages.visit import link_of, visited

ROOT = Path(__file__).resolve().parents[2]
TEACHING = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
STOPS = re.findall(r"\*\*`/(inputs|layer|axes)\??([^`]*)`\*\*", TEACHING)


def opened(lab, query):
    return visited(f"pages/{lab}.py", dict(parse_qsl(query)))


@pytest.mark.parametrize(("lab", "query"), STOPS)
def test_every_link_for_teachers_opens_as_it_is_written(lab, query):
    app = opened(lab, query)
    assert not app.warning
    assert link_of(app) == dict(parse_qsl(query))


def test_there_are_stops_for_three_labs():
    labs = [lab for lab, _ in STOPS]
    assert [labs.count(lab) for lab in ("inputs", "layer", "axes")] == [6, 7, 6]


@pytest.mark.parametrize(
    ("lab", "query", "said"),
    [
        ("inputs", "inputs.axes=fitted", "7.51·10⁴ raw, 30.4 min"),
        ("inputs", "data.name=signals", "56.9 z"),
        ("inputs", "data.name=breast_cancer", "skew 1.6,"),
        ("inputs", "inputs.outlier=100", "now fill 1.0\u00a0%"),
        ("layer", "", "mean 4.000, variance 3.333"),
        ("layer", "layer.lesson=drag&layer.drag=10&layer.phase=4", "**6 of 6** normalized values"),
        ("layer", "layer.lesson=undo&layer.undo=0&layer.phase=5", "largest difference is **2.22·10⁻¹⁶**"),
        ("layer", "layer.lesson=weights&layer.phase=10", "their gradient becomes **0.100** times"),
        ("axes", "", "8 averages of 256 values"),
        ("axes", "axes.norm=layer", "4 averages of 512 values"),
        ("axes", "axes.norm=group&axes.groups=4", "16 averages of 128 values"),
        ("axes", "axes.images=1", "Batch norm of a single image = its instance norm: 0"),
        ("axes", "axes.block=4&axes.images=1", "nothing is left to normalize"),
    ],
)
def test_a_stop_says_what_the_page_says(lab, query, said):
    assert (lab, query) in STOPS
    app = opened(lab, query)
    assert said in " ".join(line.value for line in (*app.markdown, *app.caption, *app.info))
