"""Space: where recipes come from. Families of recipes, and for each the settings that are searched."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Recipe, Setting
from luthier.nets import SHAPELESS_SETTINGS
from luthier.tune.domains import Domain, OneOf
from luthier.tune.paths import DECAY_RATE, NAMED_PARTS, advice, default_setting, known_paths, setting_type, value_at, with_values
from luthier.tune.trials import Point

FAMILY = "family"
"The path that names the family of a point."


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Recipes of one architecture around a published one.

    Example:
        >>> from luthier.core.recipe import Choice
        >>> recipe = Recipe(name="mlp", net=Choice(name="mlp"), optimizer=Choice(name="adamw"), schedule=Choice(name="linear"), learning_rate=1e-3)
        >>> family = Family(recipe=recipe, domains={"optimizer": OneOf(("adamw", "muon")), "optimizer.steps": OneOf((3, 5), when={"optimizer": ("muon",)})})
        >>> family.completed({"optimizer": "adamw", "optimizer.steps": 3})
        {'optimizer': 'adamw'}
    """

    recipe: Recipe
    "What is not searched, and where the search begins."
    domains: Mapping[str, Domain]
    "What is searched, by path."
    share: float = 1.0
    "How much of the search it gets where nothing is known, beside the other families' shares; more than 0."

    def __post_init__(self) -> None:
        if not 0 < self.share < math.inf:
            raise SettingInvalid(f"The share of a family must be more than 0, but {self.share!r} came.")
        known = known_paths(self.recipe.net.name, {part: [str(name) for name in self.possible_values(part)] for part in NAMED_PARTS})
        for path in self.domains:
            if path not in known:
                raise SettingInvalid(f"A path must name a setting of the recipes that are searched, but {path!r} came. {advice(path, known)}")
        if {DECAY_RATE, "weight_decay"} <= set(self.domains):
            raise SettingInvalid("Search decay_rate or weight_decay, not both: decay_rate is the learning rate times weight_decay, and sets it.")
        for path, domain in self.domains.items():
            self._refuse_condition(path, domain, known)
        self._order()

    def _refuse_condition(self, path: str, domain: Domain, known: Collection[str]) -> None:
        for other, values in domain.when.items():
            if other not in known:
                raise SettingInvalid(f"A condition must name a setting of the recipes, but that of {path!r} names {other!r}. {advice(other, known)}")
            impossible = [value for value in values if not self._can_be(other, value)]
            if impossible or not values:
                came = f"that of {path!r} waits for {impossible[0]!r}" if impossible else f"that of {path!r} waits for nothing"
                raise SettingInvalid(f"A condition must wait for values that {other} can have, but {came}.")

    def _can_be(self, path: str, value: Setting) -> bool:
        return self.domains[path].contains(value) if path in self.domains else value_at(self.recipe, path) == value

    def possible_values(self, path: str) -> tuple[Setting, ...]:
        """The values of a choice that is searched; else what the recipe has."""
        domain = self.domains.get(path)
        return domain.values if isinstance(domain, OneOf) else (value_at(self.recipe, path),)

    def _order(self) -> tuple[str, ...]:
        """The paths, each after those that its condition names."""
        placed: dict[str, None] = {}
        while len(placed) < len(self.domains):
            waiting = {path: domain for path, domain in self.domains.items() if path not in placed}
            ready = [path for path, domain in waiting.items() if not any(other in waiting for other in domain.when)]
            if not ready:
                circle = ", ".join(map(repr, waiting))
                raise SettingInvalid(f"Conditions must not go in a circle, but those of {circle} hang on each other.")
            placed |= dict.fromkeys(ready)
        return tuple(placed)

    def own_value(self, path: str) -> Setting:
        """What the family's recipe has at a searched path, moved into its domain; where its part lacks the setting, the default of the part that has it."""
        domain, (part, _, setting) = self.domains[path], path.partition(".")
        if setting and part in NAMED_PARTS:
            names = domain.when.get(part, self.possible_values(part))
            if value_at(self.recipe, part) not in names:
                return domain.clip(default_setting(part, str(names[0]), setting))
        return domain.clip(value_at(self.recipe, path))

    def center(self, path: str) -> Setting:
        """Where the best value is expected: the domain's prior, else the family's own."""
        prior = self.domains[path].prior
        return self.own_value(path) if prior is None else prior

    def completed(self, values: Mapping[str, Setting]) -> dict[str, Setting]:
        """A value for every setting that exists: those of `values`, the expected ones where it has none, without those whose condition fails."""
        point: dict[str, Setting] = {}
        for path in self._order():
            if self._exists(path, point):
                point[path] = values[path] if path in values else self.center(path)
        return point

    def _exists(self, path: str, point: Mapping[str, Setting]) -> bool:
        for other, allowed in self.domains[path].when.items():
            absent = other in self.domains and other not in point
            if absent or (point[other] if other in point else value_at(self.recipe, other)) not in allowed:
                return False
        return True

    def contains(self, values: Mapping[str, Setting]) -> bool:
        """True for a value inside its domain for every setting that exists, and for no other."""
        return self.completed(values).keys() == values.keys() and all(self.domains[path].contains(value) for path, value in values.items())

    def built(self, values: Mapping[str, Setting]) -> Recipe:
        """The recipe with these values."""
        return with_values(self.recipe, values)

    @property
    def structural_paths(self) -> frozenset[str]:
        """The searched settings that members of one population cannot differ in."""
        return frozenset(path for path in self.domains if self._is_structural(path))

    def _is_structural(self, path: str) -> bool:
        part, _, setting = path.partition(".")
        if part == "net":
            return setting not in SHAPELESS_SETTINGS
        if part == "schedule":
            return "reduce-on-plateau" in self.possible_values("schedule")
        if part == "optimizer" and setting:
            return any(setting_type(part, name, setting) != "Hyperparameter" for name in self._names_with(part, setting))
        return path in ("batch_size", "optimizer")

    def _names_with(self, part: str, setting: str) -> list[str]:
        return [str(name) for name in self.possible_values(part) if default_setting(part, str(name), setting) is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Every recipe that a search may propose."""

    families: Mapping[str, Family]
    "By name, the best bet first."

    def __post_init__(self) -> None:
        if not self.families:
            raise SettingInvalid("A space needs one family of recipes or more, but none came.")

    def recipe(self, point: Point) -> Recipe:
        """The recipe at a place; it bears the family's name."""
        name = str(point[FAMILY])
        return replace(self.families[name].built({path: value for path, value in point.items() if path != FAMILY}), name=name)

    def default_point(self, family: str) -> Point:
        """The place of the family's own recipe, moved into the domains where it is outside."""
        own = self.families[family]
        return self.point(family, {path: own.own_value(path) for path in own.domains})

    def point(self, family: str, values: Mapping[str, Setting]) -> Point:
        """A place in a family: `values` where they exist, the expected values elsewhere."""
        return {FAMILY: family, **self.families[family].completed(values)}

    def contains(self, point: Point) -> bool:
        """True for a place of this space."""
        own = self.families.get(str(point.get(FAMILY)))
        return own is not None and own.contains({path: value for path, value in point.items() if path != FAMILY})

    def moved_inside(self, point: Point) -> Point | None:
        """The nearest place of the space to a place of another; None where the family is unknown."""
        own = self.families.get(str(point.get(FAMILY)))
        if own is None:
            return None
        return self.point(str(point[FAMILY]), {path: domain.clip(point[path]) for path, domain in own.domains.items() if path in point})

    def structural_paths(self, family: str) -> frozenset[str]:
        """The searched settings that members of one population cannot differ in: shapes, batch size, kind of optimizer."""
        return self.families[family].structural_paths

    def refuse_unknown(self, fixed: Point) -> None:
        """Raise `SettingInvalid` where values that all proposals shall have do not fit together or lie outside.

        Args:
            fixed: paths and values; with a path of a family, `family` too, and what its condition hangs on.
        """
        if not fixed:
            return
        name = str(fixed.get(FAMILY))
        if name not in self.families:
            raise SettingInvalid(f"Fixed values need the name of a family, but {fixed.get(FAMILY)!r} came. {advice(name, self.families)}")
        family = self.families[name]
        values = {path: value for path, value in fixed.items() if path != FAMILY}
        for path, value in values.items():
            if path not in family.domains:
                raise SettingInvalid(f"Only what is searched can be fixed, but {path!r} came. {advice(path, family.domains)}")
            if not family.domains[path].contains(value):
                raise SettingInvalid(f"A fixed value must lie in its domain, but {path} = {value!r} came.")
            if any(other in family.domains and other not in values for other in family.domains[path].when) or path not in family.completed(values):
                raise SettingInvalid(f"A fixed value must exist, but {path} does not with the other values that are fixed.")
