from __future__ import annotations

import numpy as np
import pytest

from luthier.tune.ensemble import select_ensemble
from luthier.tune.plan import plan_training


def rmse(truth: np.ndarray, prediction: np.ndarray) -> float:
    return float(np.sqrt(np.mean((truth - prediction) ** 2)))


def test_two_candidates_with_opposite_errors_are_mixed_half_and_half() -> None:
    truth = np.arange(10.0)

    ensemble = select_ensemble([truth + 1, truth - 1], truth, rmse)

    assert ensemble.weights == (0.5, 0.5)
    assert ensemble.error == pytest.approx(0.0)


def test_a_useless_candidate_gets_no_weight() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=200)

    ensemble = select_ensemble([truth + 0.1 * rng.normal(size=200), rng.normal(size=200) * 5], truth, rmse)

    assert ensemble.weights == (1.0, 0.0)
    assert ensemble.chosen == (0,)


def test_candidates_with_errors_of_their_own_are_better_together_than_the_best_alone() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(size=300)
    candidates = [truth + rng.normal(size=300) * spread for spread in (0.5, 0.51, 0.52)]

    ensemble = select_ensemble(candidates, truth, rmse)

    assert sum(ensemble.weights) == pytest.approx(1.0)
    assert ensemble.chosen == (0, 1, 2)
    assert ensemble.error < 0.8 * min(rmse(truth, candidate) for candidate in candidates)


def test_among_many_equal_candidates_the_luckiest_is_not_alone() -> None:
    """The expected error of one of forty equal candidates is that of any; the selection must not fall for the best one."""
    rng = np.random.default_rng(2)
    truth, fresh = rng.normal(size=200), rng.normal(size=4000)
    shared, later = rng.normal(size=200), rng.normal(size=4000)
    own = rng.normal(size=(40, 4200)) * 0.3
    ensemble = select_ensemble([truth + shared + noise[:200] for noise in own], truth, rmse)

    mixed = np.tensordot(ensemble.weights, [fresh + later + noise[200:] for noise in own], axes=1)

    assert len(ensemble.chosen) >= 3
    assert rmse(fresh, mixed) < np.mean([rmse(fresh, fresh + later + noise[200:]) for noise in own])


def test_weights_are_drawn_halfway_towards_equal_ones() -> None:
    truth = np.arange(10.0)

    ensemble = select_ensemble([truth + 0.5, truth - 0.9], truth, rmse)  # a greedy selection alone settles at 2 to 1

    assert ensemble.weights == pytest.approx((7 / 12, 5 / 12))


def test_an_ensemble_stays_small_enough_to_carry_and_to_ask() -> None:
    truth = np.arange(10.0)
    candidates = [truth + 1, truth - 1, truth - 1.2]

    ensemble = select_ensemble(candidates, truth, rmse, sizes=[1_000_000, 600_000, 400_000])

    assert ensemble.chosen == (0, 2)


def test_a_smaller_bound_takes_what_fits_instead_of_the_best() -> None:
    truth = np.arange(10.0)

    ensemble = select_ensemble([truth + 0.1, truth + 1.0], truth, rmse, sizes=[1_000, 100], most_numbers=500)

    assert ensemble.chosen == (1,)


@pytest.mark.parametrize(
    ("epochs", "folds", "recipes"),
    [(3, 1, 1), (24, 2, 1), (60, 5, 1), (400, 5, 2), (10_000, 5, 4)],
    ids=["one fold", "fewer folds", "all folds", "a second recipe", "everything"],
)
def test_the_budget_goes_to_folds_first_and_then_to_recipes(epochs: float, folds: int, recipes: int) -> None:
    plan = plan_training(epochs_of_one_member=epochs, folds=5, recipes=4)

    assert (plan.folds, plan.recipes) == (folds, recipes)
