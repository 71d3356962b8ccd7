from __future__ import annotations

from pathlib import Path

import pytest

from luthier.workflows.latency import seconds_a_row
from luthier.workflows.result import FitResult
from tests.workflows.conftest import small_fit
from tests.workflows.tables import inputs_and


def told(result: FitResult) -> str:
    return next(event.what for event in result.record.events if event.name == "latency")


def test_an_ensemble_that_is_quick_enough_is_kept_and_its_time_is_told(tmp_path: Path) -> None:
    assert told(small_fit("sold", tmp_path, work="2k", max_latency="1s")).endswith(" ms, as was asked.")


def test_where_no_ensemble_is_quick_enough_the_smallest_is_taken_and_it_is_told(tmp_path: Path) -> None:
    assert told(small_fit("sold", tmp_path, work="2k", max_latency="0.000001ms")).endswith(
        "and not 1e-06 ms as was asked: no smaller ensemble is quick enough."
    )


def test_the_time_of_a_row_is_the_median_of_single_rows(binary: FitResult) -> None:
    ticks = iter(range(1000))
    rows = inputs_and("sold")

    assert seconds_a_row(binary.bundle, lambda place: rows[place % rows.height : place % rows.height + 1], now=lambda: float(next(ticks))) == pytest.approx(1.0)
