from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import numpy as np
import pytest
import tritonclient.http as triton

from luthier.serve import Service
from tests.bundle.made_up import training_rows
from tests.bundle.made_up_images import some_images
from tests.serve.protocols.asking import columns_of, infer, tensor
from tests.serve.protocols.serving import DEPLOYMENT

COLUMNS = columns_of(training_rows()[:3])


@pytest.fixture
def client(classifier_address: str) -> Iterator[triton.InferenceServerClient]:
    with triton.InferenceServerClient(classifier_address) as opened:
        yield opened


def test_tritonclient_finds_the_server_and_its_model(client: triton.InferenceServerClient) -> None:
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready(DEPLOYMENT)
    assert client.is_model_ready(DEPLOYMENT, "1")
    assert not client.is_model_ready("another")
    assert client.get_server_metadata()["extensions"] == ["binary_tensor_data", "model_configuration", "model_repository", "statistics"]
    assert client.get_model_metadata(DEPLOYMENT, "1")["versions"] == ["1"]
    assert client.get_model_config(DEPLOYMENT)["max_batch_size"] == 0
    assert client.get_model_repository_index() == [{"name": DEPLOYMENT, "version": "1", "state": "READY", "reason": ""}]


def test_the_index_is_also_there_to_be_got(classifier_address: str, client: triton.InferenceServerClient) -> None:
    assert httpx.get(f"http://{classifier_address}/v2/repository/index").json() == client.get_model_repository_index()


def test_tritonclient_is_answered_in_binary_unless_it_asks_otherwise(classifier_address: str) -> None:
    binary = infer(classifier_address, COLUMNS, binary=True, request_id="r1")
    plain = infer(classifier_address, COLUMNS, binary=False, outputs=["probabilities"])

    assert binary.get_response()["id"] == "r1"
    assert {output["name"]: "data" in output for output in binary.get_response()["outputs"]} == dict.fromkeys(
        ["prediction", "probabilities", "prediction_set", "abstained", "prediction_id"], False
    )
    assert [len(output["data"]) for output in plain.get_response()["outputs"]] == [9]
    np.testing.assert_array_equal(binary.as_numpy("probabilities"), plain.as_numpy("probabilities"))


def test_rows_in_two_axes_and_in_single_precision_are_answered(classifier_address: str) -> None:
    single = {name: values.astype(np.float32) if values.dtype == np.float64 else values for name, values in COLUMNS.items()}

    flat = infer(classifier_address, single, binary=True)
    column = infer(classifier_address, {name: values[:, None] for name, values in single.items()}, binary=True)

    np.testing.assert_array_equal(flat.as_numpy("probabilities"), column.as_numpy("probabilities"))


def test_ids_that_the_caller_gives_are_answered_from_the_record(classifier_address: str) -> None:
    asked = COLUMNS | {"prediction_id": np.array(["order-1", "order-2", "order-3"], dtype=object)}
    other = asked | {"weight": COLUMNS["weight"] + 1}

    first, again = infer(classifier_address, asked, binary=True), infer(classifier_address, asked, binary=False)

    assert first.as_numpy("prediction_id").tolist() == again.as_numpy("prediction_id").tolist() == [b"order-1", b"order-2", b"order-3"]
    with pytest.raises(triton.InferenceServerException, match="^\\[409\\] "):
        infer(classifier_address, other, binary=True)


