"""What the inputs lab shows: the link in and out, the clouds, the table, the moves, and what scaling does not do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from bnviz.core import codec
from bnviz.core.experiment import PREPROCESSES, SELECTABLE, Data
from bnviz.core.export_labs import inputs_table as inputs_table_of
from bnviz.core.prepared import Pair, prepared
from bnviz.core.table_facts import squeeze
from bnviz.plots import inputs as clouds
from bnviz.plots import inputs_moves, inputs_shape, inputs_table
from bnviz.plots.stills import Words
from bnviz.ui import figure_files, frame, inputs_controls, links, own_data, own_labs
from bnviz.ui.hiding import shown
from bnviz.ui.inputs_controls import OWN, PAGE, SETS, USUAL, Inputs
from bnviz.ui.inputs_files import SEED, named, origin_of, show_chart
from bnviz.ui.kept import MESSAGES
from bnviz.ui.messages import plain, text
from bnviz.ui.origin import Origin
from bnviz.ui.payload import Playback, pack
from bnviz.ui.pictures import picture
from bnviz.ui.player import mount

_PROBLEMS, _OPENED = "inputs_link_problems", "inputs_link_opened"
_SERIES = "signals"


def take_link() -> None:
    """Show what the address names if it says something new; explain what of it could not be used."""
    if links.arrived(PAGE):
        params = st.query_params.to_dict()
        problems: list[str] = []
        own, params = own_labs.accepted(params, pair=True)
        if own is None:
            inputs_controls.show(*_settings(params, problems))
        else:
            _show_own(own, params, problems)
        st.session_state[_PROBLEMS] = problems
        st.session_state.pop(_OPENED, None)
    inputs_controls.restore()
    links.show_problems(st.session_state.get(_PROBLEMS, []))


def _settings(params: dict[str, str], problems: list[str]) -> tuple[Data, Inputs]:
    """The settings that a link names, with a sentence for each that had to be replaced."""
    if "seed" in params:
        params = params | {SEED: params["seed"]}
    view = codec.group_from_link(PAGE, Inputs(), params, problems)
    name = params.get("data.name", USUAL.name)
    data = codec.group_from_link("data", inputs_controls.usual(name) if name in SETS else USUAL, params, problems)
    if data.name not in SETS:
        problems.append(text("inputs.not_here", name=data.name))
        data = USUAL
    if data.name in SELECTABLE and len(data.features) != 2:
        if data.features:
            problems.append(text("inputs.two_features", count=len(data.features)))
        data = inputs_controls.usual(data.name)
    if view.source == OWN and own_data.table() is None:
        problems.append(text("inputs.own.not_here"))
        view = Inputs("set", view.axes, view.outlier, view.seed)
    return data, view


def _show_own(own: Data, params: dict[str, str], problems: list[str]) -> None:
    """Show this session's table as another lab has used it."""
    found = codec.group_from_link("data", own, params, problems)
    rest = {name: value for name, value in params.items() if name[:5] != "data."}
    _, view = _settings(rest | {f"{PAGE}.source": OWN}, problems)
    if len(found.features) < 2 or found.features[0] == found.features[1]:
        found = own
    kept = {name: getattr(found, name) for name in ("preprocess", "test_fraction", "scale", "offset")}
    inputs_controls.show(replace(USUAL, **{**kept, "scale": kept["scale"][:2], "offset": kept["offset"][:2]}), view)
    inputs_controls.show_columns(found.features)


def write_link(data: Data, view: Inputs) -> None:
    """Let the address name what is on screen."""
    wanted = named(data, view)
    if st.session_state.setdefault(_OPENED, wanted) != wanted:  # something was changed since the link was opened
        st.session_state[_OPENED] = wanted
        st.session_state[_PROBLEMS] = []
    links.write(PAGE, wanted)


def pair_of(data: Data, view: Inputs) -> Pair:
    """The two features that are on screen: of a set by name or of the reader's own table."""
    own = own_data.table()
    if view.source != OWN or own is None:
        return prepared(data, view.seed)
    return own_data.pair(own, inputs_controls.own_columns(), data, view.seed)


def show_clouds(pair: Pair, data: Data, view: Inputs) -> None:
    """Four clouds side by side, one below the other in a narrow window."""
    if not shown("clouds"):
        return
    look = clouds.Look(equal=view.axes == "equal", dark=frame.is_dark(), told=shown("facts"))
    if look.told:
        st.markdown(plain(inputs_table.spread_words(pair)))
    with st.container(horizontal=True, gap="medium", key="inputs_clouds"):
        for method in PREPROCESSES:
            title = text(f"train.options.preprocess.{method}")
            told = inputs_table.cloud_words(pair, method) if look.told else ""
            caption = " ".join([told, _key(pair), text("inputs.edges")])
            words = Words(f"cloud-{method}", title, caption, f"{title}: {told}")
            with st.container(width=294):
                show_chart(words, clouds.cloud(pair, method, look=look), origin_of(pair, data, view))
    st.caption(" ".join([text("inputs.fitted_on_training"), _key(pair), text("inputs.edges")]))


