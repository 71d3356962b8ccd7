from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from luthier.core.recipe import Choice, Member
from luthier.fit import Pace, Population, stack_key, train
from tests.fit.conftest import make_data, make_recipe
from tests.fit.test_train import log_loss

BASE = make_recipe("realmlp")


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, learning_rate=0.1, weight_decay=0.3, label_smoothing=0.1, ema_decay=0.9, gradient_clip=1.0, l1=1e-4),
        replace(BASE, net=BASE.net.with_settings(dropout=0.4, sigma=0.5)),
        replace(BASE, schedule=Choice(name="cosine"), regularization_schedule="flat-cos"),
        replace(BASE, optimizer=Choice(name="adamw", settings={"beta2": 0.9})),
    ],
    ids=["numbers", "dropout", "schedule", "betas"],
)
def test_what_may_differ_inside_a_population_does_not_change_the_key(other) -> None:
    assert stack_key(other) == stack_key(BASE)
    members = [Member(recipe=recipe, fold=0, seed=1) for recipe in (BASE, other)]
    assert len(train(Population(members, make_data()), Pace(steps=4, most_steps=4), log_loss)) == 2


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, net=BASE.net.with_settings(width=64)),
        replace(BASE, net=BASE.net.with_settings(scale_rate=2.0)),
        replace(BASE, batch_size=8),
        replace(BASE, optimizer=Choice(name="muon")),
        replace(BASE, schedule=Choice(name="reduce-on-plateau")),
    ],
    ids=["width", "learning rates of parts", "batch size", "optimizer", "a schedule that watches"],
)
def test_what_makes_another_population_changes_the_key(other) -> None:
    assert stack_key(other) != stack_key(BASE)


def test_a_recipe_trains_the_same_beside_other_recipes_as_alone() -> None:
    data = make_data()
    members = [Member(recipe=replace(BASE, learning_rate=rate, l1=l1, ema_decay=ema), fold=0, seed=7) for rate, l1, ema in [(0.01, 0, 0), (0.1, 1e-3, 0.9)]]

    together = train(Population(members, data), Pace(steps=12, most_steps=12), log_loss)
    alone = [train(Population([member], data), Pace(steps=12, most_steps=12), log_loss)[0] for member in members]

    for beside, by_itself in zip(together, alone, strict=True):
        assert torch.allclose(beside.weights, by_itself.weights, atol=1e-5)


def test_an_l1_penalty_makes_decaying_weights_smaller_and_spares_the_others() -> None:
    plain, penalized = (
        train(Population([Member(recipe=make_recipe(l1=l1), fold=0, seed=3)], make_data()), Pace(steps=60, most_steps=60), log_loss)[0] for l1 in (0.0, 0.05)
    )

    assert penalized.weights.abs().sum() < 0.8 * plain.weights.abs().sum()
