"""The parts of the page on smoothness: what was measured, drawn, and judged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from bnviz.core import smoothness as measures
from bnviz.core.experiment import Experiment
from bnviz.core.scaling import FACTORS
from bnviz.core.smoothness import Curve, Result, curve
from bnviz.core.verdict import Limit
from bnviz.plots import slices
from bnviz.plots import smoothness as plots
from bnviz.plots.figure import Figure
from bnviz.plots.lines import Scales
from bnviz.plots.sentences import listed
from bnviz.plots.theme import ArmStyle, arm_style, number, percent
from bnviz.ui.charts import smoothness as draw
from bnviz.ui.messages import text
from bnviz.ui.smoothness_settings import Settings

Results = Sequence[Sequence[Result]]


class Part:
    """One part with what was measured so far.

    Args:
        settings: what the reader has chosen.
        experiment: the run.
        results: of each seed that has any.
        dark: the theme.
    """

    def __init__(self, settings: Settings, experiment: Experiment, results: Results, *, dark: bool) -> None:
        self.settings, self.experiment, self.results, self.dark = settings, experiment, results, dark
        self.styles: list[ArmStyle] = arm_style(experiment, dark=dark, short=True)

    def curves(self, name: str, row: int | None = None) -> list[Curve]:
        """The curve of each arm."""
        places = [arm if row is None else (row, arm) for arm in range(len(self.styles))]
        return [curve(self.results, name, place) for place in places]

    def over_steps(self, name: str, scales: Scales, row: int | None = None, *, title: str) -> Figure:
        """A number over the updates."""
        identity = name if row is None else f"{name}-{row}"
        return plots.over_steps(
            identity, self.curves(name, row), self.styles, title=title, scales=scales, dark=self.dark
        )

    def show(self) -> None:
        """The pictures of the part that is open."""
        getattr(self, f"_{self.settings.part}")()

    def _along(self) -> None:
        chosen, step = self.settings.quantity, self.settings.step
        names = [chosen, *(name for name in plots.QUANTITIES if name != chosen)]
        figures = [
            self.over_steps(name, Scales(plots.UPDATES, plots.AXES[name], now=step), title=plots.QUANTITIES[name])
            for name in names
        ]
        side_by_side(
            [plots.along_step(self.results[0], self.styles, step=step, dark=self.dark), *figures]
        )  # fmt: skip

    def _safe(self) -> None:
        step = self.settings.step
        scales = Scales(plots.UPDATES, "largest safe step", now=step, dots=True)
        side_by_side(
            [
                plots.ratios_at(self.results[0], self.styles, step=step, dark=self.dark),
                self.over_steps("safe", scales, title=text("smoothness.figures.safe")),
            ]
        )

    def _scale(self) -> None:
        found, step = self.results[0], self.settings.step
        side_by_side(
            [
                plots.scale_at(found, self.styles, name=name, step=step, dark=self.dark)
                for name in ("output", "gradient")
            ]
        )
        looked = measures.at_step(found, step)
        told = [
            text("smoothness.figures.turn", arm=style.label, value=number(turn))
            for style, turn in zip(self.styles, looked["turn"], strict=True)
            if turn is not None
        ]
        st.caption(f"{text('smoothness.figures.turns')} {' '.join(told)}")

    def _growth(self) -> None:
        decay = f"{self.settings.decay:g}"
        titles = (text("smoothness.figures.no_decay"), text("smoothness.figures.decay", decay=decay))
        for name, axis in (("rate", "learning rate / |W|²"), ("length", "|W|")):
            domain = _shared([one for row in (0, 1) for one in self.curves(name, row)])
            scales = Scales(plots.UPDATES, axis, domain=domain, told="end")
            label = text(f"smoothness.figures.{name}")
            side_by_side(
                [self.over_steps(name, scales, row, title=f"{label}, {titles[row]}") for row in (0, 1)]
            )  # fmt: skip
        st.caption(self._right_angles())

    def _right_angles(self) -> str:
        """How often the weights were not shortened, and of plain descent how far each update was from a right angle."""
        last, told, plain = self.results[0][-1], [], []
        for arm, style in enumerate(self.styles):
            share, missed = last["growing"][0][arm], last["missed"][0][arm]
            if share is None:
                continue
            told.append(text("smoothness.figures.kept", arm=style.label, share=f"{100 * share:.0f}"))
            if (self.experiment.arms[arm].optimizer or self.experiment.training.optimizer) == "sgd":
                plain.append(text("smoothness.figures.missed", arm=style.label, missed=number(missed)))
        said = [("growing", told), ("right_angle", plain)]
        said.append(("accuracy", self._accuracies(last)))
        return " ".join(f"{text(f'smoothness.figures.{name}')} {listed(parts)}." for name, parts in said if parts)

    def _accuracies(self, last: Result) -> list[str]:
        """Right answers at the end without and with decay, of the arms that have both."""
        pairs = [[last["accuracy"][row][arm] for row in (0, 1)] for arm in range(len(self.styles))]
        return [
            text("smoothness.figures.both", arm=style.label, plain=percent(plain), decayed=percent(decayed))
            for (plain, decayed), style in zip(pairs, self.styles, strict=True)
            if plain is not None and decayed is not None
        ]

    def _slice(self) -> None:
        found = list(self.results[0])
        st.markdown(text("smoothness.figures.slice"))
        maps = slices.slice_maps(found, self.styles, dark=self.dark)
        for column, figure in zip(st.columns(max(3, len(found)), gap="medium"), maps, strict=False):
            with column:
                draw(figure)
        st.caption(slices.slices_in_words(found, self.styles))

    def _edge(self) -> None:
        rate = self.experiment.training.learning_rate
        curves = self.curves("sharpness")
        side_by_side(
            [
                plots.edge_curves(curves, self.styles, rate=rate, dark=self.dark),
                self.over_steps(
                    "loss", Scales(plots.UPDATES, "loss on all rows", told="end"), title=text("smoothness.figures.loss")
                ),
            ]
        )

    def limits(self, complete: Results) -> list[tuple[str, list[float], Limit]]:
        """What else the claim says of the network with the norm: a number of each seed, and what it has to be below."""
        arms, ten = measures.pair(self.experiment), FACTORS.index(10.0)
        if arms is None or self.settings.part != "scale":
            return []
        found = [measures.scale_with_norm(one, arms, self.settings.step, ten) for one in complete]
        return [
            ("scale_output", [output for output, _ in found], measures.UNMOVED),
            ("scale_gradient", [gradient for _, gradient in found], measures.A_TENTH),
        ]

    def effects(self, complete: Results, quantity: str | None = None) -> list[float]:
        """One number a seed that is complete, positive where the claim is right; of the edge, how far off it is."""
        arms = measures.pair(self.experiment)
        if arms is None:
            return []
        settings, rate = self.settings, self.experiment.training.learning_rate
        ways = {
            "along": lambda found: measures.along_effect(found, arms, quantity or settings.quantity),
            "safe": lambda found: measures.safe_effect(found, arms, settings.step),
            "scale": lambda found: measures.scale_effect(found, arms, settings.step, FACTORS.index(10.0)),
            "growth": lambda found: measures.growth_effect(found, arms),
            "slice": lambda found: measures.slice_effect(found, arms, settings.statistics),
            "edge": lambda found: measures.edge_distance(found, arms, rate),
        }
        return [ways[settings.part](found) for found in complete]


def _shared(curves: Sequence[Curve]) -> tuple[float, float] | None:
    """One range of values for several pictures."""
    values = np.concatenate([part for one in curves for part in (one.low, one.high)])
    values = values[np.isfinite(values) & (values > 0)]
    return (float(values.min()) / 1.3, float(values.max()) * 1.3) if len(values) else None


def side_by_side(figures: Sequence[Figure]) -> None:
    """Two pictures a row; on a phone one below the other."""
    for first in range(0, len(figures), 2):
        for column, figure in zip(st.columns(2, gap="medium"), figures[first : first + 2], strict=False):
            with column:
                draw(figure)
