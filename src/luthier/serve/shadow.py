"""Shadow: the challenger answers what the champion has answered, off the reply path, and its answers are kept for comparison."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Condition, Thread

from luthier.bundle.answerer import RowAnswers
from luthier.bundle.plain_cells import Cells
from luthier.core.errors import LuthierError
from luthier.serve.entries import Entry, answered_row, places_of
from luthier.serve.question import Question
from luthier.serve.recorder import Write
from luthier.serve.served_model import ServedModel

_BATCH_ROWS = 256


class Shadow:
    """Answers entries a second time, by the challenger of the moment. Where it falls behind it leaves rows out and counts them.

    Args:
        challenger: the model of the moment, or None.
        write: to the ledger, beside the champion's answers.
        most_rows: rows that may wait. A large image counts as several: see `places_of`.
    """

    def __init__(self, challenger: Callable[[], ServedModel | None], write: Write, *, most_rows: int) -> None:
        self._challenger, self._write, self._most_rows = challenger, write, most_rows
        self._waiting: deque[Entry] = deque()
        self._places = 0
        self._changed, self._stopped = Condition(), False
        self._thread = Thread(target=self._run, name="luthier-shadow", daemon=True)
        self.answered_rows = self.dropped_rows = self.failed_rows = 0

    @property
    def waiting_rows(self) -> int:
        """Rows that wait for the challenger."""
        return len(self._waiting)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def offer(self, entries: Sequence[Entry]) -> None:
        """Entries that are in the ledger; any thread may offer them."""
        if self._challenger() is None:
            return
        with self._changed:
            for entry in entries:
                self._take(entry)
            self._changed.notify()

    def stop(self) -> None:
        """End; what still waits is left out and counted."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()
        self.dropped_rows += len(self._waiting)
        self._waiting.clear()

    def _take(self, entry: Entry) -> None:
        places = places_of([entry])
        if self._places and self._places + places > self._most_rows:
            self.dropped_rows += 1
            return
        self._places += places
        self._waiting.append(entry)

    def _run(self) -> None:
        while batch := self._next_batch():
            challenger = self._challenger()
            if challenger is None:
                self.dropped_rows += len(batch)
                continue
            answered = _answered_or_none(batch, challenger)
            self.failed_rows += len(batch) - len(answered)
            if answered:
                self._keep(answered)

    def _next_batch(self) -> list[Entry]:
        """What waits, when something does; nothing at the end."""
        with self._changed:
            while not self._waiting and not self._stopped:
                self._changed.wait()
            if self._stopped:
                return []
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _BATCH_ROWS))]
            self._places -= places_of(batch)
            return batch

    def _keep(self, answered: Sequence[Entry]) -> None:
        try:
            self._write(answered)
        except Exception:  # noqa: BLE001 # a challenger that cannot be recorded hurts nobody; it is counted
            self.dropped_rows += len(answered)
        else:
            self.answered_rows += len(answered)


def _answered_or_none(batch: Sequence[Entry], challenger: ServedModel) -> list[Entry]:
    try:
        return _answered(batch, challenger)
    except Exception:  # noqa: BLE001 # a challenger that fails hurts nobody; its rows are counted
        return []


def _answered(batch: Sequence[Entry], challenger: ServedModel) -> list[Entry]:
    """The entries with the challenger's answers; those that it cannot answer, such as for a column that they lack, are left out."""
    read = [(entry, cells) for entry in batch if (cells := _cells(entry, challenger)) is not None]
    if not read:
        return []
    together = [[cell for _, cells in read for cell in cells[place]] for place in range(len(read[0][1]))]
    answers = challenger.answer(together)
    return [_with_answer(entry, answers, place, challenger.hash) for place, (entry, _) in enumerate(read)]


def _cells(entry: Entry, challenger: ServedModel) -> Cells | None:
    question = Question(images=(entry.row,)) if isinstance(entry.row, bytes) else Question(rows=(entry.row,))
    try:
        challenger.require_fitting(question)
        return challenger.read(question)
    except LuthierError:
        return None


def _with_answer(entry: Entry, answers: RowAnswers, place: int, bundle: str) -> Entry:
    return replace(entry, answer=answered_row(answers, place, prediction_id=entry.answer.prediction_id, bundle=bundle, abstained=False))
