"""The home page: what this is, a picture that moves, the ways in, and the labs in the order of a lesson."""

from __future__ import annotations

import streamlit as st

from bnviz import plots
from bnviz.core.codec import GROUPS, to_link
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.recording import Recording
from bnviz.runs import Run, run_name, shared_store
from bnviz.ui import frame, links, live
from bnviz.ui.kept import MESSAGES
from bnviz.ui.lessons import go_to_step
from bnviz.ui.messages import text
from bnviz.ui.payload import Playback, pack
from bnviz.ui.pictures import picture
from bnviz.ui.player import mount
from bnviz.ui.quiz_items import ARTICLE, quizzes

PAGE, COLUMNS, SPEED = "home", 3, 0.5
SOON = 0.15  # seconds between two looks at a run that takes less than one to train
SHOWN = Experiment(
    data=Data("spirals"),
    network=Network((16,) * 4),
    arms=(Arm("none"), Arm("batch")),
    training=Training(learning_rate=0.3, batch_size=32, steps=400),
)
"""The run of the picture: small enough to be trained for every server anew."""


def take_link() -> None:
    """Lead on to the training lab when the address names settings: links to it were once written without a page."""
    links.arrived(PAGE)
    params = {name: value for name, value in st.query_params.to_dict().items() if name not in links.KEPT}
    if any(name in links.NAMES or name.partition(".")[0] in GROUPS for name in params):
        links.go("train", frame.PAGES / "train.py", params)
    links.write(PAGE, {})


def show_top(*, dark: bool) -> None:
    """What this is, the ways in, and beside them a run that plays."""
    said, seen = st.columns([2, 3], gap="large")
    with said:
        st.markdown(text("home.what"))
        for name, icon, way in WAYS:
            if st.button(text(f"home.{name}"), icon=f":material/{icon}:", key=f"home_{name}", width="stretch"):
                way()
            st.caption(text(f"home.{name}_help"))
    with seen:
        _show_picture(dark=dark)


def _five() -> None:
    go_to_step("five", 1)


def _class() -> None:
    go_to_step("class45", 1)


def _claims() -> None:
    links.go("claims", frame.PAGES / "claims.py", {})


WAYS = (("five", "bolt", _five), ("class", "co_present", _class), ("claims", "fact_check", _claims))
"""Message, icon, and what opens."""


def _show_picture(*, dark: bool) -> None:
    """A real run that plays by itself."""
    store, viewer = shared_store(), f"{live.viewer()}/{PAGE}"
    run = store.open(SHOWN, viewer)
    run.wait(run.version, live.MOMENT)
    waiting = run.active

    def body() -> None:
        store.watch(run, viewer)
        recording = run.recording()
        with st.container(key="home_picture"):  # as tall as the picture from the first moment on
            if recording is not None and not run.active:
                mount(_message(recording, dark), rest={"run": run.name, "visit": 0, "step": None}, key="home.player")
            else:
                _wait_for(run)
        if waiting and not run.active:
            st.rerun()

    st.fragment(body, run_every=SOON if waiting else None)()
    st.caption(text("home.picture_told", updates=SHOWN.training.steps, seed=SHOWN.seed))
    icon = ":material/open_in_full:"
    st.page_link(frame.page("train"), label=text("home.open_run"), icon=icon, query_params=to_link(SHOWN))


def _wait_for(run: Run) -> None:
    """In the place of the picture: how far its run is."""
    with st.container(key="home_wait", vertical_alignment="center", height="stretch"):
        if run.status == "failed":
            st.warning(text("train.state.failed", problem=run.problem))
            return
        step, total = run.step, SHOWN.training.steps
        st.progress(step / total, text("home.training" if step else "home.starting", step=step, total=total))


def _message(recording: Recording, dark: bool) -> bytes:
    """The player's message, made once for all."""
    return MESSAGES.get(recording, (PAGE, dark), lambda: _packed(recording, dark))


def _packed(recording: Recording, dark: bool) -> bytes:
    experiment = recording.experiment
    drawn = plots.decision_maps(recording, dark=dark)
    assert drawn is not None, "Two features have a map."
    playback = Playback(
        run_id=f"home-{run_name(experiment)}",
        steps=recording.steps,
        total_steps=experiment.training.steps,
        steps_per_epoch=experiment.data.train_rows // experiment.training.batch_size,
        finished=True,
        autoplay=SPEED,
    )
    return pack(playback, [picture(drawn)])


def show_labs() -> None:
    """The labs as cards, then the pages for a class."""
    st.subheader(text("home.labs"), anchor=False)
    article, labs = _questions()
    pages = [*frame.labs(), *((name, frame.page(name)) for name in frame.SECTIONS["class"])]
    for first in range(0, len(pages), COLUMNS):
        for column, (name, page) in zip(st.columns(COLUMNS), pages[first : first + COLUMNS], strict=False):
            with column.container(border=True, height="stretch", key=f"home_card_{name}"):
                st.page_link(page, label=f"**{text(f'app.{name}_title')}**", icon=page.icon)
                st.caption(text(f"home.cards.{name}", article=article, labs=labs))


def _questions() -> tuple[int, int]:
    """How many questions the article has, and all labs together."""
    sizes = {name: len(questions) for name, questions in quizzes().items()}
    return sizes.pop(ARTICLE), sum(sizes.values())
