from __future__ import annotations

from dataclasses import replace

from luthier.serve.answers import AnsweredRow
from luthier.serve.entries import places_of, recorded_answer, told
from tests.serve.made_up import entry


def test_an_answer_comes_back_from_the_ledger_as_it_was() -> None:
    plain = entry()
    abstaining = replace(plain, answer=replace(plain.answer, abstained=True))
    number = replace(plain, answer=AnsweredRow(prediction_id="n", prediction=2.5, lower=1.0, upper=4.0, bundle="e"))

    for kept in (plain, abstaining, number):
        assert recorded_answer(kept.prediction("kinds")) == kept.answer


def test_the_record_has_the_form_that_the_monitor_reads() -> None:
    kept = entry().prediction("kinds")

    assert kept.answer == b'{"prediction":1,"probabilities":[0.75,0.25],"prediction_set":["1"]}'
    assert kept.inputs == b'{"size":1.5}'
    assert kept.at.isoformat() == "1970-01-01T00:00:01+00:00"


def test_whoever_allowed_abstaining_sees_no_prediction_that_the_ledger_keeps() -> None:
    abstaining = replace(entry().answer, abstained=True)

    assert told(abstaining).prediction is None
    assert told(entry().answer).prediction == 1


def test_a_large_image_takes_the_places_of_several_rows() -> None:
    assert places_of([entry(), entry(row=b"small"), entry(row=bytes(16_384)), entry(row=bytes(1_000_000))]) == 1 + 1 + 2 + 62
