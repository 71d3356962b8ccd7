from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl

from luthier.monitor.examination import Examination, examine
from luthier.monitor.sample import Sample
from luthier.monitor.settings import MonitorSettings
from tests.monitor.tables import mixed_sample, subject_of


def with_truth(sample: Sample, rng: np.random.Generator, *, right: bool = True) -> Sample:
    assert sample.predictions is not None
    sick = sample.predictions[:, 1] if right else 1 - sample.predictions[:, 1]
    return replace(sample, truth=(rng.random(sample.rows) < sick).astype(int), at=np.arange(sample.rows) * 60.0)


def test_unchanged_rows_are_told_so_and_the_record_survives_json() -> None:
    rng = np.random.default_rng(0)
    samples = [with_truth(mixed_sample(rng, rows, 3), rng) for rows in (600, 300)]

    seen = examine(subject_of(3), *samples)

    assert seen.alarms == ()
    assert seen.sentence.startswith("Nothing changed that is both sure and big enough to matter (300 rows against 600 of the reference, ")
    plain = json.loads(json.dumps(seen.to_json(), allow_nan=False))
    assert Examination.from_json(plain).to_json() == plain


def test_lost_quality_speaks_first_and_drift_after_it() -> None:
    rng = np.random.default_rng(1)
    reference = with_truth(mixed_sample(rng, 1_000, 3), rng)
    current = with_truth(mixed_sample(rng, 500, 3, shift=1.0), rng, right=False)

    seen = examine(subject_of(3), reference, current)

    assert [alert.kind for alert in seen.alarms][:2] == ["realised-quality", "drift"]
    assert seen.sentence.startswith(f"{len(seen.alarms)} alarms: ")


def test_a_column_that_moved_half_way_is_dated() -> None:
    rng = np.random.default_rng(2)
    moved = rng.normal(size=400) + np.where(np.arange(400) < 200, 0.0, 2.0)
    reference = Sample(frame=pl.DataFrame({"c0": rng.normal(size=1_000)}), at=np.arange(1_000.0))

    seen = examine(subject_of(1), reference, Sample(frame=pl.DataFrame({"c0": moved}), at=1_000.0 + np.arange(400.0)))

    assert abs((seen.alarms[0].since or 0.0) - 1_200.0) <= 20
    assert (seen.since, seen.until) == (1_000.0, 1_399.0)


def test_what_was_left_out_is_noted() -> None:
    rng = np.random.default_rng(3)
    reference, few = mixed_sample(rng, 300, 2), mixed_sample(rng, 10, 2)

    assert examine(subject_of(2), reference, few).notes == (
        "Fewer than 20 rows on a side: inputs were not compared.",
        "Rows carry no times: they count as independent of each other, and no alarm can say since when.",
    )
    assert examine(subject_of(2), reference, reference, MonitorSettings(most_rows=200)).notes[:2] == (
        "200 of the 300 rows of the reference were compared, evenly spread.",
        "200 of the 300 rows of the current window were compared, evenly spread.",
    )


def test_rows_that_hang_together_are_noted() -> None:
    steps = np.cumsum(np.random.default_rng(4).normal(size=600))
    samples = [Sample(frame=pl.DataFrame({"c0": part}), at=np.arange(300.0)) for part in (steps[:300], steps[300:])]

    assert examine(subject_of(1), *samples).notes == (
        "Neighboring rows depend on each other so strongly that the window is worth fewer than 20 independent ones: only huge changes show. Column 'c0'.",
    )


def test_half_of_the_budget_is_for_the_inputs_where_quality_can_be_judged() -> None:
    rng = np.random.default_rng(5)
    labeled = [with_truth(mixed_sample(rng, 300, 1), rng) for _ in range(2)]
    plain = [Sample(frame=sample.frame) for sample in labeled]

    assert examine(subject_of(1), *labeled).alpha == 0.05
    assert max(test.allowed for test in examine(subject_of(1), *labeled).evidence) <= 0.025
    assert max(test.allowed for test in examine(subject_of(1), *plain).evidence) > 0.025


def test_an_empty_window_raises_nothing() -> None:
    reference = with_truth(mixed_sample(np.random.default_rng(6), 300, 3), np.random.default_rng(6))

    seen = examine(subject_of(3), reference, reference.take(np.arange(0)))

    assert (seen.alarms, seen.evidence, seen.since) == ((), (), None)
