"""A picture as a file that stands alone: the chart, its sentence, the settings of what it shows, where it is from.

Whatever the theme of the screen, the file has white paper and the light theme's colours.
"""

from __future__ import annotations

import io
import re
import textwrap
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
import vl_convert

from bnviz.core import describe
from bnviz.core.experiment import Experiment
from bnviz.plots import theme
from bnviz.plots.figure import Figure
from bnviz.plots.paper import on_paper

WIDE, HALF = 1000, 640  # pixels of all views side by side
LETTER = 6.4  # pixels of a letter of the caption, on average
PNG_SCALE = 2.0
FORMATS = ("png", "svg")
KEY = {"title": None, "orient": "top", "symbolType": "stroke", "columns": 4}
FONT = "sans-serif"
RARE = "[^\\x00-\u0233\u0391-\u03c9\u2010-\u2027\u2212\u221a\u221e\u2248\u2264\u2265]"
FULL, FULLER = "DejaVu Sans, sans-serif", 1.13
"""What most fonts lack (raised figures, rare signs); a font that has it, or each line would get another; its width."""


def sheet(figure: Figure, settings: Sequence[str], *, step: int | None = None, source: str = "") -> dict[str, Any]:
    """The specification of a picture with its heading, its sentence, the settings and the source above it.

    Args:
        figure: what is shown.
        settings: of the run, one phrase each (`describe.words`).
        step: after which update; the last recorded one at or before it is taken, and without it the last.
        source: the lab and the address that show the picture again.
    """
    frame = frame_at(figure, step)
    total = HALF if figure.half else WIDE
    spec = figure.spec_at(frame, width=round((total - 60) / max(1, figure.columns)) - 16)
    spec = with_keys(on_paper(spec) if figure.paper == theme.PAPER[True] else spec)
    ink = theme.INK[False]
    told = (figure.caption_at(frame), " · ".join(settings), source)
    rare = bool(re.search(RARE, "".join(told)))
    letters = int(total / LETTER / (FULLER if rare else 1))
    lines = [line for part in told for line in textwrap.wrap(part, letters, break_on_hyphens=False)]
    spec["title"] = {
        "text": figure.title, "subtitle": lines, "anchor": "start", "frame": "bounds", "offset": 14,
        "color": ink, "subtitleColor": ink, "fontSize": 18, "subtitleFontSize": 12, "subtitleLineHeight": 17,
        "subtitlePadding": 6, "subtitleFont": FULL if rare else FONT,
    }  # fmt: skip
    spec["config"] |= {"font": FONT, "padding": 16}
    spec["padding"] = 16
    return spec


def with_keys(spec: dict[str, Any]) -> dict[str, Any]:
    """A specification whose dashed lines have a legend, also where a page names them outside of the picture."""
    dashed = {one["field"] for name, one in _channels(spec) if name == "strokeDash" and one.get("legend", KEY) is None}
    for _, channel in _channels(spec):
        if channel["field"] in dashed and channel.get("legend", KEY) is None:
            channel["legend"] = KEY
    return spec


def _channels(part: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every channel that gives the values of a field their colours, dashes or shapes."""
    for name, one in part.items() if isinstance(part, dict) else ():
        if name in ("color", "strokeDash", "shape") and isinstance(one, dict) and "domain" in one.get("scale", ()):
            yield name, one
        elif name not in ("datasets", "config"):
            for inner in one if isinstance(one, list) else [one]:
                yield from _channels(inner)


def frame_at(figure: Figure, step: int | None) -> int:
    """The number of the last frame at or before a step; of the last one without a step."""
    if step is None:
        return len(figure.steps) - 1
    return max(0, int((figure.steps <= step).sum()) - 1)


def picture_file(
    figure: Figure, settings: Sequence[str], kind: str, *, step: int | None = None, source: str = ""
) -> bytes:
    """A picture as the bytes of a file.

    Args:
        figure, settings, step, source: as in `sheet`.
        kind: png (at twice the size, for slides) or svg.
    """
    spec = sheet(figure, settings, step=step, source=source)
    if kind == "svg":
        return str(vl_convert.vegalite_to_svg(spec)).encode()
    return bytes(vl_convert.vegalite_to_png(spec, scale=PNG_SCALE))


def numbers_table(figure: Figure, *, frame: int = -1) -> pd.DataFrame:
    """The numbers that a figure draws: the rows of each of its tables, one table below the other, named by `table`.

    Args:
        figure: what is shown.
        frame: of the tables that hold one frame; those over all updates are whole.

    Returns:
        Columns of numbers as they were drawn and of words; pixels and colours, which are no numbers, are left out.
    """
    parts = [pd.DataFrame(table.rows_at(frame, figure.steps)).assign(table=table.dataset) for table in figure.tables]
    there = [part for part in parts if len(part)]
    whole = pd.concat(there, ignore_index=True) if there else pd.DataFrame({"table": []})
    kept = [name for name in whole.columns if name != "table" and not whole[name].map(_is_paint).any()]
    return whole[["table", *kept]]


def _is_paint(value: object) -> bool:
    """Whether a cell holds pixels or a colour."""
    return isinstance(value, str) and (value.startswith("data:image") or bool(re.fullmatch("#[0-9a-f]{6}", value)))


def numbers(figure: Figure, *, frame: int = -1) -> str:
    """The same as CSV."""
    return str(numbers_table(figure, frame=frame).to_csv(index=False))


def all_pictures(
    figures: Sequence[Figure], experiment: Experiment, *, step: int | None = None, source: str = ""
) -> bytes:
    """Several pictures of a run, each as PNG and as SVG, in one ZIP file."""
    buffer, settings = io.BytesIO(), describe.words(experiment)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for figure in figures:
            for kind in FORMATS:
                name = picture_name(figure, experiment, kind, step=step)
                archive.writestr(name, picture_file(figure, settings, kind, step=step, source=source))
    return buffer.getvalue()


def picture_name(figure: Figure, experiment: Experiment, kind: str, *, step: int | None = None) -> str:
    """A file name that says what is inside: "bnviz-digits-5x64-seed0-loss-step300.png"."""
    at = int(figure.steps[frame_at(figure, step)])
    return f"{describe.file_stem(experiment)}-{figure.id}-step{at}.{kind}"
