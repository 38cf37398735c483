"""Where a picture or a table comes from: the lab, its settings in words, and the address that shows it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit, urlunsplit

import streamlit as st

from bnviz.core import describe
from bnviz.core.experiment import Experiment
from bnviz.plots.paper import colors
from bnviz.plots.theme import arm_style
from bnviz.ui.messages import text
from bnviz.ui.share import query

MOST_SHOWN = 360
"""Characters of an address that a caption has room for; of a longer one the lab's own address is left."""
NO_PARAMS: Mapping[str, str] = MappingProxyType({})
WORDS = ("menu", "png", "svg", "csv")


@dataclass(frozen=True)
class Origin:
    """What the files of a lab say of themselves.

    Attributes:
        page: the lab.
        stem: how its files begin, such as "bnviz-rates-digits-seed0".
        settings: what was measured, one phrase each.
        params: of the address that shows it again.
    """

    page: str
    stem: str
    settings: tuple[str, ...] = ()
    params: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)

    @property
    def address(self) -> str:
        """The address, with its host where a browser has told it."""
        scheme, host, path, *_ = urlsplit(st.context.url or "")
        path = path if path.endswith(f"/{self.page}") else f"/{self.page}"
        return urlunsplit((scheme, host, path, query(dict(self.params)), ""))

    @property
    def source(self) -> str:
        """The lab and its address, as the caption of a picture has them."""
        there = self.address
        shown = there if len(there) <= MOST_SHOWN else there.partition("?")[0]
        return text("take_home.source", lab=text(f"app.{self.page}_title"), address=shown)

    def about(self) -> dict[str, object]:
        """The same for the metadata of a table."""
        return {"lab": text(f"app.{self.page}_title"), "settings": list(self.settings), "address": self.address}

    def told(self) -> dict[str, object]:
        """The same for a component that makes its files in the browser, which knows the address itself."""
        return {
            "lab": text(f"app.{self.page}_title"),
            "stem": self.stem,
            "settings": list(self.settings),
            "words": {name: text(f"take_home.{name}") for name in WORDS},
            "colors": colors(),
        }


def told_of_run(experiment: Experiment) -> dict[str, object]:
    """What the player is told of a run of the training lab, with its arms: a file has no page that names them."""
    arms = [{"label": one.label, "color": one.color, "dash": list(one.dash)} for one in arm_style(experiment)]
    return of_run(experiment).told() | {"arms": arms}


def of_run(experiment: Experiment, params: Mapping[str, str] = NO_PARAMS) -> Origin:
    """Of a run of the training lab, whose address has these parameters."""
    return Origin("train", describe.file_stem(experiment), tuple(describe.words(experiment)), params)
