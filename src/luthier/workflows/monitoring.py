"""Monitoring a deployment, once or for good, with somebody told of new alarms."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event

from luthier.core.clock import parse_duration
from luthier.core.errors import LuthierError
from luthier.ledger import Ledger
from luthier.workflows.notices import Receivers, notice_of, send_notice
from luthier.workflows.tending import Retrainer, Turn, tend
from luthier.workflows.watching import prove as prove


def watch_once(ledger: Ledger, name: str, *, retrainer: Retrainer | None = None, receivers: Receivers | None = None) -> Turn:
    """One turn, and a notice of its new alarms; see `tend`."""
    turn = tend(ledger, name, retrainer=retrainer)
    if receivers is None or not turn.watch.raised:
        return turn
    return turn.with_problems(send_notice(notice_of(turn.watch.raised), receivers))


def keep_watching(
    turn: Callable[[], Turn],
    *,
    every: str,
    tell: Callable[[Turn], None],
    complain: Callable[[str], None],
    wait: Callable[[float], bool] | None = None,
    now: Callable[[], float] = time.monotonic,
) -> None:
    """Turn after turn, until waiting is ended. Where the first one fails, nothing goes on; where a later one fails, the next may not.

    Args:
        turn: such as `lambda: watch_once(ledger, name)`.
        every: time from the start of one turn to that of the next, such as `10m`.
        tell: hears what each turn came to.
        complain: hears why a later turn failed.
        wait: waits so many seconds; True where it was told to end. None waits for Ctrl-C.
        now: seconds of a clock that never goes back.
    """
    seconds, wait, began = parse_duration(every), wait or Event().wait, now()
    tell(turn())
    while not wait(max(seconds - (now() - began), 0.0)):
        began = now()
        try:
            tell(turn())
        except LuthierError as error:
            complain(str(error))
