from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice, Recipe
from luthier.fit import FoldTensors, Population
from luthier.fit.lr_range import learning_rate_range, read_range
from tests.fit.conftest import make_data, make_members, make_recipe

RATES = np.geomspace(1e-6, 10, 141)


def valley(*, networks: int = 4, noise: float = 0.01) -> np.ndarray:
    """A loss that falls around 1e-3 like a logistic step of the decades, from 1 to 0, and has its lowest point at 1e-1."""
    places = np.log10(RATES)
    curve = 1 / (1 + np.exp(4 * (places + 3))) + np.clip(places + 1, 0, None) ** 2 + 0.2
    return curve[:, None] + noise * np.random.default_rng(0).normal(size=(len(RATES), networks))


def test_the_suggestion_is_the_steepest_point_where_that_is_below_a_tenth_of_the_lowest() -> None:
    found = read_range(RATES, valley(), diverged=False)

    assert found.steepest == pytest.approx(1e-3, rel=0.6)
    assert found.lowest == pytest.approx(1e-1, rel=0.8)
    assert found.suggested == found.steepest
    assert (found.low_end, found.high_end) == (pytest.approx(found.suggested / 10), pytest.approx(found.suggested * 10))
    assert found.is_clear


def test_the_suggestion_is_a_tenth_of_the_lowest_where_that_is_the_smaller_one() -> None:
    places = np.log10(RATES)
    late = 1 / (1 + np.exp(8 * (places + 1)))[:, None] + np.clip(places + 0.5, 0, None)[:, None] ** 2 + np.zeros((1, 3))

    found = read_range(RATES, late, diverged=False)

    assert found.suggested == pytest.approx(found.lowest / 10)
    assert found.suggested < found.steepest


def test_a_search_ends_at_half_of_the_divergence_point() -> None:
    losses = valley()
    losses[-1] = np.nan
    cut = RATES <= 3e-3

    found = read_range(RATES[cut], losses[cut] + 100 * (RATES[cut] == RATES[cut][-1])[:, None], diverged=True)

    assert found.diverged_at == RATES[cut][-1]
    assert found.high_end == min(found.suggested * 10, found.diverged_at / 2)
    assert found.suggested < found.high_end


def test_an_explosion_is_not_smeared_over_the_rates_before_it() -> None:
    calm, exploded = valley(), valley()
    exploded[-1] = np.inf

    before, after = (read_range(RATES, losses, diverged=True) for losses in (calm, exploded))

    assert after.suggested == before.suggested
    assert np.isfinite(after.losses).all()


def test_noise_alone_is_not_a_clear_fall() -> None:
    flat = 1 + 0.1 * np.random.default_rng(1).normal(size=(len(RATES), 4))

    assert not read_range(RATES, flat, diverged=False).is_clear


def test_a_sweep_that_is_broken_from_its_first_step_has_no_clear_fall() -> None:
    found = read_range(RATES[:1], np.full((1, 4), np.nan), diverged=True)

    assert not found.is_clear
    assert found.diverged_at == RATES[0]


@pytest.mark.parametrize("net", ["mlp", "realmlp", "residual-mlp", "tabm-mini"])
def test_a_sweep_of_networks_finds_a_fall_and_where_it_breaks(net: str) -> None:
    found = learning_rate_range(make_recipe(net, "momentum", batch_size=32), make_data(rows=300), high=1e4, steps=120, seed=1)

    assert found.is_clear
    assert found.diverged_at is not None
    assert 1e-6 < found.low_end < found.suggested < found.high_end <= found.diverged_at / 2


def test_a_training_at_the_suggestion_beats_those_below_the_interval_and_at_the_divergence() -> None:
    data, recipe = make_data(rows=300), make_recipe(schedule=Choice(name="constant"), batch_size=32)
    found = learning_rate_range(recipe, data)
    assert found.diverged_at is not None

    losses = [loss_after_a_while(replace(recipe, learning_rate=rate), data) for rate in (found.suggested, found.low_end / 10, found.diverged_at)]

    assert losses[0] < min(losses[1:])


def loss_after_a_while(recipe: Recipe, data: FoldTensors) -> float:
    """Mean training loss of the last of 80 steps."""
    population = Population(make_members(recipe), data)
    return float(np.mean([float(population.step_together(0.0).mean()) for _ in range(80)][-20:]))


def test_equal_seeds_give_equal_ranges_and_the_callers_random_numbers_stay() -> None:
    data, recipe = make_data(), make_recipe()
    before = torch.random.get_rng_state()

    first, second, other = (learning_rate_range(recipe, data, steps=20, seed=seed) for seed in (0, 0, 1))

    assert first == second != other
    assert torch.equal(torch.random.get_rng_state(), before)


def test_scaled_rates_train_as_recipes_with_that_learning_rate() -> None:
    data = make_data()
    scaled, stated = (Population(make_members(make_recipe(learning_rate=rate)), data) for rate in (1e-3, 4e-3))

    scaled.scale_learning_rates(4.0)
    for step in range(4):
        scaled.step_together(step / 4)
        stated.step_together(step / 4)

    torch.testing.assert_close(scaled.weights, stated.weights)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"low": 1.0, "high": 0.1},
            "A range test goes from a low learning rate above 0 to a higher one, but 1.0 to 0.1 came. Exchange or correct them.",
        ),
        ({"steps": 5}, "A range test needs 10 steps and 2 networks or more, but 5 and 4 came. Give more."),
    ],
    ids=["reversed", "few-steps"],
)
def test_contradictions_are_refused(changes: dict[str, float], text: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        learning_rate_range(make_recipe(), make_data(), **changes)

    assert str(refusal.value) == text
