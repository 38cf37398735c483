"""Short plain names of the arms of a run: they stand in legends, tables, captions and on the command line."""

from __future__ import annotations

from bnviz.core.experiment import BATCH_NORMS, Arm, Experiment

NORM_WORDS = {
    "none": "no norm",
    "batch": "batch norm",
    "layer": "layer norm",
    "group": "group norm",
    "instance": "instance norm",
    "rms": "RMS norm",
    "batch_no_affine": "batch norm without gamma and beta",
    "batch_noisy": "noisy batch norm",
    "batch_ghost": "ghost batch norm",
}
OPTIMIZER_WORDS = {"sgd": "SGD", "momentum": "SGD with momentum", "rmsprop": "RMSprop", "adam": "Adam"}


def arm_labels(experiment: Experiment, *, short: bool = False) -> list[str]:
    """One label an arm, unique in the run: the norm, where it stands, and what the arm has of its own.

    Args:
        experiment: whose arms they are.
        short: leave out that a norm stands before the activation, for pages on which the reader cannot place it.

    Returns:
        Such as "no norm", "batch norm before", "batch norm before, momentum 0.01"; equal arms get a number.
    """
    depth = len(experiment.network.hidden)
    names = [", ".join([_place(arm, depth, short=short), *_overrides(arm)]) for arm in experiment.arms]
    labels = []
    for index, name in enumerate(names):
        earlier = names[:index].count(name)
        labels.append(f"{name} ({earlier + 1})" if earlier else name)
    return labels


def placement_of(arm: Arm, depth: int) -> str:
    """before, after, mixed, or none where the norm stands in no layer of a network of `depth` hidden layers."""
    words = set(arm.placements(depth)) if depth else {arm.placement if isinstance(arm.placement, str) else "none"}
    if arm.norm == "none" or words == {"none"}:
        return "none"
    return words.pop() if len(words) == 1 else "mixed"


def _place(arm: Arm, depth: int, *, short: bool) -> str:
    word, norm = placement_of(arm, depth), NORM_WORDS[arm.norm]
    if short and word == "before":
        return norm
    if arm.norm == "none" or word in ("before", "after"):
        return norm if arm.norm == "none" else f"{norm} {word}"
    if word == "none":
        return f"{norm} in no layer"
    parts = []
    for side in ("before", "after"):
        layers = [str(index + 1) for index, placed in enumerate(arm.placements(depth)) if placed == side]
        if layers:
            parts.append(f"{side} in {'layers' if len(layers) > 1 else 'layer'} {' '.join(layers)}")
    return f"{norm} {' and '.join(parts)}"


def _overrides(arm: Arm) -> list[str]:
    """What differs from the defaults and has an effect."""
    plain = Arm(arm.norm, arm.placement)
    words = {
        "momentum": f"momentum {arm.momentum:g}" if arm.norm in BATCH_NORMS else "",
        "eps": f"eps {arm.eps:g}" if arm.norm != "none" else "",
        "groups": f"{arm.groups} groups" if arm.norm == "group" else "",
        "ghost_size": f"ghosts of {arm.ghost_size}" if arm.norm == "batch_ghost" else "",
        "learning_rate": f"rate {arm.learning_rate:g}" if arm.learning_rate is not None else "",
        "gain": f"gain {arm.gain:g}" if arm.gain is not None else "",
        "optimizer": OPTIMIZER_WORDS.get(arm.optimizer or "", ""),
        "dropout": f"dropout {arm.dropout:g}" if arm.dropout is not None else "",
    }
    return [word for name, word in words.items() if word and getattr(arm, name) != getattr(plain, name)]
