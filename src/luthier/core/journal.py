"""Journal: what a long task found out, line by line, so that it can be taken up again after any interruption.

The task is a program whose outcome hangs on its inputs and on what it *asks* the world: a clock, a measurement, a training.
Every such question goes through `recall`: the first time it is answered and written down, and when the task runs again the answer
is read back. So a task that was killed goes through the same decisions again, in no time, up to where it was.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, final

from luthier.core.errors import RunDiffers, RunMissing, RunUnreadable

FORMAT = 1
FILE = "journal.jsonl"

T = TypeVar("T")


@final
class Journal:
    """The lines of one task, in a folder of its own; without a folder nothing is kept.

    Laws: a line is on the disk before `recall` returns; a line that was cut off by a crash is as if it had never been begun;
    the answers come back in the order and under the names in which they were given.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.seconds_before = 0.0
        "Time that earlier runs of the task had used when their last line was written."
        self._seconds: Callable[[], float] = lambda: 0.0
        self._lines: list[dict[str, Any]] = []
        self._position = 0
        self._frozen = False

    @classmethod
    def begin(cls, folder: Path, identity: Mapping[str, Any]) -> Journal:
        """A new journal; what is in the way is replaced by the first line.

        Args:
            identity: what must be the same when the task is taken up again: settings, data, versions.
        """
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).unlink(missing_ok=True)
        journal = cls(folder)
        journal._write({"format": FORMAT, "identity": dict(identity)})
        return journal

    @classmethod
    def resume(cls, folder: Path, identity: Mapping[str, Any]) -> Journal:
        """The journal of a task that was interrupted.

        Raises:
            RunMissing: nothing was begun there.
            RunDiffers: it was begun with something else.
        """
        lines = read_lines(folder)
        if not lines:
            raise RunMissing(f"--resume goes on with a run that was interrupted, but there is none at {folder}. Start it without --resume.")
        if lines[0].get("format") != FORMAT:
            raise RunUnreadable(f"The run at {folder} was written by another version of Luthier (format {lines[0].get('format')}). Start it anew with --force.")
        refuse_differences(folder, before=lines[0]["identity"], now=identity)
        journal = cls(folder)
        journal._lines = lines[1:]
        journal.seconds_before = max((line["seconds"] for line in journal._lines), default=0.0)
        _cut(folder / FILE)
        return journal

    def run_on(self, seconds: Callable[[], float]) -> None:
        """Say where the time used so far is read."""
        self._seconds = seconds

    def file(self, name: str) -> Path | None:
        """Where a large part of an answer may be kept; None where nothing is kept."""
        return None if self.folder is None else self.folder / name.replace(" ", "-")

    def drop(self, name: str) -> None:
        """Remove a part that is needed no longer; one that was frozen stays."""
        file = self.file(name)
        if file is not None and not self._frozen:
            file.unlink(missing_ok=True)

    def freeze(self) -> None:
        """Write no more: what is answered from now on was cut short, and shall be asked again when the task is taken up again."""
        self._frozen = True

    @property
    def replaying(self) -> bool:
        """True while answers are still read back."""
        return self._position < len(self._lines)

    def recall(self, name: str, ask: Callable[[], T], *, to_plain: Callable[[T], Any] = lambda answer: answer, read: Callable[[Any], T] | None = None) -> T:
        """The answer to a question: read back, or asked now and written down.

        Args:
            name: says which question this is; it must come in the same order when the task runs again.
            ask: answers it.
            to_plain: makes plain JSON of an answer; large parts belong into files of the folder.
            read: the inverse of `to_plain`.
        """
        if self.replaying:
            line = self._lines[self._position]
            if line["name"] != name:
                raise RunUnreadable(f"The run at {self.folder} cannot be taken up again: it asked for {line['name']!r} where {name!r} is needed now.")
            self._position += 1
            return read(line["answer"]) if read is not None else line["answer"]
        answer = ask()
        if self.folder is not None and not self._frozen:
            self._write({"name": name, "seconds": round(self._seconds(), 3), "answer": to_plain(answer)})
        return answer

    def _write(self, line: Mapping[str, Any]) -> None:
        assert self.folder is not None
        with (self.folder / FILE).open("ab") as file:
            file.write(json.dumps(line, default=str).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def read_lines(folder: Path) -> list[dict[str, Any]]:
    """The whole lines of a journal; empty where there is none."""
    file = folder / FILE
    if not file.is_file():
        return []
    whole = [line for line in file.read_bytes().split(b"\n")[:-1] if line]  # what follows the last line break was cut off
    try:
        return [json.loads(line) for line in whole]
    except ValueError as error:
        raise RunUnreadable(f"The journal of the run at {folder} is damaged. Start it anew with --force.") from error


def refuse_differences(folder: Path, *, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raise `RunDiffers` with everything that is not as it was."""
    plain = json.loads(json.dumps(now, default=str))
    differing = [f"{key} was {before.get(key)!r} and is {plain.get(key)!r} now" for key in {**before, **plain} if before.get(key) != plain.get(key)]
    if differing:
        raise RunDiffers(
            f"A run goes on with the same data, settings and versions only, but at {folder} {'; '.join(differing)}. Restore them, or start anew with --force."
        )


def _cut(file: Path) -> None:
    """Drop the half of a line at the end, which a crash may have left."""
    whole = file.read_bytes().rfind(b"\n") + 1
    os.truncate(file, whole)
