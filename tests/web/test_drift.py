"""Drift over time: the newest passes side by side, what changed most first."""

from __future__ import annotations

from luthier.web.drift import MOST_PASSES, MOST_SUBJECTS, drift_story
from tests.web.made_up import evidence
from tests.web.test_quality import a_pass


def test_what_was_alarmed_comes_first_then_the_largest():
    tests = [evidence("calm", 0.01, 0.8), evidence("large", 0.5, 0.2), evidence("alarmed", 0.1, 0.001, alarmed=True)]

    story = drift_story([a_pass(1, evidence=tests)])

    assert story.labels == ("alarmed", "large", "calm")
    assert [round(effect.multiple, 6) for effect in story.passes[0].effects] == [2.0, 10.0, 0.2]


def test_a_subject_that_a_pass_did_not_test_is_a_gap():
    story = drift_story([a_pass(2, evidence=[evidence("new", 0.1, 0.1)]), a_pass(1, evidence=[])])

    assert [one.id for one in story.passes] == [1, 2]
    assert story.passes[0].effects == (None,)


def test_missing_cells_and_drift_of_a_column_are_two_rows():
    tests = [evidence("age", 0.1, 0.1), evidence("age", 0.03, 0.1, aspect="missing", unit="share of rows", smallest=0.02)]

    assert drift_story([a_pass(1, evidence=tests)]).labels == ("age", "age: missing")


def test_the_map_is_never_larger_than_a_page():
    tests = [evidence(f"c{number}", 0.1, 0.1) for number in range(200)]

    story = drift_story([a_pass(number, evidence=tests) for number in range(1, 31)])

    assert (len(story.labels), len(story.passes), story.passes[-1].id) == (MOST_SUBJECTS, MOST_PASSES, 30)


def test_no_pass_is_an_empty_map():
    assert drift_story([]).passes == ()
