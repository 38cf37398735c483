"""What holds for every picture of every run."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import altair as alt
import numpy as np
import pytest
import vl_convert

from bnviz import plots
from bnviz.core.recording import Recording
from bnviz.plots.figure import Figure, as_chart

RUNS = [
    "digits",
    "digits, begun",
    "diverged",
    "plane",
    "plane, begun",
    "sigmoid",
    "regression",
    "linear",
    "one_step",
    "six",
]


SCHEMA = alt.load_schema()


@functools.cache
def figures(recording: Recording, *, dark: bool = False) -> list[Figure]:
    """All pictures that a run has."""
    last = len(recording.experiment.arms) - 1
    made = [
        *(plots.histograms(recording, kind=kind, dark=dark) for kind in ("pre", "normalized", "post")),
        *(plots.bands(recording, kind=kind, dark=dark) for kind in ("pre", "normalized", "post")),
        plots.loss(recording, dark=dark),
        plots.accuracy(recording, dark=dark),
        plots.saturation(recording, dark=dark),
        plots.maxima(recording, dark=dark),
        plots.gradients(recording, dark=dark),
        plots.updates(recording, dark=dark),
        *(plots.gamma_beta(recording, arm=arm, layer=0, dark=dark) for arm in range(last + 1)),
        plots.decision_maps(recording, dark=dark),
        plots.digit_sample(recording, arm=last, dark=dark),
    ]
    return [figure for figure in made if figure is not None]


def specs(figure: Figure) -> list[dict[str, Any]]:
    return [figure.spec] if figure.narrow is None else [figure.spec, figure.narrow]


@pytest.mark.parametrize("name", ["digits", "plane"])
def test_specifications_are_valid_vega_lite(run, name):
    one_a_kind = {figure.id.partition("-")[0]: figure for figure in figures(run(name))}
    for figure in one_a_kind.values():
        as_chart(figure.spec).validate(figure.spec, schema=SCHEMA)


@pytest.mark.parametrize("name", RUNS)
def test_specifications_compile_to_vega(run, name):
    for figure in figures(run(name)):
        for spec in specs(figure):
            compiled = vl_convert.vegalite_to_vega(json.dumps(spec, allow_nan=False))
            names = {signal["name"] for signal in compiled.get("signals", [])}
            assert names & {"child_width", "childWidth", "width"} or "width" in compiled
            assert ("step" in names) == any(isinstance(table, plots.SeriesTable) for table in figure.tables)


@pytest.mark.parametrize("name", RUNS)
def test_named_datasets_are_the_tables(run, name):
    for figure in figures(run(name)):
        filled = {table.dataset for table in figure.tables}
        for spec in specs(figure):
            asked = set(re.findall(r'"data": \{"name": "([^"]+)"\}', json.dumps(spec)))
            assert asked == filled, figure.id


@pytest.mark.parametrize("name", RUNS)
def test_fields_are_columns(run, name):
    for figure in figures(run(name)):
        columns = {column.name for table in figure.tables for column in table.columns} | {"step"}
        text = json.dumps(figure.spec)
        computed = set(re.findall(r'"as": "([^"]+)"', text))
        assert set(re.findall(r'"field": "([^"]+)"', text)) <= columns | computed, figure.id


@pytest.mark.parametrize("name", RUNS)
def test_tables_have_one_row_of_numbers_a_frame(run, name):
    recording = run(name)
    frames = len(recording.steps)
    for figure in figures(recording):
        for table in figure.tables:
            lengths = {np.shape(column.values)[-1] for column in table.columns}
            assert len(lengths) == 1, figure.id
            for column in table.columns:
                if column.per_frame:
                    assert np.asarray(column.values).dtype.name in ("float32", "uint8", "int32", "uint16")
                    assert np.shape(column.values) == (frames, *lengths)


@pytest.mark.parametrize("name", RUNS)
def test_every_frame_is_told_in_a_sentence(run, name):
    recording = run(name)
    for figure in figures(recording):
        for texts in (figure.captions, figure.alt):
            assert len(texts) == len(recording.steps)
            assert all(text.endswith(".") and "nan" not in text and "  " not in text for text in texts), figure.id
        assert figure.caption_at(0).startswith("Before the first update")


@pytest.mark.parametrize("name", ["digits", "diverged", "plane", "six"])
def test_dark_figures_differ_in_colour_alone(run, name):
    bare = re.compile(r"#[0-9a-f]{6}")
    for light, dark in zip(figures(run(name)), figures(run(name), dark=True), strict=True):
        assert light.spec != dark.spec
        assert bare.sub("", json.dumps(light.spec)) == bare.sub("", json.dumps(dark.spec))


def test_a_picture_of_later_frames_continues_an_earlier_one(run):
    for figure in figures(run("digits")):
        rest = figure.since(30)
        assert rest.spec is figure.spec
        assert len(rest.steps) == len(rest.captions) == len(figure.steps) - 30
        assert rest.caption_at(0) == figure.caption_at(30)
        for table, whole in zip(rest.tables, figure.tables, strict=True):
            for column, long in zip(table.columns, whole.columns, strict=True):
                if column.per_frame:
                    np.testing.assert_array_equal(column.values, np.asarray(long.values)[30:])


def test_a_chart_alone_carries_its_data_and_its_step(run):
    recording = run("digits")
    chart = plots.loss(recording).chart_at(20).to_dict()
    assert chart["params"][0]["value"] == 20
    rows = chart["datasets"]["curves"]
    first = next(
        row for row in rows if row["set"].startswith("training") and row["step"] == 7 and row["arm"] == "no norm"
    )
    assert first["value"] == pytest.approx(recording.train_loss[7, 0], rel=1e-6)


def test_every_figure_can_be_rendered(run):
    for figure in figures(run("plane, begun")):
        assert vl_convert.vegalite_to_png(figure.spec_at(1, width=120), scale=1).startswith(b"\x89PNG")