def test_images_are_answered_whatever_their_size(image_address: str) -> None:
    pixels = np.stack(some_images(2, channels=3, height=40, width=50))

    assert infer(image_address, {"image": pixels}, binary=True).as_numpy("probabilities").shape == (2, 3)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda client: client.get_model_metadata("another"), "[404] The model served here is 'shapes', but 'another' was asked for. Ask for that one."),
        (
            lambda client: client.get_model_metadata(DEPLOYMENT, "7"),
            "[404] The version served here is 1, but '7' was asked for. Ask for that one, or leave it out.",
        ),
        (
            lambda client: client.unregister_system_shared_memory(),
            "[404] This service offers no shared memory, tracing, logging or loading of models. Send tensors in the message.",
        ),
        (
            lambda client: client.infer(DEPLOYMENT, [tensor("size", np.zeros(1))], request_compression_algorithm="gzip"),
            "[415] The body must come as it is, but it came with the Content-Encoding 'gzip'. Send it uncompressed.",
        ),
        (
            lambda client: client.infer(DEPLOYMENT, [tensor("size", np.zeros(1))]),
            "[422] Column 'color' is an input, but the table does not have it. The columns are 'size'.",
        ),
        (
            lambda client: client.infer(DEPLOYMENT, [tensor("size", np.zeros(101))]),
            "[413] A request may hold 100 rows, but 101 came. Send them in parts.",
        ),
    ],
    ids=["model", "version", "extension", "compressed", "column", "rows"],
)
def test_tritonclient_is_told_what_is_refused(
    ask: Callable[[triton.InferenceServerClient], object], message: str, client: triton.InferenceServerClient
) -> None:
    with pytest.raises(triton.InferenceServerException) as refused:
        ask(client)

    assert str(refused.value) == message


def test_malformed_binary_tensors_are_refused_in_one_message(classifier_address: str) -> None:
    path = f"http://{classifier_address}/v2/models/{DEPLOYMENT}/infer"
    text = b'{"inputs": [{"name": "size", "datatype": "FP64", "shape": [2], "parameters": {"binary_data_size": 16}}]}'

    reply = httpx.post(path, content=text + bytes(9), headers={"Inference-Header-Content-Length": str(len(text))})

    assert reply.status_code == 400
    assert reply.json() == {"error": "Tensor 'size' must have a binary_data_size of 0 to the 9 bytes that are left, but 16 came. Correct it."}


def test_statistics_count_what_this_protocol_was_asked(client: triton.InferenceServerClient, classifier_address: str) -> None:
    before = client.get_inference_statistics(DEPLOYMENT)["model_stats"][0]
    infer(classifier_address, COLUMNS, binary=True)

    after = client.get_inference_statistics()["model_stats"][0]

    assert after["inference_count"] == before["inference_count"] + 3
    assert after["inference_stats"]["success"]["count"] == before["inference_stats"]["success"]["count"] + 1


def test_large_bodies_are_answered_too(classifier_service: Service, classifier_address: str) -> None:
    long = {name: np.array([f"{value} " * 500 for value in values], dtype=object) if name == "note" else values for name, values in COLUMNS.items()}
    many = {name: np.concatenate([values] * 30) for name, values in long.items()}

    assert infer(classifier_address, many, binary=True).as_numpy("probabilities").shape == (90, 3)


def test_a_wrong_method_is_told_both_that_the_index_takes(classifier_address: str) -> None:
    reply = httpx.put(f"http://{classifier_address}/v2/repository/index")

    assert (reply.status_code, sorted(reply.headers["Allow"].split(", "))) == (405, ["GET", "POST"])


def test_the_document_shows_a_request_that_is_answered(classifier_address: str) -> None:
    document = httpx.get(f"http://{classifier_address}/openapi.json").json()
    example = document["paths"]["/v2/models/{model}/infer"]["post"]["requestBody"]["content"]["application/json"]["example"]

    reply = httpx.post(f"http://{classifier_address}/v2/models/{DEPLOYMENT}/infer", json=example)

    assert reply.json()["outputs"][0]["shape"] == [1]
    assert {"get", "post"} <= document["paths"]["/v2/repository/index"].keys()


def test_tritonclient_is_told_what_the_guard_refuses(image_address: str) -> None:
    with pytest.raises(triton.InferenceServerException) as refused:
        infer(image_address, {"image": np.zeros((1, 2400, 2400, 3), dtype=np.uint8)}, binary=True)

    assert str(refused.value) == "[413] A request's body may have 16,777,216 bytes, but more came. Send it in parts."
