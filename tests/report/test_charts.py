"""Charts: marks stand where the numbers say."""

from __future__ import annotations

import re

import pytest

from luthier.report import Curve, FoldCurve, LearningCurves, Phase, RegressionDetail
from luthier.report.charts import Lane, confusion_table, lane_chart, residual_histogram, roc_chart, time_bar, worst_confusions
from luthier.report.charts.axes import Frame, round_ticks, tick_texts
from luthier.report.charts.learning import loss_range
from luthier.report.numerals import decimals_for_interval, duration, number


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-3.2e6, 9.1e6), (0.1201, 0.1213), (1e-9, 4e-9)])
def test_ticks_are_few_evenly_spaced_and_inside(low, high):
    ticks = round_ticks(low, high, count=5)

    assert 2 <= len(ticks) <= 6
    assert low - 1e-12 <= ticks[0] < ticks[-1] <= high + 1e-12
    assert len({round(after - before, 12) for before, after in zip(ticks, ticks[1:], strict=False)}) == 1
    assert len(set(tick_texts(ticks))) == len(ticks)


def test_frame_puts_its_corners_at_the_ends_of_the_scales():
    frame = Frame.over((0.0, 10.0), (0.0, 1.0), x_label="", y_label="")

    assert (frame.x(0.0), frame.x(10.0)) == (frame.x.start, frame.x.end)
    assert frame.y(1.0) < frame.y(0.0)


def test_lane_dots_stand_in_the_order_of_their_values():
    chart = lane_chart((Lane(label="a", value=3.0, text=""), Lane(label="b", value=1.0, text=""), Lane(label="c", value=2.0, text="")), description="")

    a, b, c = (float(position) for position in re.findall(r'cx="([\d.]+)%"', chart))

    assert b < c < a
    assert (a + b) / 2 == pytest.approx(c, abs=0.02)


def test_expendable_lane_far_away_becomes_an_arrow():
    near = [Lane(label=name, value=value, text="") for name, value in (("a", 0.12), ("b", 0.13), ("c", 0.2))]

    squeezed = lane_chart((*near, Lane(label="d", value=5.0, text="")), description="")
    freed = lane_chart((*near, Lane(label="d", value=5.0, text="", expendable=True)), description="")

    assert "▸" not in squeezed
    assert freed.count("▸") == 1
    assert freed.count("<circle") == 3


def test_roc_chart_runs_from_corner_to_corner():
    chart = roc_chart([Curve(name="ill", x=(0.0, 0.0, 1.0), y=(0.0, 1.0, 1.0), area=1.0)])
    frame = Frame.over((-0.01, 1.01), (-0.01, 1.01), x_label="", y_label="")

    line = re.search(r'd="M([\d. ]+)" class="line c1"', chart)[1].split()

    assert [float(number) for number in (*line[:2], *line[-2:])] == pytest.approx([frame.x(0), frame.y(0), frame.x(1), frame.y(1)], abs=0.06)


def test_confusion_cells_hold_counts_and_shares_of_their_row():
    table = confusion_table(("a", "b"), ((3, 1), (0, 0)))

    assert re.findall(r"--share:([\d.]+)", table) == ["0.750", "0.250", "0.000", "0.000"]
    assert ">3<small>75.0 %</small>" in table


def test_worst_confusions_are_the_largest_counts_off_the_diagonal():
    worst = worst_confusions(("a", "b", "c"), ((9, 2, 0), (5, 9, 1), (0, 0, 9)), most=2)

    assert [(mistake.truth, mistake.predicted, mistake.count) for mistake in worst] == [("b", "a", 5), ("a", "b", 2)]


def test_far_outer_bins_are_drawn_no_wider_than_the_others():
    detail = RegressionDetail(actual=(0.0,), predicted=(0.0,), residual_edges=(-100.0, -1.0, 0.0, 1.0, 500.0), residual_counts=(1, 5, 5, 2))

    chart = residual_histogram(detail)

    assert len(set(re.findall(r'width="([\d.]+)" y', chart))) == 1
    assert chart.count("bar pale") == 2


def test_time_bar_fills_its_width():
    widths = [float(share) for share in re.findall(r'width="([\d.]+)%"', time_bar([Phase(name="a", seconds=1.0), Phase(name="b", seconds=3.0)]))]

    assert widths == pytest.approx([25.0, 75.0])


def test_a_wild_start_does_not_flatten_the_learning_curves():
    losses = (50.0, 3.0, *[1.0] * 16)
    curves = LearningCurves(recipe="mlp", loss_label="", folds=(FoldCurve(fold=1, epochs=tuple(range(18)), train=(), validation=losses),))

    assert loss_range([curves])[1] < 2.0


def test_numbers_have_as_many_decimals_as_their_interval_deserves():
    assert number(0.13158, decimals_for_interval(0.115, 0.150)) == "0.132"
    assert number(48211.3, decimals_for_interval(47100.0, 49300.0)) == "48,211"
    assert number(-0.004, 3) == "−0.004"
    assert number(-0.0001, 3) == "0.000"


@pytest.mark.parametrize(("seconds", "text"), [(0.0, "0 s"), (0.042, "< 0.1 s"), (59.7, "1 min"), (119.6, "2 min"), (3599.9, "1 h"), (7260.0, "2 h 1 min")])
def test_durations_carry_over(seconds, text):
    assert duration(seconds) == text
