"""A run as one HTML file that plays and scrubs from the disk: the player, Vega and the run itself, all inside it."""

from __future__ import annotations

import base64
import html
import json
import re
from functools import cache
from pathlib import Path

import numpy as np

from bnviz import plots
from bnviz.core import describe
from bnviz.core.recording import Recording
from bnviz.plots import theme
from bnviz.plots.figure import Figure
from bnviz.runs import run_name
from bnviz.ui.messages import text
from bnviz.ui.origin import told_of_run
from bnviz.ui.payload import Playback, pack
from bnviz.ui.pictures import figures, picture
from bnviz.ui.traits import traits
from bnviz.ui.vega_bundle import ensure_bundle_once
from bnviz.ui.view import View, usual

ASSETS = Path(__file__).resolve().parent.parent / "assets"


def standalone(recording: Recording, view: View, *, step: int | None = None) -> str:
    """The file.

    Args:
        recording: the run.
        view: which pictures it has; the usual ones where it has none.
        step: at which it opens; the end without one.

    Returns:
        An HTML page that loads nothing: it shows the pictures of the view in the reader's light or dark theme.
    """
    view = view if view.show else View(show=usual(recording.experiment))
    light, dark = (figures(recording, view, dark=shade) for shade in (False, True))
    words = describe.words(recording.experiment)
    parts = {name: html.escape(text(f"take_home.page.{name}")) for name in ("theme", "noscript", "results", "footer")}
    parts |= {
        "title": html.escape(f"bnviz: {words[0]}"),
        "heading": html.escape(text("take_home.page.heading", data=words[0].split(",")[0])),
        "settings": html.escape(" · ".join(words)),
        "style": _asset("player/player.css") + _asset("standalone/page.css"),
        "modules": _modules(),
        "arms": _arms(recording),
        "table": _table(recording),
        "run": _base64(_message(recording, light, step=step)),
        "light": _base64(_repaint(recording, dark, light)),
        "dark": _base64(_repaint(recording, light, dark)),
        "script": _asset("standalone/page.js"),
    }
    return re.sub(r"<<(\w+)>>", lambda found: parts[found[1]], _asset("standalone/page.html"))


def _message(recording: Recording, drawn: list[Figure], *, step: int | None) -> bytes:
    return pack(_playback(recording, 0, step), [picture(figure) for figure in drawn])


def _repaint(recording: Recording, before: list[Figure], after: list[Figure]) -> bytes:
    """What turns a player that shows the first figures into one that shows the others: a message without frames."""
    frames = len(recording.steps)
    known = {figure.id: traits(picture(figure)) for figure in before}
    return pack(_playback(recording, frames, None), [picture(one.since(frames)) for one in after], known=known)


def _playback(recording: Recording, first: int, step: int | None) -> Playback:
    experiment = recording.experiment
    return Playback(
        run_id=run_name(experiment),
        steps=recording.steps[first:],
        total_steps=experiment.training.steps,
        steps_per_epoch=experiment.data.train_rows // experiment.training.batch_size,
        finished=True,
        start=step,
        first_frame=first,
        origin=told_of_run(experiment),
    )


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


@cache
def _modules() -> str:
    """The player's modules as an import map: their names lead to their text, and no file is asked for."""
    ensure_bundle_once()
    files = sorted((ASSETS / "player").glob("*.js"))
    imports = {f"bnviz/{file.name}": _as_link(_named(file.read_text(encoding="utf-8"))) for file in files}
    return json.dumps({"imports": imports})


def _named(source: str) -> str:
    """A module that imports its neighbours by the names of the import map; Vega has no neighbours."""
    return re.sub(r'(from |import\()"\./(\w+)\.js"', r'\1"bnviz/\2.js"', source)


def _as_link(source: str) -> str:
    return f"data:text/javascript;charset=utf-8;base64,{_base64(source.encode())}"


def _arms(recording: Recording) -> str:
    """The legend of all pictures, in both themes."""
    styles = [theme.arm_style(recording.experiment, dark=dark) for dark in (False, True)]
    lines = []
    for pair in zip(*styles, strict=True):
        drawn = "".join(
            f'<svg class="for-{shade}" aria-hidden="true"><line x1="0" y1="5" x2="28" y2="5" stroke="{style.color}" '
            f'stroke-width="4" stroke-dasharray="{" ".join(map(str, style.dash))}"/></svg>'
            for shade, style in zip(("light", "dark"), pair, strict=True)
        )
        lines.append(f"<li>{drawn}{html.escape(pair[0].label)}</li>")
    return "".join(lines)


def _table(recording: Recording) -> str:
    """The results as rows of a table; what an update costs stays at home, it belongs to one machine."""
    results = plots.results(recording).drop(columns=["cost of an update", "updates per second"])
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in results.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_cell(name, value))}</td>" for name, value in row.items()) + "</tr>"
        for row in results.to_dict("records")
    )
    return f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"


def _cell(name: object, value: object) -> str:
    if isinstance(value, str):
        return value
    known = float(np.float64(str(value)))
    if "accuracy" in str(name):
        return theme.percent(known)
    return f"{known:.0f}" if "updates" in str(name) and np.isfinite(known) else theme.number(known, 3)
