"""Contradictions: a space is tried out at its corners before anything is trained."""

from __future__ import annotations

from collections.abc import Iterator

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Recipe, Setting
from luthier.core.task import InputShape, PixelShape
from luthier.fit import build_augmentation
from luthier.nets import ARCHITECTURES, build
from luthier.nets.settings import settings_of
from luthier.optim import build_optimizer, build_schedule
from luthier.tune.paths import refuse_wrong_kind
from luthier.tune.space import Family, Space

SMALLEST_SHAPES: dict[type, InputShape | PixelShape] = {
    InputShape: InputShape(numbers=1, cardinalities=(3,)),
    PixelShape: PixelShape(channels=1, height=16, width=16),
}
"Of the table, or the images, for which networks are built on trial."
SMALL = 8
"Sizes of these networks go no further: what a part refuses is too small a number or one of the wrong kind."


def refuse_contradictions(space: Space) -> None:
    """Build what every setting makes at the ends of its domain, the others as expected, and let nobody wait for what cannot be built.

    Raises:
        SettingInvalid: a part refuses a value; says which family, path and value.
    """
    for name, family in space.families.items():
        for place, point in _corners(family):
            try:
                for path, value in point.items():
                    refuse_wrong_kind(path, value)
                _build(family.built(point))
            except SettingInvalid as refusal:
                raise SettingInvalid(f"The family {name!r} cannot be built with {place}. {refusal}") from refusal


def _corners(family: Family) -> Iterator[tuple[str, dict[str, Setting]]]:
    yield "the expected values", family.completed({})
    for path, domain in family.domains.items():
        for value in domain.corners:
            yield f"{path} = {value!r}", family.completed({**_made_to_exist(family, path), path: value})


def _made_to_exist(family: Family, path: str) -> dict[str, Setting]:
    """Values for what a path hangs on, and what that hangs on."""
    values: dict[str, Setting] = {}
    for other, allowed in family.domains[path].when.items():
        if other in family.domains:
            values |= {**_made_to_exist(family, other), other: allowed[0]}
    return values


def _build(recipe: Recipe) -> None:
    sees = ARCHITECTURES[recipe.net.name].sees if recipe.net.name in ARCHITECTURES else InputShape
    if recipe.net.name in ARCHITECTURES:
        settings_of(recipe.net, ARCHITECTURES[recipe.net.name].settings)
    build(recipe.net.with_settings(**{setting: _small(value) for setting, value in recipe.net.settings.items()}), SMALLEST_SHAPES[sees], 1, seed=0)
    build_optimizer(recipe.optimizer)
    build_schedule(recipe.schedule)
    build_schedule(recipe.regularization)
    build_augmentation(recipe.augmentation)


def _small(value: Setting) -> Setting:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return min(value, type(value)(SMALL))
