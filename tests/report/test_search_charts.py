"""Charts of the search: marks stand where the numbers say."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from luthier.report import RungFacts
from luthier.report.charts import parallel_chart, rung_chart, slice_chart
from luthier.report.charts.setting_axis import SettingAxis
from luthier.report.charts.slices import level_key, score_range
from luthier.report.numerals import setting_text
from tests.report.search_samples import search_story


def test_numbers_over_several_powers_of_ten_are_evenly_spread_by_their_powers():
    axis = SettingAxis.over([1e-4, 1e-3, 1e-2])

    assert [axis.place(value) for value in (1e-4, 1e-3, 1e-2)] == pytest.approx([0.0, 0.5, 1.0])
    assert [text for _, text in axis.ticks()] == ["1e−4", "0.001", "0.01"]


def test_numbers_spread_evenly_from_near_zero_stay_on_a_straight_axis():
    axis = SettingAxis.over([0.001, 0.1, 0.2, 0.3, 0.4, 0.5])

    assert not axis.by_powers
    assert axis.place(0.2505) == pytest.approx(0.5)


def test_zero_has_a_place_of_its_own_beside_the_powers():
    axis = SettingAxis.over([0.0, 1e-6, 1e-5, 1e-4, 1e-3])

    assert axis.place(0.0) == 0.0
    assert 0.1 < axis.place(1e-6) < axis.place(1e-5)
    assert axis.ticks()[0] == (0.0, "0")


def test_trials_without_the_setting_stand_at_the_end():
    axis = SettingAxis.over([0.9, 0.95, 0.99, None])

    assert axis.place(None) == 1.0
    assert axis.place(0.99) < 0.9
    assert axis.ticks()[-1] == (1.0, "not used")


def test_names_and_truth_values_are_levels():
    assert [text for _, text in SettingAxis.over(["muon", "adamw"]).ticks()] == ["adamw", "muon"]
    assert [text for _, text in SettingAxis.over([True, False]).ticks()] == ["no", "yes"]


def test_whole_numbers_have_whole_ticks():
    texts = [text for _, text in SettingAxis.over([1, 2, 3, 4, 5, 6, 7, 8]).ticks()]

    assert texts == ["2", "4", "6", "8"]


@pytest.mark.parametrize(("value", "text"), [(0.0123456, "0.0123"), (1234567, "1,234,567"), (96.0, "96"), (-2.5e-7, "−2.5e−7"), (0, "0"), (float("nan"), "–")])
def test_settings_are_written_with_three_digits(value, text):
    assert setting_text(value) == text


def test_slice_marks_only_the_trials_that_came_as_far_as_the_best_strong():
    story = search_story()

    chart = slice_chart(story, "learning_rate", scores=score_range(story))

    assert len(re.findall(r'class="trial ', chart)) == len(story.compared) == 7
    assert chart.count('class="best-ring"') == chart.count('class="noise-bar"') == chart.count('class="same"') == 1


def test_ring_stands_on_the_best_trial_and_the_bar_reaches_one_deviation_up_and_down():
    story = search_story()

    chart = slice_chart(story, "learning_rate", scores=score_range(story))

    ring_y = float(re.search(r'cy="([\d.]+)" r="8.5"', chart)[1])
    x, top, _, bottom = (float(part) for part in re.search(r'd="M([\d. ]+)M', chart[: chart.index('class="noise-bar"')].rsplit("<path", 1)[1])[1].split())
    low, high = score_range(story)
    assert (top + bottom) / 2 == pytest.approx(ring_y, abs=0.11)
    assert bottom - top == pytest.approx(2 * story.seed_noise / (high - low) * 218, abs=0.2)
    assert f'cx="{x:g}"' in chart


def test_without_measured_noise_no_bar_is_drawn():
    story = replace(search_story(), seed_noise=None)

    chart = slice_chart(story, "learning_rate", scores=score_range(story))

    assert "noise-bar" not in chart
    assert 'class="same"' not in chart


@pytest.mark.parametrize("greater_is_better", [False, True])
def test_compared_trials_fill_two_fifths_of_the_range_and_lie_at_its_better_end(greater_is_better):
    story = search_story(greater_is_better=greater_is_better)
    low, high = score_range(story)
    scores = [trial.score for trial in story.compared]

    assert low < min(scores) <= max(scores) < high
    assert (max(scores) - min(scores)) / (high - low) > 0.25
    assert (story.best.score > (low + high) / 2) == greater_is_better


def test_levels_whose_names_do_not_fit_are_told_by_letters():
    story = search_story()
    names = ("one-cycle-superconvergence", "exponential-with-restarts", "warmup-stable-decay", "linear-with-warmup", "plateau")
    trials = tuple(replace(trial, settings={"schedule": names[trial.number % 5]}) for trial in story.trials)

    key = level_key(replace(story, trials=trials), "schedule")

    assert key == tuple(zip("abcde", sorted(names), strict=True))
    assert level_key(story, "schedule") == ()


def test_rungs_say_how_many_came_and_how_many_went_on():
    chart = rung_chart([RungFacts(number=0, epochs=1.0, folds=1, trials=40, kept=10, seconds=9.0), RungFacts(number=1, epochs=9.0, folds=5, trials=10, kept=9)])

    assert re.findall(r'width="([\d.]+)%"', chart) == ["100.00", "25.00", "25.00", "22.50"]
    assert 'aria-label="What the rungs let through. rung 1: 10 of 40 went on; rung 2: 9 of 10 finished."' in chart
    assert "1 epoch, 1 fold, 9 s" in chart
    assert "9 epochs, 5 folds" in chart


def test_parallel_lines_lead_through_every_axis_and_the_best_third_is_strong():
    trials = search_story().ranked[:9]

    chart = parallel_chart(trials, ("learning_rate", "net.dropout", "schedule"))

    assert len(re.findall(r'class="weak"', chart)) == 6
    assert len(re.findall(r'class="strong"', chart)) == 3
    assert len(re.findall(r'<path d="M\d+ 26C\d+ 56 \d+ 56 \d+ 86S\d+ 116 \d+ 146" class="winner">', chart)) == 1
    assert 'aria-label="Parallel coordinates of 9 trials over 3 settings; the best has learning rate ' in chart
