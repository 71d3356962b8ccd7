"""Records refuse what no database could keep."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from luthier.core.errors import SettingInvalid
from luthier.ledger import Promotion
from luthier.ledger.moments import to_micros, to_moment
from tests.ledger.made_up import START, make_label, make_prediction, make_run

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def refusal(call: object) -> str:
    with pytest.raises(SettingInvalid) as refused:
        call()  # type: ignore[operator]
    return str(refused.value)


@pytest.mark.parametrize("id_", ["", "a\nb", "a\0", "\ud800", "x" * 201], ids=["empty", "line", "nul", "half", "long"])
def test_the_id_of_a_prediction_can_stand_in_a_url_and_in_a_log(id_: str) -> None:
    told = f"The id of a prediction must be 1 to 200 printable characters, but {id_[:40]!a} came ({len(id_)} characters). Give another."

    assert refusal(lambda: replace(make_prediction(1, "a"), id=id_)) == told
    assert refusal(lambda: replace(make_label(1), prediction_id=id_)) == told


def test_a_label_is_any_text_that_is_whole() -> None:
    assert make_label(1, "krank\n\U0001f912").label == "krank\n\U0001f912"
    assert refusal(lambda: make_label(1, "a\0")) == "A label must be text, but 'a\\x00' holds NUL or half of a character. Clean it."
    assert refusal(lambda: make_label(1, source="ä\ud800")) == (
        "The source of a label must be text, but '\\xe4\\ud800' holds NUL or half of a character. Clean it."
    )


def test_states_and_kinds_are_those_that_are_known() -> None:
    promotion: dict[str, Any] = {"deployment": "clinic", "version": 1, "after": "a", "who": "ada", "why": "", "at": START}

    assert refusal(lambda: make_run("a", state="over")) == (
        "The state of a run must be one of running, done, interrupted, failed, but 'over' came. Give one of these."
    )
    assert refusal(lambda: Promotion(kind="demote", **promotion)) == (
        "The kind of a promotion must be one of deploy, promote, rollback, but 'demote' came. Give one of these."
    )


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_time_that_could_not_be_read_again_is_refused(text: str) -> None:
    told = f"A time in the ledger must lie in the years 1 to 9999 of UTC, but {text} came. Correct it."

    assert refusal(lambda: to_micros(datetime.fromisoformat(text))) == told
    assert [to_moment(to_micros(edge)) for edge in (FIRST, LAST)] == [FIRST, LAST]
