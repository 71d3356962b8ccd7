"""What the section about the search draws and lists."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from luthier.report import SettingImportance, render
from luthier.report.search_views import best_trials, importance_groups, main_family, parallel_settings, parallel_trials, sliced_settings
from tests.report.search_samples import search_record, search_story


def test_learning_rate_is_sliced_first_and_then_what_mattered_most():
    story = replace(search_story(), importance=(SettingImportance(path="net.width", share=0.7), SettingImportance(path="schedule", share=0.2)))

    assert sliced_settings(story)[:3] == ("learning_rate", "net.width", "schedule")
    assert len(sliced_settings(story)) == 4


def test_setting_that_never_varied_is_not_sliced():
    story = search_story()
    trials = tuple(replace(trial, settings={**trial.settings, "learning_rate": 0.01}) for trial in story.trials)

    assert "learning_rate" not in sliced_settings(replace(story, trials=trials))


def test_parallel_coordinates_hold_every_setting_of_the_family_with_the_most_trials():
    story = search_story()

    assert main_family(story) == "tabm-mini"
    assert len(parallel_trials(story)) == 30
    assert parallel_settings(story)[:3] == ("learning_rate", "net.dropout", "decay_rate")
    assert set(parallel_settings(story)) == {path for trial in parallel_trials(story) for path in trial.settings}


def test_importances_are_grouped_by_family_and_the_small_ones_are_not_strong():
    groups = importance_groups(search_story())

    assert [(group.title, group.note) for group in groups] == [
        ("Across families", "from 59 trials"),
        ("tabm-mini", "from 30 trials"),
        ("realmlp", "from 14 trials"),
    ]
    assert [lane.label for lane in groups[0].lanes if lane.strong] == ["family", "learning rate", "net dropout"]


def test_table_lists_the_best_and_says_who_cannot_be_told_from_it():
    rows = best_trials(search_story())

    assert [row.note for row in rows] == ["best", *["within the noise"] * 4, *["worse"] * 2, *["rung 2: not comparable"] * 5]
    assert (rows[0].epochs, rows[0].folds, rows[0].weight) == ("18 epochs", "5 folds", 0.55)
    assert all(re.fullmatch(r"0\.\d{4}", row.score) for row in rows)
    assert dict(rows[0].settings)["learning rate × weight decay"] == "0"


def test_without_measured_noise_nobody_is_called_worse():
    rows = best_trials(replace(search_story(), seed_noise=None))

    assert {row.note for row in rows} == {"best", "", "rung 2: not comparable"}


def test_page_with_few_trials_leaves_out_what_mattered_and_says_why():
    record = search_record()

    page = render(replace(record, search=replace(record.search, trials=record.search.ranked[:9])))

    assert "9 trials ended with a score: what mattered" in page
    assert 'class="parallel"' not in page
    assert "Which settings mattered" not in page
    assert "Log-loss by learning rate" in page


def test_page_tells_the_search_between_the_learning_curves_and_the_run():
    page = render(search_record())

    assert page.index('<section id="learning"') < page.index('<section id="search"') < page.index('<section id="run"')
    assert '<a href="#search">The search</a>' in page
    assert all(sentence in page for sentence in search_story().plan)


@pytest.mark.parametrize("trials", [0, 1, 2, 600])
def test_page_of_any_number_of_trials_is_whole_and_small(trials):
    record = search_record()
    story = search_story(trials=600) if trials > 60 else replace(search_story(), trials=search_story().ranked[:trials])

    page = render(replace(record, search=story))

    assert len(page.encode()) < 450_000
    assert not re.search(r'="-?(nan|inf)|[Nn]a[Nn]%|inf%', page)
