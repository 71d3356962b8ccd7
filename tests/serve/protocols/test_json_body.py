from __future__ import annotations

import math

import pytest

from luthier.core.errors import RequestRefused
from luthier.serve.protocols.json_body import json_object


def test_the_words_that_data_frames_write_for_numbers_are_read() -> None:
    values = json_object(b'{"values": [NaN, Infinity, -Infinity, 1e999]}')["values"]

    assert math.isnan(values[0])
    assert values[1:] == [math.inf, -math.inf, math.inf]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"a"', "The body must be JSON, but it cannot be read: unexpected end of data: line 1 column 5 (char 4). Correct it."),
        (b"[1]", "The body must be a JSON object, but a JSON array came. Send an object."),
        (b"null", "The body must be a JSON object, but a JSON null came. Send an object."),
        (b'"a"', "The body must be a JSON object, but a JSON text came. Send an object."),
        (b"true", "The body must be a JSON object, but a JSON truth value came. Send an object."),
        (b"NaN", "The body must be a JSON object, but a JSON number came. Send an object."),
    ],
    ids=["cut off", "array", "null", "text", "truth value", "number"],
)
def test_a_body_that_is_no_object_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        json_object(body)

    assert (str(refused.value), refused.value.status) == (message, 400)


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b'{"a": "\\ud800"}', b'{"a": NaN, "b": "\\ud800"}', b'{"a": NaN, "b": 99999999999999999999}', b'{"a": NaN, "b": ' + b"[" * 100_000]
)
def test_what_no_reply_could_repeat_is_refused(body: bytes) -> None:
    with pytest.raises(RequestRefused, match=r"^The body must be JSON, but it cannot be read: "):
        json_object(body)
