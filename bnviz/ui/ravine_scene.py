"""What the address of the ravine lab names, and the scenes that the lab offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bnviz.core.codec import SEED, group_from_link, group_to_link
from bnviz.core.experiment import DRAWN, OWN, SELECTABLE, TABLE_ROWS, Data
from bnviz.core.fields import FieldError
from bnviz.core.ravine import Place, Ravine
from bnviz.ui import own_labs
from bnviz.ui.messages import text

USUAL = Data("normal")
UNFIT = ("digits",)  # its first two pixels are always empty


@dataclass(frozen=True)
class Scene:
    """A picture of the lab: data, what is computed, and where the reader stands."""

    data: Data = USUAL
    settings: Ravine = field(default_factory=Ravine)
    place: Place = field(default_factory=Place)
    seed: int = 0


SCENES: Mapping[str, Scene] = {
    "ravine": Scene(),
    "beyond": Scene(place=Place((1.2, 0.5, 0.5, 0.5))),
    "article": Scene(
        Data("ranges"), Ravine(bias="third", shown=("raw", "minmax", "zscore"), pace="best", steps=100)
    ),
    "adam": Scene(Data("ranges"), Ravine(optimizer="adam", steps=300), Place(size=0.1)),
    "correlated": Scene(
        Data("signals"), Ravine(shown=("zscore", "whitened"), steps=100), Place((0.95, 0.5, 0.95, 0.5))
    ),
    "logistic": Scene(Data("moons", noise=0.2, scale=(10.0, 1.0)), Ravine(loss="logistic", steps=100)),
}  # fmt: skip


def sets() -> list[str]:
    """The sets with two features; the reader's own table where this session has one."""
    own = [OWN] if own_labs.name() else []
    return own + [name for name in (*DRAWN[::-1], *TABLE_ROWS) if name not in UNFIT]


def usual(name: str) -> Data:
    """A set as it is."""
    if name == OWN:
        return own_labs.usual(pair=True)
    return Data(name, features=(0, 1) if name in SELECTABLE else ())


def to_params(scene: Scene) -> dict[str, str]:
    """The parameters of a link."""
    usual = Scene()
    return {
        **group_to_link("data", scene.data, usual.data),
        **group_to_link("ravine", scene.settings, usual.settings),
        **group_to_link("at", scene.place, usual.place),
        **({} if scene.seed == usual.seed else {"seed": str(scene.seed)}),
    }


def data_params(scene: Scene) -> dict[str, str]:
    """The data as other labs read them: each has a usual set of its own, so the name is always said."""
    return own_labs.carried(scene.data) | ({} if scene.seed == 0 else {"seed": str(scene.seed)})


def from_params(params: Mapping[str, str], problems: list[str]) -> Scene:
    """Read a link, whatever it is; `problems` takes a sentence for what could not be used."""
    own, params = own_labs.accepted(params, pair=True)
    data = group_from_link("data", own or USUAL, params, problems)
    if data.name in UNFIT or len(data.features) == 1:
        problems.append(text("ravine.unfit_data", name=data.name))
        data = USUAL
    settings = group_from_link("ravine", Ravine(), params, problems)
    place = group_from_link("at", Place(), params, problems)
    if place.step is not None and place.step >= settings.steps:
        place = Place(place.shares, place.size)
    return Scene(data, settings, place, _seed(params.get("seed", "0"), problems))


def _seed(given: str, problems: list[str]) -> int:
    try:
        return int(SEED.parse(given))
    except (ValueError, FieldError) as error:
        problems.append(text("ravine.bad_seed", problem=str(error)))
        return 0
