"""The measurement on the page on smoothness: the one seed of the pictures, and all seeds when they are asked for."""

from __future__ import annotations

from functools import partial

from bnviz.core.smoothness import pair
from bnviz.core.study import Study
from bnviz.runs.studies import StudyRun, shared_studies
from bnviz.ui import smoothness_settings as state
from bnviz.ui.asking import Wanted, best, is_asked, of_seeds, say_what_is_missing, what_now
from bnviz.ui.longwork import show_work
from bnviz.ui.messages import text
from bnviz.ui.smoothness_parts import Part, Results
from bnviz.ui.smoothness_results import show_conclusion, show_results
from bnviz.ui.smoothness_settings import PAGE, Settings


def wanted_of(settings: Settings) -> Wanted[Study]:
    """What the settings ask for."""
    return of_seeds(state.study_of(settings, state.experiment_of(settings)))


def show_measured(settings: Settings, *, expected: str | None, dark: bool) -> None:
    """The work, the pictures and, where it was asked for, the verdict.

    Args:
        settings: what the reader has chosen.
        expected: the reader's prediction.
        dark: the theme.
    """
    store, wanted = shared_studies(), wanted_of(settings)
    asked = is_asked(wanted, answered=expected is not None, store=store)

    def conclude(part: Part, complete: Results, *, measuring: bool) -> None:
        if asked or pair(part.experiment) is None:
            show_conclusion(part, complete, expected, measuring=measuring)
        else:
            say_what_is_missing(wanted, answered=expected is not None)

    def draw(run: StudyRun | None) -> None:
        found = None if run is None else best(store, run, wanted)
        told = partial(conclude, measuring=run is not None and run.active)
        show_results(found, settings, state.experiment_of(settings), conclude=told, dark=dark)

    show_work(store, what_now(wanted, asked), draw, key=f"{PAGE}.study", unit=text("smoothness.labels.unit"))
