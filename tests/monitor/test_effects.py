from __future__ import annotations

import numpy as np
import pytest

from luthier.monitor.effects import robust_sigma, shift_in_sigmas, total_variation


def test_a_column_of_mostly_equal_values_is_measured_by_the_others() -> None:
    rng = np.random.default_rng(0)
    rare = np.where(rng.random(4_000) < 0.1, rng.random(4_000), 1e-5 * rng.random(4_000))
    rarer = np.where(rng.random(4_000) < 0.05, rng.random(4_000), 1e-5 * rng.random(4_000))

    assert shift_in_sigmas(rare, rarer) < 1.0
    assert shift_in_sigmas(1e-5 * rng.random(500), 2e-5 * rng.random(500), least_sigma=0.1) < 0.001


@pytest.mark.parametrize("shift", [0.05, 0.3, 2.0])
def test_a_shift_is_told_in_standard_deviations_whatever_the_number_of_rows(shift: float) -> None:
    rng = np.random.default_rng(0)
    then = rng.normal(10.0, 4.0, size=50_000)

    assert shift_in_sigmas(then, rng.normal(10.0 + 4.0 * shift, 4.0, size=50_000)) == pytest.approx(shift, abs=0.02)


def test_no_change_is_about_zero_even_on_few_rows() -> None:
    rng = np.random.default_rng(1)

    shifts = [shift_in_sigmas(rng.normal(size=100), rng.normal(size=100)) for _ in range(200)]
    variations = [total_variation(*rng.multinomial(100, np.full(10, 0.1), size=2)) for _ in range(200)]

    # Uncorrected, the means would be 0.13 sigma and 17 % of the rows.
    assert np.median(shifts) < 0.06
    assert np.median(variations) < 0.07


def test_one_wild_value_makes_no_shift() -> None:
    values = np.random.default_rng(2).normal(size=1_000)

    assert shift_in_sigmas(values, np.append(values, 1e12)) < 0.01


@pytest.mark.parametrize(("values", "sigma"), [([5.0] * 10, 1.0), ([0.0] * 8 + [10.0] * 2, 4.0)], ids=["constant", "mostly zero"])
def test_a_column_without_quartiles_still_has_a_unit(values: list[float], sigma: float) -> None:
    assert robust_sigma(np.array(values)) == pytest.approx(sigma)
