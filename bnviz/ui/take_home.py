"""Take it home: pictures, numbers, a page that plays, a script and a notebook, each made when its button is pressed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from bnviz.core import describe, export
from bnviz.core.codec import to_link
from bnviz.core.experiment import Experiment
from bnviz.core.export_notebook import notebook
from bnviz.core.export_script import NotExportedError, check_own, script
from bnviz.core.recording import Recording
from bnviz.plots import sheet
from bnviz.plots.figure import Figure
from bnviz.runs import Run
from bnviz.ui import live
from bnviz.ui.hiding import shown
from bnviz.ui.messages import text
from bnviz.ui.origin import of_run
from bnviz.ui.pictures import figures
from bnviz.ui.standalone import standalone
from bnviz.ui.view import View, available, to_params, whole

MIMES = {"csv": "text/csv", "zip": "application/zip", "parquet": "application/vnd.apache.parquet", "json":
         "application/json", "html": "text/html", "py": "text/x-python", "ipynb": "application/x-ipynb+json",
         "npz": "application/octet-stream", "png": "image/png", "svg": "image/svg+xml"}  # fmt: skip
PARTS = {"curves": ("loss", "accuracy"), "saturation": ("saturation", "maxima"), "gradients": ("gradients", "updates")}
"""Choices of the view that stand for two pictures."""


def panel(run: Run, view: View, *, band: tuple[Run, ...] = ()) -> None:
    """Everything about a run as files; the pictures have white paper, whatever the theme.

    Args:
        run: the one on screen.
        view: what of it is shown.
        band: the same experiment with other seeds.
    """
    if not shown("take_home"):
        return
    with st.expander(text("take_home.title"), icon=":material/download:", key="take_home"):
        recording = run.recording()
        stopped = live.is_stopped(run.experiment)
        if recording is None or (run.active and not stopped):
            st.caption(text("take_home.wait"))
            return
        st.caption(text("take_home.stopped" if stopped and not recording.done else "take_home.intro"))
        left, middle, right = st.columns(3, gap="large")
        with left:
            _pictures(recording, view, tuple(one for one in map(_finished, band) if one is not None))
        with middle:
            _numbers(recording)
        with right:
            _run(recording, view)


def _finished(run: Run) -> Recording | None:
    recording = run.recording()
    return recording if recording is not None and recording.done else None


def _button(name: str, data: Callable[[], str | bytes], file: str, *, key: str = "") -> None:
    """A button that makes its file when it is pressed."""
    st.download_button(
        text(f"take_home.{name}"),
        data,
        file_name=file,
        mime=MIMES[file.rsplit(".", 1)[1]],
        key=f"take_home_{key or name}",
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
    )


def _pictures(recording: Recording, view: View, others: tuple[Recording, ...]) -> None:
    st.markdown(f"**{text('take_home.pictures')}**")
    names = [part for name in available(recording.experiment) for part in PARTS.get(name, (name,))]
    chosen = st.selectbox(
        text("take_home.picture"),
        names,
        format_func=lambda name: text(f"take_home.picture_names.{name}"),
        key="take_home_picture",
    )
    resting, experiment = live.resting(), recording.experiment  # the reader may move on before a button is pressed

    origin = of_run(experiment, to_link(experiment) | to_params(view, experiment) | _at(resting["step"]))

    def made(kind: str) -> bytes:
        figure = picture_named(recording, view, chosen, others=others)
        return sheet.picture_file(figure, origin.settings, kind, step=resting["step"], source=origin.source)

    def every() -> bytes:
        drawn = figures(recording, whole(experiment, view), others=others, dark=False)
        return sheet.all_pictures(drawn, experiment, step=resting["step"], source=origin.source)

    stem = describe.file_stem(experiment)
    with st.container(horizontal=True):
        for kind in sheet.FORMATS:
            _button(kind, partial(made, kind), f"{stem}-{chosen}.{kind}")
    _button("all_pictures", every, f"{stem}-pictures.zip")
    st.caption(text("take_home.picture_hint"))


def _at(step: int | None) -> dict[str, str]:
    return {} if step is None else {"step": str(step)}


def picture_named(recording: Recording, view: View, name: str, *, others: tuple[Recording, ...] = ()) -> Figure:
    """One picture of a run by the name under which the panel offers it; the other arguments are those of `figures`."""
    choice = next((choice for choice, parts in PARTS.items() if name in parts), name)
    one = view if choice in view.show else whole(recording.experiment, view)
    one = replace(one, show=(choice,))
    drawn = figures(recording, one, others=others, dark=False)
    return next((figure for figure in drawn if figure.id == name), drawn[0])


def _numbers(recording: Recording) -> None:
    stem = describe.file_stem(recording.experiment)
    st.markdown(f"**{text('take_home.numbers')}**")
    _button("curves", lambda: export.curves_table(recording).to_csv(index=False), f"{stem}-curves.csv")
    _button("series_csv", lambda: export.csv_archive(recording), f"{stem}-series.zip")
    _button("series_parquet", lambda: export.parquet(recording), f"{stem}-series.parquet")
    _button("arrays", lambda: export.to_bytes(recording), f"{stem}-arrays.npz")
    st.caption(text("take_home.numbers_hint"))


def _run(recording: Recording, view: View) -> None:
    experiment, resting = recording.experiment, live.resting()
    stem = describe.file_stem(experiment)
    st.markdown(f"**{text('take_home.run')}**")
    _button("html", lambda: standalone(recording, view, step=resting["step"]), f"{stem}.html")
    try:
        check_own(experiment)
    except NotExportedError as error:
        st.info(str(error), icon=":material/lock:")
        return
    _repeat(experiment, stem)
    st.caption(text("take_home.run_hint"))


def _repeat(experiment: Experiment, stem: str) -> None:
    """The files that make the run again."""
    _button("script", lambda: script(experiment), f"{stem}.py")
    _button("notebook", lambda: notebook(experiment), f"{stem}.ipynb")
    _button("settings", experiment.to_json, f"{stem}.json")
