from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from luthier.monitor.permutation import Tail, sequential_p_value


def test_it_stops_early_where_nothing_is_to_be_found() -> None:
    drawn = []
    rng = np.random.default_rng(0)

    def draw(size: int) -> np.ndarray:
        drawn.append(size)
        return rng.normal(size=size)

    p_value = sequential_p_value(0.0, draw, most=10_000)

    assert sum(drawn) == 100
    assert 0.3 < p_value < 0.8


def test_its_p_values_are_valid_at_every_level() -> None:
    rng = np.random.default_rng(1)

    p_values = np.array([sequential_p_value(observed, lambda size: rng.normal(size=size), most=1_000) for observed in rng.normal(size=1_000)])

    for level in (0.01, 0.05, 0.2):
        assert np.mean(p_values <= level) <= level + 3 * np.sqrt(level * (1 - level) / 1_000)


def test_a_bound_counts_only_beyond_all_permutations() -> None:
    assert sequential_p_value(9.0, lambda size: np.zeros(size), most=999, bound=1e-5) == 1e-5
    assert sequential_p_value(9.0, lambda size: np.zeros(size), most=999) == 1 / 1_000
    assert sequential_p_value(0.0, lambda size: np.where(np.arange(size) == 0, 1.0, -1.0), most=1_000, bound=1e-5) == pytest.approx(11 / 1_001)


@pytest.mark.parametrize("freedom", [2, 20])
def test_the_fitted_tail_of_a_quadratic_statistic_is_its_chi_squared_law(freedom: int) -> None:
    statistics = np.random.default_rng(2).chisquare(freedom, size=100_000)

    fitted = np.exp(Tail.of(statistics).log_beyond(np.array([stats.chi2.isf(1e-5, freedom)])))

    assert fitted[0] == pytest.approx(1e-5, rel=0.25)
