"""Ctrl-C during a fit: before the training it ends the fit, from then on it means "finish with what there is"."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from luthier.core.clock import Deadline
from luthier.core.errors import Interrupted
from luthier.core.listener import Listener

STOPPED = "Stopped at your request. No model was written; the same command with --resume goes on."


@contextmanager
def finishing_on_interrupt(deadline: Deadline, listener: Listener, *, also: Sequence[Callable[[], None]] = ()) -> Iterator[None]:
    """Within this block the first Ctrl-C stops the deadline; a second one ends the fit.

    Signals reach the main thread only: elsewhere the block changes nothing.

    Args:
        also: what else is to be stopped: a journal that shall stay as it is, workers.

    Raises:
        Interrupted: it was the second one.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def finish(number: int, frame: FrameType | None) -> None:
        if deadline.stopped:
            raise KeyboardInterrupt  # an `Interrupted` is an `Exception` too, and libraries catch those
        for stop in also:
            stop()
        deadline.stop()
        listener.say("Ctrl-C: finishing with what is trained so far. Press it again to stop at once.")

    before = signal.signal(signal.SIGINT, finish)
    try:
        yield
    except Interrupted:
        raise
    except KeyboardInterrupt as second:
        raise Interrupted(STOPPED) from second
    finally:
        signal.signal(signal.SIGINT, before)
