"""Whatever is sent, by any protocol: no fault, no hang, one clear message, and the next one is answered."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest

from luthier.core.errors import RequestRefused
from luthier.serve.native import parse_labels, parse_question
from luthier.serve.protocols.invocations import parse_csv, parse_invocation
from luthier.serve.protocols.open_inference import parse_inference
from luthier.serve.question import Few
from tests.bundle.made_up import MadeUp
from tests.bundle.made_up_images import MadeUpImages
from tests.serve.made_up import json_rows
from tests.serve.protocols.serving import DEPLOYMENT

ROW = json_rows(1)[0]
INFER = f"/v2/models/{DEPLOYMENT}/infer"
LONG = "x" * 100_000


def rows(text: str, name: str = "rows") -> bytes:
    """One row, with JSON that no library would write as a further member."""
    return f'{{"{name}":[{orjson.dumps(ROW).decode()[:-1]},{text}}}]}}'.encode()


def tensors(*records: dict[str, Any]) -> bytes:
    return orjson.dumps({"inputs": [{"name": "size", "datatype": "FP64", "shape": [1], "data": [1.0]} | record for record in records]})


ANSWERED = {
    "an unknown column of lists": ("/v1/predict", rows('"more":[[1],{"a":2}]')),
    "a key twice: the last counts": ("/v1/predict", rows('"size":"tall","size":2.5')),
    "10,000 columns": ("/v1/predict", rows(",".join(f'"column {number}":1' for number in range(10_000)))),
    "10,000 columns of CSV": (
        "/invocations",
        ",".join([*ROW, *map(str, range(10_000))]).encode() + b"\n" + b"," * (10_000 + len(ROW) - 1) + b"\n",
    ),
    "NUL in text": ("/v1/predict", rows('"color":"a\\u0000b"')),
    "a number near the largest": ("/v1/predict", rows('"weight":1.7e308')),
    "a number near zero": ("/invocations", rows('"weight":5e-324', "instances")),
    "an integer of 64 bits": ("/v1/predict", rows('"color":18446744073709551615')),
    "NaN, where data frames write it": ("/invocations", rows('"size":NaN', "dataframe_records")),
    "an id with all that is printable": ("/v1/predict", orjson.dumps({"rows": [ROW], "ids": ["../../etc/passwd%00'; DROP TABLE é😀 "]})),
}


@pytest.mark.parametrize(("path", "body"), ANSWERED.values(), ids=ANSWERED)
def test_what_is_odd_and_readable_is_answered(path: str, body: bytes, classifier_address: str) -> None:
    kind = "application/json" if body.startswith(b"{") else "text/csv"

    reply = httpx.post(f"http://{classifier_address}{path}", content=body, headers={"content-type": kind})

    assert reply.status_code == 200, reply.text


REFUSED: dict[str, tuple[str, bytes, int, str]] = {
    "NaN": ("/v1/predict", rows('"size":NaN'), 400, "A request's body must be JSON, but it cannot be read: unexpected character"),
    "a number too large": ("/v1/predict", rows('"size":1e400'), 400, "A request's body must be JSON, but it cannot be read: number is infinity"),
    "half of a character": ("/v1/predict", rows('"color":"\\ud800"'), 400, "A request's body must be JSON, but it cannot be read: no low surrogate"),
    "NUL in an id": (
        "/v1/predict",
        orjson.dumps({"rows": [ROW], "ids": ["\0"]}),
        422,
        "A prediction id must have 1 to 200 printable characters, but '\\x00' came. Give another one.",
    ),
    "a million levels": ("/v1/predict", rows('"more":' + "[" * 1_000_000), 400, "A request's body must be JSON, but it cannot be read: depth limit exceeded"),
    "a thousand levels": (
        "/v1/predict",
        rows('"more":' + "[" * 1010 + "]" * 1010),
        422,
        "A row must hold single values, but one holds lists or objects within each other, too deep. Leave them out.",
    ),
    "a thousand levels and NaN": (
        "/invocations",
        rows('"size":NaN,"more":' + "[" * 5000 + "]" * 5000, "instances"),
        400,
        "The body must be JSON, but it cannot be read: unexpected character",
    ),
    "10,000 other columns": (
        "/v1/predict",
        orjson.dumps({"rows": [{f"column {number}": 1 for number in range(10_000)}]}),
        422,
        "Column 'size' is an input, but the table does not have it. The columns are 'column 0', ",
    ),
    "10,000 tensors": (
        INFER,
        tensors(*({"name": f"column {number}"} for number in range(10_000))),
        422,
        "Column 'size' is an input, but the table does not have it. The columns are 'column 0', ",
    ),
    "a column with a long name": (
        "/v1/predict",
        orjson.dumps({"rows": [{LONG: 1}]}),
        422,
        "Column 'size' is an input, but the table does not have it. The columns are 'xxx",
    ),
    "a tensor with a long name": (INFER, tensors({"name": LONG, "shape": [-1]}), 400, "Tensor 'xxx"),
    "a long text for a number": ("/v1/predict", rows(f'"size":"{LONG}"'), 422, "Column 'size' must hold numbers, but it also holds other text (first: 'xxx"),
    "a shape that no array has": (
        INFER,
        tensors({"shape": [0, 2**63], "data": []}),
        400,
        "Tensor 'size' must have at most 2,147,483,648 values, but its shape [0, 9223372036854775808] has more. Correct it.",
    ),
    "an integer too large for its tensor": (
        INFER,
        tensors({"datatype": "INT8", "data": [300]}),
        400,
        "Tensor 'size' must hold INT8 values, but one is too large for it. Send it as FP64.",
    ),
    "a label of infinity": ("/v1/labels", b'{"labels":[{"prediction_id":"a","label":1e400}]}', 400, "A request's body must be JSON, but it cannot be read: "),
    "a label with NUL": (
        "/v1/labels",
        orjson.dumps({"labels": [{"prediction_id": "a", "label": "\0"}]}),
        422,
        "A label must be text, but '\\x00' holds NUL or half of a character. Clean it.",
    ),
    "a label from before all time": (
        "/v1/labels",
        orjson.dumps({"labels": [{"prediction_id": "a", "label": 1, "observed_at": "0001-01-01T00:00:00+23:59"}]}),
        422,
        "A time in the ledger must lie in the years 1 to 9999 of UTC, but 0001-01-01T00:00:00+23:59 came. Correct it.",
    ),
    "UTF-16": ("/v1/predict", "{}".encode("utf-16"), 400, "A request's body must be JSON, but it cannot be read: "),
    "nothing": ("/v1/predict", b"", 400, "A request's body must be JSON, but it cannot be read: "),
}


@pytest.mark.parametrize(("path", "body", "status", "begin"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_answered_is_refused_in_one_short_message(path: str, body: bytes, status: int, begin: str, classifier_address: str) -> None:
    reply = httpx.post(f"http://{classifier_address}{path}", content=body, headers={"content-type": "application/json"})

    message = told_by(reply)
    assert (reply.status_code, message[: len(begin)]) == (status, begin)
    assert len(message) <= 1000
    assert message[-1] in ".?"


def told_by(reply: httpx.Response) -> str:
    """The message, whatever the words of the protocol."""
    record = reply.json()
    told = record.get("message") or (record["error"] if isinstance(record["error"], str) else record["error"]["message"])
    assert isinstance(told, str)
    return told


VALID = {
    "/v1/predict": orjson.dumps({"rows": [ROW], "ids": ["a"], "abstain": True}),
    "/v1/labels": orjson.dumps({"labels": [{"prediction_id": "a", "label": 1, "observed_at": "2026-11-23T13:04:00Z", "source": "me"}]}),
    "/invocations": orjson.dumps({"dataframe_split": {"columns": list(ROW), "data": [list(ROW.values())]}, "params": {"details": True}}),
    INFER: tensors({"parameters": {}}, {"name": "color", "datatype": "BYTES", "data": ["red"]}),
}
SPLICES = (b"", b"[", b"{}", b"null", b"-1", b"1e9", b"1e999", b'"', b"\\u0000", b"\xff", b",", b'"\\ud800"', b"9" * 40, b"NaN", b"[[[[]]]]", b"true")


@pytest.mark.parametrize("path", VALID)
def test_damaged_requests_are_answered_or_refused_and_never_fail(path: str, classifier_address: str) -> None:
    dice = random.Random(5)
    with httpx.Client(base_url=f"http://{classifier_address}") as client:
        for _ in range(60):
            body = VALID[path]
            for _ in range(dice.randint(1, 3)):
                start = dice.randrange(len(body))
                body = body[:start] + dice.choice(SPLICES) + body[start + dice.choice((0, 0, 1, 3, 10)) :]
            reply = client.post(path, content=body, headers={"content-type": "application/json"})

            assert reply.status_code in (200, 400, 409, 422), (body, reply.text)
            assert reply.status_code == 200 or told_by(reply)[-1] in ".?"


ENCODED = orjson.dumps({"inputs": [{"name": "size", "datatype": "BOOL", "shape": [7], "parameters": {"binary_data_size": 7}}]})
FORMS: dict[str, Callable[[MadeUp, Few], object]] = {
    "rows": lambda _, few: parse_question({"rows": [{}] * 7}, few),
    "images": lambda _, few: parse_question({"images": ["&"] * 7}, few),
    "labels": lambda _, few: parse_labels({"labels": [{}] * 7}, few),
    "csv": lambda made, few: parse_csv(b"a\n" + b"1\n" * 7, made.manifest, few),
    "split": lambda made, few: parse_invocation(orjson.dumps({"dataframe_split": {"columns": list("abcdefghi"), "data": [[]] * 7}}), made.manifest, few),
    "records": lambda made, few: parse_invocation(orjson.dumps({"dataframe_records": [{}] * 7}), made.manifest, few),
    "columns": lambda made, few: parse_invocation(orjson.dumps({"inputs": {"a": [1] * 7}}), made.manifest, few),
    "tensor": lambda made, few: parse_inference(ENCODED, made.manifest, header_length=str(len(ENCODED)), few=few),
    "tensor in JSON": lambda made, few: parse_inference(tensors({"shape": [7, 9], "data": "none"}), made.manifest, few=few),
}


@pytest.mark.parametrize("ask", FORMS.values(), ids=FORMS)
def test_too_many_rows_are_refused_before_they_are_made(ask: Callable[[MadeUp, Few], object], classifier: MadeUp) -> None:
    """One byte of a body can stand for a row: eight million of them took seconds and gigabytes before they were counted."""

    def few(found: int) -> None:
        raise RequestRefused(f"{found} came", status=413)

    with pytest.raises(RequestRefused, match=r"^7 came$"):
        ask(classifier, few)


def test_too_many_images_are_refused_before_one_is_encoded(image_address: str, image_classifier: MadeUpImages) -> None:
    head = {"name": "image", "datatype": "UINT8", "shape": [8_000_000, 1, 1, 1], "parameters": {"binary_data_size": 8_000_000}}
    text = orjson.dumps({"inputs": [head]})
    lengths = {"inference-header-content-length": str(len(text))}

    reply = httpx.post(f"http://{image_address}{INFER}", content=text + bytes(8_000_000), headers=lengths)

    assert (reply.status_code, told_by(reply)) == (413, "A request may hold 64 images, but 8,000,000 came. Send them in parts.")


def test_a_malformed_tensor_in_memory_is_refused_in_its_own_words(classifier_address: str) -> None:
    text = json.dumps({"inputs": [{"name": "size", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": 5}}]}).encode()
    lengths = {"inference-header-content-length": str(len(text))}

    reply = httpx.post(f"http://{classifier_address}{INFER}", content=text + struct.pack("<I", 2**32 - 1) + b"a", headers=lengths)

    assert (reply.status_code, told_by(reply)) == (
        400,
        "Each value of BYTES must follow its length in 4 bytes, but tensor 'size' ends within one. Send all of its bytes.",
    )
