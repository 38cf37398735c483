"""What the ravine lab does around its picture: the link in and out, the component, the words beside it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import streamlit as st

from bnviz.core.experiment import PREPROCESSES
from bnviz.core.export_labs import descent_table
from bnviz.core.fields import FieldError
from bnviz.core.ravine import Place, Side, explore, raw_start, table
from bnviz.plots.ravine import stage
from bnviz.plots.ravine_words import article
from bnviz.ui import figure_files, frame, links
from bnviz.ui import ravine_controls as controls
from bnviz.ui.hiding import shown
from bnviz.ui.messages import plain, text
from bnviz.ui.origin import Origin
from bnviz.ui.ravine_payload import pack_tree
from bnviz.ui.ravine_scene import Scene, data_params, from_params, to_params

COMPONENT_NAME = "bnviz.ravine"
PICTURED = ("options", "rates", "verdict", "surface", "contour", "arrows", "traces", "losses")
"""What the component draws and a link can hide."""
_PROBLEMS, _OPENED, _START = "ravine.problems", "ravine.opened", "ravine.player.start"
_TOLD, _AGAIN = "ravine.player.told", "ravine.player.again"


def take_link() -> None:
    """Show what the address names if it says something new; explain what of it could not be used."""
    if links.arrived("ravine"):
        problems: list[str] = []
        controls.open_scene(from_params(st.query_params.to_dict(), problems))
        st.session_state[_OPENED] = controls.current()
        st.session_state[_PROBLEMS] = problems
    controls.restore()
    if st.session_state.pop(_AGAIN, False):
        controls.open_scene(controls.current())
    clicked = st.session_state.pop(_START, None)
    if clicked is not None:
        controls.start_from(clicked)
    links.show_problems(st.session_state.get(_PROBLEMS, []))


def write_link() -> None:
    """Let the address name what is on screen."""
    scene = controls.current()
    if st.session_state.get(_OPENED) != scene:
        st.session_state[_OPENED] = scene
        st.session_state[_PROBLEMS] = []
    links.write("ravine", to_params(scene))


def show(scene: Scene) -> None:
    """The landscapes, and what they say about the article."""
    try:
        sides = explore(scene.data, scene.seed, scene.settings)
    except FieldError as error:
        st.error(error.problem, icon=":material/info:")
        return
    begun: Place = st.session_state["ravine.begun"]
    place = {
        "visit": st.session_state[controls.VISIT],
        "step": begun.step,
        "size": begun.size,
        "shares": dict(zip(PREPROCESSES, begun.shares, strict=True)),
    }
    rows = table(scene.data, scene.seed, scene.settings.loss)
    first, second = (plain(name) for name in rows.features)
    with st.sidebar:
        predicted = text(f"ravine.predicted.{rows.target}")
        st.caption(text("ravine.predicts", first=first, second=second, predicted=predicted, rows=len(rows.y)))
    origin = _origin(scene, rows.features, len(rows.y))
    hidden = [name for name in PICTURED if not shown(name)]
    message = pack_tree({**stage(sides, scene.settings), "place": place, "origin": origin.told(), "hidden": hidden})
    result = _component()(
        key="ravine.player",
        data=message,
        default={"rest": None},
        on_rest_change=_rerun,
        on_start_change=_rerun,
    )
    _take_rest(result.get("rest"))
    if result.get("start"):
        _take_start(result["start"], sides)
    _show_article(sides, scene)
    figure_files.numbers(functools.partial(descent_table, sides), origin, name="paths")


def _origin(scene: Scene, features: Sequence[str], rows: int) -> Origin:
    """Of this lab, as it stands."""
    settings = scene.settings
    said = (
        text(f"train.options.name.{scene.data.name}"),
        f"{features[0]} and {features[1]}, {rows} training rows",
        f"{text(f'ravine.options.loss.{settings.loss}')} loss",
        f"bias {text(f'ravine.options.bias.{settings.bias}')}",
        f"{text(f'ravine.options.optimizer.{settings.optimizer}')}, {settings.steps} updates",
        f"start at w1\u00a0=\u00a0{settings.start[0]:g}, w2\u00a0=\u00a0{settings.start[1]:g}",
        f"seed {scene.seed}",
    )
    stem = f"bnviz-ravine-{scene.data.name}-seed{scene.seed}".replace("_", "-")
    return Origin("ravine", stem, said, to_params(scene))


@functools.cache
def _component() -> Any:
    """Register the component, once in the life of the process."""
    return st.components.v2.component(COMPONENT_NAME, js="ravine/ravine.js", css="ravine/ravine.css")


def _take_rest(told: Any) -> None:
    """Keep where the reader has gone, if it is told of this visit.

    After a visit to another page the component is built anew and has nothing to tell: it is sent where the reader was.
    """
    visit = st.session_state[controls.VISIT]
    if told is None and st.session_state.get(_TOLD) == visit:
        st.session_state[_AGAIN] = True
        _draw_again()
    if not isinstance(told, dict) or told.get("visit") != visit:
        return
    st.session_state[_TOLD] = visit
    try:
        place = Place(tuple(told["shares"][name] for name in PREPROCESSES), told["size"], told["step"])
    except (FieldError, KeyError, TypeError):
        return
    controls.move_to(place)


def _take_start(told: Any, sides: tuple[Side, ...]) -> None:
    """Begin where the reader clicked, and draw again."""
    side = next((one for one in sides if isinstance(told, dict) and one.name == told.get("side")), None)
    if side is None or not _is_point(told.get("point")) or side.surface.axes != (0, 1):
        return
    st.session_state[_START] = raw_start(side, told["point"])
    _draw_again()


def _draw_again() -> None:
    """Begin the page anew; the address is written first, so that it does not count as one that has just arrived."""
    write_link()
    st.rerun()


def _is_point(given: Any) -> bool:
    return isinstance(given, list) and len(given) == 2 and all(isinstance(value, int | float) for value in given)


def _show_article(sides: tuple[Side, ...], scene: Scene) -> None:
    """The claim of an article beside the measurement."""
    told = article(sides, table(scene.data, scene.seed, scene.settings.loss))
    if told is None or not shown("article"):
        return
    st.subheader(text("ravine.article"), anchor=False)
    claim, measured = st.columns(2)
    claim.markdown(f"**{text('ravine.claim')}**")
    claim.write(told[0])
    measured.markdown(f"**{text('ravine.measured')}**")
    measured.write(told[1])


def show_ways_on() -> None:
    """The same data in the other labs."""
    if not shown("ways_on"):
        return
    st.subheader(text("ravine.on"), anchor=False)
    params = data_params(controls.current())
    with st.container(horizontal=True):
        for name, page in frame.others("ravine"):
            label = text(f"ravine.to_{name}")
            st.page_link(page, label=label, icon=":material/arrow_forward:", query_params=params)


def _rerun() -> None:
    """Let a change rerun the page; Streamlit wants a callback for every name it should report."""
