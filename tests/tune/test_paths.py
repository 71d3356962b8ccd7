from __future__ import annotations

from dataclasses import replace

import pytest

from luthier.core.recipe import Choice
from luthier.fit import stack_key
from luthier.tune.paths import RECIPE_TYPES, known_paths, value_at, with_values
from tests.tune.spaces import make_recipe

PATHS = known_paths("mlp", {"optimizer": ["adamw"], "schedule": ["linear"], "augmentation": ["none"]})


@pytest.mark.parametrize("path", PATHS)
def test_writing_what_a_path_holds_changes_nothing(path: str) -> None:
    recipe = make_recipe()

    assert with_values(recipe, {path: value_at(recipe, path)}) == recipe


def test_every_setting_of_a_recipe_has_a_path() -> None:
    assert {"learning_rate", "weight_decay", "batch_size", "epochs", "patience", "label_smoothing", "ema_decay", "gradient_clip"} <= RECIPE_TYPES.keys()
    assert {"net.width", "optimizer", "optimizer.beta2", "schedule", "schedule.warmup", "decay_rate"} <= set(PATHS)


def test_the_decay_rate_is_the_learning_rate_times_the_weight_decay() -> None:
    recipe = with_values(make_recipe(), {"learning_rate": 0.01, "decay_rate": 2e-4})

    assert recipe.weight_decay == pytest.approx(0.02)
    assert value_at(recipe, "decay_rate") == pytest.approx(2e-4)


def test_equal_networks_have_equal_recipes_however_they_were_written() -> None:
    recipe = make_recipe()

    told = with_values(recipe, {"net.width": 256, "net.blocks": 2, "optimizer": "adamw", "optimizer.beta1": 0.9})

    assert told.id == recipe.id
    assert stack_key(told) == stack_key(recipe)


def test_a_setting_that_a_recipe_states_can_go_back_to_the_parts_default() -> None:
    recipe = replace(make_recipe(), net=Choice(name="mlp", settings={"width": 64}))

    assert value_at(with_values(recipe, {"net.width": 256}), "net.width") == 256
