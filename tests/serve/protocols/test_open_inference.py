from __future__ import annotations

import base64
import contextlib
import io
import struct
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from luthier.bundle import Calibration, Manifest
from luthier.core.errors import RequestRefused
from luthier.serve.answers import AnsweredRow, Answers
from luthier.serve.protocols.open_inference import Inference, parse_inference, render_inference
from luthier.serve.question import Question
from tests.bundle.made_up import CLASSES, MadeUp
from tests.bundle.made_up_images import MadeUpImages
from tests.data.typed_frames import schema_of

ANSWERS = Answers(
    deployment="shapes",
    bundle="b1",
    version=3,
    classes=("1", "2"),
    rows=(AnsweredRow(prediction_id="p1", prediction=2, probabilities=(0.25, 0.75), prediction_set=("2",)),),
)
AGES = {"name": "age", "datatype": "FP64", "shape": [2], "data": [31, 47]}


TABLES = Manifest(task=CLASSES, schema=schema_of("size", "color"), calibration=Calibration(), recipes=(), scores={}, provenance={}, files={})


def request(*inputs: Any, **others: Any) -> bytes:
    return orjson.dumps({"inputs": list(inputs), **others})


@pytest.fixture(scope="module")
def tables(classifier: MadeUp) -> Manifest:
    return classifier.manifest


@pytest.fixture(scope="module")
def images(image_classifier: MadeUpImages) -> Manifest:
    return image_classifier.manifest


def test_tensors_of_both_shapes_become_rows_in_which_nothing_missing_is_a_value(tables: Manifest) -> None:
    numbers = {"name": "size", "datatype": "FP32", "shape": [2, 1], "data": [[1.5], [None]]}
    texts = {"name": "color", "datatype": "BYTES", "shape": [2], "data": ["", "red"]}
    codes = {"name": "shape", "datatype": "INT8", "shape": [2], "data": [1, 2]}

    question = parse_inference(request(numbers, texts, codes), tables).question

    assert question == Question(rows=({"size": 1.5, "color": None, "shape": 1}, {"size": None, "color": "red", "shape": 2}))


def test_memory_behind_the_json_is_read_in_the_order_of_the_tensors(tables: Manifest) -> None:
    first = {"name": "size", "datatype": "FP64", "shape": [1], "parameters": {"binary_data_size": 8}}
    second = {"name": "color", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": 7}}
    text = request(first, {"name": "smoker", "datatype": "BOOL", "shape": [1], "data": [True]}, second)

    question = parse_inference(text + struct.pack("<dI", 2.5, 3) + b"red", tables, header_length=str(len(text))).question

    assert question == Question(rows=({"size": 2.5, "smoker": True, "color": "red"},))


def test_parameters_and_a_tensor_say_what_native_requests_say(tables: Manifest) -> None:
    ids = {"name": "prediction_id", "datatype": "BYTES", "shape": [2], "data": ["a", "b"]}

    inference = parse_inference(request(AGES, ids, id="r1", parameters={"abstain": True, "widest_interval": 2}), tables)

    assert inference.question == Question(rows=({"age": 31.0}, {"age": 47.0}), ids=("a", "b"), abstain=True, widest_interval=2)
    assert inference.id == "r1"


def test_outputs_are_all_of_the_model_unless_some_are_named(tables: Manifest) -> None:
    named = [{"name": "probabilities", "parameters": {"binary_data": False}}, {"name": "prediction"}]
    binary = {"binary_data_output": True}

    assert parse_inference(request(AGES), tables).outputs == dict.fromkeys(
        ["prediction", "probabilities", "prediction_set", "abstained", "prediction_id"], False
    )
    assert parse_inference(request(AGES, outputs=named, parameters=binary), tables).outputs == {"probabilities": False, "prediction": True}


def test_pixels_and_encoded_files_are_the_same_image(images: Manifest) -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(1, 2, 4, 3)
    encoded = io.BytesIO()
    Image.fromarray(pixels[0]).save(encoded, "BMP")
    file = base64.b64encode(encoded.getvalue()).decode()

    asked = parse_inference(request({"name": "image", "datatype": "UINT8", "shape": [1, 2, 4, 3], "data": pixels.tolist()}), images).question.images
    also = parse_inference(request({"name": "image", "datatype": "BYTES", "shape": [1], "data": [file]}), images).question.images

    assert asked is not None
    assert also == (encoded.getvalue(),)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(asked[0]))), pixels[0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "A request must have a list `inputs` of one tensor or more, but none came. Send one tensor a column."),
        ({"inputs": [AGES, AGES]}, "Each tensor must have its own name, but 'age' came twice. Rename or remove one."),
        ({"inputs": [AGES | {"shape": [1, 2]}]}, "A column must have the shape [rows] or [rows, 1], but tensor 'age' has [1, 2]. Send each column alone."),
        (
            {"inputs": [AGES, AGES | {"name": "size", "shape": [1], "data": [1]}]},
            "All columns must have the same number of rows, but [1, 2] came. Send one value for each row.",
        ),
        (
            {"inputs": [{"name": "prediction_id", "datatype": "BYTES", "shape": [1], "data": ["a"]}]},
            "A table must come as one tensor a column, but only prediction ids came. Send the columns.",
        ),
        ({"inputs": [AGES | {"name": "prediction_id"}]}, "Prediction ids must be BYTES, but FP64 came. Send them as text."),
        ({"inputs": [AGES], "id": 7}, "The id of a request must be text, but 7 came. Send it as text, or leave it out."),
        ({"inputs": [AGES], "parameters": [1]}, "The request must have its parameters in an object, but something else came. Send an object."),
        ({"inputs": [AGES], "parameters": {"abstain": 1}}, "The parameter abstain must be true or false, but 1 came. Correct it."),
        ({"inputs": [AGES], "parameters": {"widest_interval": True}}, "The parameter widest_interval must be a number, but True came. Correct it."),
        (
            {"inputs": [AGES | {"parameters": {"binary_data_size": 0}}]},
            "Tensor 'age' must have its values in `data` or behind the JSON, but both came. Send one.",
        ),
        (
            {"inputs": [AGES | {"parameters": {"shared_memory_region": "a"}}]},
            "Tensor 'age' must travel in the message, but shared memory was asked for. Send it as JSON or binary.",
        ),
        (
            {"inputs": [AGES], "outputs": ["prediction"]},
            "Outputs must be a list of objects with a name, but something else came. Name the tensors that you want.",
        ),
        (
            {"inputs": [AGES], "outputs": [{"name": "logits"}]},
            "The outputs of this model are prediction, probabilities, prediction_set, abstained, prediction_id, but 'logits' was asked for. "
            "Ask for one of these.",
        ),
        (
            {"inputs": [AGES], "outputs": [{"name": "prediction", "parameters": {"classification": 2}}]},
            "Output 'prediction' is given as it is, but the classification extension was asked for. Ask for 'probabilities'.",
        ),
    ],
)
def test_a_request_that_is_not_what_the_protocol_says_is_refused(content: dict[str, Any], message: str, tables: Manifest) -> None:
    with pytest.raises(RequestRefused) as refused:
        parse_inference(orjson.dumps(content), tables)

    assert (str(refused.value), refused.value.status) == (message, 400)


