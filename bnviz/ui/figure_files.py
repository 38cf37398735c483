"""The files of a picture or a table on a page: PNG, SVG, CSV and Parquet, each made when its button is pressed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from bnviz.core import export_table
from bnviz.plots import sheet
from bnviz.plots.figure import Figure
from bnviz.ui.hiding import shown
from bnviz.ui.messages import plain, text
from bnviz.ui.origin import Origin

MIMES = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
ICON = ":material/download:"
Maker = Callable[[], bytes]


def headed(figure: Figure, origin: Origin, *, paper: Callable[[], Figure] | None = None) -> None:
    """The heading of a figure, and beside it what can be taken home.

    Args:
        figure: of one frame.
        origin: what its files say of where it comes from.
        paper: draws it in light colours, where changing those of the dark theme one by one is not enough (pixels).
    """
    source = origin.source
    stem = f"{origin.stem}-{figure.id.removeprefix(f'{origin.page}-')}".replace("_", "-")

    def picture(kind: str) -> bytes:
        drawn = figure if paper is None else paper()
        return sheet.picture_file(drawn, origin.settings, kind, source=source)

    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(figure.title)}**", width="content")
        if not shown("files"):
            return
        name = text("take_home.figure", title=plain(figure.title))  # for screen readers: page.css shows the icon alone
        with st.popover(name, icon=ICON, type="tertiary", help=name, key=f"picture_files_{origin.page}_{figure.id}"):
            for kind in sheet.FORMATS:
                _button(kind, partial(picture, kind), f"{stem}.{kind}")
            _table(partial(sheet.numbers_table, figure), origin, stem)


def numbers(table: Callable[[], pd.DataFrame], origin: Origin, *, name: str = "") -> None:
    """A quiet menu with the numbers of a page as files.

    Args:
        table: makes them, when a button is pressed.
        origin: what their files say of where they come from.
        name: what of the page they are, for the names of the files.
    """
    if not shown("files"):
        return
    stem = "-".join(part for part in (origin.stem, name) if part)
    with st.popover(text("take_home.page_numbers"), icon=ICON, type="tertiary", key=f"files_{stem}"):
        _table(table, origin, stem)


def _table(table: Callable[[], pd.DataFrame], origin: Origin, stem: str) -> None:
    about = origin.about()
    _button("csv", lambda: export_table.csv(table()), f"{stem}.csv")
    _button("parquet", lambda: export_table.parquet(table(), about), f"{stem}.parquet")


def _button(kind: str, data: Maker, file: str) -> None:
    st.download_button(
        text(f"take_home.{kind}"),
        data,
        file_name=file,
        mime=MIMES[kind],
        key=f"file_{file}",
        on_click="ignore",
        type="tertiary",
        width="stretch",
    )
