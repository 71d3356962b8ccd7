from __future__ import annotations

import numpy as np
import pytest

from luthier.monitor.data_quality import above_all_p_value, inspect_feature, inspect_unreadable, unseen_p_value
from luthier.monitor.dependence import Order
from luthier.monitor.evidence import Evidence
from luthier.monitor.features import Feature, Role
from luthier.monitor.sample import Unreadable
from luthier.monitor.settings import MonitorSettings
from tests.monitor.tables import numbers

SETTINGS = MonitorSettings()


def inspected(feature: Feature) -> dict[str, Evidence]:
    return {test.evidence.aspect: test.evidence for test in inspect_feature(feature, Order(), SETTINGS)}


def cities(then: list[int], now: list[int]) -> Feature:
    levels = tuple(f"city {place}" for place in range(len(then)))
    sides = [np.repeat(np.arange(len(side), dtype=float), side) for side in (then, now)]
    return Feature(name="Column 'city'", subject="city", role=Role.INPUT, then=sides[0], now=sides[1], levels=levels)


def test_cells_that_went_missing_are_counted() -> None:
    rng = np.random.default_rng(0)
    then, now = (np.where(rng.random(rows) < share, np.nan, rng.normal(size=rows)) for rows, share in ((2_000, 0.01), (500, 0.1)))

    missing = inspected(numbers(then, now))["missing"]

    assert missing.p_value < 1e-6
    assert missing.effect == pytest.approx(0.09, abs=0.03)
    assert missing.detail == "11 % of the cells are missing; it was 1.4 % then"


def test_a_new_category_of_many_rows_is_no_chance_and_names_itself() -> None:
    unseen = inspected(cities([500, 500, 0], [90, 90, 20]))["unseen"]

    assert unseen.p_value < 1e-9
    assert unseen.examples == ("'city 2'",)
    assert unseen.detail == "20 of 200 rows hold categories that the reference does not have, 1 in all"


def test_one_new_category_of_one_row_is_chance() -> None:
    assert inspected(cities([500, 500, 0], [90, 109, 1]))["unseen"].p_value > 0.1


@pytest.mark.parametrize("rows_now", [100, 400])
def test_rows_dealt_at_random_are_called_unseen_no_more_often_than_stated(rows_now: int) -> None:
    rng = np.random.default_rng(1)
    counts = np.array([200] * 2 + [5] * 20 + [2] * 30 + [1] * 40)
    dealt = rng.multivariate_hypergeometric(counts, rows_now, size=800)

    p_values = np.array([unseen_p_value(counts, (counts == now), counts.sum() - rows_now, rows_now) for now in dealt])

    assert np.mean(p_values <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 800)
    assert np.mean(p_values <= 0.5) > 0.05  # the bound is careful, not empty


def test_values_far_beyond_the_reference_are_out_of_range() -> None:
    rng = np.random.default_rng(2)
    now = rng.random(200)
    now[:12] *= 1_000

    out = inspected(numbers(rng.random(1_000), now))["range"]

    assert out.p_value == pytest.approx(2 * above_all_p_value(12, 1_000, 200))
    assert out.effect == 0.06
    assert out.detail.startswith("12 of 200 values lie outside the reference's range of ")
    assert len(out.examples) == 5


def test_the_largest_of_all_rows_may_be_a_current_one() -> None:
    rng = np.random.default_rng(3)

    alarms = [inspected(numbers(rng.standard_cauchy(300), rng.standard_cauchy(100)))["range"].p_value <= 0.05 for _ in range(300)]

    assert np.mean(alarms) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


def test_unreadable_cells_are_shown_with_the_first_of_them() -> None:
    found = inspect_unreadable("age", None, Unreadable(rows=40, first="n.k.", first_row=7), (4_000, 1_000), SETTINGS).evidence

    assert found.p_value < 1e-9
    assert found.examples == ("'n.k.' in row 7",)
    assert found.detail == "40 of 1,000 cells cannot be read as what the column holds; it was 0 of 4,000 then"
