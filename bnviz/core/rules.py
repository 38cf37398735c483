"""Which settings of an experiment fit each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bnviz.core.fields import FieldError

if TYPE_CHECKING:
    from bnviz.core.experiment import Arm, Experiment


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
    depth = len(experiment.network.hidden)
    if size == 1 and any(arm.uses_batch_statistics and _stands(arm, depth) for arm in experiment.arms):
        raise FieldError(
            "training.batch_size",
            "A batch of one came. Its mean is the row itself and its variance is 0, so batch norm would turn "
            "every activation into beta and nothing could be learned. Take at least 2 rows, or another norm.",
        )


def _stands(arm: Arm, depth: int) -> bool:
    return any(word != "none" for word in arm.placements(depth))


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
    if arm.norm == "batch_ghost" and size % arm.ghost_size:
        raise FieldError(
            f"{where}.ghost_size",
            f"Ghost batches of {arm.ghost_size} came, but a batch of {size} cannot be cut into them. "
            "Take a size that divides the batch.",
        )
