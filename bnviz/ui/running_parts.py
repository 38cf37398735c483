"""The parts of the page on training and inference: each shows one thing, measured just now on the same run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from bnviz.core import company, estimates, inference
from bnviz.core.data import Dataset
from bnviz.core.moment import Moment, Stats, outputs, precise
from bnviz.plots import running, running_digits, running_inference, running_mates, running_shift
from bnviz.plots.figure import Figure
from bnviz.plots.sentences import at_step
from bnviz.plots.theme import number, plain_number
from bnviz.ui.charts import running as draw
from bnviz.ui.hiding import shown
from bnviz.ui.messages import text
from bnviz.ui.notation import average_formula, left_formula
from bnviz.ui.running_controls import choose_change, choose_row, choose_unit
from bnviz.ui.running_fold import fold
from bnviz.ui.running_run import Study
from bnviz.ui.running_settings import Settings, current

DRAWS = 30
DIGITS = 8
OFFSETS = tuple(place / 5 for place in range(-10, 11))


def show_part(study: Study, settings: Settings, *, dark: bool) -> Settings:
    """Show the part that the reader has chosen.

    Returns:
        The settings after the part's own controls.
    """
    parts: dict[str, Callable[..., Settings]] = {
        "averages": averages,
        "modes": modes,
        "company": mates,
        "shift": shift,
        "fold": fold,
    }
    st.markdown(text(f"running.about.{settings.part}", average=average_formula()))
    return parts[settings.part](study, settings, dark=dark)


def tracked(study: Study, settings: Settings) -> list[Stats]:
    """The running statistics of all layers at the chosen moment."""
    return study.run.tracked(settings.momentum)[study.run.place(settings.after)]


def averages(study: Study, settings: Settings, *, dark: bool) -> Settings:
    """Batch values, running average and full-data value of one unit; warm-up; biased and unbiased; one pass."""
    choose_unit(settings)
    settings = current()
    step = min(settings.after, study.run.updates)
    reading = running.Reading(settings.layer - 1, settings.unit - 1, step, settings.momentum, settings.biased)
    for column, quantity in zip(st.columns(2, gap="medium"), running.QUANTITIES, strict=True):
        with column:
            draw(running.traces(study.run, quantity, reading, dark=dark))
    left, right = st.columns(2, gap="medium")
    with left:
        draw(running.warm_up(settings.momentum, step, formula=left_formula(step), dark=dark))
    with right:
        _estimates(study, reading)
    return settings


def _estimates(study: Study, reading: running.Reading) -> None:
    if not shown("estimates"):
        return
    found = estimates.estimates(study.run, reading.layer, reading.unit, step=reading.step, momentum=reading.momentum)
    ways = {2: "two", 4: "four"}[len(found)]
    st.markdown(f"**{text('running.averages.title', when=at_step(reading.step), ways=ways)}**")
    columns = {
        text("running.averages.way"): [text(f"running.averages.{one.name}") for one in found],
        text("running.averages.mean"): [number(one.mean, 4) for one in found],
        text("running.averages.var"): [number(one.var, 4) for one in found],
    }
    st.table(columns, hide_index=True)
    size = study.run.experiment.training.batch_size
    spread = company.batch_spread(study.run, reading.layer, reading.unit, step=reading.step)
    st.caption(
        text(
            "running.averages.spread",
            size=size,
            draws=spread.draws,
            measured=number(spread.mean_std, 3),
            expected=number(spread.expected, 3),
            ratio=number(spread.biased_ratio, 3),
            bessel=number((size - 1) / size, 3),
        )
    )


def modes(study: Study, settings: Settings, *, dark: bool) -> Settings:
    """Test accuracy in eval mode, in training mode, with recomputed statistics and without norm."""
    run, bare = study.run, study.bare
    values = {
        "eval": inference.tracked_curve(run, settings.momentum),
        "train": study.fixed.train_mode,
        "recomputed": study.fixed.recomputed,
        "none": study.bare_accuracy,
    }
    steps = {way: bare.steps if way == "none" else run.steps for way in values}
    step = min(settings.after, run.updates)
    now = {way: float(one[(bare if way == "none" else run).place(step)]) for way, one in values.items()}
    left, right = st.columns([5, 6], gap="medium")
    with left:
        ended = {"none": bare.updates} if bare.updates < step else {}
        draw(running_inference.accuracy_bars(now, step=step, ended=ended, dark=dark))
        mean, var = estimates.distance(tracked(study, settings), run.full[run.place(step)])
        st.caption(text("running.modes.distance", mean=number(mean), var=number(var)))
    with right:
        total = run.experiment.training.steps
        draw(running_inference.accuracy_curves(steps, values, step=step, total=total, dark=dark))
    least, most = inference.classes_per_batch(run)
    st.caption(
        text(
            "running.modes.classes",
            size=run.experiment.training.batch_size,
            classes=str(most) if least == most else f"{least} to {most}",
            total=run.data.classes,
        )
    )
    return settings


def mates(study: Study, settings: Settings, *, dark: bool) -> Settings:
    """One test row in many batches of each size."""
    run, data = study.run, study.run.data
    moment = run.moments[run.place(settings.after)]
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        choose_row(settings)
        settings = current()
        place = settings.row - 1
        truth = int(data.y_test[place])
        name = data.class_names[truth]
        if data.images is not None:
            image = running_digits.images_of_tests(data, (1.0, 0.0))[place]
            st.image(running_digits.pixels(image, dark=dark), width=72, alt=text("running.company.image", name=name))
    row = data.x_test[place]
    sizes = [size for size in company.BATCH_SIZES if size <= len(data.x_train)]
    drawn = {
        size: company.in_company(moment, row, data.x_train, batch_size=size, draws=DRAWS, seed=settings.seed)
        for size in sizes
    }
    alone = outputs(moment, row[None], tracked(study, settings))[0]
    left, right = st.columns([6, 5], gap="medium")
    with left:
        draw(running_mates.company(drawn, alone, truth, name=name, dark=dark))
    with right:
        draw(running_mates.spreads(drawn, dark=dark))
    return settings


def shift(study: Study, settings: Settings, *, dark: bool) -> Settings:
    """Test rows with another brightness and contrast: in eval mode, and with their own statistics."""
    choose_change()
    settings = current()
    run, data, stats = study.run, study.run.data, tracked(study, settings)
    moment = run.moments[run.place(settings.after)]
    bare = study.bare.moments[study.bare.place(settings.after)]
    factor, offset = settings.change
    found = {at: inference.under_shift(moment, stats, bare, data, (factor, at)) for at in sorted({*OFFSETS, offset})}
    clean = inference.accuracy(outputs(moment, data.x_test, stats), data.y_test)
    curves = running_shift.shift_curves(list(found.values()), list(found), settings.change, dark=dark)
    left, right = st.columns(2, gap="medium")
    with left:
        draw(running_shift.shift_bars(found[offset], clean, change=settings.change, dark=dark))
        if study.bare.updates < min(settings.after, run.updates):
            st.caption(text("running.shift.bare_ended", step=study.bare.diverged_at))
    with right:
        if data.images is None:
            draw(curves)
        else:
            digits = partial(_digits, moment, stats, data, settings.change)
            draw(digits(dark=dark), paper=partial(digits, dark=False))
    if data.images is None:
        st.caption(text("running.shift.no_images"))
    else:
        draw(curves)
    return settings


def _digits(moment: Moment, stats: list[Stats], data: Dataset, change: tuple[float, float], *, dark: bool) -> Figure:
    """The first test digits and what the network takes them for: as they are, changed, with their own statistics."""
    changed = inference.shifted(data.x_test, *change)
    given = (
        outputs(moment, data.x_test, stats),
        outputs(moment, changed, stats),
        outputs(moment, changed, precise(moment, changed)),
    )
    guesses = [np.argmax(logits, axis=1) for logits in given]
    return running_digits.changed_digits(data, guesses, change, count=DIGITS, dark=dark)


def run_in_words(study: Study, settings: Settings) -> str:
    """What was trained, and that it was measured."""
    made = study.run.updates
    words = text(
        "running.state.run",
        updates=text(f"running.state.{'one_update' if made == 1 else 'updates'}", count=made),
        size=settings.batch_size,
        rate=plain_number(settings.learning_rate),
        layers=settings.layers,
        width=settings.width,
        data=text(f"train.options.name.{settings.data}"),
        order=text(f"train.options.order.{settings.order}"),
        seed=settings.seed,
        seconds=number(study.seconds),
    )
    for arm, key in ((study.run, "diverged"), (study.bare, "bare_diverged")):
        if arm.diverged_at >= 0:
            words += " " + text(f"running.state.{key}", step=arm.diverged_at, last=arm.updates)
    return words
