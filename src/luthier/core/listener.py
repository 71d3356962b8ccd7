"""Listener: who is told what a long task is doing. The command line draws it; a program may ignore it."""

from __future__ import annotations

from typing import Protocol, final


class Listener(Protocol):
    """Hears what a workflow does while it works.

    Laws: both methods are called from the thread that called the workflow, at any moment between its start and its end;
    they return quickly and never raise, because the deadline runs on while they work.
    """

    def say(self, text: str) -> None:
        """One finished sentence that stays on the screen: a plan, a finding, a fallback."""

    def progress(self, done: float, text: str, seconds_left: float) -> None:
        """How far the work is: `done` in [0, 1], what is being done, and the seconds left (infinite where nobody knows)."""


@final
class Silent:
    """The listener of a program that does not want to hear anything.

    Example:
        >>> Silent().say("three folds")
    """

    def say(self, text: str) -> None:
        """Nothing happens."""

    def progress(self, done: float, text: str, seconds_left: float) -> None:
        """Nothing happens."""
