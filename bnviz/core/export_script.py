"""A run as a plain PyTorch script: without bnviz, with the same numbers, in the order in which one reads it.

The parts stand in `bnviz/assets/script/pytorch.txt`; here is chosen which of them, and which of their lines, a run
needs, so that the script holds nothing that it does not use.
"""

from __future__ import annotations

import re
import textwrap
from functools import lru_cache
from pathlib import Path
from typing import Any

from bnviz.core import describe
from bnviz.core.data import load
from bnviz.core.data_settings import DRAWN, SCALES, TOYS
from bnviz.core.experiment import IMAGES, SUBSET_ORDERS, Arm, Experiment
from bnviz.core.labels import arm_labels
from bnviz.core.orders import BLOCK, SWITCH

PARTS = Path(__file__).resolve().parents[1] / "assets" / "script" / "pytorch.txt"
NORM_WORDS = {"batch_no_affine": "batch without gamma and beta", "batch_noisy": "noisy batch",
              "batch_ghost": "ghost batch", "rms": "RMS"}  # fmt: skip
FLAGS = {"batch_no_affine": "plain", "batch_noisy": "noisy", "batch_ghost": "ghost"}
ACTIVATIONS = {"relu": "torch.relu({})", "tanh": "torch.tanh({})", "sigmoid": "torch.sigmoid({})", "linear": "{}"}
SCALERS = {"minmax": "MinMaxScaler", "zscore": "StandardScaler", "whitened": "StandardScaler"}
WIDTH = 110


class NotExportedError(ValueError):
    """A run that cannot be taken home in this form; the text says why, and what to do."""


def check_own(experiment: Experiment) -> None:
    """Refuse a run on a reader's own table: its rows stay in the session.

    Raises:
        NotExportedError: with a sentence for the reader.
    """
    if describe.is_own(experiment):
        raise NotExportedError(
            "This run is on your own table, whose rows never leave this session, so a script or a notebook could not "
            "read them. Take the numbers and the pictures instead, or choose another data set."
        )


def script(experiment: Experiment) -> str:
    """The script of a run.

    Args:
        experiment: what was run.

    Returns:
        Python that needs torch, numpy and scikit-learn, prints what became of each arm, and with ``--csv FILE`` writes
        the loss of every update. With ``--double`` it calculates in float64.

    Raises:
        NotExportedError: for a run that cannot be repeated elsewhere.
    """
    check_own(experiment)
    name, parts = experiment.data.name, _parts()
    wanted = ["head", name if name in (*DRAWN, "textures") else "real"]
    flags, values = _flags(experiment), _values(experiment)
    if "whitened" in flags:
        wanted.append("whiten")
    wanted += ["prepare", *_batches(experiment.training.order), *(["norms"] if "normed" in flags else []), "network"]
    text = "\n".join(line for part in wanted for line in _kept(parts[part], flags))
    filled = re.sub(r"<<(\w+)>>", lambda found: str(values[found[1]]), text)
    return re.sub(r"\n{4,}", "\n\n\n", filled).strip() + "\n"


def _batches(order: str) -> list[str]:
    """The parts that say which rows each update sees."""
    return ["subsets", order, "subset batch", "batch"] if order in SUBSET_ORDERS else [order, "batch"]


@lru_cache(maxsize=1)
def _parts() -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    for line in PARTS.read_text(encoding="utf-8").splitlines():
        if line.startswith("#== "):
            current = parts.setdefault(line[4:].strip(), [])
        elif parts:
            current.append(line)
    return parts


def _kept(lines: list[str], flags: set[str]) -> list[str]:
    """The lines whose condition holds, without it."""
    kept = []
    for line in lines:
        code, mark, condition = line.partition("#? ")
        if not mark or all((word.removeprefix("!") in flags) != word.startswith("!") for word in condition.split()):
            kept.append(code.rstrip() if mark else line)
    return kept


def _flags(experiment: Experiment) -> set[str]:
    """What this run has, for the conditions in the parts."""
    data, network, training = experiment.data, experiment.network, experiment.training
    depth = len(network.hidden)
    normed = [arm for arm in experiment.arms if set(arm.placements(depth)) - {"none"}]
    flags = {FLAGS.get(arm.norm, arm.norm) for arm in normed} | ({"normed"} if normed else set())
    flags |= {network.kind, f"{network.init}_init"} | {arm.optimizer or training.optimizer for arm in experiment.arms}
    has = {
        "flatten": network.kind == "conv" and network.head == "flatten",
        "datasets": data.name not in (*SCALES, "textures", "spirals", "xor", "flowers"),
        "scalers": data.preprocess in SCALERS and not (data.preprocess == "whitened" and data.name in IMAGES),
        "whitened": data.preprocess == "whitened",
        "images": data.name in IMAGES,
        "features": bool(data.features),
        "scale": bool(data.scale),
        "offset": bool(data.offset),
        "regression": data.regression,
        "dropout": bool(training.dropout or any(arm.dropout for arm in experiment.arms)),
        "input_noise": bool(training.input_noise),
        "subsets": training.order in SUBSET_ORDERS,
    }
    return flags | {name for name, there in has.items() if there}


