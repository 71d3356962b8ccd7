from __future__ import annotations

from pathlib import Path

import pytest

from luthier.core.errors import RunDiffers, RunMissing, RunUnreadable
from luthier.core.journal import FILE, Journal

WHO = {"data": "abc", "seed": 0}


def never() -> int:
    raise AssertionError("what is known is not asked again")


def test_what_was_answered_is_read_back_in_its_order_and_then_asked_again(tmp_path: Path) -> None:
    first = Journal.begin(tmp_path, WHO)
    first.recall("speed", lambda: 3)
    first.recall("left", lambda: 7.5)

    again = Journal.resume(tmp_path, WHO)

    assert (again.recall("speed", never), again.replaying, again.recall("left", never), again.replaying) == (3, True, 7.5, False)
    assert again.recall("left", lambda: 1) == 1
    assert [Journal.resume(tmp_path, WHO).recall("speed", never)] == [3]


def test_large_answers_are_made_plain_and_read_again(tmp_path: Path) -> None:
    Journal.begin(tmp_path, WHO).recall("set", lambda: {1, 2}, to_plain=sorted)

    assert Journal.resume(tmp_path, WHO).recall("set", lambda: set(), to_plain=sorted, read=set) == {1, 2}


def test_a_line_that_a_crash_cut_off_was_never_begun(tmp_path: Path) -> None:
    Journal.begin(tmp_path, WHO).recall("one", lambda: 1)
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"name": "two", "sec')

    again = Journal.resume(tmp_path, WHO)
    again.recall("one", never)

    assert again.recall("two", lambda: 2) == 2
    assert Journal.resume(tmp_path, WHO)._lines[-1]["answer"] == 2


def test_the_time_that_was_used_before_is_known(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path, WHO)
    journal.run_on(lambda: 12.5)
    journal.recall("one", lambda: 1)

    assert Journal.resume(tmp_path, WHO).seconds_before == 12.5


def test_what_is_answered_after_freezing_is_asked_again(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path, WHO)
    (tmp_path / "part").write_text("state")
    journal.freeze()

    assert journal.recall("one", lambda: 1) == 1
    journal.drop("part")

    assert (tmp_path / "part").exists()
    assert Journal.resume(tmp_path, WHO).recall("one", lambda: 2) == 2


def test_without_a_folder_nothing_is_kept() -> None:
    journal = Journal()

    assert (journal.recall("one", lambda: 1), journal.file("part")) == (1, None)


def test_another_run_is_refused_with_everything_that_differs(tmp_path: Path) -> None:
    Journal.begin(tmp_path, WHO)

    with pytest.raises(RunDiffers) as refusal:
        Journal.resume(tmp_path, {"data": "xyz", "seed": 0, "folds": 5})

    assert str(refusal.value) == (
        f"A run goes on with the same data, settings and versions only, but at {tmp_path} data was 'abc' and is 'xyz' now; folds was None and is 5 now. "
        "Restore them, or start anew with --force."
    )


def test_there_must_be_something_to_go_on_with(tmp_path: Path) -> None:
    with pytest.raises(RunMissing) as refusal:
        Journal.resume(tmp_path, WHO)

    assert str(refusal.value) == f"--resume goes on with a run that was interrupted, but there is none at {tmp_path}. Start it without --resume."


def test_a_damaged_journal_is_refused(tmp_path: Path) -> None:
    Journal.begin(tmp_path, WHO)
    with (tmp_path / FILE).open("ab") as file:
        file.write(b"no json\n")

    with pytest.raises(RunUnreadable) as refusal:
        Journal.resume(tmp_path, WHO)

    assert str(refusal.value) == f"The journal of the run at {tmp_path} is damaged. Start it anew with --force."


def test_another_question_than_the_one_that_was_answered_is_refused(tmp_path: Path) -> None:
    Journal.begin(tmp_path, WHO).recall("one", lambda: 1)

    with pytest.raises(RunUnreadable, match="it asked for 'one' where 'two' is needed now"):
        Journal.resume(tmp_path, WHO).recall("two", lambda: 2)
