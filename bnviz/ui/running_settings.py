"""What the reader has chosen on the page on training and inference; part of the link."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bnviz.core.experiment import MAX_WIDTH, ORDERS, RATE, Arm, Data, Experiment, Network, Training
from bnviz.core.fields import Choice, Flag, Number, setting
from bnviz.ui.page_settings import PageSettings

PAGE = "running"
PARTS = ("averages", "modes", "company", "shift", "fold")
SETS = ("digits", "wine", "breast_cancer", "moons", "circles", "spirals")
MOST_UPDATES, MOST_LAYERS = 1000, 5


@dataclass(frozen=True)
class Settings:
    """The run, and how it is looked at.

    Attributes:
        part: which part of the page is open.
        data, learning_rate, batch_size, updates, order, layers, width, seed: of the run; batch norm stands before
            each ReLU.
        momentum: of the running averages, torch's convention; it changes nothing in the run.
        after: the update count at which the network is looked at.
        layer, unit: whose statistics are shown, counted from 1.
        biased: average the biased variance.
        row: the test row that is put into several batches, counted from 1.
        factor, offset: how the test rows are changed.
    """

    part: str = setting("averages", Choice(PARTS))
    data: str = setting("digits", Choice(SETS))
    learning_rate: float = setting(0.5, RATE)
    batch_size: int = setting(64, Number(2, 256, integer=True))
    updates: int = setting(200, Number(1, MOST_UPDATES, integer=True))
    order: str = setting("shuffled", Choice(ORDERS))
    layers: int = setting(3, Number(1, MOST_LAYERS, integer=True))
    width: int = setting(64, Number(1, MAX_WIDTH, integer=True))
    seed: int = setting(0, Number(0, 2**31 - 1, integer=True))
    momentum: float = setting(0.1, Number(1e-4, 1.0))
    after: int = setting(200, Number(0, MOST_UPDATES, integer=True))
    layer: int = setting(1, Number(1, MOST_LAYERS, integer=True))
    unit: int = setting(1, Number(1, MAX_WIDTH, integer=True))
    biased: bool = setting(False, Flag())
    row: int = setting(1, Number(1, 5000, integer=True))
    factor: float = setting(0.5, Number(0.1, 2.0))
    offset: float = setting(1.0, Number(-2.0, 2.0))

    @property
    def experiment(self) -> Experiment:
        """What is run, with one arm."""
        return Experiment(
            data=Data(self.data),
            network=Network((self.width,) * self.layers),
            arms=(Arm("batch"),),
            training=Training(
                learning_rate=self.learning_rate,
                batch_size=self.batch_size,
                steps=self.updates,
                order=self.order,
            ),
            seed=self.seed,
        )

    @property
    def change(self) -> tuple[float, float]:
        """Factor and offset of the changed test rows."""
        return self.factor, self.offset


PRESETS: dict[str, Settings] = {
    "works": Settings(part="modes"),
    "few": Settings(part="modes", momentum=0.001, after=50),
    "keras": Settings(part="modes", learning_rate=0.1, batch_size=8, updates=50, after=50, momentum=0.99),
    "company": Settings(part="company", learning_rate=0.1),
    "darker": Settings(part="shift", learning_rate=0.1, updates=300, after=300),
    "sorted": Settings(part="modes", learning_rate=0.1, updates=300, after=300, order="by_class"),
}
"""What the buttons set: rows B2, B3, B4, B1, B6 and F4 of the table of claims."""


def fitted(settings: Settings) -> Settings:
    """The same settings with numbers that fit the data set, the network and the run."""
    data = Data(settings.data)
    return replace(
        settings,
        batch_size=min(settings.batch_size, data.train_rows),
        after=min(settings.after, settings.updates),
        layer=min(settings.layer, settings.layers),
        unit=min(settings.unit, settings.width),
        row=min(settings.row, data.test_rows),
    )


_page = PageSettings(PAGE, Settings(), always="momentum", fitted=fitted)
key_of, show, current, named, take_link, write_link = (
    _page.key_of, _page.show, _page.current, _page.named, _page.take_link, _page.write_link,
)  # fmt: skip
