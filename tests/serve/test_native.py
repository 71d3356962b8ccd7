from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest

from luthier.core.errors import RequestRefused
from luthier.serve.answers import AnsweredRow, Answers
from luthier.serve.native import parse_image, parse_labels, parse_question, render_answers

QUESTIONS: dict[str, tuple[Any, str]] = {
    "list": ([], "A question must be a JSON object, but a list came. Give one with rows, images, ids, abstain, widest_interval."),
    "unknown": ({"rows": [], "proba": True}, "A question may hold rows, images, ids, abstain, widest_interval, but 'proba' came. Leave it out."),
    "rows": ({"rows": {"a": [1]}}, "rows must be a list, but an object came. Correct it."),
    "row": ({"rows": [1]}, "rows must be objects of column and value, but a number came. Correct it."),
    "image": ({"images": ["&"]}, "Images must be text in base64, but that of image 1 cannot be read. Encode it again."),
    "ids": ({"rows": [{}], "ids": [7]}, "ids must be text, but a number came. Correct it."),
    "abstain": ({"rows": [{}], "abstain": "yes"}, "abstain must be true or false, but the text 'yes' came. Correct it."),
    "width": ({"rows": [{}], "widest_interval": True}, "widest_interval must be a number, but a truth value came. Correct it."),
}
LABELS: dict[str, tuple[Any, str]] = {
    "number": (7, "A request with labels must be a JSON object, but a number came. Give one with labels."),
    "none": ({}, "A request with labels must hold the key 'labels', but it does not. Give a list."),
    "no-id": ({"labels": [{"label": 1}]}, "A label must hold prediction_id and label, but prediction_id is missing. Give it."),
    "null": ({"labels": [{"prediction_id": "a", "label": None}]}, "A label must hold prediction_id and label, but label is missing. Give it."),
    "object": ({"labels": [{"prediction_id": "a", "label": {}}]}, "label must be text, a number, true or false, but an object came. Correct it."),
    "source": ({"labels": [{"prediction_id": "a", "label": 1, "source": None}]}, "source must be text, but null came. Correct it."),
    "time": (
        {"labels": [{"prediction_id": "a", "label": 1, "observed_at": "yesterday"}]},
        "observed_at must be a time such as 2026-11-23T13:04:00Z, but 'yesterday' came. Correct it.",
    ),
}


def test_a_question_holds_rows_with_their_ids() -> None:
    question = parse_question({"rows": [{"a": 1}, {"a": None}], "ids": ["x", "y"], "abstain": True})

    assert (question.rows, question.ids, question.abstain) == (({"a": 1}, {"a": None}), ("x", "y"), True)


def test_images_come_in_base64_or_as_they_are() -> None:
    assert parse_question({"images": [base64.b64encode(b"png").decode()]}).images == (b"png",)
    assert parse_image(b"png", "prediction_id=x&abstain=true").images == (b"png",)
    assert parse_image(b"png", "prediction_id=x&abstain=true").ids == ("x",)


@pytest.mark.parametrize(("value", "message"), QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_of_another_form_is_refused_by_what_is_wrong_with_it(value: Any, message: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        parse_question(value)

    assert (str(refused.value), refused.value.status) == (message, 422)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("proba=1", "An image may come with prediction_id, abstain and widest_interval, but 'proba' came. Leave it out."),
        ("abstain=perhaps", "abstain must be true or false, but the text 'perhaps' came. Correct it."),
        ("widest_interval=wide", "widest_interval must be a number, but the text 'wide' came. Correct it."),
    ],
)
def test_options_of_an_image_of_another_form_are_refused(query: str, message: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        parse_image(b"", query)

    assert str(refused.value) == message


@pytest.mark.parametrize(("value", "message"), LABELS.values(), ids=LABELS)
def test_labels_of_another_form_are_refused_by_what_is_wrong_with_them(value: Any, message: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        parse_labels(value)

    assert (str(refused.value), refused.value.status) == (message, 422)


def test_an_answer_tells_the_model_of_a_row_only_where_it_is_another() -> None:
    rows = tuple(AnsweredRow(prediction_id=name, prediction=1.5, lower=1.0, upper=2.0, bundle=name) for name in ("new", "old"))

    record = orjson.loads(render_answers(Answers(deployment="kinds", bundle="new", version=2, classes=(), rows=rows)))

    plain = {"prediction": 1.5, "abstained": False, "lower": 1.0, "upper": 2.0}
    assert record["predictions"] == [{"prediction_id": "new", **plain}, {"prediction_id": "old", **plain, "bundle": "old"}]
