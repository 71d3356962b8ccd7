"""Entry: one answered row on its way into the ledger, and back from it where the same id is asked again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import orjson

from luthier.bundle.answerer import RowAnswers
from luthier.ledger.records import Prediction
from luthier.serve.answers import AnsweredRow
from luthier.serve.asked import asked_bytes, content_hash
from luthier.serve.question import Question, Row
from luthier.serve.stamps import moment

_IMAGE_BYTES = 16_384
"Of an image that counts as one row where rows wait: 65,536 images of a megabyte would fill any memory."


@dataclass(slots=True, kw_only=True, eq=False)
class Entry:
    """One answered row; its bytes are made by whoever writes it, not while somebody waits for the reply."""

    stamp: int
    "Microseconds since 1970."
    row: Row | bytes
    "What was asked: a row, or an encoded image."
    question: Question
    "The question that it was part of."
    answer: AnsweredRow
    "With the prediction also where the model abstained."

    def prediction(self, deployment: str) -> Prediction:
        """The record for the ledger."""
        asked = asked_bytes(self.row)
        return Prediction(
            deployment=deployment,
            id=self.answer.prediction_id,
            bundle=self.answer.bundle,
            at=moment(self.stamp),
            inputs=asked,
            content=content_hash(asked, self.question),
            answer=answer_json(self.answer),
        )


def places_of(entries: Iterable[Entry]) -> int:
    """How many places entries take where they wait: a row of a table one, an image one for each 16 KiB that it begins."""
    return sum(1 + len(entry.row) // _IMAGE_BYTES if isinstance(entry.row, bytes) else 1 for entry in entries)


def answered_row(answers: RowAnswers, place: int, *, prediction_id: str, bundle: str, abstained: bool) -> AnsweredRow:
    """One of a model's answers with its id."""
    return AnsweredRow(
        prediction_id=prediction_id,
        prediction=answers.predictions[place],
        probabilities=None if answers.probabilities is None else tuple(answers.probabilities[place]),
        prediction_set=None if answers.sets is None else answers.sets[place],
        lower=None if answers.lower is None else answers.lower[place],
        upper=None if answers.upper is None else answers.upper[place],
        abstained=abstained,
        bundle=bundle,
    )


def told(answer: AnsweredRow) -> AnsweredRow:
    """What the caller sees: no prediction where the model abstained."""
    return replace(answer, prediction=None) if answer.abstained else answer


def answer_json(answer: AnsweredRow) -> bytes:
    """An answer as the ledger keeps it."""
    record: dict[str, object] = {"prediction": answer.prediction}
    if answer.probabilities is not None:
        record["probabilities"] = answer.probabilities
        if answer.prediction_set is not None:
            record["prediction_set"] = answer.prediction_set
    else:
        record |= {"lower": answer.lower, "upper": answer.upper}
    if answer.abstained:
        record["abstained"] = True
    return orjson.dumps(record)


def recorded_answer(prediction: Prediction) -> AnsweredRow:
    """The answer that the ledger keeps."""
    record = orjson.loads(prediction.answer)
    probabilities, prediction_set = record.get("probabilities"), record.get("prediction_set")
    return AnsweredRow(
        prediction_id=prediction.id,
        prediction=record["prediction"],
        probabilities=None if probabilities is None else tuple(probabilities),
        prediction_set=None if prediction_set is None else tuple(prediction_set),
        lower=record.get("lower"),
        upper=record.get("upper"),
        abstained=record.get("abstained", False),
        bundle=prediction.bundle,
    )
