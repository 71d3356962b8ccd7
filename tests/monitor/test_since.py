from __future__ import annotations

import numpy as np
import pytest

from luthier.monitor.since import change_begins


def test_a_change_in_the_middle_is_dated_within_a_twentieth_of_the_window() -> None:
    found = []
    for seed in range(50):
        rng = np.random.default_rng(seed)
        scores = (rng.random(1_000) < np.where(np.arange(1_000) < 600, 0.2, 0.5)) - 0.2
        found.append(change_begins(scores, np.arange(1_000.0)))

    assert np.median(np.abs(np.array(found) - 600.0)) <= 50


def test_a_change_that_was_there_from_the_start_is_dated_to_the_start() -> None:
    assert change_begins(np.full(200, 0.3), np.arange(200.0) + 7.0) == 7.0


@pytest.mark.parametrize(("scores", "at"), [(np.ones(5), None), (np.zeros(0), np.zeros(0))], ids=["no times", "no rows"])
def test_without_times_or_rows_there_is_no_since(scores: np.ndarray, at: np.ndarray | None) -> None:
    assert change_begins(scores, at) is None
