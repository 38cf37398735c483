"""Which settings of an experiment fit each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bnviz.core.fields import FieldError

if TYPE_CHECKING:
    from bnviz.core.experiment import Arm, Experiment


MOST_WORK = 120_000_000_000
"""Multiplications that the forward passes of a convolutional run may take."""


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
    _check_work(experiment)


def multiplications(experiment: Experiment) -> int:
    """Multiplications of all forward passes of a convolutional run: N * H * W * C_in * 9 * C_out, summed."""
    from bnviz.core.experiment import IMAGES

    network, name = experiment.network, experiment.data.name
    widths = (IMAGES[name][0], *network.hidden)
    layers = zip(network.positions(name), widths[:-1], widths[1:], strict=True)
    one_image = sum(count * 9 * incoming * units for count, incoming, units in layers)
    return one_image * experiment.training.batch_size * experiment.training.steps * len(experiment.arms)


def _check_work(experiment: Experiment) -> None:
    from bnviz.core.experiment import Training

    work = multiplications(experiment)
    if work <= MOST_WORK:
        return
    field = "training.steps" if experiment.training.steps > Training().steps else "network.hidden"
    raise FieldError(
        field,
        f"The forward passes of this convolutional run would take {work / 1e9:.0f} billion multiplications; "
        f"{MOST_WORK / 1e9:.0f} billion are possible, so that nobody in a class waits long. "
        "Take fewer channels, arms or updates, or a smaller batch.",
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
