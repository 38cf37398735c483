"""The files of the inputs lab: its charts with their headings and menus, and what they say of where they come from."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from bnviz.core import codec
from bnviz.core.experiment import TOYS, Data
from bnviz.core.prepared import Pair
from bnviz.plots import stills
from bnviz.plots.stills import Words
from bnviz.ui import figure_files, frame, inputs_controls, own_data
from bnviz.ui.inputs_controls import OWN, PAGE, USUAL, Inputs
from bnviz.ui.messages import text
from bnviz.ui.origin import Origin

SEED = f"{PAGE}.seed"  # in the address it is called seed, as in the other labs


def show_chart(words: Words, spec: dict[str, Any], origin: Origin) -> None:
    """A chart as wide as its place, with its heading and its files."""
    figure_files.headed(stills.of_spec(words, spec, dark=frame.is_dark()), origin)
    key = f"inputs_{words.id}".replace("-", "_")
    st.vega_lite_chart(spec, width="stretch", theme=None, key=key, alt=words.alt)


def origin_of(pair: Pair, data: Data, view: Inputs) -> Origin:
    """Of this lab, as it stands."""
    own = view.source == OWN and own_data.table() is not None
    name = text("inputs.own.name") if own else text(f"train.options.name.{data.name}")
    made = [f"noise {data.noise:g}"] if data.name in TOYS else []
    made += [f"factors {data.scale[0]:g} and {data.scale[1]:g}"] if data.scale else []
    made += [f"offsets {data.offset[0]:g} and {data.offset[1]:g}"] if data.offset else []
    rows = f"{len(pair.train_rows)} training rows, {len(pair.test_rows)} test rows"
    said = (name, " and ".join(pair.names), rows, *([] if own else made), f"seed {view.seed}")
    return Origin(PAGE, f"bnviz-inputs-{_slug(pair)}-seed{view.seed}", said, named(data, view))


def _slug(pair: Pair) -> str:
    """The names of the two features as a part of a file name."""
    return re.sub(r"[^a-z0-9]+", "-", " ".join(pair.names).lower()).strip("-")[:60] or "table"


def named(data: Data, view: Inputs) -> dict[str, str]:
    """The parameters of a link to what is on screen."""
    wanted = codec.group_to_link("data", data, inputs_controls.usual(data.name)) | codec.group_to_link(
        PAGE, view, Inputs()
    )
    if SEED in wanted:
        wanted["seed"] = wanted.pop(SEED)
    if data.name != USUAL.name:
        wanted["data.name"] = data.name
    return wanted