def _values(experiment: Experiment) -> dict[str, Any]:
    """What is filled in."""
    data, network = experiment.data, experiment.network
    activation, scaler = ACTIVATIONS[network.activation], SCALERS.get(data.preprocess, "")
    return {
        "title": f"A run of bnviz: {', '.join(describe.words(experiment)[:2])}.",
        "about": textwrap.fill("; ".join([*describe.words(experiment)[2:], *arm_labels(experiment)]) + ".", WIDTH),
        "file": f"{describe.file_stem(experiment)}.py",
        "scalers": scaler,
        "scaler": f"{scaler}()",
        "dataset": data.name,
        "settings": "\n".join(f"{name} = {value}" for name, value in _settings(experiment).items()),
        "arms": "\n".join(f"    {_arm(arm, experiment, label)},"
                          for arm, label in zip(experiment.arms, arm_labels(experiment), strict=True)),
        "batchnorm": "nn.BatchNorm2d" if network.kind == "conv" else "nn.BatchNorm1d",
        "g": "2.0" if network.activation == "relu" else "1.0",
        "activation": activation.format("z"),
        "activation_of_norm": activation.format("norm(z)"),
        "outputs": load(data, experiment.seed).outputs,
        "block": BLOCK,
        "switch": SWITCH,
        "target": "torch.get_default_dtype()" if data.regression else "torch.int64",
    }  # fmt: skip


def _settings(experiment: Experiment) -> dict[str, str]:
    """The constants of the script, in reading order."""
    data, network, training = experiment.data, experiment.network, experiment.training
    flags, dtype = _flags(experiment), data.name
    ones = min(data.rows - 2, max(2, round(data.rows * data.balance)))
    found: dict[str, tuple[bool, Any]] = {
        "SEED": (True, experiment.seed),
        "STEPS": (True, training.steps),
        "BATCH_SIZE": (True, training.batch_size),
        "OPTIMIZER": (True, training.optimizer),
        "LEARNING_RATE": (True, training.learning_rate),
        "WEIGHT_DECAY": (True, training.weight_decay),
        "DROPOUT_SHARE": ("dropout" in flags, training.dropout),
        "INPUT_NOISE_STD": ("input_noise" in flags, training.input_noise),
        "HIDDEN": (True, list(network.hidden)),
        "BIAS": (True, network.bias),
        "GAIN": (True, network.gain),
        "IMAGE": ("conv" in flags, IMAGES.get(dtype)),
        "POOL": ("conv" in flags, network.pool),
        "ROWS": (dtype in SCALES, data.rows),
        "COUNTS": (dtype in TOYS, (data.rows - ones, ones)),
        "NOISE": (dtype in DRAWN, data.noise),
        "FEATURES": ("features" in flags, list(data.features)),
        "SCALE": ("scale" in flags, list(data.scale)),
        "OFFSET": ("offset" in flags, list(data.offset)),
        "TRAIN_ROWS": (True, data.train_rows),
        "TEST_ROWS": (True, data.test_rows),
    }
    return {name: _literal(value) for name, (there, value) in found.items() if there}


def _literal(value: Any) -> str:
    return repr(value).replace("'", '"')


def _arm(arm: Arm, experiment: Experiment, label: str) -> str:
    """One arm as a dictionary: what its norm uses, and what it has of its own."""
    places = list(arm.placements(len(experiment.network.hidden)))
    told: dict[str, Any] = {"name": label, "norm": NORM_WORDS.get(arm.norm, arm.norm), "places": places}
    if set(places) - {"none"}:
        told["eps"] = arm.eps
        if arm.uses_batch_statistics:
            told["momentum"] = arm.momentum
        told |= {"groups": arm.groups} if arm.norm == "group" else {}
        told |= {"ghost_size": arm.ghost_size} if arm.norm == "batch_ghost" else {}
    own = ("learning_rate", "gain", "optimizer", "dropout")
    told |= {name: getattr(arm, name) for name in own if getattr(arm, name) is not None}
    parts = [{key: told.pop(key) for key in keys} for keys in (("name",), ("norm", "places"))]
    return "{" + ",\n     ".join(_literal(part)[1:-1] for part in (*parts, told) if part) + "}"
