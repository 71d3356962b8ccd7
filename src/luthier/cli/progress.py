"""What a long command says while it works, on stderr: a live bar in a terminal, plain lines anywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isfinite
from typing import TextIO, final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from luthier.core.listener import Listener

SECONDS_BETWEEN_LINES = 15.0
"Pause between two lines of progress where there is no terminal."


@contextmanager
def listening() -> Iterator[Listener]:
    """The listener for this process's stderr; a live one is cleared when the block ends."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield LineListener(typer.get_text_stream("stderr"))
        return
    with Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[left]}"), console=console, transient=True) as progress:
        yield LiveListener(progress)


@final
class LiveListener:
    """Draws one bar, and lets finished sentences scroll above it."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bar = progress.add_task("", total=1.0, left="", visible=False)

    def say(self, text: str) -> None:
        """Print a sentence above the bar."""
        self._progress.console.print(text, markup=False, highlight=False)

    def progress(self, done: float, text: str, seconds_left: float) -> None:
        """Move the bar."""
        self._progress.update(self._bar, completed=done, description=text, left=_left(seconds_left), visible=True)


@final
class LineListener:
    """Writes plain lines: every sentence, and progress now and then."""

    def __init__(self, stream: TextIO, *, now: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._now = stream, now
        self._last = now()

    def say(self, text: str) -> None:
        """Write a line."""
        self._stream.write(f"{text}\n")
        self._stream.flush()

    def progress(self, done: float, text: str, seconds_left: float) -> None:
        """Write a line, where the last one is long ago."""
        if self._now() - self._last < SECONDS_BETWEEN_LINES:
            return
        self._last = self._now()
        self.say(" ".join(part for part in (f"{done:4.0%}", text, _left(seconds_left)) if part))


def _left(seconds: float) -> str:
    if not isfinite(seconds):
        return ""
    whole = max(round(seconds), 0)
    return f"{whole // 60}:{whole % 60:02d} left"
