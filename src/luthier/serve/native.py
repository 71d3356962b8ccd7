"""The native protocol: rows, images and labels as JSON, and images as they are."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson

from luthier.core.errors import RequestRefused
from luthier.ledger.records import LabelReceipt
from luthier.serve.answers import AnsweredRow, Answers
from luthier.serve.label_facts import LabelFact
from luthier.serve.question import Few, Question, any_number

QUESTION_KEYS = ("rows", "images", "ids", "abstain", "widest_interval")
LABEL_KEYS = ("prediction_id", "label", "observed_at", "source")
_TRUTH = {"true": True, "1": True, "": True, "false": False, "0": False}


def parse_question(value: Any, few: Few = any_number) -> Question:
    """The question of a JSON body.

    Args:
        few: refuses too many rows or images.

    Example:
        >>> parse_question({"rows": [{"age": 31}], "abstain": True}).abstain
        True
    """
    record = _object(value, "A question", QUESTION_KEYS)
    rows, images, ids = (_list(record.get(name), name) for name in ("rows", "images", "ids"))
    few(max(len(rows or ()), len(images or ())))
    abstain, widest = record.get("abstain", False), record.get("widest_interval")
    if not isinstance(abstain, bool):
        raise _wrong("abstain", "true or false", abstain)
    if widest is not None and (isinstance(widest, bool) or not isinstance(widest, (int, float))):
        raise _wrong("widest_interval", "a number", widest)
    for name, values, kind, called in (
        ("rows", rows, dict, "objects of column and value"),
        ("images", images, str, "text in base64"),
        ("ids", ids, str, "text"),
    ):
        for element in values or ():
            if type(element) is not kind:
                raise _wrong(name, called, element)
    return Question(
        rows=None if rows is None else tuple(rows),
        images=None if images is None else tuple(_image(text, place) for place, text in enumerate(images)),
        ids=None if ids is None else tuple(ids),
        abstain=abstain,
        widest_interval=widest,
    )


def parse_image(body: bytes, query: str) -> Question:
    """The question of a body that is one image, with its options in the query: `prediction_id`, `abstain`, `widest_interval`."""
    options = dict(parse_qsl(query, keep_blank_values=True))
    for name in options:
        if name not in ("prediction_id", "abstain", "widest_interval"):
            raise RequestRefused(f"An image may come with prediction_id, abstain and widest_interval, but {name[:50]!r} came. Leave it out.", status=422)
    abstain, widest = options.get("abstain", "false"), options.get("widest_interval")
    if abstain not in _TRUTH:
        raise _wrong("abstain", "true or false", abstain)
    try:
        width = None if widest is None else float(widest)
    except ValueError as error:
        raise _wrong("widest_interval", "a number", widest) from error
    ids = (options["prediction_id"],) if "prediction_id" in options else None
    return Question(images=(body,), ids=ids, abstain=_TRUTH[abstain], widest_interval=width)


def parse_labels(value: Any, few: Few = any_number) -> tuple[LabelFact, ...]:
    """The labels of a JSON body.

    Args:
        few: refuses too many labels.
    """
    labels = _list(_object(value, "A request with labels", ("labels",)).get("labels"), "labels")
    if labels is None:
        raise RequestRefused("A request with labels must hold the key 'labels', but it does not. Give a list.", status=422)
    few(len(labels))
    return tuple(_label(label) for label in labels)


def render_answers(answers: Answers) -> bytes:
    """The JSON of answers."""
    return orjson.dumps(
        {
            "deployment": answers.deployment,
            "version": answers.version,
            "bundle": answers.bundle,
            "classes": answers.classes,
            "predictions": [_answered(row, answers.bundle) for row in answers.rows],
        }
    )


def render_receipt(receipt: LabelReceipt) -> bytes:
    """The JSON of a receipt for labels."""
    return orjson.dumps({"new": receipt.new, "repeated": receipt.repeated, "unknown": receipt.unknown})


def _answered(row: AnsweredRow, bundle: str) -> dict[str, Any]:
    record: dict[str, Any] = {"prediction_id": row.prediction_id, "prediction": row.prediction, "abstained": row.abstained}
    if row.lower is not None:
        record["lower"], record["upper"] = row.lower, row.upper
    else:
        record["probabilities"], record["prediction_set"] = row.probabilities, row.prediction_set
    if row.bundle != bundle:
        record["bundle"] = row.bundle
    return record


def _label(value: Any) -> LabelFact:
    record = _object(value, "A label", LABEL_KEYS)
    for name in ("prediction_id", "label"):
        if record.get(name) is None:
            raise RequestRefused(f"A label must hold prediction_id and label, but {name} is missing. Give it.", status=422)
    if not isinstance(record["label"], (str, int, float)):
        raise _wrong("label", "text, a number, true or false", record["label"])
    for name in ("prediction_id", "observed_at", "source"):
        if not isinstance(record.get(name, ""), str):
            raise _wrong(name, "text", record[name])
    observed = record.get("observed_at")
    return LabelFact(
        prediction_id=record["prediction_id"],
        label=record["label"],
        observed_at=None if observed is None else _moment(observed),
        source=record.get("source", ""),
    )


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip().upper())
    except ValueError as error:
        raise RequestRefused(f"observed_at must be a time such as 2026-11-23T13:04:00Z, but {text[:50]!r} came. Correct it.", status=422) from error


def _image(text: str, place: int) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestRefused(f"Images must be text in base64, but that of image {place + 1} cannot be read. Encode it again.", status=422) from error


def _object(value: Any, what: str, known: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise RequestRefused(f"{what} must be a JSON object, but {_called(value)} came. Give one with {', '.join(known)}.", status=422)
    for name in value:
        if name not in known:
            raise RequestRefused(f"{what} may hold {', '.join(known)}, but {name[:50]!r} came. Leave it out.", status=422)
    return value


def _list(value: Any, name: str) -> list[Any] | None:
    if value is not None and not isinstance(value, list):
        raise _wrong(name, "a list", value)
    return value


def _wrong(name: str, wanted: str, value: Any) -> RequestRefused:
    return RequestRefused(f"{name} must be {wanted}, but {_called(value)} came. Correct it.", status=422)


def _called(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", bool: "a truth value", int: "a number", float: "a number"}
    return "null" if value is None else kinds[type(value)] if type(value) in kinds else f"the text {value[:50]!r}"
