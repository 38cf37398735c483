"""An experiment: everything a run depends on, as one frozen value.

Data, network, arms (the variants that are compared), training and seed. Two equal experiments give equal numbers,
in the browser, in a notebook, from a link and on the command line. This module knows no torch.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bnviz.core.data_settings import DRAWN as DRAWN
from bnviz.core.data_settings import PREPROCESSES as PREPROCESSES
from bnviz.core.data_settings import REGRESSIONS as REGRESSIONS
from bnviz.core.data_settings import SCALES as SCALES
from bnviz.core.data_settings import SELECTABLE as SELECTABLE
from bnviz.core.data_settings import TABLE_FEATURES as TABLE_FEATURES
from bnviz.core.data_settings import TABLE_ROWS as TABLE_ROWS
from bnviz.core.data_settings import TOYS as TOYS
from bnviz.core.data_settings import WITH_SUBSETS as WITH_SUBSETS
from bnviz.core.data_settings import Data as Data
from bnviz.core.fields import Choice, FieldError, ListOf, Number, OneOrEach, OrNone, check_fields, setting
from bnviz.core.network_settings import ACTIVATIONS as ACTIVATIONS
from bnviz.core.network_settings import GAIN as GAIN
from bnviz.core.network_settings import HEADS as HEADS
from bnviz.core.network_settings import IMAGES as IMAGES
from bnviz.core.network_settings import INITS as INITS
from bnviz.core.network_settings import MAX_DEPTH as MAX_DEPTH
from bnviz.core.network_settings import MAX_POOL as MAX_POOL
from bnviz.core.network_settings import MAX_WIDTH as MAX_WIDTH
from bnviz.core.network_settings import NETWORKS as NETWORKS
from bnviz.core.network_settings import Network as Network
from bnviz.core.own_settings import MOST_OWN_ROWS as MOST_OWN_ROWS
from bnviz.core.own_settings import OWN as OWN
from bnviz.core.rules import check_arm, check_batch, check_network, check_order, check_parts

# Instance norm averages the positions of one image and channel, so it stands in convolutional networks only.
IMAGE_NORMS = ("instance",)
NORMS = ("none", "batch", "layer", "group", "rms", "batch_no_affine", "batch_noisy", "batch_ghost")
BATCH_NORMS = ("batch", "batch_no_affine", "batch_noisy", "batch_ghost")
PLACEMENTS = ("before", "after", "none")
OPTIMIZERS = ("sgd", "momentum", "rmsprop", "adam")
ORDERS = ("shuffled", "by_class", "fixed")
# Each batch comes from one subset alone (see `orders.subset_turn`), so these need data in two subsets.
SUBSET_ORDERS = ("alternating", "blocks", "sequential", "first_only")
MAX_ARMS, MAX_STEPS, MAX_BATCH = 6, 4000, 512

RATE = Number(1e-6, 100.0)
SHARE = Number(0.0, 0.95)
PLACEMENT = Choice(PLACEMENTS)


@dataclass(frozen=True)
class Arm:
    """One variant of the network inside a run.

    Attributes:
        norm: the kind of normalization; instance norm needs a convolutional network.
        placement: before or after the activation, one word for all layers or one a layer; none leaves a layer bare.
        momentum: weight of the new batch in batch norm's running averages (torch's convention).
        eps: added to the variance, inside the root.
        groups: of group norm; it must divide the width of every layer it stands in.
        ghost_size: rows that share their statistics in ghost batch norm; it must divide the batch size.
        learning_rate, gain, optimizer, dropout: this arm's own value; None takes the experiment's.
    """

    norm: str = setting("batch", Choice((*NORMS, *IMAGE_NORMS)))
    placement: str | tuple[str, ...] = setting(
        "before", OneOrEach(PLACEMENT, ListOf(PLACEMENT, 0, MAX_DEPTH, "placements"))
    )
    momentum: float = setting(0.1, Number(0.0, 1.0))
    eps: float = setting(1e-5, Number(1e-14, 10.0))
    groups: int = setting(8, Number(1, MAX_WIDTH, integer=True))
    ghost_size: int = setting(8, Number(2, MAX_BATCH, integer=True))
    learning_rate: float | None = setting(None, OrNone(RATE))
    gain: float | None = setting(None, OrNone(GAIN))
    optimizer: str | None = setting(None, OrNone(Choice(OPTIMIZERS)))
    dropout: float | None = setting(None, OrNone(SHARE))

    def __post_init__(self) -> None:
        check_fields(self, "arm")

    def placements(self, depth: int) -> tuple[str, ...]:
        """Where the norm stands in each of `depth` hidden layers: before, after or none."""
        if self.norm == "none":
            return ("none",) * depth
        return (self.placement,) * depth if isinstance(self.placement, str) else self.placement

    @property
    def uses_batch_statistics(self) -> bool:
        """Whether a training output depends on the other rows of the batch."""
        return self.norm in BATCH_NORMS


@dataclass(frozen=True)
class Training:
    """How all arms are trained (an arm may override four of these).

    Attributes:
        optimizer: sgd, momentum (0.9), rmsprop or adam, with torch's defaults otherwise.
        learning_rate: constant.
        batch_size: rows an update; the last partial batch of an epoch is dropped.
        steps: updates.
        weight_decay: added to the gradient as weight_decay times the parameter.
        dropout: share of the activations of each hidden layer set to 0 in training.
        input_noise: standard deviation of the noise added to the inputs in training.
        order: shuffled anew each epoch, sorted by class, or fixed as the split left it; for data in two subsets also
            one of SUBSET_ORDERS.
    """

    optimizer: str = setting("sgd", Choice(OPTIMIZERS))
    learning_rate: float = setting(0.1, RATE)
    batch_size: int = setting(64, Number(1, MAX_BATCH, integer=True))
    steps: int = setting(300, Number(1, MAX_STEPS, integer=True))
    weight_decay: float = setting(0.0, Number(0.0, 1.0))
    dropout: float = setting(0.0, SHARE)
    input_noise: float = setting(0.0, Number(0.0, 10.0))
    order: str = setting("shuffled", Choice((*ORDERS, *SUBSET_ORDERS)))

    def __post_init__(self) -> None:
        check_fields(self, "training")


@dataclass(frozen=True)
class Experiment:
    """One run: arms that share data, initial weights and batch order, so that they differ in the norm alone.

    Raises:
        FieldError: when a setting is out of bounds or two settings do not fit each other.
    """

    data: Data = field(default_factory=Data)
    network: Network = field(default_factory=Network)
    arms: tuple[Arm, ...] = (Arm("none"), Arm("batch", "before"), Arm("batch", "after"))
    training: Training = field(default_factory=Training)
    seed: int = 0

    def __post_init__(self) -> None:
        check_parts(self)
        object.__setattr__(self, "arms", tuple(self.arms))
        try:
            object.__setattr__(self, "seed", Number(0, 2**31 - 1, integer=True).read(self.seed))
        except ValueError as error:
            raise FieldError("seed", str(error)) from None
        if not 1 <= len(self.arms) <= MAX_ARMS:
            raise FieldError("arms", f"{len(self.arms)} arms came; 1 to {MAX_ARMS} are possible.")
        check_network(self)
        check_order(self)
        check_batch(self)
        for index in range(len(self.arms)):
            check_arm(self, index)

    def to_json(self) -> str:
        """All settings as JSON text; `from_json` reads it back."""
        from bnviz.core.codec import to_json

        return to_json(self)

    @staticmethod
    def from_json(text: str) -> Experiment:
        """Read what `to_json` wrote; missing fields take their defaults, unknown ones are an error.

        Raises:
            FieldError: naming the field that cannot be used.
        """
        from bnviz.core.codec import from_json

        return from_json(text)
