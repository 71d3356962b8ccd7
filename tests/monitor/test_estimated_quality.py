import json

import numpy as np
import pytest

from luthier.evaluate import METRICS
from luthier.monitor import EstimatedQuality, MonitorSettings, Sample, estimated_quality
from tests.monitor.quality_samples import ILL, PRICE, classified, priced

SETTINGS = MonitorSettings(alpha=0.01)


def estimated(subject, then, now):
    return estimated_quality(subject, then, now, SETTINGS)


def test_harder_rows_raise_an_alarm_before_any_label_comes():
    rng = np.random.default_rng(0)
    now = classified(rng, 1_000, shift=0.7)

    quality = estimated(ILL, classified(rng, 1_500), Sample(frame=now.frame, predictions=now.predictions, at=now.at))

    assert quality.method == "CBPE"
    assert quality.alert.kind == "estimated-quality"
    assert quality.scores[0].now.lower < METRICS["log_loss"].function(now.truth, now.predictions) < quality.scores[0].now.upper


def test_overconfident_probabilities_are_mended_before_they_are_believed():
    rng = np.random.default_rng(0)
    now = classified(rng, 1_000, shift=0.5, sureness=3.0)

    quality = estimated(ILL, classified(rng, 1_500, sureness=3.0), now)

    assert quality.scores[0].now.value == pytest.approx(METRICS["log_loss"].function(now.truth, now.predictions), rel=0.15)
    assert quality.assumptions[0].sentence.startswith("On 1,500 labeled reference rows the calibration error is 0.")


def test_a_changed_meaning_is_not_seen_and_this_is_said():
    rng = np.random.default_rng(0)

    quality = estimated(ILL, classified(rng, 1_000), classified(rng, 1_000, meaning=-1.0))

    assert quality.alert is None
    assert quality.assumptions[-1].name == "concept"


def test_larger_errors_to_come_raise_an_alarm():
    rng = np.random.default_rng(0)
    now = priced(rng, 1_500, shift=0.6)

    quality = estimated(PRICE, priced(rng, 3_000), now)

    assert quality.method == "DLE"
    assert quality.alert is not None
    assert quality.scores[0].now.value == pytest.approx(METRICS["rmse"].function(now.truth, now.predictions), rel=0.1)


def test_rows_in_an_unseen_region_make_the_estimate_doubtful():
    rng = np.random.default_rng(0)

    quality = estimated(ILL, classified(rng, 500), classified(rng, 500, shift=9.0))

    assert not quality.is_trusted
    assert quality.sentence.endswith("Do not rely on it: an assumption does not hold.")


@pytest.mark.parametrize(
    "then", [Sample(frame=classified(np.random.default_rng(0), 100).frame), classified(np.random.default_rng(0), 49)], ids=["no labels", "few"]
)
def test_without_a_reference_nothing_is_estimated(then):
    assert estimated(ILL, then, classified(np.random.default_rng(1), 100)) is None


def test_an_estimate_comes_back_from_json():
    rng = np.random.default_rng(0)

    quality = estimated(ILL, classified(rng, 100), classified(rng, 100))

    assert EstimatedQuality.from_json(json.loads(json.dumps(quality.to_json()))) == quality


def test_what_an_alarm_says():
    rng = np.random.default_rng(0)
    quality = estimated(ILL, classified(rng, 500), classified(rng, 500, shift=0.7))

    score = quality.scores[0]
    assert quality.alert.text == (
        f"The log-loss to expect rose by {100 * quality.rise:.0f} % since 1970-01-01 00:00 UTC: {score.words}, estimated without labels "
        "(a rise from 5 % on matters). Chance alone does not explain it (p < 1e-9; this test may use 0.01 of the error budget)."
    )
    assert quality.alert.remedy == "Get labels for some of the recent rows to confirm it, then retrain on old and new rows."
    assert quality.sentence == f"Estimated without labels: {score.words} (500 rows)."
