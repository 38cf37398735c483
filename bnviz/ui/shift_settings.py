"""What the reader has chosen on the page on shift, and what is measured for it; part of the link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from bnviz.core.experiment import RATE, SUBSET_ORDERS, Arm, Data, Experiment, Network, Training
from bnviz.core.fields import Choice, Number, setting
from bnviz.core.study import Study
from bnviz.ui.page_settings import PageSettings

PAGE = "shift"
PARTS: dict[str, tuple[str, ...]] = {"roses": ("F3", "F4"), "internal": ("E1", "E4", "E2", "E3")}
CLAIMS = tuple(claim for part in PARTS.values() for claim in part)
CLASSIFIERS = ("linear", "net", "net_batch")
ACTIVATIONS = ("relu", "tanh", "sigmoid")
ORDERS_SHOWN = ("shuffled", *SUBSET_ORDERS)
TOLERANCE = 0.97
MOST_SEEDS = 12
WIDTH, LAYER = 32, {"E1": 3, "E4": 4}


@dataclass(frozen=True)
class Settings:
    """Which claim is looked at, and the settings that it has.

    Attributes:
        claim: F3 and F4 are about batches, E1 to E4 about the inside of a network.
        classifier: of F3: linear, a small net, or the same with batch norm.
        learning_rate, batch_size: of F3.
        noise: of the flowers, see `flowers.flowers`.
        activation: of E2 and E4.
        depth: of the deep linear network of E3.
        unit: whose track E1 shows, counted from 1.
        seed: of the pictures; the first of the seeds that are judged.
        seeds: how many are judged.
    """

    claim: str = setting("F3", Choice(CLAIMS))
    classifier: str = setting("linear", Choice(CLASSIFIERS))
    learning_rate: float = setting(0.2, RATE)
    batch_size: int = setting(32, Number(2, 128, integer=True))
    noise: float = setting(0.1, Number(0.0, 0.5))
    activation: str = setting("relu", Choice(ACTIVATIONS))
    depth: int = setting(25, Number(7, 30, integer=True))
    unit: int = setting(1, Number(1, 100, integer=True))
    seed: int = setting(0, Number(0, 2**31 - 1 - MOST_SEEDS, integer=True))
    seeds: int = setting(5, Number(2, MOST_SEEDS, integer=True))

    @property
    def part(self) -> str:
        """The part of the page to which the claim belongs."""
        return next(part for part, claims in PARTS.items() if self.claim in claims)

    @property
    def data(self) -> Data:
        """The flowers of F3."""
        return Data("flowers", n=1600, noise=self.noise, preprocess="raw", test_fraction=0.5)

    @property
    def experiment(self) -> Experiment:
        """What is run, with the seed of the pictures."""
        none, batch, noisy, layer = (Arm(name) for name in ("none", "batch", "batch_noisy", "layer"))
        rate = 0.3 if self.activation == "sigmoid" else 0.1
        made: dict[str, dict[str, Any]] = {
            "F3": {
                "data": self.data,
                "network": Network(() if self.classifier == "linear" else (16, 16)),
                "arms": (batch if self.classifier == "net_batch" else none,),
                "training": Training(learning_rate=self.learning_rate, batch_size=self.batch_size, steps=200),
            },
            "F4": {"network": Network((64,) * 3), "arms": (none, batch, layer)},
            "E1": {
                "network": Network((100,) * 3, "sigmoid"),
                "arms": (none, batch),
                "training": Training(learning_rate=0.3, batch_size=60, steps=800),
            },
            "E4": {
                "network": Network((64,) * 5, self.activation),
                "arms": (none, batch, noisy),
                "training": Training(learning_rate=rate, steps=400),
            },
            "E2": {
                "network": Network((64,) * 5, self.activation),
                "arms": (none, batch),
                "training": Training(learning_rate=rate, steps=200),
            },
            "E3": {
                "network": Network((WIDTH, WIDTH), "linear"),
                "arms": (none, batch),
                "training": Training(learning_rate=0.03, steps=100),
            },
        }
        return Experiment(**made[self.claim], seed=self.seed)

    @property
    def shown(self) -> Study:
        """What the pictures show: one seed."""
        return self._study((self.seed,), maps=True)

    @property
    def judged(self) -> Study:
        """What the verdict rests on: several seeds."""
        return self._study(tuple(range(self.seed, self.seed + self.seeds)), maps=False)

    def _study(self, seeds: tuple[int, ...], *, maps: bool) -> Study:
        flowers = {"orders": ORDERS_SHOWN, "every": 5, "tolerance": TOLERANCE, "maps": maps}
        measures: dict[str, tuple[str, dict[str, Any]]] = {
            "F3": ("orders", flowers),
            "F4": ("orders", {"orders": ("by_class", "shuffled"), "every": 20, "tolerance": 0.9, "maps": False}),
            "E1": ("drift", {"layer": LAYER["E1"], "unit": self.unit, "every": 10}),
            "E4": ("drift", {"layer": LAYER["E4"], "unit": 1, "every": 5}),
            "E2": ("gradient_shift", {"every": 5}),
            "E3": ("deep_linear", {"depth": self.depth, "width": WIDTH, "every": 5}),
        }
        measure, options = measures[self.claim]
        return Study(measure, self.experiment, seeds, tuple(options.items()))


class _Page(PageSettings[Settings]):
    def show(self, settings: Settings) -> None:
        """Let every widget show these settings, and the one above them the part to which the claim belongs."""
        super().show(settings)
        st.session_state[self.key_of("part")] = settings.part


_page = _Page(PAGE, Settings(), always="claim")
key_of, show, current, named, take_link, write_link = (
    _page.key_of, _page.show, _page.current, _page.named, _page.take_link, _page.write_link,
)  # fmt: skip
put, back_button = _page.put, _page.back_button
