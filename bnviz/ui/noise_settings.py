"""What the reader has chosen on the page on noise; part of the link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bnviz.core import noise_cases as cases
from bnviz.core.experiment import ACTIVATIONS
from bnviz.core.fields import Choice, Flag, Number, setting
from bnviz.core.study import Study
from bnviz.ui.page_settings import PageSettings

PAGE = "noise"
PARTS = ("spread", "regularization", "small", "input", "starts", "depth")
TASKS = ("ghosts", "moons", "sizes")
MOST_SEEDS = 24


@dataclass(frozen=True)
class Settings:
    """What is measured.

    Attributes:
        part: which part of the page is open.
        seeds, first_seed: how many runs with other data splits, weights and batches, and the seed of the first.
        ahead: whether results wait until the reader has said what to expect.
        updates, learning_rate, layer: of the network whose batches scatter, and the layer that is looked at.
        task: how the noise of the batches is varied: ghost batches of digits or of two moons, or the batch size.
        digit_rows, moon_rows: training rows of these tasks.
        moon_noise: spread of the two moons.
        epochs, small_rate: of the small batches; the rate counts for batches of 64.
        input_rows: training digits under noise.
        level, dropout: strength of the input noise and share of the dropout that are compared.
        activation: of the net with other first weights.
        blocks, width, depth_seeds: of the residual net, which takes longer and so has fewer seeds.
    """

    part: str = setting("spread", Choice(PARTS))
    seeds: int = setting(8, Number(1, MOST_SEEDS, integer=True))
    first_seed: int = setting(0, Number(0, 2**30, integer=True))
    ahead: bool = setting(False, Flag())
    updates: int = setting(200, Number(1, 1000, integer=True))
    learning_rate: float = setting(0.1, Number(0.001, 10.0))
    layer: int = setting(1, Number(1, 3, integer=True))
    task: str = setting("ghosts", Choice(TASKS))
    digit_rows: int = setting(128, Number(64, 512, integer=True))
    moon_rows: int = setting(64, Number(16, 512, integer=True))
    moon_noise: float = setting(0.3, Number(0.0, 1.0))
    epochs: int = setting(4, Number(1, 5, integer=True))
    small_rate: float = setting(0.1, Number(0.001, 1.0))
    input_rows: int = setting(256, Number(32, 1024, integer=True))
    level: float = setting(0.5, Number(0.0, 10.0))
    dropout: float = setting(0.2, Number(0.0, 0.95))
    activation: str = setting("relu", Choice(ACTIVATIONS))
    blocks: int = setting(30, Number(1, 60, integer=True))
    width: int = setting(32, Number(2, 128, integer=True))

    depth_seeds: int = setting(3, Number(1, MOST_SEEDS, integer=True))

    @property
    def all_seeds(self) -> tuple[int, ...]:
        """The seeds, one after the other."""
        count = self.depth_seeds if self.part == "depth" else self.seeds
        return tuple(range(self.first_seed, self.first_seed + count))

    @property
    def scenario(self) -> str:
        """The claim that is on screen."""
        tasks = {"ghosts": "F1", "moons": "F1b", "sizes": "F1c"}
        parts = {"spread": "B1", "small": "F2", "input": "F7", "starts": "F8", "depth": "G1"}
        return parts.get(self.part) or tasks[self.task]

    def study(self, claim: str) -> Study:
        """What is measured for a claim of the part that is open."""
        seeds = self.all_seeds
        makers: dict[str, Callable[[], Study]] = {
            "B1": lambda: cases.spread(seeds, layer=self.layer, updates=self.updates, learning_rate=self.learning_rate),
            "F1": lambda: cases.ghosts(seeds, rows=self.digit_rows),
            "F1b": lambda: cases.moons(seeds, rows=self.moon_rows, noise=self.moon_noise),
            "F1c": lambda: cases.shrinking_batches(seeds, rows=self.digit_rows),
            "F2": lambda: cases.small_batches(seeds, epochs=self.epochs, learning_rate=self.small_rate),
            "F7": lambda: cases.input_noise(seeds, rows=self.input_rows),
            "e27": lambda: cases.noises(seeds, rows=self.input_rows, level=self.level, dropout=self.dropout),
            "F8": lambda: cases.starts(seeds, activation=self.activation),
            "G1": lambda: cases.depth(seeds, blocks=self.blocks, width=self.width),
        }
        return makers[claim]()


def fitted(settings: Settings) -> Settings:
    """The same settings with rows that ghost batches can divide."""
    return replace(settings, digit_rows=settings.digit_rows // 64 * 64, moon_rows=settings.moon_rows // 8 * 8)


_page = PageSettings(PAGE, Settings(), always="part", fitted=fitted)
key_of, show, current, named, take_link, write_link = (
    _page.key_of, _page.show, _page.current, _page.named, _page.take_link, _page.write_link,
)  # fmt: skip
put, back_button = _page.put, _page.back_button
