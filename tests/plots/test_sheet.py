"""Pictures as files: the settings are in the caption, the numbers are those drawn."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import pandas as pd
import pytest

from bnviz import plots
from bnviz.core import describe
from bnviz.plots import sheet
from bnviz.plots.figure import Column, FrameTable, as_chart


def test_the_caption_holds_the_sentence_of_the_step_and_every_setting(run) -> None:
    recording = run("digits")
    figure = plots.loss(recording)
    spec = sheet.sheet(figure, describe.words(recording.experiment), step=9)
    as_chart(spec, validate=True)
    told = " ".join(spec["title"]["subtitle"])
    assert "After 9 updates" in told
    for word in describe.words(recording.experiment):
        assert word in told
    assert spec["title"]["text"] == "Loss"


@pytest.mark.parametrize(("step", "frame"), [(0, 0), (19, 19), (21, 20), (10_000, -1), (None, -1)])
def test_the_frame_is_the_last_one_at_or_before_the_step(run, step, frame) -> None:
    figure = plots.loss(run("digits"))
    assert sheet.frame_at(figure, step) == frame % len(figure.steps)


def test_files_are_of_their_kind_and_have_white_paper_whatever_the_theme(run) -> None:
    recording = run("plane")
    settings = describe.words(recording.experiment)
    files = []
    for dark in (False, True):
        figure = plots.accuracy(recording, dark=dark)
        assert sheet.picture_file(figure, settings, "png")[:8] == b"\x89PNG\r\n\x1a\n"
        svg = sheet.picture_file(figure, settings, "svg", source="bnviz, Train live: http://here/train").decode()
        assert svg.startswith("<svg")
        assert 'fill="#ffffff"' in svg
        assert "learning rate 0.1" in svg
        assert "bnviz, Train live: http://here/train" in svg
        files.append(re.sub(r"clip\d+", "clip", svg))
    assert files[0] == files[1]


def test_all_pictures_are_in_the_archive_under_names_that_say_what_they_are(run) -> None:
    recording = run("one_step")
    figures = [plots.loss(recording), plots.histograms(recording)]
    with zipfile.ZipFile(io.BytesIO(sheet.all_pictures(figures, recording.experiment))) as archive:
        assert archive.namelist() == [
            f"bnviz-digits-16-8-seed0-{name}-step1.{kind}"
            for name in ("loss", "histograms-normalized")
            for kind in ("png", "svg")
        ]


def test_lines_that_the_page_names_have_a_legend_in_the_file(run) -> None:
    figure = plots.loss(run("digits")).without_arm_legend()
    drawn = sheet.sheet(figure, [])
    keys = [channel["legend"] for _, channel in sheet._channels(drawn) if channel["field"] == "arm"]
    assert keys
    assert all(key == sheet.KEY for key in keys)


def test_pixels_and_colours_are_no_numbers(run) -> None:
    figure = plots.loss(run("digits"))
    rows = [
        {"x": 1.5, "ink": "#ffffff", "picture": "data:image/png;base64,AA"},
        {"x": 2.5, "ink": None, "picture": None},
    ]
    table = FrameTable("cells", [Column(name, [row[name] for row in rows]) for name in rows[0]])
    found = sheet.numbers_table(replace(figure, tables=[table]))
    assert found.to_dict("list") == {"table": ["cells", "cells"], "x": [1.5, 2.5]}
    assert not len(sheet.numbers_table(replace(figure, tables=[FrameTable("none", [Column("x", [])])])))


def test_the_numbers_of_a_figure_are_those_it_draws(run) -> None:
    recording = run("digits")
    table = pd.read_csv(io.StringIO(sheet.numbers(plots.accuracy(recording))))
    row = table[(table["arm"] == "batch norm before") & (table["step"] == 40)].iloc[0]
    assert row["value"] == pytest.approx(recording.test_accuracy[-1, 1])