@pytest.mark.parametrize(
    ("tensor", "message"),
    [
        (AGES, "A model of images takes one tensor 'image', but 'age' came. Send that one."),
        (
            AGES | {"name": "image"},
            "Images must be UINT8 [rows, height, width, channels] or BYTES of encoded files, but FP64 [2] came.",
        ),
    ],
)
def test_what_is_no_image_is_refused_by_a_model_of_images(tensor: dict[str, Any], message: str, images: Manifest) -> None:
    with pytest.raises(RequestRefused) as refused:
        parse_inference(request(tensor), images)

    assert str(refused.value) == message


def test_text_of_another_encoding_is_refused(tables: Manifest) -> None:
    text = request({"name": "color", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": 5}})

    with pytest.raises(RequestRefused) as refused:
        parse_inference(text + b"\x01\x00\x00\x00\xff", tables, header_length=str(len(text)))

    assert str(refused.value) == "Text must be in UTF-8, but tensor 'color' holds other bytes. Encode it as UTF-8."


_TEXT = request(
    {"name": "size", "datatype": "FP64", "shape": [2], "parameters": {"binary_data_size": 16}},
    {"name": "color", "datatype": "BYTES", "shape": [2], "parameters": {"binary_data_size": 11}},
)
_BODY = _TEXT + struct.pack("<dd", 1, 2) + b"\x01\x00\x00\x00r\x02\x00\x00\x00ed"


@given(place=st.integers(0, len(_BODY) - 1), byte=st.integers(0, 255), cut=st.integers(0, len(_BODY)), length=st.integers(0, 2 * len(_TEXT)))
@example(place=0, byte=123, cut=len(_BODY), length=len(_TEXT))
def test_a_damaged_binary_request_is_read_or_refused_and_never_fails(place: int, byte: int, cut: int, length: int) -> None:
    body = (_BODY[:place] + bytes([byte]) + _BODY[place + 1 :])[:cut]

    for header_length in (str(length), str(len(_TEXT)), None):
        with contextlib.suppress(RequestRefused):
            parse_inference(body, TABLES, header_length=header_length)


def test_a_reply_in_json_holds_flat_values() -> None:
    inference = Inference(question=Question(rows=({},)), id="r1", outputs={"probabilities": False, "prediction": False})

    content, header_length = render_inference(inference, ANSWERS)

    assert header_length is None
    assert orjson.loads(content) == {
        "id": "r1",
        "model_name": "shapes",
        "model_version": "3",
        "parameters": {"bundle": "b1"},
        "outputs": [
            {"name": "probabilities", "datatype": "FP64", "shape": [1, 2], "data": [0.25, 0.75]},
            {"name": "prediction", "datatype": "BYTES", "shape": [1], "data": ["2"]},
        ],
    }


def test_a_reply_in_binary_follows_its_json() -> None:
    inference = Inference(question=Question(rows=({},)), id=None, outputs={"prediction_id": True, "abstained": False, "probabilities": True})

    content, header_length = render_inference(inference, ANSWERS)

    assert [output.get("parameters") for output in orjson.loads(content[:header_length])["outputs"]] == [
        {"binary_data_size": 6},
        None,
        {"binary_data_size": 16},
    ]
    assert content[header_length:] == b"\x02\x00\x00\x00p1" + struct.pack("<dd", 0.25, 0.75)
