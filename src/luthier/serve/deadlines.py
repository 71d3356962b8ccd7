"""Deadlines: requests that take too long are given up, at a cost for the others that does not show."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

_LOOKS = 8
"How often in the time of one request it is looked for those that are overdue."


class Deadlines:
    """Cancels tasks that run longer than they may. Belongs to one event loop.

    A timer for each request would cost a tenth of a small request's time; all have the same time, so one look now and then
    finds those that are overdue, oldest first, at most an eighth of that time late.

    Args:
        seconds: that a task may run.
    """

    def __init__(self, seconds: float, *, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._now = seconds, now
        self._running: dict[asyncio.Task[None], float] = {}
        self._overdue: set[asyncio.Task[None]] = set()
        self._is_looking = False

    def begin(self, task: asyncio.Task[None]) -> None:
        """A task begins with a request."""
        self._running[task] = self._now() + self._seconds
        if not self._is_looking:
            self._is_looking = True
            asyncio.get_running_loop().call_later(self._seconds / _LOOKS, self.look)

    def end(self, task: asyncio.Task[None]) -> None:
        """It is done with it."""
        self._running.pop(task, None)

    def took_too_long(self, task: asyncio.Task[None]) -> bool:
        """Whether a task that was canceled was canceled from here; it goes on as if it had not been."""
        if task not in self._overdue:
            return False
        self._overdue.discard(task)
        task.uncancel()
        return True

    def look(self) -> None:
        """Cancel what is overdue."""
        now = self._now()
        while self._running:
            task, deadline = next(iter(self._running.items()))
            if deadline > now:
                break
            del self._running[task]
            self._overdue.add(task)
            task.cancel()
        self._is_looking = bool(self._running)
        if self._is_looking:
            asyncio.get_running_loop().call_later(self._seconds / _LOOKS, self.look)
