from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from luthier.monitor.inputs import examine_inputs
from luthier.monitor.sample import Unreadable
from luthier.monitor.settings import MonitorSettings
from tests.monitor.tables import mixed_sample, subject_of


@pytest.mark.parametrize(("rows", "columns", "passes"), [(100, 5, 80), (100, 40, 16), (1_000, 5, 16), (1_000, 40, 4)], ids=str)
def test_unchanged_tables_raise_an_alarm_no_more_often_than_the_budget_allows(rows: int, columns: int, passes: int) -> None:
    subject, settings = subject_of(columns), MonitorSettings(permutations=500, most_joint_rows=300)

    alarms = 0
    for seed in range(passes):
        rng = np.random.default_rng(seed)
        samples = mixed_sample(rng, rows, columns), mixed_sample(rng, rows, columns)
        alarms += any(evidence.p_value <= evidence.allowed for evidence in examine_inputs(subject, *samples, replace(settings, seed=seed)))

    # The binomial bound of a share of 0.05, three standard errors above it.
    assert alarms / passes <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / passes)


def test_a_shift_of_three_tenths_of_a_sigma_is_found_on_500_rows() -> None:
    subject, settings = subject_of(5), MonitorSettings(permutations=500, most_joint_rows=300)

    found = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        samples = mixed_sample(rng, 500, 5), mixed_sample(rng, 500, 5, shift=0.3)
        found += "c0" in [evidence.subject for evidence in examine_inputs(subject, *samples, replace(settings, seed=seed)) if evidence.alarmed]

    assert found >= 17  # 37 of 40 windows where it was measured


def test_a_change_too_small_to_matter_raises_nothing_on_any_number_of_rows() -> None:
    subject = subject_of(1)
    rng = np.random.default_rng(0)

    (numbers, *_) = examine_inputs(subject, mixed_sample(rng, 200_000, 1), mixed_sample(rng, 200_000, 1, shift=0.03), MonitorSettings(most_rows=200_000))

    assert numbers.p_value <= numbers.allowed
    assert not numbers.alarmed


def test_the_same_samples_give_the_same_evidence() -> None:
    subject, rng = subject_of(5), np.random.default_rng(1)
    samples = mixed_sample(rng, 200, 5), mixed_sample(rng, 200, 5)

    assert examine_inputs(subject, *samples, MonitorSettings()) == examine_inputs(subject, *samples, MonitorSettings())


def test_unreadable_cells_are_evidence_of_their_own() -> None:
    subject, rng = subject_of(2), np.random.default_rng(2)
    current = replace(mixed_sample(rng, 200, 2), unreadable={"c0": Unreadable(rows=20, first="old", first_row=3)})

    alarmed = [evidence.aspect for evidence in examine_inputs(subject, mixed_sample(rng, 200, 2), current, MonitorSettings()) if evidence.alarmed]

    assert alarmed == ["unreadable"]
