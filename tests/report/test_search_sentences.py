"""The sentences about a search: whole, and honest about noise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from luthier.report.search_sentences import expected_optimism, how_proposed, noise_sentence, rest_sentence, summary, too_few
from tests.report.search_samples import search_record, search_story

MOVES = "Trained again with another seed, the score of one recipe moves by {} (one standard deviation), so two recipes less than {} apart cannot be told apart"


def test_summary_says_what_became_of_every_recipe():
    assert summary(search_story()) == (
        "60 recipes of 3 families were tried: 52 were stopped early (39 on rung 1 and 13 on rung 2), 1 failed, 7 were trained on every fold "
        "and 3 are in the ensemble."
    )


def test_summary_of_a_search_that_was_cut_off_says_so():
    story = search_story()
    trials = tuple(replace(trial, state="running", family="mlp", weight=0.0) for trial in story.trials[:2])

    told = summary(replace(story, trials=trials, stopped_early=0))

    assert told == "2 recipes of the family mlp were tried: none was stopped early, 2 unfinished when the time ended and none was trained on every fold."


def test_summary_without_a_trial():
    assert summary(replace(search_story(), trials=())) == "No recipe was tried."


def test_proposer_and_speed_are_told_where_they_are_known():
    story = search_story()

    assert how_proposed(story) == "Proposals: prior-weighted; 43 trials a minute."
    assert how_proposed(replace(story, proposer="", trials_per_minute=4.23)) == "4.2 trials a minute."
    assert how_proposed(replace(story, proposer="", trials_per_minute=None)) == ""


@pytest.mark.parametrize(
    ("noise", "kept", "told"),
    [
        (0.0021, 7, ": 4 of the 6 others that came as far as the best are as close as that to it, so which of them is first is noise."),
        (0.1, 7, ": all 6 others that came as far as the best are as close as that to it, so which of them is first is noise."),
        (0.0001, 7, ": all 6 others that came as far as the best are further than that from it."),
        (0.1, 2, ": the only other one that came as far as the best is as close as that to it, so which of them is first is noise."),
        (0.0001, 2, ": the only other one that came as far as the best is further than that from it."),
        (0.1, 1, "."),
    ],
    ids=["some", "all", "none", "both", "apart", "alone"],
)
def test_differences_within_the_noise_are_said_to_be_noise(noise, kept, told):
    story = search_story()
    story = replace(story, seed_noise=noise, trials=story.compared[:kept])

    sentence = noise_sentence(story)

    assert sentence.endswith(f"apart cannot be told apart{told}")


def test_noise_is_told_with_two_digits():
    assert noise_sentence(search_story()).startswith(MOVES.format("0.0021", "0.0059"))


def test_noise_that_was_not_measured_is_admitted():
    story = replace(search_story(), seed_noise=None)

    assert noise_sentence(story) == "How much a score moves from seed to seed was not measured: small differences between recipes may be noise."
    assert expected_optimism(replace(search_record(), search=story)) == (
        "How much picking the best flatters it cannot be foretold here: the noise between seeds was not measured."
    )


@pytest.mark.parametrize(
    ("sealed", "told"),
    [
        (0.1310, "From the folds to the sealed rows the score got worse by 0.0096: more than that, and the draw of the rows has its part in it."),
        (0.1234, "From the folds to the sealed rows the score got worse by 0.0020: no more than that."),
        (0.1200, "The sealed rows did not take it back: the final score is better than the best fold score."),
    ],
    ids=["more", "as foretold", "better"],
)
def test_luck_of_the_winner_is_foretold_and_held_against_the_sealed_rows(sealed, told):
    record = search_record()
    record = replace(record, optimism=replace(record.optimism, sealed=sealed))

    assert expected_optimism(record) == (
        "The best of 59 noisy scores owes some of its score to luck: in log-loss up to about 0.0060 if all were equally good "
        f"(σ √(2 ln n) with σ = 0.0021 between seeds). {told}"
    )


def test_few_trials_are_a_reason_to_say_nothing_about_what_mattered():
    story = search_story()

    assert too_few(story) == ""
    assert too_few(replace(story, trials=story.ranked[:1])) == (
        "1 trial ended with a score: what mattered, and how the settings go together, is left out below 10, where chance would do the talking."
    )
    assert too_few(replace(story, trials=())).startswith("No trial ended with a score: what mattered,")


def test_trials_below_the_table_are_summed_up():
    story = search_story()

    assert rest_sentence(story, shown=12) == "48 more trials: 39 stopped on rung 1, 8 stopped on rung 2 and 1 failed."
    assert rest_sentence(replace(story, trials=story.ranked[:5]), shown=12) == ""
