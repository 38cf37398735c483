"""Questions about the run that is on screen in the lab of training and inference."""

from __future__ import annotations

import math

from bnviz.core import averages, inference
from bnviz.core.estimates import misses
from bnviz.core.moment import Stats, outputs
from bnviz.plots.theme import number, percent, plain_number
from bnviz.ui import running_settings
from bnviz.ui.messages import text
from bnviz.ui.quiz_answer import CLOSE, Live, figures, highest, kept, listed, ranged
from bnviz.ui.running_run import Study, shelf
from bnviz.ui.running_settings import Settings

POINTS, SEEN = 0.015, 0.005
"""Differences that count as none: of accuracies, and of the errors of estimates."""


def _study(settings: Settings) -> Study | None:
    """The run that is on screen; None while it is being made."""
    return shelf().find(settings.experiment)


def left() -> Live | None:
    """The share of its initial value that is still in a running average."""
    settings = running_settings.current()
    share = averages.start_left(settings.momentum, settings.after)
    return ranged(share, (0.01, 0.1, 0.5), share=CLOSE).live(
        momentum=plain_number(settings.momentum), updates=str(settings.after), left=_left(share),
    )  # fmt: skip


def _left(share: float) -> str:
    return f"{100 * share:.3g}\u00a0%" if share >= 0.001 else percent(share)


def modes() -> Live | None:
    """Test accuracy with the running averages against that with the statistics of each batch."""
    settings = running_settings.current()
    study = _study(settings)
    if study is None:
        return None
    place = study.run.place(settings.after)
    of = (settings.experiment, settings.momentum, place)
    in_eval = kept("running_modes", of, lambda: _in_eval_mode(study, settings.momentum, place))
    in_training = float(study.fixed.train_mode[place])
    above, slack = in_eval - in_training, 0.5 / len(study.run.data.x_test)
    found, places = ranged(above, (-POINTS, POINTS), slack=slack), (1, 2, 0)  # in training mode, in neither, in eval
    said = {
        "eval": _share(in_eval),
        "train": _share(in_training),
        "updates": str(study.run.steps[place]),
        "momentum": plain_number(settings.momentum),
        "left": _left(averages.start_left(settings.momentum, study.run.steps[place])),
    }
    return Live(places[found.right], said, fair=frozenset(places[place] for place in found.fair))


def _in_eval_mode(study: Study, momentum: float, place: int) -> float:
    """Test accuracy with the running averages at one of the run's looks."""
    run, step = study.run, study.run.steps[place]
    size = run.experiment.training.batch_size
    stats = [
        Stats(
            averages.last(mean[:step], momentum, averages.START_MEAN),
            averages.last(averages.unbiased(var[:step], size), momentum, averages.START_VAR),
        )
        for mean, var in zip(run.batch_mean, run.batch_var, strict=True)
    ]
    return inference.accuracy(outputs(run.moments[place], run.data.x_test, stats), run.data.y_test)


def _share(value: float) -> str:
    return f"{100 * value:.1f}\u00a0%"


def closest() -> Live | None:
    """Which estimate misses the variances of all training rows least, in the middle one of a layer's units."""
    settings = running_settings.current()
    study = _study(settings)
    if study is None or min(settings.after, study.run.updates) < 1:
        return None
    step, layer = min(settings.after, study.run.updates), settings.layer - 1
    of = (settings.experiment, settings.momentum, step, layer)
    found = kept("running_closest", of, lambda: misses(study.run, layer, step=step, momentum=settings.momentum))
    labels = [text(f"running.averages.{name}") for name in found]
    picked = highest(labels, [-value for value in found.values()], slack=SEEN)
    if picked is None:
        return None
    words = {"layer": str(settings.layer), "units": str(settings.width), "updates": str(step)}
    told = listed(labels, [percent(value) for value in found.values()])
    return picked.live(text("quiz.running.closest", **words), **words, told=told)


def spread() -> Live | None:
    """How much the means of random batches scatter: std / sqrt(batch size)."""
    settings = running_settings.current()
    study = _study(settings)
    if study is None:
        return None
    place, size = study.run.place(settings.after), settings.batch_size
    var = float(study.run.full[place][settings.layer - 1].var[settings.unit - 1])
    std = math.sqrt(max(var, 0.0))
    right = averages.spread_of_means(std, size)
    wide = (settings.layer + settings.unit) % 2  # else the right number would always stand at the same place
    found = figures(right, std, std / size, *((2 * right,) if wide else (right / 2, std * math.sqrt(size))))
    if found is None or not right:
        return None
    words = {"std": number(std, 3), "size": str(size), "right": number(right, 3)}
    return found.live(
        text("quiz.running.spread", layer=settings.layer, unit=settings.unit, **words), **words,
        four=str(4 * size), half=number(right / 2, 3),
    )  # fmt: skip
