from __future__ import annotations

from typing import get_args

from luthier.cli.runs import State
from luthier.ledger.records import RUN_STATES


def test_every_state_of_a_run_can_be_asked_for() -> None:
    assert get_args(State) == RUN_STATES
