"""The story of a search: who is compared with whom, and what is noise."""

from __future__ import annotations

from dataclasses import replace
from math import log, sqrt

import numpy as np
import pytest

from luthier.report import SearchStory, TrialFacts
from tests.report.search_samples import FAILED, search_story


def test_trial_that_came_further_ranks_before_a_better_score_on_an_earlier_rung():
    story = _story(_trial(0, 0.10, rung=0), _trial(1, 0.20, rung=1), _trial(2, 0.15, rung=1))

    assert [trial.number for trial in story.ranked] == [2, 1, 0]
    assert [trial.number for trial in story.compared] == [2, 1]


def test_greater_scores_rank_first_where_greater_is_better():
    story = replace(_story(_trial(0, 0.8), _trial(1, 0.9)), greater_is_better=True)

    assert story.best.number == 1


def test_trial_without_a_score_is_not_ranked():
    story = search_story()

    assert FAILED not in {trial.number for trial in story.ranked}
    assert len(story.ranked) == 59


@pytest.mark.parametrize(("noise", "close"), [(0.01, [1]), (0.02, [1, 2]), (0.001, []), (None, [])])
def test_trials_within_the_reach_of_two_seeds_are_as_good_as_the_best(noise, close):
    story = replace(_story(_trial(0, 0.10), _trial(1, 0.12), _trial(2, 0.15)), seed_noise=noise)

    assert [trial.number for trial in story.as_good] == close


def test_two_seeds_of_one_recipe_stay_within_the_reach_in_19_of_20_cases():
    story = replace(_story(_trial(0, 0.1)), seed_noise=0.5)
    scores = np.random.default_rng(0).normal(0, 0.5, (100_000, 2))

    within = np.mean(np.abs(scores[:, 0] - scores[:, 1]) <= story.noise_reach)

    assert within == pytest.approx(0.9545, abs=0.003)  # four standard errors of 100,000 draws


def test_luck_of_the_best_is_bounded_by_the_expected_optimism():
    story = search_story()
    draws = np.random.default_rng(0).normal(0, story.seed_noise, (20_000, 59))

    assert story.expected_optimism == story.seed_noise * sqrt(2 * log(59))
    assert 0.75 * story.expected_optimism < draws.max(axis=1).mean() < story.expected_optimism


def test_search_without_a_trial_has_no_best():
    story = _story()

    assert (story.best, story.compared, story.as_good, story.families, story.expected_optimism) == (None, (), (), (), None)


def _trial(number: int, score: float | None, *, rung: int = 0) -> TrialFacts:
    return TrialFacts(number=number, family="mlp", state="stopped", rung=rung, folds=1, epochs=4.0, score=score, settings={"learning_rate": 0.01})


def _story(*trials: TrialFacts) -> SearchStory:
    return SearchStory(trials=trials, metric_label="log-loss", greater_is_better=False)
