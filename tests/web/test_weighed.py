"""Evidence of promotions and rollbacks, as the ledger keeps it."""

from __future__ import annotations

import numpy as np

from luthier.core.task import Task, TaskKind
from luthier.evaluate.promotion import judge_promotion
from luthier.evaluate.rollback import judge_rollback
from luthier.web.weighed import MOST_SLICES, Weighed
from tests.web.made_up import promotion_evidence

TASK = Task(kind=TaskKind.REGRESSION, target="price", metric="mae")
TRUTH = np.arange(200.0)


def test_evidence_of_a_promotion_is_read_whole():
    evidence = judge_promotion(TASK, TRUTH, TRUTH + 2.0, TRUTH + 1.0)

    weighed = Weighed.of(evidence.to_json())

    assert weighed is not None
    assert (weighed.before, weighed.after, weighed.gain, weighed.rows) == (("Champion", 2.0), ("Challenger", 1.0), 1.0, 200)
    assert (weighed.lower, weighed.accepted, weighed.sentence) == (evidence.lower, evidence.accepted, evidence.sentence)


def test_evidence_of_a_rollback_is_read_whole():
    evidence = judge_rollback(TASK, TRUTH, TRUTH + np.tile([2.0, -3.0], 100), TRUTH + 1.0)

    weighed = Weighed.of(evidence.to_json())

    assert weighed is not None
    assert (weighed.before, weighed.after, weighed.gain) == (("Champion", 2.5), ("Model before it", 1.0), 1.5)
    assert weighed.accepted


def test_a_change_without_evidence_weighs_nothing():
    assert Weighed.of({}) is None


def test_worse_slices_come_first_and_the_rest_is_cut():
    slices = [{"column": "c", "level": str(n), "rows": 60, "gain": n / 10, "bound": 0.1, "p_value": 0.01, "is_worse": n == 9} for n in range(20)]

    weighed = Weighed.of(promotion_evidence(slices=slices))

    assert weighed is not None
    assert len(weighed.lanes) == 1 + MOST_SLICES
    assert [lane.label for lane in weighed.lanes[:3]] == ["All rows", "c = 9", "c = 0"]
    assert weighed.lanes[1].note == "60 rows, surely worse"
