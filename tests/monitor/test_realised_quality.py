import json
from dataclasses import replace

import numpy as np
import pytest

from luthier.monitor import MonitorSettings, RealisedQuality, Sample, realised_quality
from tests.monitor.quality_samples import ILL, PRICE, classified, joined, priced

SETTINGS = MonitorSettings(alpha=0.01)


def realised(subject, then, now):
    return realised_quality(subject, then, now, SETTINGS)


def test_a_changed_meaning_raises_an_alarm_that_says_since_when():
    rng = np.random.default_rng(0)

    quality = realised(ILL, classified(rng, 1_500), joined(classified(rng, 600), classified(rng, 600, meaning=-0.5)))

    assert quality.alert.kind == "realised-quality"
    assert quality.since == pytest.approx(600.0, abs=60.0)
    assert quality.rise > 0.5


def test_larger_errors_raise_an_alarm():
    rng = np.random.default_rng(0)

    quality = realised(PRICE, priced(rng, 1_500), priced(rng, 800, spread=1.6))

    assert quality.alert is not None
    assert (quality.metric, quality.loss, quality.loss_stands_in) == ("RMSE", "squared error", True)


def test_unchanged_rows_raise_no_alarm():
    rng = np.random.default_rng(0)

    qualities = [realised(ILL, classified(rng, 200), classified(rng, 200)) for _ in range(10)]

    assert [quality.alert for quality in qualities] == [None] * 10  # 0.1 are expected at most
    assert {quality.since for quality in qualities} == {None}


def test_a_rise_too_small_to_matter_raises_no_alarm():
    rng = np.random.default_rng(0)
    quality = realised(ILL, classified(rng, 1_500), classified(rng, 1_500, meaning=-1.0))

    assert replace(quality, smallest_rise=quality.rise + 0.01).alert is None


def test_unlabeled_rows_are_counted_and_left_out():
    rng = np.random.default_rng(0)
    now = classified(rng, 600)

    quality = realised(ILL, classified(rng, 500), replace(now, truth=np.where(now.at < 200, now.truth, -1)))

    assert (quality.rows, quality.coverage.rows, quality.coverage.newest) == (200, 600, 0.0)


def test_few_labels_are_told_and_not_tested():
    rng = np.random.default_rng(0)
    now = classified(rng, 40)

    quality = realised(ILL, classified(rng, 500), now)

    assert quality.p_value == 1.0
    assert quality.sentence == "Realised quality needs at least 50 labeled rows, but there are 40. 40 of 40 rows have a label."


@pytest.mark.parametrize(
    "now", [replace(classified(np.random.default_rng(0), 80), truth=np.full(80, -1)), Sample(frame=classified(np.random.default_rng(0), 80).frame)]
)
def test_without_labels_nothing_is_realised(now):
    assert realised(ILL, classified(np.random.default_rng(1), 100), now) is None


def test_the_record_comes_back_from_json():
    rng = np.random.default_rng(0)

    quality = realised(PRICE, priced(rng, 200), priced(rng, 200))

    assert RealisedQuality.from_json(json.loads(json.dumps(quality.to_json()))) == quality


def test_what_an_alarm_says():
    rng = np.random.default_rng(0)
    quality = realised(ILL, classified(rng, 500), classified(rng, 500, meaning=-1.0))

    score = quality.scores[0]
    assert quality.alert.text == (
        f"The log-loss rose by {100 * quality.rise:.0f} % since 1970-01-01 00:00 UTC: {score.words}, on 500 labeled rows (a rise from 5 % on matters). "
        "Chance alone does not explain it (p < 1e-9; this test may use 0.01 of the error budget). 500 of 500 rows have a label."
    )
    assert quality.alert.remedy == "Retrain on old and new labeled rows, and let the challenger prove itself on the same rows."
    assert quality.sentence == f"Realised on 500 labeled rows: {score.words}. 500 of 500 rows have a label."
