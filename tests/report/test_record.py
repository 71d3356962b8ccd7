"""The record: through JSON and back without a change."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from luthier.report import ReportRecord, TriedRecipe
from tests.report.samples import binary_record, diagnosis_record, price_record
from tests.report.search_samples import search_record


@pytest.mark.parametrize("sample", [diagnosis_record, price_record, binary_record, search_record])
def test_record_comes_back_from_json_as_it_was(sample):
    record = sample()

    assert ReportRecord.from_json(json.loads(json.dumps(record.to_json(), allow_nan=False))) == record


def test_number_that_is_not_finite_becomes_null():
    record = replace(diagnosis_record(), tried=(TriedRecipe(name="mlp", folds=0, score_mean=float("nan")),))

    assert record.to_json()["tried"][0]["score_mean"] is None
    assert ReportRecord.from_json(record.to_json()).tried[0].score_mean is None


def test_key_of_a_later_version_is_ignored():
    plain = {**binary_record().to_json(), "from_the_future": 1}

    assert ReportRecord.from_json(plain) == binary_record()
