from __future__ import annotations

from collections.abc import Sequence
from queue import SimpleQueue
from threading import Event

from luthier.bundle import Bundle
from luthier.bundle.answerer import RowAnswers
from luthier.bundle.plain_cells import Cells
from luthier.core.errors import LedgerUnwritable
from luthier.serve.entries import Entry
from luthier.serve.served_model import ServedModel
from luthier.serve.shadow import Shadow
from tests.serve.made_up import entry, ids_of, json_rows


def entries(count: int) -> list[Entry]:
    return [entry(str(place), row=row) for place, row in enumerate(json_rows(count))]


def model_of(bundle: Bundle) -> ServedModel:
    return ServedModel("c" * 64, bundle, most_pixels=100)


def test_the_challenger_answers_what_was_written_and_its_answers_are_kept_as_its_own(classifier_bundle: Bundle) -> None:
    challenger, kept = model_of(classifier_bundle), SimpleQueue[Sequence[Entry]]()
    shadow = Shadow(lambda: challenger, kept.put, most_rows=10)
    shadow.start()

    shadow.offer(entries(3))
    answered = kept.get(timeout=10)
    shadow.stop()

    assert ids_of(answered) == ["0", "1", "2"]
    assert {one.answer.bundle for one in answered} == {"c" * 64}
    assert [one.answer.prediction for one in answered] == classifier_bundle.predict_frame(_columns(3))["prediction"].to_list()
    assert (shadow.answered_rows, shadow.dropped_rows, shadow.failed_rows) == (3, 0, 0)


def test_rows_for_which_it_is_too_slow_are_left_out_and_counted(classifier_bundle: Bundle) -> None:
    challenger = model_of(classifier_bundle)
    shadow = Shadow(lambda: challenger, lambda _: None, most_rows=2)

    shadow.offer(entries(4))

    assert (shadow.waiting_rows, shadow.dropped_rows) == (2, 2)


def test_rows_that_it_cannot_answer_are_counted_and_the_others_are_answered(classifier_bundle: Bundle) -> None:
    challenger, kept = model_of(classifier_bundle), SimpleQueue[Sequence[Entry]]()
    shadow = Shadow(lambda: challenger, kept.put, most_rows=10)
    good = entries(1)[0]
    shadow.start()

    shadow.offer([entry("lacks columns", row={"size": 1.0}), good, entry("an image", row=b"png")])
    answered = kept.get(timeout=10)
    shadow.stop()

    assert ids_of(answered) == ["0"]
    assert shadow.failed_rows == 2


def test_answers_that_cannot_be_written_hurt_nobody_and_are_counted(classifier_bundle: Bundle) -> None:
    def fail(_: Sequence[Entry]) -> None:
        tried.set()
        raise LedgerUnwritable("The disk is full.")

    challenger, tried = model_of(classifier_bundle), Event()
    shadow = Shadow(lambda: challenger, fail, most_rows=10)
    shadow.start()

    shadow.offer(entries(2))
    assert tried.wait(10)
    shadow.stop()

    assert (shadow.answered_rows, shadow.dropped_rows) == (0, 2)


def test_nothing_waits_where_there_is_no_challenger() -> None:
    shadow = Shadow(lambda: None, lambda _: None, most_rows=10)

    shadow.offer(entries(2))

    assert (shadow.waiting_rows, shadow.dropped_rows) == (0, 0)


def _columns(count: int) -> dict[str, list[object]]:
    rows = json_rows(count)
    return {name: [row[name] for row in rows] for name in rows[0]}


def test_a_challenger_that_fails_is_counted_and_asked_again(classifier_bundle: Bundle) -> None:
    class Failing(ServedModel):
        fails = True

        def answer(self, cells: Cells) -> RowAnswers:
            if self.fails:
                self.fails = False
                raise RuntimeError("out of memory")
            return super().answer(cells)

    challenger, kept = Failing("c" * 64, classifier_bundle, most_pixels=100), SimpleQueue[Sequence[Entry]]()
    shadow = Shadow(lambda: challenger, kept.put, most_rows=1000)
    shadow.offer(entries(4) * 64)
    shadow.offer(entries(1))

    shadow.start()
    answered = kept.get(timeout=10)
    shadow.stop()

    assert (ids_of(answered), shadow.failed_rows) == (["0"], 256)


def test_images_that_wait_for_the_challenger_are_bounded_by_their_bytes(classifier_bundle: Bundle) -> None:
    challenger = model_of(classifier_bundle)
    shadow = Shadow(lambda: challenger, lambda _: None, most_rows=70)

    shadow.offer([entry(name, row=bytes(1_000_000)) for name in "ab"])

    assert (shadow.waiting_rows, shadow.dropped_rows) == (1, 1)
