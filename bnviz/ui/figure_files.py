"""The files of one figure on a page: the picture as PNG and SVG, its numbers as CSV, made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from bnviz.plots import sheet
from bnviz.plots.figure import Figure
from bnviz.ui.hiding import ask, shown
from bnviz.ui.messages import text

MIMES = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv"}


def headed(figure: Figure, *, stem: str, settings: Sequence[str]) -> None:
    """The heading of a figure, and beside it what can be taken home.

    Args:
        figure: of one frame.
        stem: how its files begin, such as "bnviz-running-digits-seed0".
        settings: of the run, for the caption in the picture.
    """
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        st.markdown(f"**{figure.title}**", width="content")
        if not shown("files"):
            return
        with st.popover(
            "", icon=":material/download:", type="tertiary", help=text("take_home.figure", title=figure.title)
        ):
            for kind in ("png", "svg"):
                _button(kind, partial(sheet.picture_file, figure, settings, kind), f"{stem}-{figure.id}.{kind}")
            _button("csv", partial(sheet.numbers, figure), f"{stem}-{figure.id}.csv")


def _button(kind: str, data: partial[bytes] | partial[str], file: str) -> None:
    st.download_button(
        text(f"take_home.{kind}"),
        data,
        file_name=file,
        mime=MIMES[kind],
        key=f"file_{file}",
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
    )


def numbers(table: Callable[[], pd.DataFrame], *, page: str, file: str) -> None:
    """A quiet button for the numbers of a page as CSV.

    Args:
        table: makes them, when the button is pressed.
        page: whose numbers they are.
        file: its name, which says what is inside.
    """
    ask(
        st.download_button,
        text("take_home.page_numbers"),
        lambda: table().to_csv(index=False),
        file_name=file,
        mime=MIMES["csv"],
        key=f"{page}_numbers_file",
        name="files",
        on_click="ignore",
        icon=":material/download:",
        type="tertiary",
    )
