from __future__ import annotations

import signal
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from luthier.core.errors import BudgetTooSmall, OutputExists, SettingInvalid
from luthier.core.listener import Silent
from luthier.workflows.fit import fit
from luthier.workflows.result import FitResult
from tests.workflows.conftest import small_fit
from tests.workflows.tables import inputs_and

FILES = {"card.md", "layout.json", "manifest.json", "model.onnx", "profile.json", "reference.parquet", "report.html", "report.json", "weights.safetensors"}


@pytest.mark.parametrize("task", ["multiclass", "binary", "regression"])
def test_a_fit_writes_a_whole_bundle_and_beats_the_constant(task: str, request: pytest.FixtureRequest) -> None:
    result: FitResult = request.getfixturevalue(task)

    assert {file.name for file in result.path.iterdir()} == FILES
    constant = next(compared for compared in result.record.comparisons if compared.baseline == "constant")
    assert constant.verdict == "better"


def test_equal_seeds_and_equal_work_give_the_same_weights(tmp_path: Path, multiclass: FitResult) -> None:
    """Law 4."""
    again = small_fit("kind", tmp_path)

    assert again.weights_hash == multiclass.weights_hash


def test_another_seed_gives_other_weights(tmp_path: Path, multiclass: FitResult) -> None:
    assert small_fit("kind", tmp_path, seed=1).weights_hash != multiclass.weights_hash


def test_what_the_sealed_rows_hold_changes_neither_weights_nor_calibration(tmp_path: Path, regression: FitResult) -> None:
    """Law 1: the sealed rows' targets are spoiled, and only the judgement changes."""
    from luthier.data import build_dataset, split_rows

    table = inputs_and("weight")
    sealed = split_rows(build_dataset(table, target="weight"), folds=2, seed=0).test
    spoiled = table.with_columns(
        weight=pl.Series(np.where(np.isin(np.arange(table.height), sealed), 40.0 + 1e-3 * np.arange(table.height), table["weight"].to_numpy()))
    )

    other = fit(spoiled, target="weight", work="8k", folds=2, out=tmp_path / "model")

    assert other.weights_hash == regression.weights_hash
    assert other.bundle.manifest.calibration == regression.bundle.manifest.calibration
    assert other.score() != regression.score()


def test_the_work_that_was_asked_for_is_not_exceeded(multiclass: FitResult) -> None:
    """Every fold's 95 or more training rows give one batch of 64 an epoch."""
    rows = sum(tried.epochs * 64 * tried.folds for tried in multiclass.record.tried if tried.epochs)

    assert 4_000 <= rows <= 8_000


@pytest.mark.slow
def test_the_deadline_is_kept(tmp_path: Path) -> None:
    """Law 3."""
    started = time.monotonic()

    fit(inputs_and("kind", 2_000), target="kind", budget="30s", out=tmp_path / "model")

    assert time.monotonic() - started <= 35.0


def test_a_budget_too_small_for_an_honest_answer_is_refused_with_the_smallest_that_is_not(tmp_path: Path) -> None:
    with pytest.raises(BudgetTooSmall) as refusal:
        fit(inputs_and("kind"), target="kind", budget="3s", out=tmp_path / "model")

    assert str(refusal.value) == "An honest answer on this data needs at least 20 s, but the budget is 3 s. Give --budget 20s or more."
    assert not (tmp_path / "model").exists()


def test_an_output_that_exists_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()

    with pytest.raises(OutputExists) as refusal:
        small_fit("kind", tmp_path)

    assert str(refusal.value) == f"{tmp_path / 'model'} exists already. Choose another name, or give --force to replace it."


def test_force_replaces_models_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "thesis.txt").write_text("ten years")

    with pytest.raises(OutputExists) as refusal:
        small_fit("kind", tmp_path, force=True)

    assert str(refusal.value) == f"{tmp_path / 'model'} exists and is no model: --force replaces models only. Choose another name."
    assert (tmp_path / "model" / "thesis.txt").read_text() == "ten years"


class Interrupting(Silent):
    """Presses Ctrl-C at the first sign of progress."""

    def __init__(self) -> None:
        self.pressed = False

    def progress(self, done: float, text: str, seconds_left: float) -> None:
        if not self.pressed:
            self.pressed = True
            signal.raise_signal(signal.SIGINT)


def test_an_interrupt_during_the_training_finishes_with_what_there_is(tmp_path: Path) -> None:
    result = small_fit("kind", tmp_path, work="1G", listener=Interrupting())

    assert {file.name for file in result.path.iterdir()} == FILES
    assert len(result.record.tried) == 1
    assert len(result.record.comparisons) == 3


def test_costs_need_two_classes(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        small_fit("kind", tmp_path, cost="miss=10,false=1")

    assert str(refusal.value) == "--cost needs a target with two classes, but 'kind' is a multiclass task. Leave --cost out."


def test_costs_move_the_decision_towards_the_cheaper_error(binary: FitResult) -> None:
    frame = inputs_and("sold")
    said_yes = binary.bundle.predict(frame)

    assert binary.bundle.manifest.calibration.decision_threshold == pytest.approx(1 / 11)
    assert said_yes.sum() > (binary.bundle.predict_proba(frame)[:, 1] >= 0.5).sum()


def test_the_input_is_not_modified(tmp_path: Path) -> None:
    """Law 11."""
    table = inputs_and("kind")
    before = table.clone()

    fit(table, target="kind", work="1k", folds=2, out=tmp_path / "model")

    assert table.equals(before)


def test_rows_without_a_target_are_set_aside_and_counted(tmp_path: Path) -> None:
    table = inputs_and("kind").with_columns(kind=pl.when(pl.int_range(pl.len()) < 7).then(None).otherwise(pl.col("kind")))

    result = fit(table, target="kind", work="1k", folds=2, out=tmp_path / "model")

    assert result.record.rows == 233
    assert "7 of 240 rows have no value in the target 'kind' and were set aside." in [event.what for event in result.record.events]
