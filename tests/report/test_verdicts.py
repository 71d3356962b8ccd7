"""The verdict: whole sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from luthier.report import cautions, verdict
from tests.report.samples import binary_record, diagnosis_record, price_record


def test_verdict_of_a_classification_says_how_good_how_sure_and_compared_to_what():
    assert verdict(diagnosis_record()) == (
        "On 1,433 rows that it had never seen, the model names the right diagnosis 96.2 % of the time (95.9 to 96.5 %; a constant guess: 74.0 %); "
        "by log-loss it is better than a constant guess and a linear model, but not distinguishable from gradient boosting."
    )


def test_verdict_of_a_regression_has_the_unit_and_admits_what_is_worse():
    assert verdict(price_record()) == (
        "On 4,128 rows that it had never seen, the model misses price by 31,240 (29,834 to 32,802) USD on average; "
        "by RMSE it is better than a constant guess and a linear model, but worse than gradient boosting."
    )


def test_verdict_without_scores_says_so():
    assert verdict(binary_record()) == "On 1,433 rows that it had never seen, the model was not scored."


def test_cautions_name_the_baseline_that_did_as_well_or_better():
    assert "The sealed rows do not show this model to be better than gradient boosting, which may serve as well." in cautions(diagnosis_record())
    assert cautions(price_record()) == ("On these rows gradient boosting did better: it may be the better choice here.",)


@pytest.mark.parametrize(("upper", "told"), [(0.89, True), (0.92, False)], ids=["promise outside the interval", "promise inside"])
def test_coverage_below_the_promise_is_a_caution(upper, told):
    record = price_record()
    coverage = replace(record.regression.coverage, measured=0.87, lower=0.85, upper=upper)

    sentences = cautions(replace(record, regression=replace(record.regression, coverage=coverage)))

    assert ("The prediction intervals promise 90 % and hold 87.0 % on the sealed rows: read them as narrower than they should be." in sentences) == told


def test_few_sealed_rows_are_a_caution():
    assert "Only 40 rows were sealed: the intervals are wide, and a small class may be missing among them." in cautions(
        replace(binary_record(), sealed_rows=40)
    )
