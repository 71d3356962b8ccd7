from __future__ import annotations

import json

import numpy as np
import polars as pl

from luthier.monitor.sample import Sample
from luthier.monitor.self_test import SelfTest, judge, self_test
from luthier.monitor.settings import MonitorSettings
from tests.monitor.tables import mixed_sample, subject_of
from tests.monitor.test_evidence import EVIDENCE

SETTINGS = MonitorSettings(permutations=200, most_joint_rows=100)


def test_a_sound_reference_switches_alarms_on_and_says_the_realised_share() -> None:
    reference = mixed_sample(np.random.default_rng(0), 600, 3)

    found = self_test(subject_of(3), reference, rows_now=200, settings=SETTINGS, splits=60)

    assert found.switched_on
    assert found.splits == 60
    assert found.sentence.startswith("Switched on: ")
    assert found.sentence.endswith("; 5 % are allowed). Rows carry no times, so that seasons and trends were not tested.")
    assert SelfTest.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_a_reference_that_changes_with_time_switches_nothing_on_and_names_the_column() -> None:
    rng = np.random.default_rng(1)
    halves = np.where(np.arange(400) < 200, 0.0, 0.7)[:, None] * np.array([1, 0, 1])
    reference = Sample(frame=pl.DataFrame(halves + rng.normal(size=(400, 3)), schema=["c0", "c1", "c2"]), at=np.arange(400.0))

    found = self_test(subject_of(3), reference, rows_now=150, settings=SETTINGS, splits=40)

    assert found.by_time
    assert not found.switched_on
    assert found.sentence == (
        "Do not switch on: 29 of 40 splits of the unchanged reference raised an alarm (72.5 %, 95 % interval 57 to 84 %; 5 % are allowed). "
        "Its rows change with time, and a stretch of it does not look like the rest, most often column 'c0'. "
        "Take a reference that looks like the season at hand."
    )


def test_alarms_on_rows_dealt_at_random_are_blamed_on_the_tests() -> None:
    found = judge([(EVIDENCE,)] * 10 + [()] * 30, by_time=False)

    assert found.sentence == (
        "Do not switch on: 10 of 40 splits of the unchanged reference raised an alarm (25 %, 95 % interval 14 to 40 %; 5 % are allowed). "
        "The laws of the tests do not fit these rows, most often column 'age'. Give the times of the rows, or a larger reference."
    )


def test_it_stops_when_its_time_is_over() -> None:
    reference, seconds = mixed_sample(np.random.default_rng(2), 200, 2), iter(range(1_000))

    found = self_test(subject_of(2), reference, rows_now=100, settings=SETTINGS, splits=200, seconds=25.0, clock=lambda: float(next(seconds)))

    assert 20 <= found.splits <= 26 + 20


def test_too_few_rows_say_so() -> None:
    reference = mixed_sample(np.random.default_rng(3), 60, 2)

    found = self_test(subject_of(2), reference, rows_now=100, settings=SETTINGS)

    assert not found.switched_on
    assert found.sentence == "Do not switch on: the reference has 60 rows, and a self-test needs 100. Collect more rows first."
