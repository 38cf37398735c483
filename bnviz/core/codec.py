"""An experiment as JSON and as the query of a link, there and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar

from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.fields import FieldError, Number, kind_of, nearest, unknown_name

GROUPS: dict[str, type[Any]] = {"data": Data, "network": Network, "training": Training}
SEED = Number(0, 2**31 - 1, integer=True)
Whole = TypeVar("Whole")


def to_json(experiment: Experiment) -> str:
    """All settings as indented JSON text."""
    return json.dumps(asdict(experiment), indent=2)


def from_json(text: str) -> Experiment:
    """Read JSON text; missing fields take their defaults.

    Raises:
        FieldError: for text that is no JSON object, an unknown field, or a value that cannot be used.
    """
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FieldError("file", f"This is not JSON ({error}). Give what Experiment.to_json() writes.") from None
    _known(tree, ("data", "network", "arms", "training", "seed"), "experiment")
    made: dict[str, Any] = {name: _group(kind, tree[name], name) for name, kind in GROUPS.items() if name in tree}
    if "arms" in tree:
        if not isinstance(tree["arms"], list):
            raise FieldError("arms", f"{tree['arms']!r} came; a list of arms is needed.")
        made["arms"] = tuple(_group(Arm, arm, f"arms[{i}]") for i, arm in enumerate(tree["arms"]))
    if "seed" in tree:
        made["seed"] = tree["seed"]
    return Experiment(**made)


def _known(tree: Any, names: tuple[str, ...], where: str) -> None:
    if not isinstance(tree, dict):
        raise FieldError(where, f"{tree!r} came; an object with {', '.join(names)} is needed.")
    for name in tree:
        if name not in names:
            field = name if where == "experiment" else f"{where}.{name}"
            raise FieldError(field, f"There is no such setting. {where} has {', '.join(names)}.")


def _group(kind: type[Any], tree: Any, where: str) -> Any:
    _known(tree, tuple(f.name for f in fields(kind)), where)
    try:
        return kind(**tree)
    except FieldError as error:
        raise FieldError(error.field.replace("arm.", f"{where}.", 1), error.problem) from None


def to_link(experiment: Experiment) -> dict[str, str]:
    """The settings that differ from the defaults, as the parameters of a link."""
    plain = Experiment()
    link: dict[str, str] = {}
    for group in GROUPS:
        link |= group_to_link(group, getattr(experiment, group), getattr(plain, group))
    if experiment.arms != plain.arms:
        link["arms"] = " ".join(_write_arm(arm) for arm in experiment.arms)
    if experiment.seed != plain.seed:
        link["seed"] = str(experiment.seed)
    return link


def group_to_link(group: str, value: Any, usual: Any) -> dict[str, str]:
    """The settings of one group that differ from the usual ones, as parameters named `group.setting`.

    Args:
        group: what stands before the dot.
        value: a dataclass whose fields are all made by `fields.setting`.
        usual: the group as it is where the link says nothing.
    """
    return {f"{group}.{name}": text for name, text in _differences(value, usual).items()}


def group_from_link(group: str, usual: Any, params: Mapping[str, str], messages: list[str]) -> Any:
    """Read one group of settings from the parameters of a link, whatever they are.

    Args:
        group: what stands before the dot in the parameters' names.
        usual: the group with the values that count where the link says nothing.
        params: names and texts; others than this group's are passed over.
        messages: takes a sentence for each setting that could not be used and stays as it was in `usual`, and for
            each name of this group that no setting has.
    """
    value, known = usual, [f"{group}.{item.name}" for item in fields(usual)]
    unknown = [name for name in params if name.rpartition(".")[0] == group and name not in known]
    messages += [unknown_name(name, nearest(name, known)) for name in unknown]
    for item in fields(value):
        text = params.get(f"{group}.{item.name}")
        if text is None:
            continue
        try:
            value = replace(value, **{item.name: item.metadata["kind"].parse(text)})
        except ValueError as error:
            problem = error.problem if isinstance(error, FieldError) else str(error)
            messages.append(_fell_back(f"{group}.{item.name}", problem))
    return value


def _differences(now: Any, usual: Any) -> dict[str, str]:
    changed = [f for f in fields(now) if getattr(now, f.name) != getattr(usual, f.name)]
    return {f.name: f.metadata["kind"].write(getattr(now, f.name)) for f in changed}


def _write_arm(arm: Arm) -> str:
    texts = _differences(arm, Arm(norm="none"))
    norm, placement = texts.pop("norm", "none"), texts.pop("placement", "before")
    words = [norm] if norm == "none" and placement == "before" else [norm, placement]
    return ",".join(words + [f"{name}:{text}" for name, text in texts.items()])


def _parse_arm(text: str) -> Arm:
    words = text.split(",")
    plain = [word for word in words if ":" not in word]
    if len(plain) > 2:
        raise FieldError("arms", f"{text!r} came; an arm is norm,placement,setting:value.")
    given: dict[str, Any] = {"norm": plain[0] if plain else ""}
    if len(plain) == 2:
        given["placement"] = _of_arm("placement", plain[1])
    for word in words:
        name, colon, value = word.partition(":")
        if colon and name not in {f.name for f in fields(Arm)}:
            raise FieldError("arms", f"{name!r} is no setting of an arm.")
        if colon:
            given[name] = _of_arm(name, value)
    return Arm(**given)


def _of_arm(name: str, text: str) -> Any:
    try:
        return kind_of(Arm, name).parse(text)
    except ValueError as error:
        raise FieldError(f"arm.{name}", str(error)) from None


def from_link(params: Mapping[str, str], data: Data | None = None) -> tuple[Experiment, list[str]]:
    """Read the parameters of a link, whatever they are.

    Args:
        params: names and texts; names that are no setting of an experiment are left to the caller.
        data: those that count where the link says nothing; the usual ones if None.

    Returns:
        An experiment that can be run, and a sentence for each setting that could not be used and fell back to
        its default.
    """
    messages: list[str] = []
    usual = {name: kind() for name, kind in GROUPS.items()} | ({} if data is None else {"data": data})
    groups = {name: group_from_link(name, start, params, messages) for name, start in usual.items()}
    arms = _lenient_arms(params.get("arms"), messages)
    seed = 0
    try:
        seed = int(SEED.parse(params.get("seed", "0")))
    except ValueError as error:
        messages.append(_fell_back("seed", str(error)))
    return _fit(groups, arms, seed, messages), messages


def _fell_back(field: str, problem: str) -> str:
    return f"{field}: {problem} The default is used instead."


def _lenient_arms(text: str | None, messages: list[str]) -> tuple[Arm, ...]:
    if text is None:
        return Experiment().arms
    arms = []
    for index, word in enumerate(text.split()):
        try:
            arms.append(_parse_arm(word))
        except FieldError as error:
            name = error.field.removeprefix("arms").removeprefix("arm")
            messages.append(f"arms[{index}]{name}: {error.problem} This arm is left out.")
    if not arms:
        messages.append(_fell_back("arms", "No arm was left."))
        return Experiment().arms
    if len(arms) > 6:
        messages.append(f"arms: {len(arms)} came; the first 6 are kept.")
    return tuple(arms[:6])


def _fit(groups: dict[str, Any], arms: tuple[Arm, ...], seed: int, messages: list[str]) -> Experiment:
    """Change one setting after another until they fit each other."""
    for _ in range(40):
        try:
            return Experiment(**groups, arms=arms, seed=seed)
        except FieldError as error:
            if error.field.startswith("arms["):
                arms, remedy = _fit_arm(arms, error.field)
            else:
                groups, remedy = _fit_group(groups, error.field)
            messages.append(f"{error} {remedy}")
    messages.append("The settings did not fit each other; the default experiment is shown.")
    return Experiment()


def _fit_arm(arms: tuple[Arm, ...], field: str) -> tuple[tuple[Arm, ...], str]:
    """Reset the setting `arms[index].name`; if it has its default already, take what fits every network."""
    place, _, name = field.partition(".")
    index, usual = int(place[5:-1]), getattr(Arm(), name)
    change, remedy = {name: usual}, "The default is used instead."
    if getattr(arms[index], name) == usual:
        groups = name == "groups"
        change = {"groups": 1} if groups else {"norm": "batch"}
        remedy = f"{'One group' if groups else 'Plain batch norm'} is used instead."
    return (*arms[:index], replace(arms[index], **change), *arms[index + 1 :]), remedy


def _fit_group(groups: dict[str, Any], field: str) -> tuple[dict[str, Any], str]:
    """Reset the setting `group.name`; if it has its default already, take the default data."""
    group, _, name = field.partition(".")
    usual = getattr(GROUPS[group](), name)
    if getattr(groups[group], name) == usual:
        return groups | {"data": Data()}, "The default data set is used instead."
    return groups | {group: replace(groups[group], **{name: usual})}, "The default is used instead."


def whole_from_json(what: str, text: str, build: Callable[[Any], Whole]) -> Whole:
    """A sweep or a study from its JSON text.

    Args:
        what: its name, as in "study".
        text: what `to_json` wrote.
        build: makes it of the tree that the text describes.

    Raises:
        FieldError: naming what cannot be used.
    """
    try:
        return build(json.loads(text))
    except FieldError:
        raise
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        told = f"This is no {what} ({error!r}). Give what {what.capitalize()}.to_json() writes."
        raise FieldError(what, told) from None
