from __future__ import annotations

import json
from dataclasses import replace

import pytest

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice, Recipe

RECIPE = Recipe(
    name="first",
    net=Choice(name="mlp", settings={"width": 64, "activation": "relu"}),
    optimizer=Choice(name="adamw", settings={"beta2": 0.95}),
    schedule=Choice(name="linear"),
    learning_rate=1e-3,
)


def test_a_recipe_survives_json() -> None:
    assert Recipe.from_json(json.loads(json.dumps(RECIPE.to_json()))) == RECIPE


def test_the_id_hangs_on_the_choices_and_not_on_the_name() -> None:
    assert replace(RECIPE, name="second").id == RECIPE.id
    assert replace(RECIPE, learning_rate=2e-3).id != RECIPE.id


def test_settings_of_a_choice_are_replaced_one_by_one() -> None:
    assert RECIPE.net.with_settings(width=32).settings == {"width": 32, "activation": "relu"}


@pytest.mark.parametrize(
    ("setting", "value", "required"),
    [("learning_rate", 0.0, "more than 0"), ("batch_size", 0, "1 or more"), ("label_smoothing", 1.0, "in [0, 1)"), ("ema_decay", -0.1, "in [0, 1)")],
)
def test_an_impossible_setting_is_refused(setting: str, value: float, required: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        replace(RECIPE, **{setting: value})

    assert str(refusal.value) == f"{setting} must be {required}, but {value!r} came."
