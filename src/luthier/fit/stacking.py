"""Which recipes may stand in one population."""

from __future__ import annotations

import json

from luthier.core.recipe import Recipe
from luthier.nets import SHAPELESS_SETTINGS
from luthier.optim import build_optimizer, structure


def stack_key(recipe: Recipe) -> str:
    """Recipes with equal keys may be members of one population: they share what cannot be a tensor over members.

    That is the architecture with the settings that give it its shape, the batch size, the kind of the optimizer, and a schedule that
    watches the errors; everything else may differ.

    Example:
        >>> from dataclasses import replace
        >>> from luthier.core.recipe import Choice
        >>> recipe = Recipe(name="a", net=Choice(name="mlp"), optimizer=Choice(name="adamw"), schedule=Choice(name="linear"), learning_rate=1e-3)
        >>> stack_key(recipe) == stack_key(replace(recipe, learning_rate=0.1, net=Choice(name="mlp", settings={"dropout": 0.5})))
        True
        >>> stack_key(recipe) == stack_key(replace(recipe, batch_size=64))
        False
    """
    shape = {name: value for name, value in recipe.net.settings.items() if name not in SHAPELESS_SETTINGS}
    watching = dict(recipe.schedule.settings) if recipe.schedule.name == "reduce-on-plateau" else None
    kind, *fixed = structure(build_optimizer(recipe.optimizer))
    parts = [recipe.net.name, shape, recipe.batch_size, getattr(kind, "__name__", str(kind)), fixed, watching]
    return json.dumps(parts, sort_keys=True)
