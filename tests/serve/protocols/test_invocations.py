from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import orjson
import pytest
from PIL import Image

from luthier.bundle import Manifest
from luthier.core.errors import RequestRefused
from luthier.serve.answers import AnsweredRow, Answers
from luthier.serve.protocols.invocations import Invocation, parse_csv, parse_invocation, render_invocation
from luthier.serve.question import Question
from tests.bundle.made_up import MadeUp
from tests.bundle.made_up_images import MadeUpImages

FILE = base64.b64encode(b"a file").decode()
ROWS = ({"age": 31, "sex": "f"}, {"age": None, "sex": "m"})


@pytest.fixture(scope="module")
def tables(classifier: MadeUp) -> Manifest:
    return classifier.manifest


@pytest.fixture(scope="module")
def images(image_classifier: MadeUpImages) -> Manifest:
    return image_classifier.manifest


@pytest.mark.parametrize(
    "body",
    [
        b'{"dataframe_split": {"columns": ["age", "sex"], "index": [0, 1], "data": [[31, "f"], [NaN, "m"]]}}',
        b'{"dataframe_records": [{"age": 31, "sex": "f"}, {"age": null, "sex": "m"}]}',
        b'{"instances": [{"age": 31, "sex": "f"}, {"age": NaN, "sex": "m"}]}',
        b'{"inputs": [{"age": 31, "sex": "f"}, {"age": null, "sex": "m"}]}',
        b'{"inputs": {"age": [31, NaN], "sex": ["f", "m"]}}',
    ],
    ids=["split", "records", "instances", "inputs", "columns"],
)
def test_all_forms_of_rows_ask_the_same(body: bytes, tables: Manifest) -> None:
    assert parse_invocation(body, tables) == Invocation(question=Question(rows=ROWS))


def test_params_say_what_native_requests_say(tables: Manifest) -> None:
    params = {"abstain": True, "widest_interval": 2.5, "prediction_ids": ["a", "b"], "details": True}

    asked = parse_invocation(orjson.dumps({"instances": ROWS, "params": params}), tables)

    assert asked == Invocation(question=Question(rows=ROWS, ids=("a", "b"), abstain=True, widest_interval=2.5), details=True)


@pytest.mark.parametrize(
    "content",
    [
        {"instances": [FILE]},
        {"instances": [{"b64": FILE}]},
        {"inputs": [{"image": FILE}]},
        {"dataframe_records": [{"image": FILE}]},
        {"dataframe_split": {"columns": ["image"], "data": [[FILE]]}},
        {"inputs": {"image": [FILE]}},
    ],
    ids=["text", "b64", "image", "records", "split", "columns"],
)
def test_all_forms_of_images_ask_the_same(content: dict[str, Any], images: Manifest) -> None:
    assert parse_invocation(orjson.dumps(content), images).question == Question(images=(b"a file",))


def test_levels_in_lists_are_an_image(images: Manifest) -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(1, 2, 4, 3)

    asked = parse_invocation(orjson.dumps({"instances": pixels.tolist()}), images).question.images

    assert asked is not None
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(asked[0]))), pixels[0])


def test_csv_asks_the_rows_below_its_header(tables: Manifest) -> None:
    assert parse_csv(b"age,sex\n31,f\n,m\n", tables).question == Question(rows=({"age": "31", "sex": "f"}, {"age": None, "sex": "m"}))


