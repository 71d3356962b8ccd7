from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from luthier.monitor.dependence import Order
from luthier.monitor.features import Feature
from luthier.monitor.settings import MonitorSettings
from luthier.monitor.univariate import compare_feature
from tests.monitor.tables import numbers

SETTINGS = MonitorSettings()


def test_a_shifted_column_is_surely_changed_and_says_how() -> None:
    rng = np.random.default_rng(0)
    tested = compare_feature(numbers(rng.normal(40, 10, size=2_000), rng.normal(45, 10, size=1_000)), Order(), SETTINGS)

    assert tested is not None
    assert tested.evidence.p_value < 1e-9
    assert tested.evidence.effect == pytest.approx(0.5, abs=0.1)
    assert tested.evidence.detail == "median 39.66 then, 43.79 now"
    assert tested.scores().mean() == pytest.approx(-0.2, abs=0.05)  # the share below the place of the largest gap fell


def test_changed_shares_of_levels_are_told_by_the_level_that_changed_most() -> None:
    then, now = np.repeat([0.0, 1.0, 2.0], [500, 300, 200]), np.repeat([0.0, 1.0, 2.0], [100, 60, 240])
    feature = Feature(name="Column 'city'", subject="city", role=numbers([], []).role, then=then, now=now, levels=("Bonn", "Kiel", "Ulm"))

    tested = compare_feature(feature, Order(), SETTINGS)

    assert tested is not None
    assert tested.evidence.detail == "'Ulm' was 20 % of the rows then, is 60 % now"
    assert tested.evidence.effect == pytest.approx(0.4, abs=0.01)
    assert tested.scores().mean() == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("then", "now"), [(np.ones(100), np.ones(100)), (np.arange(100.0), np.arange(19.0)), (np.full(100, np.nan), np.arange(100.0))], ids=["same", "few", "none"]
)
def test_what_cannot_be_compared_is_left_out(then: np.ndarray, now: np.ndarray) -> None:
    assert compare_feature(numbers(then, now), Order(), SETTINGS) is None


def test_a_column_that_was_constant_and_is_not_is_changed() -> None:
    tested = compare_feature(numbers(np.ones(200), np.arange(200.0)), Order(), SETTINGS)

    assert tested is not None
    assert tested.evidence.p_value < 1e-9
    assert tested.evidence.effect > 1


def test_dates_are_shown_as_dates() -> None:
    feature = replace(numbers(np.arange(100.0) * 86_400, (np.arange(100.0) + 365) * 86_400), of="dates")

    tested = compare_feature(feature, Order(), SETTINGS)

    assert tested is not None
    assert tested.evidence.detail == "median 1970-02-19 then, 1971-02-19 now"


def test_dependent_rows_are_worth_fewer() -> None:
    steps = np.cumsum(np.random.default_rng(1).normal(size=900))
    order = Order(then=np.arange(600.0), now=np.arange(600.0, 900.0))

    tested = compare_feature(numbers(steps[:600], steps[600:]), order, SETTINGS)

    assert tested is not None
    assert tested.evidence.worth_now < 30 < tested.evidence.rows_now
