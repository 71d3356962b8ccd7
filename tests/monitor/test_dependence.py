from __future__ import annotations

import numpy as np
import pytest

from luthier.monitor.dependence import Inflation, Order
from luthier.monitor.two_sample import distance, numbers_p_value
from tests.monitor.tables import autoregressive

TIMES = Order(then=np.arange(1_500.0), now=np.arange(1_500.0, 2_000.0))


def called_changed(coefficient: float, order: Order, windows: int = 150) -> float:
    values = autoregressive(np.random.default_rng(5), 2_000, windows, coefficient)
    p_values = []
    for column in values.T:
        then, now = column[:1_500], column[1_500:]
        p_values.append(numbers_p_value(distance(then, now), rows=(1_500, 500), effective=order.inflation(then, now).effective(1_500, 500)))
    return float(np.mean(np.array(p_values) <= 0.05))


@pytest.mark.parametrize("coefficient", [0.0, 0.6, 0.9])
def test_unchanged_series_are_called_changed_no_more_often_than_stated(coefficient: float) -> None:
    assert called_changed(coefficient, TIMES) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 150)


def test_taken_as_independent_rows_the_same_series_would_be_called_changed_far_too_often() -> None:
    assert called_changed(0.6, Order()) > 0.2
    assert called_changed(0.9, Order()) > 0.5


@pytest.mark.parametrize("coefficient", [0.0, 0.3, 0.6, 0.9])
def test_the_inflation_of_an_autoregressive_series_is_the_known_one(coefficient: float) -> None:
    values = autoregressive(np.random.default_rng(6), 2_000, 40, coefficient)

    found = [TIMES.inflation(column[:1_500], column[1_500:]) for column in values.T]

    # A fifth: the spread of such estimates on 1,500 rows, over 40 of them.
    assert np.mean([one.then for one in found]) == pytest.approx((1 + coefficient) / (1 - coefficient), rel=0.2)


def test_a_jump_in_the_middle_of_the_window_is_no_dependence() -> None:
    rng = np.random.default_rng(7)
    now = rng.normal(size=500) + np.where(np.arange(500) < 300, 0.0, 3.0)

    assert TIMES.inflation(rng.normal(size=1_500), now).now < 2


def test_the_time_of_dependence_holds_for_rows_that_come_faster() -> None:
    column = autoregressive(np.random.default_rng(8), 1_500, 1, 0.6)[:, 0]
    faster = Order(then=np.arange(1_500.0), now=np.arange(500.0) / 10)

    inflation = faster.inflation(column, np.random.default_rng(9).normal(size=500))

    assert inflation.now == pytest.approx(10 * inflation.then)


def test_missing_values_and_constant_columns_do_not_matter() -> None:
    gaps = np.where(np.arange(1_500) % 3 == 0, np.nan, np.random.default_rng(10).normal(size=1_500))

    assert TIMES.inflation(gaps, np.ones(500)).now == 1.0
    assert TIMES.inflation(gaps, np.full(500, np.nan)).then < 1.5


def test_rows_that_depend_on_each_other_are_taken_far_apart() -> None:
    assert Inflation(then=1.2, now=19.0).steps == (1, 37)
    assert Inflation(then=1.2, now=19.0).block == 76
