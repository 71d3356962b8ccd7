"""Space files: a space as YAML or JSON, whole or as changes of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from luthier.core.errors import SettingInvalid
from luthier.tune.changes import at, changed_family
from luthier.tune.contradictions import refuse_contradictions
from luthier.tune.paths import advice
from luthier.tune.plain_yaml import plain_text, read_plain
from luthier.tune.space import Family, Space
from luthier.tune.space_records import as_json, domain_record, recipe_from

ONLY, RECIPE, SHARE = "only", "recipe", "share"
"Words of a file that are no paths."


def read_space(path: Path, base: Space) -> Space:
    """The space of a file.

    A file is a mapping from families to mappings from paths to what shall be there: a value (no longer searched), a list (one of these), a
    mapping with a `kind` (a domain), or null (as the recipe has it). A family that is null is left out; `only` lists the families that stay;
    a family with a `recipe` is whole in itself, all others are changes of the family of that name in `base`.

    Raises:
        SettingInvalid: the file cannot be read, or what it says cannot be searched; says where.
    """
    with at(str(path)):
        space = _changed(base, _mapping(read_plain(path), "A space file must be a mapping from families to their settings"))
        refuse_contradictions(space)
    return space


def write_space(space: Space) -> str:
    """The whole space as YAML, every family with its recipe: `read_space` gives an equal one back, whatever its base."""
    return plain_text(space_to_plain(space))


def space_to_plain(space: Space) -> dict[str, Any]:
    """The whole space as JSON values: what `write_space` writes."""
    return {ONLY: list(space.families), **{name: _family_record(family) for name, family in space.families.items()}}


def _family_record(family: Family) -> dict[str, Any]:
    return as_json({RECIPE: family.recipe.to_json(), SHARE: family.share, **{path: domain_record(domain) for path, domain in family.domains.items()}})


def _changed(base: Space, content: Mapping[str, Any]) -> Space:
    families = dict(base.families)
    for name, changes in content.items():
        if name != ONLY:
            with at(name):
                family = _family(name, changes, base)
            families = {**families, name: family} if family is not None else {other: own for other, own in families.items() if other != name}
    kept = content.get(ONLY, list(families))
    if not isinstance(kept, list):
        raise SettingInvalid(f"{ONLY} must be a list of families, but {kept!r} came.")
    for name in kept:
        if name not in families:
            raise SettingInvalid(f"{ONLY} must name families of the space, but {name!r} came. {advice(str(name), families)}")
    return Space(families={name: families[name] for name in kept})


def _family(name: str, changes: Any, base: Space) -> Family | None:
    """What is said about a family; None where it is left out."""
    brings_recipe = isinstance(changes, dict) and RECIPE in changes
    if not brings_recipe and name not in base.families:
        raise SettingInvalid(f"A family must be one of the space or bring its own recipe, but {name!r} came. {advice(name, base.families)}")
    if changes is None:
        return None
    told = _mapping(changes, "A family must be a mapping from paths to values, or null")
    start = Family(recipe=recipe_from(told[RECIPE]), domains={}) if brings_recipe else base.families[name]
    share = told.get(SHARE, start.share)
    if isinstance(share, bool) or not isinstance(share, int | float):
        raise SettingInvalid(f"{SHARE} must be a number, but {share!r} came.")
    paths = {path: value for path, value in told.items() if path not in (RECIPE, SHARE)}
    return changed_family(replace(start, share=share), paths)


def _mapping(content: Any, required: str) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise SettingInvalid(f"{required}, but {content!r} came.")
    return {str(name): value for name, value in content.items()}
