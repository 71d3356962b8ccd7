from __future__ import annotations

import numpy as np
import pytest

from luthier.monitor.dependence import Order
from luthier.monitor.evidence import Evidence
from luthier.monitor.multivariate import compare_jointly
from luthier.monitor.settings import MonitorSettings
from tests.monitor.tables import autoregressive, matrix_features, numbers

SETTINGS = MonitorSettings(permutations=500)


def compared(then: np.ndarray, now: np.ndarray, order: Order | None = None) -> Evidence | None:
    tested = compare_jointly(matrix_features(then, now), order or Order(), SETTINGS)
    return tested.evidence if tested else None


def test_unchanged_rows_are_called_changed_no_more_often_than_stated() -> None:
    rng = np.random.default_rng(0)

    found = [compared(rng.normal(size=(200, 6)), rng.normal(size=(80, 6))) for _ in range(80)]

    assert np.mean([one.p_value <= 0.05 for one in found if one]) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 80)


def test_many_small_shifts_are_found_that_no_single_column_shows() -> None:
    rng = np.random.default_rng(1)

    found = [compared(rng.normal(size=(500, 20)), rng.normal(0.1, size=(500, 20))) for _ in range(10)]

    assert sum(one.p_value < 0.01 for one in found if one) >= 8  # 97 of 100 where it was measured
    assert found[0] is not None
    assert found[0].detail.startswith("most of it in their means, first 'c")


def test_a_changed_correlation_is_found_and_its_pair_named() -> None:
    rng = np.random.default_rng(2)
    then, now = rng.normal(size=(500, 20)), rng.normal(size=(500, 20))
    now[:, 1] = 0.6 * now[:, 0] + 0.8 * now[:, 1]

    found = compared(then, now)

    assert found is not None
    assert found.p_value < 1e-4
    assert found.effect > 0.1
    assert found.detail.startswith("most of it between 'c0' and 'c1', whose correlation was ")


def test_one_column_or_few_rows_are_not_compared_jointly() -> None:
    rng = np.random.default_rng(3)

    assert compared(rng.normal(size=(500, 1)), rng.normal(size=(500, 1))) is None
    assert compared(rng.normal(size=(500, 3)), rng.normal(size=(49, 3))) is None


def test_dependent_rows_are_taken_far_apart() -> None:
    series = autoregressive(np.random.default_rng(4), 2_000, 4, 0.6)
    order = Order(then=np.arange(1_500.0), now=np.arange(1_500.0, 2_000.0))

    found = compared(series[:1_500], series[1_500:], order)

    assert found is not None
    assert found.rows_now == pytest.approx(500 / 7, rel=0.3)


def test_missing_cells_and_categories_take_part() -> None:
    rng = np.random.default_rng(5)
    gaps = numbers(np.where(rng.random(200) < 0.3, np.nan, rng.normal(size=200)), np.where(rng.random(200) < 0.3, np.nan, rng.normal(size=200)))
    levels = numbers(rng.integers(0, 3, size=200), np.where(rng.random(200) < 0.5, 2, rng.integers(0, 3, size=200)), name="city")
    object.__setattr__(levels, "levels", ("Bonn", "Kiel", "Ulm"))

    tested = compare_jointly([gaps, levels], Order(), SETTINGS)

    assert tested is not None
    assert tested.evidence.p_value < 1e-3
    assert tested.evidence.detail.startswith("most of it in their means, first 'city'")
