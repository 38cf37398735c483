"""Which settings of an experiment fit each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bnviz.core.fields import FieldError

if TYPE_CHECKING:
    from bnviz.core.experiment import Arm, Experiment


MOST_IN_ALL, MOST_AT_ONCE, MOST_VALUES = 1.2e11, 4e9, 3e6
"""Limits of a convolutional run, see `loads`."""


def check_parts(experiment: Experiment) -> None:
    """Each part must be of its class: a word such as "batch" is not yet an arm.

    Raises:
        FieldError: naming the part.
    """
    from bnviz.core.experiment import Arm, Data, Network, Training

    for name, kind in (("data", Data), ("network", Network), ("training", Training)):
        if not isinstance(getattr(experiment, name), kind):
            raise FieldError(name, f"{getattr(experiment, name)!r} came; a {kind.__name__}(...) is needed.")
    arms: object = experiment.arms
    if not isinstance(arms, (tuple, list)) or not all(isinstance(arm, Arm) for arm in arms):
        raise FieldError("arms", f"{arms!r} came; a list such as [Arm('none'), Arm('batch')] is needed.")


def check_network(experiment: Experiment) -> None:
    """A convolutional network needs images, room for its pooling, and must not keep a whole class waiting.

    Raises:
        FieldError: naming the setting to change.
    """
    from bnviz.core.experiment import IMAGES

    network, data = experiment.network, experiment.data
    if network.kind == "dense":
        return
    if data.name not in IMAGES:
        raise FieldError(
            "network.kind",
            f"A convolutional network came, but a row of {data.name} is no image. "
            f"Take {' or '.join(IMAGES)} as the data, or a fully connected network.",
        )
    if data.preprocess == "whitened":
        raise FieldError(
            "data.preprocess",
            "Decorrelated features came, but they mix all pixels and have no neighbours, so a convolution cannot "
            "use them. Take the z-score, min-max, or the raw values.",
        )
    side = min(IMAGES[data.name][1:])
    if 2 ** min(network.pool, len(network.hidden)) > side:
        raise FieldError(
            "network.pool",
            f"{network.pool} halvings came, but an image of {side} x {side} is a single position after "
            f"{side.bit_length() - 1}. Take at most that many.",
        )
    _check_loads(experiment)


def loads(experiment: Experiment) -> tuple[float, float, float]:
    """What a convolutional run costs.

    Returns:
        The multiplications of all its forward passes (N * H * W * C_in * 9 * C_out of each layer), those of one update
        of all arms with one look at the test rows, and the values that its layers hand on in one update.
    """
    from bnviz.core.experiment import IMAGES

    network, data, training = experiment.network, experiment.data, experiment.training
    widths, positions = (IMAGES[data.name][0], *network.hidden), network.positions(data.name)
    layers = zip(positions, widths[:-1], widths[1:], strict=True)
    image = sum(count * 9 * incoming * units for count, incoming, units in layers) * len(experiment.arms)
    values = sum(count * units for count, units in zip(positions, network.hidden, strict=True))
    update = image * (3 * training.batch_size + data.test_rows)
    return image * training.batch_size * training.steps, update, values * training.batch_size * len(experiment.arms)


def _check_loads(experiment: Experiment) -> None:
    """A run that others wait for must be short, and stop for them after every update."""
    total, update, values = loads(experiment)
    if total <= MOST_IN_ALL and update <= MOST_AT_ONCE and values <= MOST_VALUES:
        return
    fewer = "Take fewer channels, arms or updates, a smaller batch, or more pooling."
    long = experiment.training.steps > 300 and update <= MOST_AT_ONCE and values <= MOST_VALUES
    raise FieldError(
        "training.steps" if long else "network.hidden",
        f"This convolutional run is too large to share a machine with a class: {total / 1e9:.3g} billion "
        f"multiplications in all ({MOST_IN_ALL / 1e9:.3g} are possible), {update / 1e9:.3g} billion for an update "
        f"with a test ({MOST_AT_ONCE / 1e9:.3g}), {values / 1e6:.3g} million values in an update "
        f"({MOST_VALUES / 1e6:.3g}). {fewer}",
    )


def check_order(experiment: Experiment) -> None:
    """Batches of one subset need data in two subsets, and a batch that each of them can fill.

    Raises:
        FieldError: naming ``training.order``, or ``training.batch_size``.
    """
    from bnviz.core.experiment import SUBSET_ORDERS

    data, training = experiment.data, experiment.training
    if training.order not in SUBSET_ORDERS:
        return
    if not data.has_subsets:
        raise FieldError(
            "training.order",
            f"{training.order!r} came, which takes each batch from one of two subsets, but {data.name} has none. "
            "Take the flowers as the data, or shuffled batches.",
        )
    if training.batch_size > max(2, data.train_rows // 4):
        raise FieldError(
            "training.batch_size",
            f"A batch of {training.batch_size} from one subset came, but {data.name} has {data.train_rows} training "
            f"rows here, in two subsets. Take a batch of at most {max(2, data.train_rows // 4)}, or more rows.",
        )
    _check_subsets(experiment)


def _check_subsets(experiment: Experiment) -> None:
    """Each subset that has a turn must fill a batch; how many training rows are of it depends on the seed."""
    from bnviz.core.data import load

    subsets = load(experiment.data, experiment.seed).subset_train
    having_turns = (0,) if experiment.training.order == "first_only" else (0, 1)
    rows = [int(np.count_nonzero(subsets == subset)) for subset in having_turns]
    size, least = experiment.training.batch_size, min(rows)
    if size > least:
        smaller = f"a batch of at most {least}, " if least > 1 else ""
        raise FieldError(
            "training.batch_size",
            f"A batch of {size} from one subset came, but with seed {experiment.seed} only {least} of the "
            f"{experiment.data.train_rows} training rows belong{'s' * (least == 1)} to subset "
            f"{rows.index(least) + 1}. Take {smaller}more rows, fewer test rows, or shuffled batches.",
        )


def check_batch(experiment: Experiment) -> None:
    """The batch must fit into the training rows, and batch norm needs two rows.

    Raises:
        FieldError: naming ``training.batch_size``.
    """
    size, rows = experiment.training.batch_size, experiment.data.train_rows
    if size > rows:
        raise FieldError(
            "training.batch_size",
            f"A batch of {size} came, but {experiment.data.name} has {rows} training rows here. "
            f"Take a batch of at most {rows}, or more rows.",
        )
    if size == 1 and any(arm.uses_batch_statistics and _least(experiment, arm) == 1 for arm in experiment.arms):
        raise FieldError(
            "training.batch_size",
            "A batch of one came. Its mean is the row itself and its variance is 0, so batch norm would turn "
            "every activation into beta and nothing could be learned. Take at least 2 rows, or another norm.",
        )


def _least(experiment: Experiment, arm: Arm) -> int:
    """H * W of the smallest layer in which the arm's norm stands; 0 where it stands in none."""
    positions = experiment.network.positions(experiment.data.name)
    placed = zip(positions, arm.placements(len(positions)), strict=False)
    return min((count for count, word in placed if word != "none"), default=0)


