"""Quality over time: one metric at every pass that has it."""

from __future__ import annotations

from datetime import timedelta

from luthier.ledger import Pass
from luthier.web.quality import quality_story
from tests.ledger.made_up import START
from tests.web.made_up import examination, quality, score_pair


def a_pass(number: int, **record: object) -> Pass:
    until = START + timedelta(days=number)
    return Pass(id=number, deployment="clinic", bundle="b" * 64, at=until, until=until, rows=100, labeled=0, alpha=0.01, record=examination(**record))


def test_points_stand_in_the_order_of_time_with_both_kinds():
    story = quality_story([a_pass(2, realised=quality(0.9, 0.8), estimated=quality(0.9, 0.85)), a_pass(1, estimated=quality(0.9, 0.88))])

    assert story is not None
    assert [point.id for point in story.points] == [1, 2]
    assert story.points[0].realised is None
    assert (story.points[1].realised.value, story.points[1].estimated.value, story.points[1].reference.value) == (0.8, 0.85, 0.9)
    assert story.has_labels


def test_passes_without_the_metric_of_the_newest_are_left_out():
    other = quality(0.2, 0.3, scores=[score_pair(0.2, 0.3, metric="rmse", label="RMSE")])

    story = quality_story([a_pass(1, realised=other), a_pass(2, realised=quality(0.9, 0.8)), a_pass(3)])

    assert story is not None
    assert (story.label, [point.id for point in story.points]) == ("ROC AUC", [2])


def test_no_pass_with_a_score_is_no_story():
    assert quality_story([a_pass(1), a_pass(2, realised=quality(0.9, 0.8, scores=[]))]) is None
