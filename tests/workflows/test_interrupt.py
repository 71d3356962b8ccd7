from __future__ import annotations

import signal

import pytest

from luthier.core.clock import Deadline
from luthier.core.errors import Interrupted
from luthier.core.listener import Silent
from luthier.workflows.interrupt import finishing_on_interrupt


def test_the_first_interrupt_asks_to_finish_and_the_second_ends() -> None:
    deadline, stopped = Deadline(budget_seconds=60), []

    with finishing_on_interrupt(deadline, Silent(), also=(lambda: stopped.append("workers"),)):
        signal.raise_signal(signal.SIGINT)
        assert (deadline.stopped, stopped) == (True, ["workers"])
        with pytest.raises(Interrupted, match="^Stopped at your request. No model was written; the same command with --resume goes on.$"):
            signal.raise_signal(signal.SIGINT)


def test_afterwards_an_interrupt_means_what_it_meant_before() -> None:
    before = signal.getsignal(signal.SIGINT)

    with finishing_on_interrupt(Deadline(budget_seconds=60), Silent()):
        pass

    assert signal.getsignal(signal.SIGINT) is before
