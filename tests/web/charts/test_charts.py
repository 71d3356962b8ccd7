"""Charts of a model in use: markup with the numbers in words, and no trouble with little data."""

from __future__ import annotations

import math

from luthier.web.charts import quality_chart, run_chart, sparkline, traffic_chart
from luthier.web.quality import quality_story
from luthier.web.run_story import RunCurve, RunStory
from luthier.web.spans import WEEK
from luthier.web.traffic import TrafficStory
from tests.web.made_up import quality
from tests.web.test_quality import a_pass


def story(*rows: tuple[int, ...]) -> TrafficStory:
    steps = len(rows[0]) if rows else 4
    return TrafficStory(span=WEEK, starts=tuple(3_600.0 * step for step in range(steps)), models=("a" * 64, "b" * 64)[: len(rows)], rows=rows)


def test_traffic_is_stacked_and_told_in_words():
    chart = traffic_chart(story((5, 0, 2), (1, 3, 0)))

    assert chart.count("<rect") == 4
    assert "Rows answered by the hour over 7 days: 11 in all, 7 by aaaaaaaaaaaa, 4 by bbbbbbbbbbbb; at most 6 in one." in chart
    assert "1 Jan 1970, 01:00 UTC: 3 by bbbbbbbbbbbb" in chart


def test_no_traffic_is_an_empty_chart():
    assert "No answers in the last 7 days." in traffic_chart(story())
    assert "<rect" not in sparkline(story())


def test_quality_of_a_single_pass_can_be_drawn():
    told = quality_story([a_pass(1, estimated=quality(0.9, 0.85))])

    assert told is not None
    assert "ROC AUC at 1 pass of the monitor; the last, estimated: 0.8500, against 0.9000 in the reference." in quality_chart(told)


def test_curves_without_a_finite_error_are_drawn_as_nothing():
    curves = (RunCurve(title="mlp", steps=(1.0, 2.0), errors=(0.5, 0.4)), RunCurve(title="lost", steps=(1.0,), errors=(math.inf,)))

    chart = run_chart(RunStory(metric="log-loss", step_label="Epoch", curves=curves))

    assert chart.count("<path") == 1
    assert "log-loss of 2 networks; the best, mlp, is at 0.4000." in chart
