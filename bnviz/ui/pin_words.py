"""Settings in words for pinned runs: values as the controls write them, and names that say what differs."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bnviz.core import describe
from bnviz.core.experiment import Experiment
from bnviz.ui.messages import text

OPTIONS = {
    "data.name": "name", "data.preprocess": "preprocess", "network.activation": "activation",
    "network.kind": "network_kind", "network.init": "init", "network.head": "head",
    "training.optimizer": "optimizer", "training.order": "order",
}  # fmt: skip
"""Setting -> the list of words out of which its control offers one."""
BRIEF = (
    "data.name", "data.preprocess", "network.hidden", "network.activation", "network.gain", "network.init",
    "training.optimizer", "training.learning_rate", "training.batch_size", "training.steps", "training.weight_decay",
    "training.dropout", "training.input_noise", "seed",
)  # fmt: skip
"""The settings of which a name can tell in a word or two."""
MOST_TOLD = 2
MOST_LETTERS = 24
LETTERS = "ABCDEFGHIJKLM"
SEPARATOR = " · "


def said(setting: str, value: str) -> str:
    """A value of `describe.flat` as the control of its setting writes it: "ReLU" and not "relu"."""
    if setting == "network.bias":
        return text("compare.on" if value == "1" else "compare.off")
    return text(f"train.options.{OPTIONS[setting]}.{value}") if setting in OPTIONS else value


def new_name(experiment: Experiment, first: Experiment | None, taken: Collection[str]) -> str:
    """The name of a run that is being pinned: a free letter, and what it has of its own where that is short.

    Args:
        experiment: of the run.
        first: the one that is pinned first, to which it is compared; None where it is the first itself, then the
            usual settings are.
        taken: the names of the others.

    Returns:
        Such as "B · tanh" or "C · rate 1.6, seed 1"; "Run D" where nothing differs, or too much for a name.
    """
    letter = next(one for one in LETTERS if not any(_has(name, one) for name in taken))
    name = _name(letter, experiment, first or Experiment())
    return _plain(letter) if name in taken else name


def told_apart(name: str, first: Experiment, second: Experiment) -> str:
    """The name of the run pinned first once there is a second: what it has unlike that one; a reader's own stays."""
    letter = name[0] if SEPARATOR in name else name[-1]
    if name not in (_plain(letter), _name(letter, first, Experiment())):
        return name
    found = _name(letter, first, second)
    return name if found == _plain(letter) else found


def _plain(letter: str) -> str:
    return text("compare.name", letter=letter)


def _name(letter: str, experiment: Experiment, other: Experiment) -> str:
    """A letter and what an experiment has unlike another one, if that is short."""
    found = describe.differing([other, experiment])
    if not 0 < len(found) <= MOST_TOLD or not set(found) <= set(BRIEF):
        return _plain(letter)
    name = letter + SEPARATOR + ", ".join(_parts({setting: values[1] for setting, values in found.items()}))
    return name if len(name) <= MOST_LETTERS else _plain(letter)


def _parts(settings: dict[str, str]) -> Iterator[str]:
    for setting, value in settings.items():
        yield text(f"compare.brief.{setting}", value=said(setting, value))


def _has(name: str, letter: str) -> bool:
    """Whether a name was made with this letter."""
    return name == _plain(letter) or name.startswith(letter + SEPARATOR)
