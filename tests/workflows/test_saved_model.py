"""What a fit leaves behind predicts as the trained networks did, without torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from luthier.core.errors import ColumnMissing
from luthier.workflows.evaluate import evaluate
from luthier.workflows.load import load
from luthier.workflows.predict import predict
from luthier.workflows.result import FitResult
from luthier.workflows.show import show
from tests.workflows.tables import inputs_and

WITHOUT_TORCH = """
import sys
import luthier
print(luthier.load(sys.argv[1]).predict_proba(sys.argv[2]).tolist())
"""


def test_a_process_without_torch_predicts_the_same(multiclass: FitResult, tmp_path: Path) -> None:
    table = inputs_and("kind", 30, seed=1)
    table.write_parquet(tmp_path / "rows.parquet")
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text("raise ImportError('torch was asked for')")

    command = [sys.executable, "-c", WITHOUT_TORCH, str(multiclass.path), str(tmp_path / "rows.parquet")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(tmp_path)})

    np.testing.assert_allclose(json.loads(ran.stdout), multiclass.bundle.predict_proba(table), atol=1e-6)


@pytest.mark.parametrize("task", ["multiclass", "binary", "regression"])
def test_evaluating_the_sealed_rows_again_gives_the_scores_of_the_report(task: str, request: pytest.FixtureRequest) -> None:
    from luthier.data import build_dataset, split_rows

    result: FitResult = request.getfixturevalue(task)
    target = result.bundle.task.target
    table = inputs_and(target)
    sealed = table[split_rows(build_dataset(table, target=target), folds=2, seed=0).test]

    evaluation = evaluate(result.path, sealed)

    assert evaluation.score(result.record.metric).interval.value == pytest.approx(result.score(), rel=1e-6)


def test_row_order_and_batch_size_do_not_matter(regression: FitResult) -> None:
    """Law 7."""
    table = inputs_and("weight")
    model = load(regression.path)
    whole = model.predict(table)

    np.testing.assert_allclose(model.predict(table.reverse())[::-1], whole, rtol=1e-5)
    np.testing.assert_allclose([model.predict(table[row])[0] for row in range(20)], whole[:20], rtol=1e-5)


def test_predictions_come_in_the_targets_own_type(multiclass: FitResult, binary: FitResult, regression: FitResult) -> None:
    table = inputs_and("kind", 5)

    assert set(multiclass.bundle.predict(table)) <= {"low", "middle", "high"}
    assert binary.bundle.predict(table).dtype == bool
    assert regression.bundle.predict(table).dtype == np.float64


def test_predict_writes_what_it_says(binary: FitResult, regression: FitResult, tmp_path: Path) -> None:
    predict(binary.path, inputs_and("sold", 12), proba=True, out=tmp_path / "sold.csv")
    predict(regression.path, inputs_and("weight", 12), out=tmp_path / "weight.parquet")

    assert pl.read_csv(tmp_path / "sold.csv").columns == ["prediction", "proba_false", "proba_true"]
    weights = pl.read_parquet(tmp_path / "weight.parquet")
    assert weights.columns == ["prediction", "lower", "upper"]
    assert (weights["lower"] <= weights["prediction"]).all()


def test_a_missing_column_is_named(multiclass: FitResult) -> None:
    with pytest.raises(ColumnMissing) as refusal:
        multiclass.bundle.predict(inputs_and("kind").rename({"price": "prize"}))

    assert str(refusal.value) == "Column 'price' is an input, but the table does not have it. Did you mean 'prize'?"


def test_columns_may_come_in_any_order_and_with_others(multiclass: FitResult) -> None:
    table = inputs_and("kind", 10)
    other = table.select(reversed(table.columns)).with_columns(note=pl.lit("ignored"))

    np.testing.assert_array_equal(multiclass.bundle.predict_proba(other), multiclass.bundle.predict_proba(table))


def test_unseen_categories_and_missing_values_give_a_finite_answer(multiclass: FitResult) -> None:
    table = inputs_and("kind", 10)
    strange = table.with_columns(color=pl.lit("ultraviolet"), size=pl.lit(None, dtype=pl.Float64), day=pl.lit(None, dtype=pl.Datetime))

    probabilities = multiclass.bundle.predict_proba(strange)

    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)


def test_no_rows_give_no_answers(multiclass: FitResult, regression: FitResult) -> None:
    assert multiclass.bundle.predict_proba(inputs_and("kind", 10).head(0)).shape == (0, 3)
    assert regression.bundle.predict_frame(inputs_and("weight", 10).head(0)).height == 0


def test_the_record_comes_back_from_the_bundle(multiclass: FitResult) -> None:
    record = show(multiclass.path)

    assert record.contestants == multiclass.record.contestants
    assert record.target == "kind"
