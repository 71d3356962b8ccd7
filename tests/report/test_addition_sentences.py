"""What each choice added, in sentences: plain about what hurt, silent where the runs are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from luthier.report.addition_sentences import comparison_note, gain_text, grouped, method_note, sentences, summary
from tests.report.image_samples import additions, effect


def test_each_choice_is_told_under_its_heading_with_its_noise_and_its_fate():
    story = additions()

    told = {title: sentences(effects, story) for title, effects in grouped(story).items()}

    assert told == {
        "Learning-rate schedule": ("The one-cycle schedule instead of constant helped (+1.30 ± 0.20 points) and is in the best recipe.",),
        "Augmentation": (
            "Shifting helped (+0.60 ± 0.20 points) and is in the best recipe.",
            "The mirror image (alternating) hurt (−0.80 ± 0.30 points) and was left off.",
            "No difference that stands out from the noise: rotation.",
            "Not enough runs to tell: mixup.",
        ),
        "Network": ("Always tried together with another choice, so that nobody can tell which of them it was: width 32 instead of 24.",),
        "Other choices": ("Label smoothing helped (+0.20 ± 0.10 points), and yet the best recipe does without.",),
    }


def test_choice_that_hurt_and_is_kept_all_the_same_is_told_so():
    story = replace(additions(), metric_label="log-loss", in_points=False)
    hurt = effect("optimizer", "muon", "nesterov", gain=-0.0123, reach=0.004, kept=True)

    assert sentences((hurt,), story) == ("The muon optimizer instead of nesterov hurt (−0.0123 ± 0.0040 log-loss), and yet the best recipe has it.",)


@pytest.mark.parametrize(
    ("gain", "reach", "verdict"),
    [(0.3, 0.1, "helped"), (-0.3, 0.1, "hurt"), (0.1, 0.1, "not clear"), (None, None, "unknown"), (float("nan"), 0.1, "unknown")],
)
def test_verdict_hangs_on_the_interval_alone(gain, reach, verdict):
    assert effect("schedule", "cosine", "constant", gain=gain, reach=reach).verdict == verdict


def test_gain_without_a_number_has_no_text():
    assert gain_text(effect("schedule", "cosine", "constant"), additions()) == ""


def test_summary_says_where_the_numbers_come_from():
    assert summary(additions()) == (
        "From the 41 runs of the search, a run being one recipe on one fold; nothing was trained for this. "
        "A gain is the difference in points of accuracy on the images that a fold held out."
    )


def test_notes_say_how_it_was_compared_and_what_the_bars_do_not_cover():
    assert comparison_note(additions().effects[2]) == "30 runs against 11, paired"
    assert comparison_note(additions().effects[0]) == "30 runs against 11, adjusted"
    assert method_note() == (
        "Bars: 95 % intervals over runs on the same images; other images would make them wider, and about one bar in twenty misses the truth. "
        "Paired: the runs differ in this choice alone. Adjusted: an additive model (least squares, outliers weighed down) accounts for the other "
        "settings; it knows nothing of choices that only help together. Nothing is said below 3 runs on a side, nor of runs that diverged."
    )
