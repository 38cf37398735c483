"""How noisy a batch is: its statistics and the outputs, against the batch size."""

from __future__ import annotations

import numpy as np
import streamlit as st

from bnviz.core.noise_cases import FULL_LAW, SIZES, TEST_ROWS, gathered
from bnviz.core.noise_spread import slope
from bnviz.core.verdict import Limit
from bnviz.plots import noise as plots
from bnviz.plots import theme
from bnviz.plots.noise import Axis, Over
from bnviz.plots.stills import Mark
from bnviz.plots.theme import number, percent
from bnviz.runs.studies import StudyRun
from bnviz.ui.charts import noise as draw
from bnviz.ui.messages import text
from bnviz.ui.noise_effects import Effect, Floats, medians, words
from bnviz.ui.noise_settings import Settings


def view(run: StudyRun, settings: Settings, dark: bool) -> list[Effect]:
    """Statistics on the left, outputs on the right."""
    tables = {name: gathered(run.results, name, batch_size=SIZES) for name in ("mean", "var", "outputs", "flips")}
    over = Over(text("noise.axes.batch_size"), SIZES, log=True)
    left, right = st.columns(2, gap="medium")
    with left:
        _statistics(tables, over, settings, dark=dark)
    with right:
        _outputs(tables, over, dark=dark)
    falls = [-slope(SIZES, np.nan_to_num(row).tolist(), first=FULL_LAW) if _whole(row) else np.nan
             for row in tables["outputs"]]  # fmt: skip
    off = [abs(fall - 0.5) for fall in falls]
    return [
        Effect(text("noise.spread.effect"), falls, 0.25),
        Effect(text("noise.spread.off"), off, 0.0, claimed=True, limit=Limit(0.15, above=False)),
    ]


def _whole(row: Floats) -> bool:
    return not np.isnan(row).any()


def _slope_words(values: Floats, first: float = 0) -> str:
    return number(slope(SIZES, np.nan_to_num(values).tolist(), first=first), 2)


def _statistics(tables: dict[str, Floats], over: Over, settings: Settings, *, dark: bool) -> None:
    marks = [Mark(text("noise.spread.mean"), theme.HUES["batch"][dark]),
             Mark(text("noise.spread.var"), theme.HUES["batch_noisy"][dark])]  # fmt: skip
    sizes, mean, var = np.array(SIZES, float), medians(tables["mean"]), medians(tables["var"])
    normal = np.sqrt(2 * (sizes - 1)) / sizes
    laws = [(Mark(text("noise.spread.mean_law"), theme.MUTED[dark], (6, 4)), 1 / np.sqrt(sizes)),
            (Mark(text("noise.spread.var_law"), theme.MUTED[dark], (2, 3)), normal)]  # fmt: skip
    caption = text(
        "noise.spread.statistics_caption", mean=_slope_words(mean), var=_slope_words(var), law=_slope_words(normal),
        largest=SIZES[-1], at64=percent(float(mean[SIZES.index(64)])),
    )  # fmt: skip
    said = words("statistics", text("noise.spread.statistics", layer=settings.layer), caption, "spread.alt")
    values = np.stack([tables["mean"], tables["var"]], axis=1)
    axis = Axis(text("noise.axes.share_of_std"), (0.03, 1.5), log=True)
    draw(plots.lines(said, marks, values, (over, axis), laws=laws, dark=dark))


def _outputs(tables: dict[str, Floats], over: Over, *, dark: bool) -> None:
    middle, flips = medians(tables["outputs"]), medians(tables["flips"])
    law = middle[-1] * np.sqrt(SIZES[-1] / np.array(SIZES, float))
    caption = text(
        "noise.spread.outputs_caption", slope=_slope_words(middle, FULL_LAW), first=FULL_LAW,
        small=SIZES[1], large=64, flips_small=percent(float(flips[1])),
        flips_large=percent(float(flips[SIZES.index(64)])),
    )  # fmt: skip
    said = words("outputs", text("noise.spread.outputs", rows=TEST_ROWS), caption, "spread.alt")
    marks = [Mark(text("noise.spread.measured"), theme.MODES["train"][dark])]
    laws = [(Mark(text("noise.spread.output_law"), theme.MUTED[dark], (6, 4)), law)]
    axis = Axis(text("noise.axes.logits"), (0.05, 5.0), log=True)
    draw(plots.lines(said, marks, tables["outputs"][:, None], (over, axis), laws=laws, dark=dark))
