from __future__ import annotations

import signal
from contextlib import suppress

import pytest

from luthier.core.clock import Deadline
from luthier.core.errors import Interrupted
from luthier.core.listener import Silent
from luthier.workflows.interrupt import finishing_on_interrupt


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def test_the_first_interrupt_asks_to_finish_and_the_second_ends() -> None:
    deadline, stopped = Deadline(budget_seconds=60), []

    with (
        pytest.raises(Interrupted, match="^Stopped at your request. No model was written; the same command with --resume goes on.$"),
        finishing_on_interrupt(deadline, Silent(), also=(lambda: stopped.append("workers"),)),
    ):
        interrupt()
        assert (deadline.stopped, stopped) == (True, ["workers"])
        interrupt()
        raise AssertionError("The second interrupt must end the block.")


def test_a_library_that_swallows_every_exception_does_not_swallow_the_second_interrupt() -> None:
    with pytest.raises(Interrupted), finishing_on_interrupt(Deadline(budget_seconds=60), Silent()):
        interrupt()
        with suppress(Exception):
            interrupt()


def test_an_end_that_the_work_chose_itself_keeps_its_words() -> None:
    with pytest.raises(Interrupted, match="^Nothing was trained.$"), finishing_on_interrupt(Deadline(budget_seconds=60), Silent()):
        interrupt()
        raise Interrupted("Nothing was trained.")


def test_afterwards_an_interrupt_means_what_it_meant_before() -> None:
    before = signal.getsignal(signal.SIGINT)

    with finishing_on_interrupt(Deadline(budget_seconds=60), Silent()):
        pass

    assert signal.getsignal(signal.SIGINT) is before
