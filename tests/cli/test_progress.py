"""Talk and progress go to stderr: a bar in a terminal, plain lines elsewhere."""

from __future__ import annotations

import io
import sys
from math import inf

from rich.console import Console
from rich.progress import Progress, TextColumn

from luthier.cli.progress import LineListener, LiveListener, listening


class FakeClock:
    """A clock that moves when it is told to."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_every_sentence_is_one_plain_line():
    stream = io.StringIO()

    LineListener(stream, now=FakeClock()).say("Plan: 3 recipes [over] 5 folds.")

    assert stream.getvalue() == "Plan: 3 recipes [over] 5 folds.\n"


def test_progress_lines_come_at_most_every_fifteen_seconds():
    stream, clock = io.StringIO(), FakeClock()
    listener = LineListener(stream, now=clock)

    for second in range(31):
        clock.seconds = second
        listener.progress(second / 100, "mlp", 100.0 - second)

    assert stream.getvalue() == " 15% mlp 1:25 left\n 30% mlp 1:10 left\n"


def test_an_unknown_end_is_left_out():
    stream, clock = io.StringIO(), FakeClock()
    listener = LineListener(stream, now=clock)

    clock.seconds = 20
    listener.progress(0.5, "mlp", inf)

    assert stream.getvalue() == " 50% mlp\n"


def test_the_bar_shows_what_is_done_and_keeps_markup_as_text():
    screen = io.StringIO()
    progress = Progress(TextColumn("{task.description}"), TextColumn("{task.percentage:.0f}%"), console=Console(file=screen, force_terminal=True))
    listener = LiveListener(progress)

    with progress:
        listener.say("note: [red] is a class")
        listener.progress(0.25, "realmlp", 61.0)

    assert "note: [red] is a class" in screen.getvalue()
    assert "realmlp 25%" in screen.getvalue()


def test_without_a_terminal_nothing_is_drawn(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stderr", stream := io.StringIO())

    with listening() as listener:
        listener.say("reading")

    assert isinstance(listener, LineListener)
    assert stream.getvalue() + capsys.readouterr().err == "reading\n"
