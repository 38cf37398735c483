"""A figure without frames on the page of a lab, with its heading and its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from bnviz.core import describe
from bnviz.core.describe_study import study_words, sweep_words
from bnviz.core.rates import axes_of, base_of
from bnviz.plots.figure import Figure
from bnviz.ui import (
    figure_files,
    noise_settings,
    rates_state,
    running_settings,
    shift_settings,
    smoothness_settings,
)
from bnviz.ui.messages import plain
from bnviz.ui.origin import Origin


def show(figure: Figure, origin: Origin, *, paper: Callable[[], Figure] | None = None) -> None:
    """A figure with its heading, its files, its sentence and what a screen reader says.

    Args:
        figure, origin, paper: as in `figure_files.headed`.
    """
    figure_files.headed(figure, origin, paper=paper)
    spec = figure.spec_at(width="container")
    st.vega_lite_chart(spec, width="stretch", theme=None, alt=str(figure.alt))
    st.caption(plain(figure.caption_at(0)))


def _origin(page: str, part: str, seed: int, said: Sequence[str], params: Mapping[str, str]) -> Origin:
    """Of a lab whose settings have a seed; the part of it that is open is in the names of its files."""
    return Origin(page, f"bnviz-{page}-{part.lower()}-seed{seed}".replace("_", "-"), tuple(said), params)


def running_origin() -> Origin:
    """Of the lab of training and inference, as it stands."""
    chosen = running_settings.current()
    said = [
        *describe.words(chosen.experiment),
        f"momentum {chosen.momentum:g}",
        f"looked at after {min(chosen.after, chosen.updates)} updates",
    ]
    return Origin("running", describe.file_stem(chosen.experiment), tuple(said), running_settings.named(chosen))


def noise_origin() -> Origin:
    """Of the lab of noise, as it stands."""
    chosen = noise_settings.current()
    study = chosen.study("e27" if chosen.part == "input" else chosen.scenario)
    return _origin("noise", chosen.scenario, study.seeds[0], study_words(study), noise_settings.named(chosen))


def shift_origin() -> Origin:
    """Of the lab of covariate shift, as it stands: its pictures show one seed."""
    chosen = shift_settings.current()
    return _origin("shift", chosen.claim, chosen.seed, study_words(chosen.shown), shift_settings.named(chosen))


def smoothness_origin() -> Origin:
    """Of the lab of smoothness, as it stands."""
    chosen = smoothness_settings.current()
    study = smoothness_settings.study_of(chosen, smoothness_settings.experiment_of(chosen))
    return _origin("smoothness", chosen.part, study.seeds[0], study_words(study), smoothness_settings.named(chosen))


def rates_origin() -> Origin:
    """Of the lab of rates, as it stands."""
    chosen = rates_state.current()
    seeds = range(chosen.seed, chosen.seed + (1 if chosen.part == "inside" else chosen.seeds))
    said = sweep_words(base_of(chosen), () if chosen.part == "start" else axes_of(chosen), seeds)
    return _origin("rates", chosen.part, chosen.seed, said, rates_state.named(chosen))


def _of(origin: Callable[[], Origin]) -> Callable[..., None]:
    """How the pictures of one lab are shown."""

    def draw(figure: Figure, *, paper: Callable[[], Figure] | None = None) -> None:
        show(figure, origin(), paper=paper)

    return draw


running, noise, shift, smoothness, rates = map(
    _of, (running_origin, noise_origin, shift_origin, smoothness_origin, rates_origin)
)
