from __future__ import annotations

import numpy as np
import pytest

from luthier.workflows.additive_model import additive_model

EFFECTS = np.array([0.0, 1.0, -2.0, 0.5, 0.0])


def simulated(rng: np.random.Generator, *, wild: float = 0.0) -> tuple[np.ndarray, list[np.ndarray]]:
    columns = list((rng.random((5, 40)) < 0.5).astype(float))
    noise = np.where(rng.random(40) < wild, 20.0, 1.0) * rng.normal(size=40)
    return EFFECTS @ np.array(columns) + noise, columns


@pytest.mark.parametrize("wild", [0.0, 0.1], ids=["normal", "a tenth astray"])
def test_intervals_hold_the_truth_as_often_as_they_say(wild: float) -> None:
    rng = np.random.default_rng(0)

    inside = [
        abs(term.value - truth) <= term.reach for _ in range(120) for term, truth in zip(additive_model(*simulated(rng, wild=wild)), EFFECTS, strict=True)
    ]

    assert 0.92 <= np.mean(inside) <= 0.99  # 95 % was promised; 600 intervals in 120 independent groups move by 1 to 2 points


def test_runs_that_went_astray_hardly_move_the_estimate() -> None:
    values, columns = simulated(np.random.default_rng(1))
    spoiled = values.copy()
    spoiled[:2] += 1000.0

    moved = [abs(term.value - before.value) for term, before in zip(additive_model(spoiled, columns), additive_model(values, columns), strict=True)]

    assert max(moved) < 0.5  # least squares alone moves by more than 20


def test_effect_that_always_comes_with_another_one_is_entangled() -> None:
    rng = np.random.default_rng(2)
    first, other = (rng.random((2, 30)) < 0.5).astype(float)

    terms = additive_model(first + rng.normal(size=30), [first, first, other])

    assert [(term.value is None, term.entangled) for term in terms] == [(True, True), (True, True), (False, False)]


def test_more_effects_than_values_are_not_estimated() -> None:
    assert [term.value for term in additive_model(np.arange(4.0), [np.array([0, 1, 0, 1.0]), np.array([0, 0, 1, 1.0])])] == [None, None]


def test_values_without_noise_are_recovered_exactly() -> None:
    _, columns = simulated(np.random.default_rng(3))

    terms = additive_model(EFFECTS @ np.array(columns), columns)

    assert np.allclose([term.value for term in terms], EFFECTS)