def _key(pair: Pair) -> str:
    if not pair.classes:
        return text("inputs.colour_is_target")
    marks = clouds.class_marks(pair)
    names = [f"{mark} {plain(name)}" for mark, name in zip(marks, pair.class_names, strict=True)]
    return text("inputs.classes", names=", ".join(names))


def show_table(pair: Pair, data: Data, view: Inputs) -> None:
    """The facts, side by side."""
    if not shown("facts"):
        return
    titles = {method: text(f"train.options.preprocess.{method}") for method in PREPROCESSES}
    st.subheader(text("inputs.facts"), anchor=False)
    found = inputs_table.table(pair, titles)
    height = 35 * (len(found) + 1) + 3
    st.dataframe(found, hide_index=True, width="stretch", height=height, column_config=_columns(found.columns))
    losses = {0: "linear", 2: "logistic"}
    names = pair.ways["whitened"].names
    new = text("inputs.new_names", first=pair.names[0], second=pair.names[1], sum=names[0], difference=names[1])
    std = inputs_table.whitened_std(pair)
    note = f" {text('inputs.std_note', std=std)}" if std else ""
    st.caption(f"{text('inputs.loss_' + losses.get(pair.classes, 'softmax'))} {plain(new)}{note}")
    figure_files.numbers(partial(inputs_table_of, pair), origin_of(pair, data, view))


def _columns(names: Iterable[str]) -> dict[str, Any]:
    first, *others = names
    pinned = st.column_config.TextColumn(pinned=True, width="medium")
    return {first: pinned, **{name: st.column_config.TextColumn(width="small") for name in others}}


def show_moves(pair: Pair, data: Data, view: Inputs) -> None:
    """Decorrelation, scrubbed and played in the browser."""
    if not shown("moves"):
        return
    st.subheader(text("inputs.moves"), anchor=False)
    st.markdown(text("inputs.moves_words"))
    series = view.source != OWN and data.name == _SERIES
    dark, origin = frame.is_dark(), origin_of(pair, data, view)
    message = MESSAGES.get(pair, (PAGE, series, dark, origin), lambda: _moves(pair, series, dark, origin))
    _play(message, run=_name(pair))


def _name(pair: Pair) -> str:
    return f"moves-{id(pair)}"


def _moves(pair: Pair, series: bool, dark: bool, origin: Origin) -> bytes:
    drawn = inputs_moves.figures(pair, series=series, dark=dark)
    last = len(drawn[0].steps) - 1
    playback = Playback(
        run_id=_name(pair), steps=drawn[0].steps, total_steps=last, steps_per_epoch=0, finished=True, start=0,
        places=inputs_moves.places(), origin=origin.told(),
    )  # fmt: skip
    return pack(playback, [picture(figure) for figure in drawn])


@st.fragment
def _play(message: bytes, *, run: str) -> None:
    mount(message, rest={"run": run, "visit": 0, "step": 0}, key="inputs.player")


def show_limits(pair: Pair, data: Data, view: Inputs) -> None:
    """What scaling does not do: it keeps the shape, and one point spoils min-max."""
    if not shown("limits"):
        return
    dark = frame.is_dark()
    st.subheader(text("inputs.limits"), anchor=False)
    st.markdown(text("inputs.shape_words"))
    for column, place in zip(st.columns(2), (0, 1), strict=True):
        with column:
            told = inputs_shape.shape_words(pair, place)
            words = Words(f"shape-{place}", text("inputs.shape_title", name=pair.names[place]), told, told)
            show_chart(words, inputs_shape.shape(pair, place, dark=dark), origin_of(pair, data, view))
            st.caption(plain(told))
    st.markdown(text("inputs.outlier_words"))
    inputs_controls.choose_outlier()
    column_values = pair.x[pair.train_rows, 0]
    if column_values.max() <= column_values.min():
        st.info(text("inputs.constant"), icon=":material/info:")
        return
    squeezed = squeeze(column_values, view.outlier)
    told = inputs_shape.strips_words(pair.names[0], squeezed)
    words = Words("strips", text("inputs.strips_title", name=pair.names[0]), told, told)
    show_chart(words, inputs_shape.strips(column_values, squeezed, dark=dark), origin_of(pair, data, view))
    st.caption(plain(told))


def show_ways_on(data: Data, view: Inputs) -> None:
    """The same data in the other labs."""
    if not shown("ways_on"):
        return
    st.subheader(text("inputs.on"), anchor=False)
    if view.source == OWN:
        st.caption(text("inputs.own.stays"))
    inputs_controls.choose_preprocess()
    own = view.source == OWN and own_data.table() is not None
    params = own_labs.carried_pair(inputs_controls.own_columns(), data) if own else own_labs.carried(data)
    params |= {"seed": str(view.seed)} if view.seed else {}
    with st.container(horizontal=True):
        for name, page in frame.others(PAGE):
            label = text(f"inputs.to_{name}")
            st.page_link(page, label=label, icon=":material/arrow_forward:", query_params=params)
