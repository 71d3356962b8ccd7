"""Labels in bulk: each a fact of its own; the same file changes nothing when it comes again."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from luthier.core.errors import ColumnMissing, ColumnUnusable, DataError, DeploymentMissing, TargetUnusable
from luthier.ledger import Deployment, LabelReceipt, Ledger
from luthier.workflows.deploying import deploy
from luthier.workflows.labeling import add_labels
from tests.bundle.made_up import MadeUp
from tests.ledger.made_up import Clock
from tests.workflows.in_service import answer, rows_like


def in_force(ledger: Ledger, id_: str) -> str:
    return ledger.labels.facts("clinic", id_)[-1].label


def written(path: Path, text: str, *, at: float = 1_000_000.0) -> Path:
    path.write_text(text)
    os.utime(path, (at, at))
    return path


def test_labels_are_told_apart_by_whether_they_are_new_and_whether_their_prediction_came(ledger: Ledger, clinic: Deployment) -> None:
    answer(ledger, clinic, rows_like(2, seed=0))

    receipt = add_labels(ledger, "clinic", {"prediction_id": ["row-0", "row-1", "later"], "label": [1, 2, 10]}, by="lab")

    assert receipt == LabelReceipt(new=3, repeated=0, unknown=1)
    assert (in_force(ledger, "row-1"), ledger.labels.facts("clinic", "later")[0].source) == ("2", "lab")


def test_a_file_was_observed_when_it_was_written_and_changes_nothing_when_it_comes_again(
    ledger: Ledger, clinic: Deployment, clock: Clock, tmp_path: Path
) -> None:
    file = written(tmp_path / "labels.csv", "prediction_id,label\n007,1\n")
    add_labels(ledger, "clinic", file, by="lab")
    clock.forward(3600)

    again = add_labels(ledger, "clinic", file, by="lab")

    assert again == LabelReceipt(new=0, repeated=1, unknown=1)
    assert ledger.labels.facts("clinic", "007")[0].observed_at == datetime.fromtimestamp(1_000_000, UTC)


def test_a_file_that_was_corrected_is_in_force(ledger: Ledger, clinic: Deployment, tmp_path: Path) -> None:
    add_labels(ledger, "clinic", written(tmp_path / "labels.csv", "prediction_id,label\na,1\n"), by="lab")

    add_labels(ledger, "clinic", written(tmp_path / "labels.csv", "prediction_id,label\na,10\n", at=2_000_000.0), by="lab")

    assert in_force(ledger, "a") == "10"


@pytest.mark.parametrize(
    "moments",
    [["2026-05-02T12:00:00", "2026-05-01T12:00:00"], ["2026-05-02T14:00:00+02:00", "2026-05-01T14:00:00+02:00"], [datetime(2026, 5, 2), datetime(2026, 5, 1)]],
    ids=["utc", "zoned", "times"],
)
def test_the_label_that_was_observed_last_is_in_force(ledger: Ledger, clinic: Deployment, moments: list[Any]) -> None:
    add_labels(ledger, "clinic", {"prediction_id": ["a", "a"], "label": [2, 1], "observed_at": moments}, by="lab")

    assert in_force(ledger, "a") == "2"


def test_columns_may_have_other_names(ledger: Ledger, clinic: Deployment) -> None:
    add_labels(ledger, "clinic", {"visit": ["a"], "kind": ["10"]}, by="lab", id_column="visit", label_column="kind")

    assert in_force(ledger, "a") == "10"


def test_numbers_are_labels_of_a_regression(ledger: Ledger, numbers: MadeUp) -> None:
    deploy(ledger, numbers.folder, name="clinic")

    add_labels(ledger, "clinic", {"prediction_id": ["a", "b"], "label": ["71.5", "80"]}, by="lab")

    assert in_force(ledger, "a") == "71.5"


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        ({"id": ["a"], "label": [1]}, ColumnMissing, "Column 'prediction_id' says which prediction a label is for, but the table does not have it. "),
        ({"prediction_id": ["a"], "kind": [1]}, ColumnMissing, "Column 'label' is the label, but the table does not have it. "),
        (
            {"prediction_id": ["a", None], "label": [1, 2]},
            ColumnUnusable,
            "Every row needs a value in 'prediction_id', but 1 rows lack one. Remove these rows.",
        ),
        ({"prediction_id": ["a", "b"], "label": [1, None]}, ColumnUnusable, "Every row needs a value in 'label', but 1 rows lack one. Remove these rows."),
        (
            {"prediction_id": ["a", "b"], "label": [1, 3]},
            TargetUnusable,
            "A label must be one of 1, 2, 10, but '3' came (1 such rows). Correct it; a model that shall learn a new class has to be fitted anew.",
        ),
        (
            {"prediction_id": ["a"], "label": [1], "observed_at": ["soon"]},
            ColumnUnusable,
            "'observed_at' must hold a date and time in every row, such as 2026-05-01T12:00:00. Correct it, or leave it out.",
        ),
    ],
    ids=["no-id-column", "no-label-column", "no-id", "no-label", "unknown-class", "no-date"],
)
def test_a_table_that_cannot_be_used_is_refused_and_nothing_is_written(
    ledger: Ledger, clinic: Deployment, table: dict[str, Any], error: type[DataError], message: str
) -> None:
    with pytest.raises(error) as refusal:
        add_labels(ledger, "clinic", pl.DataFrame(table), by="lab")

    assert str(refusal.value).startswith(message)
    assert ledger.labels.facts("clinic", "a") == ()


@pytest.mark.parametrize("value", ["heavy", "inf"])
def test_what_is_no_number_is_no_label_of_a_regression(ledger: Ledger, numbers: MadeUp, value: str) -> None:
    deploy(ledger, numbers.folder, name="clinic")

    with pytest.raises(TargetUnusable) as refusal:
        add_labels(ledger, "clinic", {"prediction_id": ["a", "b"], "label": ["70", value]}, by="lab")

    assert str(refusal.value) == f"A label must be a number, but {value!r} came (1 such rows). Correct it."


def test_labels_of_nothing_are_refused(ledger: Ledger) -> None:
    with pytest.raises(DeploymentMissing):
        add_labels(ledger, "clinic", {"prediction_id": ["a"], "label": [1]}, by="lab")
