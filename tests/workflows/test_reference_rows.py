"""Which rows a model keeps for its monitor: the latest where time matters, else some of all."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from luthier.workflows.reference_rows import MOST_ROWS, _drawn
from luthier.workflows.result import FitResult


def test_few_rows_are_all_kept() -> None:
    assert _drawn(5, latest=False, seed=0).tolist() == _drawn(5, latest=True, seed=0).tolist() == [0, 1, 2, 3, 4]


def test_of_many_rows_the_latest_are_kept_where_time_matters() -> None:
    assert _drawn(MOST_ROWS + 10, latest=True, seed=0).tolist() == list(range(10, MOST_ROWS + 10))


def test_of_many_rows_some_are_drawn_in_their_order_the_same_for_the_same_seed() -> None:
    drawn = _drawn(3 * MOST_ROWS, latest=False, seed=4)

    assert np.array_equal(drawn, _drawn(3 * MOST_ROWS, latest=False, seed=4))
    assert len(np.unique(drawn)) == MOST_ROWS
    assert (np.diff(drawn) > 0).all()
    assert drawn.mean() == pytest.approx(1.5 * MOST_ROWS, rel=0.05)


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_a_fit_keeps_both_roles_with_answers_of_models_that_had_not_seen_them(task: str, request: pytest.FixtureRequest) -> None:
    result: FitResult = request.getfixturevalue(task)

    kept = result.bundle.reference()

    assert kept is not None
    counts = dict(kept["__role"].value_counts().iter_rows())
    assert counts == {"train": result.record.rows - result.record.sealed_rows, "sealed": result.record.sealed_rows}
    sealed = kept.filter(pl.col("__role") == "sealed").drop(name for name in kept.columns if name.startswith("__"))
    answers = [f"__proba_{name}" for name in result.bundle.task.classes] or ["__prediction"]
    told = kept.filter(pl.col("__role") == "sealed").select(answers).to_numpy()
    assert told.squeeze() == pytest.approx(result.bundle.predict_typed(sealed), rel=1e-4, abs=1e-5)