def check_arm(experiment: Experiment, index: int) -> None:
    """An arm must fit the depth and the widths of the network and the size of the batch.

    Raises:
        FieldError: naming the arm's setting, such as ``arms[1].groups``.
    """
    arm, widths, size = experiment.arms[index], experiment.network.hidden, experiment.training.batch_size
    where = f"arms[{index}]"
    if not isinstance(arm.placement, str) and len(arm.placement) != len(widths):
        raise FieldError(
            f"{where}.placement",
            f"{len(arm.placement)} placements came for {len(widths)} hidden layers. Give one word, or one a layer.",
        )
    placed = zip(widths, arm.placements(len(widths)), strict=True)
    uneven = [width for width, word in placed if word != "none" and width % arm.groups]
    if arm.norm == "group" and uneven:
        raise FieldError(
            f"{where}.groups",
            f"{arm.groups} groups came, but a layer of {uneven[0]} units cannot be cut into {arm.groups} equal "
            "groups. Take a number that divides the width.",
        )
    if arm.norm == "instance" and _least(experiment, arm) == 1:
        raise FieldError(
            f"{where}.norm",
            "Instance norm came, but there is a layer with a single value for each image and unit: its mean is the "
            "value itself. Take a convolutional network with less pooling, or another norm.",
        )
    if arm.norm == "batch_ghost" and size % arm.ghost_size:
        raise FieldError(
            f"{where}.ghost_size",
            f"Ghost batches of {arm.ghost_size} came, but a batch of {size} cannot be cut into them. "
            "Take a size that divides the batch.",
        )