FORMS = "dataframe_split, dataframe_records, instances, inputs"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, f"An invocation must hold exactly one of {FORMS}, but none came. Send one."),
        ({"inputs": [], "instances": []}, f"An invocation must hold exactly one of {FORMS}, but instances, inputs came. Send one."),
        ({"instances": 7}, "Rows must be a list of objects from column to value, but something else came. Name the column of each value."),
        ({"instances": [[1, 2]]}, "Rows must be a list of objects from column to value, but something else came. Name the column of each value."),
        ({"inputs": {"a": [1], "b": []}}, "Columns must be lists of the same length, but they are not. Send one value for each row."),
        ({"inputs": {"a": 1}}, "Columns must be lists of the same length, but they are not. Send one value for each row."),
        (
            {"dataframe_split": {"columns": ["a", "a"], "data": []}},
            "A dataframe_split must hold a list of different column names and a list of rows, but it does not. Correct it.",
        ),
        (
            {"dataframe_split": {"columns": [["a"]], "data": []}},
            "A dataframe_split must hold a list of different column names and a list of rows, but it does not. Correct it.",
        ),
        (
            {"dataframe_split": {"columns": ["a"], "data": [[1, 2]]}},
            "Each row of a dataframe_split must be a list of 1 values as there are columns, but one is not. Correct it.",
        ),
        (
            {"instances": [], "params": {"temperature": 1}},
            "The params of an invocation are abstain, details, prediction_ids, widest_interval, but something else came. Leave it out.",
        ),
        ({"instances": [], "params": {"details": 1}}, "The param details must be true or false, but 1 came. Correct it."),
        ({"instances": [], "params": {"prediction_ids": [1]}}, "The param prediction_ids must be a list of texts, but [1] came. Correct it."),
        ({"instances": [], "params": {"widest_interval": "2"}}, "The param widest_interval must be a number, but '2' came. Correct it."),
    ],
)
def test_an_invocation_that_is_not_what_the_protocol_says_is_refused(content: dict[str, Any], message: str, tables: Manifest) -> None:
    with pytest.raises(RequestRefused) as refused:
        parse_invocation(orjson.dumps(content), tables)

    assert (str(refused.value), refused.value.status) == (message, 400)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"instances": [7]}, 'An image must be base64 text, {"b64": text} or {"image": text}, but something else came. Encode its file.'),
        (
            {"dataframe_records": [{"b64": FILE, "age": 3}]},
            'An image must be base64 text, {"b64": text} or {"image": text}, but something else came. Encode its file.',
        ),
        ({"instances": [[[[300]]]]}, "Pixels must be levels from 0 to 255 in lists [rows][height][width][channels], but other values came. Correct them."),
        (
            {"instances": [[[[1]]], [[[1], [2]]]]},
            "Pixels must be levels from 0 to 255 in lists [rows][height][width][channels], but other values came. Correct them.",
        ),
        ({"instances": [[["a"]]]}, "Pixels must be levels from 0 to 255 in lists [rows][height][width][channels], but other values came. Correct them."),
    ],
)
def test_what_is_no_image_is_refused_by_a_model_of_images(content: dict[str, Any], message: str, images: Manifest) -> None:
    with pytest.raises(RequestRefused) as refused:
        parse_invocation(orjson.dumps(content), images)

    assert str(refused.value) == message


def test_csv_holds_no_images(images: Manifest) -> None:
    with pytest.raises(RequestRefused) as refused:
        parse_csv(b"image\nabc\n", images)

    assert str(refused.value) == "A model of images must be asked in JSON, but CSV came. Send the images in base64."


ROW = AnsweredRow(prediction_id="p1", prediction=2, probabilities=(0.25, 0.75), prediction_set=("2",))
ANSWERS = Answers(deployment="shapes", bundle="b1", version=3, classes=("1", "2"), rows=(ROW,))


def test_a_reply_holds_predictions_and_their_ids() -> None:
    reply = render_invocation(Invocation(question=Question(rows=({},))), ANSWERS)

    assert reply == {"predictions": [2], "prediction_ids": ["p1"], "deployment": "shapes", "version": 3, "bundle": "b1"}


def test_details_are_the_columns_of_luthier_predict_and_what_only_the_service_knows() -> None:
    reply = render_invocation(Invocation(question=Question(rows=({},)), details=True), ANSWERS)

    assert reply["predictions"] == [
        {"prediction": 2, "proba_1": 0.25, "proba_2": 0.75, "prediction_set": ("2",), "abstained": False, "prediction_id": "p1"},
    ]
