"""Views: what the tables and sentences around the charts say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from luthier.report import ReportRecord
from luthier.report.views import importance_lanes, optimism_sentence, score_table
from tests.report.samples import diagnosis_record


@pytest.mark.parametrize(
    ("best_fold", "told"),
    [
        (0.129, "The difference of 0.0020 is no larger than the draw of the sealed rows can explain."),
        (0.100, "The fold score was too kind by 0.031: it had been picked for being the best."),
        (0.160, "The folds promised no more than the sealed rows kept: the final score is better by 0.029."),
    ],
    ids=["inside the interval", "too kind", "better than promised"],
)
def test_optimism_is_judged_against_the_interval_of_the_sealed_score(best_fold, told):
    assert optimism_sentence(_with_best_fold(best_fold)).endswith(told)


def test_score_table_has_a_cell_for_every_contestant_and_marks_the_chosen_metric():
    record = diagnosis_record()

    rows = score_table(record)

    assert [len(row.cells) for row in rows] == [4] * 5
    assert [row.label for row in rows if row.chosen] == ["Log-loss"]
    assert (rows[0].cells[0].value, rows[0].cells[0].interval) == ("0.131", "0.125 to 0.138")


def test_columns_that_are_not_clear_of_zero_are_not_strong():
    lanes = importance_lanes(diagnosis_record().importance)

    assert [lane.label for lane in lanes if not lane.strong] == ["sick"]


def _with_best_fold(best_fold: float) -> ReportRecord:
    record = diagnosis_record()
    return replace(record, optimism=replace(record.optimism, best_fold=best_fold))
