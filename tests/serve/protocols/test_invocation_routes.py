from __future__ import annotations

from importlib.metadata import version

import httpx
import pytest

from tests.bundle.made_up import training_rows
from tests.serve.protocols.asking import post, records_of

ROWS = records_of(training_rows()[:3])


def test_an_invocation_is_answered_with_predictions_and_their_ids(classifier_address: str) -> None:
    reply = post(classifier_address, "/invocations", {"dataframe_records": ROWS})

    assert reply["predictions"] == [row["prediction"] for row in post(classifier_address, "/v1/predict", {"rows": ROWS})["predictions"]]
    assert len(set(reply["prediction_ids"])) == 3


def test_csv_is_answered_as_rows_are(classifier_address: str) -> None:
    text = "\n".join([",".join(ROWS[0]), *(",".join("" if value is None else str(value) for value in row.values()) for row in ROWS)])

    reply = httpx.post(f"http://{classifier_address}/invocations", content=text, headers={"Content-Type": "text/csv; charset=utf-8"}).json()

    assert reply["predictions"] == post(classifier_address, "/invocations", {"instances": ROWS})["predictions"]


def test_ping_and_version_are_plain(classifier_address: str) -> None:
    ping, told = (httpx.get(f"http://{classifier_address}{path}") for path in ("/ping", "/version"))

    assert (ping.status_code, ping.text) == (200, "\n")
    assert told.text == version("luthier")


@pytest.mark.parametrize(
    ("content_type", "body", "status", "message"),
    [
        (
            "application/json",
            b"{}",
            400,
            "An invocation must hold exactly one of dataframe_split, dataframe_records, instances, inputs, but none came. Send one.",
        ),
        (
            "application/x-npy",
            b"",
            415,
            "The body must be application/json or text/csv in UTF-8, but it came with the Content-Type 'application/x-npy'. Say what it is.",
        ),
        (
            "text/csv; charset=latin-1",
            b"a\n1",
            415,
            "The body must be application/json or text/csv in UTF-8, but it came with the Content-Type 'text/csv; charset=latin-1'. Say what it is.",
        ),
        ("application/json", b'{"instances": [{"size": 1}]}', 422, "Column 'color' is an input, but the table does not have it. The columns are 'size'."),
    ],
    ids=["form", "type", "charset", "column"],
)
def test_refusals_come_in_the_words_of_mlflow(content_type: str, body: bytes, status: int, message: str, classifier_address: str) -> None:
    reply = httpx.post(f"http://{classifier_address}/invocations", content=body, headers={"Content-Type": content_type})

    assert reply.status_code == status
    assert reply.json() == {"error_code": "INVALID_PARAMETER_VALUE", "message": message}


def test_the_document_shows_an_invocation_that_is_answered(classifier_address: str) -> None:
    document = httpx.get(f"http://{classifier_address}/openapi.json").json()

    example = document["paths"]["/invocations"]["post"]["requestBody"]["content"]["application/json"]["example"]

    assert len(post(classifier_address, "/invocations", example)["predictions"]) == 1
