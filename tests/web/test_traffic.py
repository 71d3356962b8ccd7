"""Traffic: counted in whole steps until now, the champion first."""

from __future__ import annotations

from datetime import timedelta

from luthier.web.spans import DAY, HOURS, WEEK
from luthier.web.traffic import pace, traffic_story
from tests.ledger.made_up import START
from tests.web.made_up import answer, keep


def test_rows_stand_in_the_step_in_which_they_were_answered(ledger, tmp_path, clock):
    stored = keep(ledger, tmp_path, "model")
    deployment = ledger.deployments.create("clinic", stored.hash, who="ada", why="first")
    answer(ledger, stored, 3, at=START, name="a")
    answer(ledger, stored, 2, at=START + timedelta(minutes=70), name="b")
    clock.forward(80 * 60)

    story = traffic_story(ledger, deployment, DAY)

    assert len(story.starts) == 144
    assert {start - START.timestamp(): rows for start, rows in zip(story.starts, story.totals, strict=True) if rows} == {0.0: 3, 4200.0: 2}
    assert story.end - START.timestamp() == 5400.0


def test_what_is_older_than_the_span_is_left_out(ledger, tmp_path, clock):
    stored = keep(ledger, tmp_path, "model")
    deployment = ledger.deployments.create("clinic", stored.hash, who="ada", why="first")
    answer(ledger, stored, 3, at=START)
    clock.forward(4 * 3_600)

    assert traffic_story(ledger, deployment, HOURS).total == 0
    assert traffic_story(ledger, deployment, WEEK).total == 3


def test_champion_comes_first_then_who_answered_last(ledger, tmp_path):
    models = [keep(ledger, tmp_path, name) for name in ("a", "b", "c")]
    deployment = ledger.deployments.create("clinic", models[0].hash, who="ada", why="first")
    for hours, model in enumerate(models):
        answer(ledger, model, 1, at=START - timedelta(hours=5 - hours), name=model.name)

    assert traffic_story(ledger, deployment, DAY).models == (models[0].hash, models[2].hash, models[1].hash)


def test_pace_counts_whole_minutes(ledger, tmp_path, clock):
    stored = keep(ledger, tmp_path, "model")
    ledger.deployments.create("clinic", stored.hash, who="ada", why="first")
    for minutes, rows in ((0, 5), (30, 7), (85, 11), (90, 13)):
        answer(ledger, stored, rows, at=START + timedelta(minutes=minutes), name=f"at-{minutes}")
    clock.forward(86 * 60 + 20)

    seen = pace(ledger, "clinic")

    assert (seen.minute, seen.hour, seen.day) == (11, 31, 36)
