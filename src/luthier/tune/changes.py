"""Changes: a family with some of its settings fixed, searched otherwise, or no longer searched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Recipe, Setting
from luthier.tune.domains import Domain, OneOf, When
from luthier.tune.paths import DECAY_RATE, NAMED_PARTS, advice, has_setting, known_paths, refuse_wrong_kind, value_at, with_values
from luthier.tune.space import Family
from luthier.tune.space_records import domain_from, setting_from

ONE_OF_BOTH = {DECAY_RATE: "weight_decay", "weight_decay": DECAY_RATE}
"Two paths for one setting: who speaks of one of them takes the other out of the search."


def changed_family(family: Family, changes: Mapping[str, Any]) -> Family:
    """The family with what a file says of its paths.

    Args:
        changes: for a path a value, which is then fixed; a list or a mapping, which is a domain; or None, which leaves it as the recipe has it.

    Raises:
        SettingInvalid: a path is unknown, a domain impossible, or a condition can never hold.
    """
    if all(changes.get(path) is not None for path in ONE_OF_BOTH):
        raise SettingInvalid("Give decay_rate or weight_decay, not both: decay_rate is the learning rate times weight_decay, and sets it.")
    recipe, domains = family.recipe, dict(family.domains)
    for path in sorted(changes, key=lambda path: path not in NAMED_PARTS):  # what a part can be decides about its settings
        names = _names(recipe, domains)
        known = known_paths(recipe.net.name, names)
        if path not in known:
            raise SettingInvalid(f"A path must name a setting of the recipes that are searched, but {path!r} came. {advice(path, known)}")
        with at(path):
            recipe, domains = _changed(path, changes[path], recipe, domains, names)
    return replace(family, recipe=recipe, domains=_possible(recipe, domains, told=changes))


def _names(recipe: Recipe, domains: Mapping[str, Domain]) -> dict[str, tuple[str, ...]]:
    """The optimizers and schedules that may occur."""
    searched = {part: domains.get(part) for part in NAMED_PARTS}
    return {part: tuple(map(str, domain.values)) if isinstance(domain, OneOf) else (str(value_at(recipe, part)),) for part, domain in searched.items()}


def _changed(path: str, told: Any, recipe: Recipe, domains: dict[str, Domain], names: Mapping[str, tuple[str, ...]]) -> tuple[Recipe, dict[str, Domain]]:
    """Recipe and domains with one path changed."""
    rest = {other: domain for other, domain in domains.items() if other not in (path, ONE_OF_BOTH.get(path))}
    when = _condition(path, domains, names)
    if told is None:
        return recipe, rest
    if isinstance(told, list | dict):
        domain = domain_from(told)
        if not (isinstance(told, dict) and "when" in told):
            domain = replace(domain, when=when)
        _refuse_unknown_parts(path, domain.values if isinstance(domain, OneOf) else ())
        return recipe, {**rest, path: domain}
    value = setting_from(told)
    refuse_wrong_kind(path, value)
    _refuse_unknown_parts(path, (value,))
    if when or path == DECAY_RATE:  # no recipe can hold it: it hangs on another choice
        return recipe, {**rest, path: OneOf((value,), when=when)}
    return with_values(recipe, {path: value}), rest


def _condition(path: str, domains: Mapping[str, Domain], names: Mapping[str, tuple[str, ...]]) -> When:
    """When a setting exists of which nobody says so: as before; a part's setting where the part has it."""
    before = domains[path].when if path in domains else {}
    part, _, setting = path.partition(".")
    if not setting or part not in names:
        return before
    others = {other: allowed for other, allowed in before.items() if other != part}
    having = tuple(name for name in names[part] if has_setting(part, name, setting))
    still = tuple(name for name in having if name in before.get(part, having))
    return {**others, part: still or having} if len(names[part]) > 1 else others


def _refuse_unknown_parts(path: str, values: tuple[Setting, ...]) -> None:
    for value in values if path in NAMED_PARTS else ():
        if value not in NAMED_PARTS[path]:
            raise SettingInvalid(f"The {path} must be one that exists, but {value!r} came. {advice(str(value), NAMED_PARTS[path])}")


def _possible(recipe: Recipe, domains: Mapping[str, Domain], *, told: Mapping[str, Any]) -> dict[str, Domain]:
    """The domains without those that can no longer exist, unless somebody spoke of them; conditions that always hold are dropped."""
    possible: dict[str, Domain] = {}
    for path, domain in domains.items():
        open_conditions, impossible = {}, False
        for other, allowed in domain.when.items():
            controller = domains.get(other)
            left = tuple(value for value in allowed if (controller.contains(value) if controller is not None else value_at(recipe, other) == value))
            impossible |= not left
            if controller is not None or not left:
                open_conditions[other] = left or allowed
        if not impossible or path in told:
            possible[path] = replace(domain, when=open_conditions)
    return possible


@contextmanager
def at(place: str) -> Iterator[None]:
    """Says where a refusal arose."""
    try:
        yield
    except SettingInvalid as refusal:
        raise SettingInvalid(f"{place}: {refusal}") from refusal
