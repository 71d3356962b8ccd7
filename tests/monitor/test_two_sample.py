from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from luthier.monitor.two_sample import distance, ks_p_value, numbers_p_value, share_p_value, shares_p_value


def test_under_ties_the_distance_has_the_p_value_of_all_permutations() -> None:
    then, now = np.array([1.0, 1, 1, 1, 2, 2, 3]), np.array([2.0, 3, 4, 4, 4])
    pooled, seen = np.concatenate([then, now]), distance(then, now)

    dealt = [distance(np.delete(pooled, list(rows)), pooled[list(rows)]).ks for rows in combinations(range(12), 5)]

    assert ks_p_value(seen.ks, seen.tie_shares, (7, 5)) == pytest.approx(np.mean(np.array(dealt) >= seen.ks - 1e-12))


@pytest.mark.parametrize(("rows", "levels"), [((5_000, 5_000), 10), ((20_000, 2_000), 4)])
def test_the_law_under_ties_is_right_at_sizes_where_it_is_computed_on_fewer_rows(rows: tuple[int, int], levels: int) -> None:
    rng = np.random.default_rng(0)
    pooled = rng.multinomial(sum(rows), rng.dirichlet(np.full(levels, 2.0)))
    now = rng.multivariate_hypergeometric(pooled, rows[1], size=100_000)
    up_to = np.cumsum(pooled)
    distances = np.abs((up_to - np.cumsum(now, axis=1)) / rows[0] - np.cumsum(now, axis=1) / rows[1]).max(axis=1)

    for chance in (0.05, 0.001):
        place = float(np.quantile(distances, 1 - chance))
        truth = (distances >= place).mean()

        # A third: the lattice of 500 rows is coarser than that of the sizes at hand, and 100 hits of 100,000 spread by a tenth.
        assert ks_p_value(place, up_to / sum(rows), rows) == pytest.approx(truth, rel=0.33)


def test_without_ties_the_limit_is_a_close_upper_bound_of_the_exact_value() -> None:
    rng = np.random.default_rng(1)
    for rows in ((60, 60), (50, 500)):
        then, now = rng.normal(size=rows[0]), rng.normal(0.4, size=rows[1])
        apart = distance(then, now)
        exact = stats.ks_2samp(then, now, method="exact").pvalue

        assert exact * 0.99 <= ks_p_value(apart.ks, np.linspace(0, 1, sum(rows) + 1)[1:], rows) <= exact * 1.5


def test_ranks_are_compared_as_mann_and_whitney_do() -> None:
    rng = np.random.default_rng(2)
    then, now = rng.poisson(3, size=300).astype(float), rng.poisson(3.3, size=200).astype(float)

    expected = stats.mannwhitneyu(then, now, use_continuity=False, method="asymptotic").pvalue

    assert 2 * stats.norm.sf(abs(distance(then, now).rank_z)) == pytest.approx(expected, rel=1e-9)


def test_a_share_has_twice_the_smaller_tail_of_fishers_exact_test() -> None:
    table = [[48, 952], [3, 197]]
    tails = [stats.fisher_exact(table, alternative=side).pvalue for side in ("less", "greater")]

    assert share_p_value(48, 1_000, 3, 200) == pytest.approx(min(1.0, 2 * min(tails)))
    assert share_p_value(0, 1_000, 0, 200) == 1.0


def test_levels_have_the_homogeneity_chi_squared_where_all_are_frequent() -> None:
    then, now = np.array([400, 300, 300]), np.array([50, 70, 80])

    expected = stats.chi2_contingency(np.stack([then, now]), correction=False).pvalue

    assert shares_p_value(then, now, effective=(1_000, 200)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("pooled", "now"),
    [([3000, 1000, 200, 60, 25, 10, 5, 5, 4, 3, 2, 1, 1, 1], 300), ([20] * 50, 500), ([1] * 600, 100)],
    ids=["rare", "many", "unique"],
)
def test_unchanged_levels_are_called_changed_as_often_as_stated(pooled: list[int], now: int) -> None:
    rng = np.random.default_rng(3)
    counts = np.array(pooled)
    dealt = rng.multivariate_hypergeometric(counts, now, size=800)

    p_values = np.array([shares_p_value(counts - one, one, effective=(counts.sum() - now, now)) for one in dealt])

    # Three standard errors of a share of 800: 0.05 ± 0.023, 0.01 ± 0.011.
    assert np.mean(p_values <= 0.05) == pytest.approx(0.05, abs=0.023)
    assert np.mean(p_values <= 0.01) <= 0.021


@pytest.mark.parametrize("make", [lambda rng, rows: rng.normal(size=rows), lambda rng, rows: rng.poisson(1.5, size=rows).astype(float)], ids=["bell", "counts"])
@pytest.mark.parametrize("rows", [(100, 100), (1_000, 100)], ids=str)
def test_unchanged_numbers_are_called_changed_no_more_often_than_stated(make, rows) -> None:
    rng = np.random.default_rng(4)

    p_values = []
    for _ in range(400):
        apart = distance(make(rng, rows[0]), make(rng, rows[1]))
        p_values.append(numbers_p_value(apart, rows=rows, effective=rows))

    assert np.mean(np.array(p_values) <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)
    assert np.mean(np.array(p_values) <= 0.05) >= 0.005  # twice the smaller of two related p-values is careful, not blind
