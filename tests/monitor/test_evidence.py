from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from luthier.monitor.evidence import Evidence, Undecided, decide, holm

EVIDENCE = Evidence(
    kind="drift",
    aspect="input",
    name="Column 'age'",
    subject="age",
    p_value=0.001,
    effect=0.3,
    smallest=0.05,
    unit="sigma",
    detail="median 41 then, 47 now",
    rows_then=4_000,
    rows_now=1_000,
    worth_then=4_000.0,
    worth_now=1_000.0,
)


def undecided(**changes: object) -> Undecided:
    return Undecided(evidence=replace(EVIDENCE, **changes), scores=lambda: np.where(np.arange(100) < 40, 0.0, 1.0))  # type: ignore[arg-type]


def test_with_equal_weights_it_is_holms_rule() -> None:
    assert holm([0.04, 0.01, 0.2], [1.0, 1.0, 1.0], alpha=0.05) == pytest.approx([0.025, 0.05 / 3, 0.025])


def test_with_weights_any_false_alarm_stays_within_the_budget() -> None:
    rng = np.random.default_rng(0)
    weights = [0.4, 0.1, 0.1, 0.1, 0.3]

    false = []
    for _ in range(4_000):
        p_values = [0.0, *rng.random(4)]  # the first is truly changed
        false.append(any(p <= part for p, part in zip(p_values[1:], holm(p_values, weights, alpha=0.1)[1:], strict=True)))

    assert np.mean(false) == pytest.approx(0.1, abs=0.015)


@pytest.mark.parametrize(
    ("changes", "alarmed"), [({}, True), ({"p_value": 0.2}, False), ({"effect": 0.04}, False)], ids=["sure and big", "not sure", "too small"]
)
def test_an_alarm_is_both_sure_and_big_enough_to_matter(changes: dict[str, float], alarmed: bool) -> None:
    (decided,) = decide([undecided(**changes)], {"input": 1.0}, alpha=0.05, at=None)

    assert (decided.alarmed, decided.allowed) == (alarmed, 0.05)


def test_an_alarm_is_dated_where_rows_carry_times() -> None:
    (decided,) = decide([undecided()], {"input": 1.0}, alpha=0.05, at=np.arange(100.0))

    assert decided.since == 40.0


def test_aspects_that_are_not_there_leave_their_share_to_the_others() -> None:
    decided = decide([undecided(p_value=0.5), undecided(p_value=0.5, aspect="missing")], {"input": 0.4, "missing": 0.1, "range": 0.5}, alpha=0.05, at=None)

    assert [one.allowed for one in decided] == pytest.approx([0.04, 0.01])


def test_evidence_survives_json() -> None:
    assert Evidence.from_json(json.loads(json.dumps(EVIDENCE.to_json()))) == EVIDENCE
