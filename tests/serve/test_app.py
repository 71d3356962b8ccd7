from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx
import pytest
from PIL import Image

from luthier.ledger import Ledger
from luthier.serve import ServeSettings, Service, create_app
from tests.bundle.made_up_images import MadeUpImages, some_images
from tests.serve.made_up import NAME, deploy, json_rows, serving

Result = TypeVar("Result")
Scenario = Callable[[httpx.AsyncClient], Awaitable[Result]]


def asking(ledger: Ledger, scenario: Scenario[Result], settings: ServeSettings | None = None, *, address: str = "http://127.0.0.1:8000") -> Result:
    """What callers of a running application see."""
    service = Service(ledger, NAME, settings or ServeSettings(durable=True))

    async def run() -> Result:
        transport = httpx.ASGITransport(create_app(service), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=address) as client:
            return await scenario(client)

    return serving(service, run)


def ask(ledger: Ledger, method: str, path: str, settings: ServeSettings | None = None, **request: Any) -> httpx.Response:
    async def once(client: httpx.AsyncClient) -> httpx.Response:
        return await client.request(method, path, **request)

    return asking(ledger, once, settings)


def error_of(reply: httpx.Response) -> tuple[int, str, str]:
    error = reply.json()["error"]
    return reply.status_code, error["type"], error["message"]


def test_an_answer_tells_what_answered_and_how_sure_it_is(deployed: Ledger) -> None:
    reply = ask(deployed, "POST", "/v1/predict", json={"rows": json_rows(2), "ids": ["a", "b"]})

    record = reply.json()
    assert (record["deployment"], record["version"], record["classes"]) == (NAME, 1, ["1", "2", "10"])
    assert record["bundle"] == deployed.deployments.get(NAME).champion
    assert [row["prediction_id"] for row in record["predictions"]] == ["a", "b"]
    assert set(record["predictions"][0]) == {"prediction_id", "prediction", "abstained", "probabilities", "prediction_set"}


def test_labels_come_back_over_the_same_door(deployed: Ledger) -> None:
    label = {"prediction_id": "a", "label": 10, "observed_at": "2026-11-23T13:04:00Z", "source": "the doctor"}

    reply = ask(deployed, "POST", "/v1/labels", json={"labels": [label, label]})

    assert (reply.status_code, reply.json()) == (200, {"new": 1, "repeated": 1, "unknown": 2})


def test_an_image_comes_in_base64_or_as_it_is_and_gets_the_same_answer(ledger: Ledger, image_classifier: MadeUpImages) -> None:
    async def both(client: httpx.AsyncClient) -> list[dict[str, Any]]:
        wrapped = await client.post("/v1/predict", json={"images": [base64.b64encode(encoded.getvalue()).decode()]})
        bare = await client.post("/v1/predict?prediction_id=x", content=encoded.getvalue(), headers={"content-type": "image/png"})
        return [reply.json()["predictions"][0] for reply in (wrapped, bare)]

    encoded = io.BytesIO()
    Image.fromarray(some_images(1, channels=3)[0]).save(encoded, "PNG")
    deploy(ledger, image_classifier.folder)

    wrapped, bare = asking(ledger, both)

    assert bare["prediction_id"] == "x"
    assert {**wrapped, "prediction_id": "x"} == bare


def test_what_is_no_image_is_refused(ledger: Ledger, image_classifier: MadeUpImages) -> None:
    deploy(ledger, image_classifier.folder)

    reply = ask(ledger, "POST", "/v1/predict", content=b"no image", headers={"content-type": "image/png"})

    assert error_of(reply) == (
        422,
        "DataUnreadable",
        "'row 1' cannot be read as an image: it is no image of a known format. Give a PNG, JPEG, WebP, BMP, GIF or TIFF, or pixels as uint8.",
    )


REFUSED: dict[str, tuple[str, str, dict[str, Any], tuple[int, str, str]]] = {
    "path": ("GET", "/v1/nothing", {}, (404, "RequestRefused", "There is nothing at '/v1/nothing'. See /openapi.json for what there is.")),
    "method": ("GET", "/v1/predict", {}, (405, "RequestRefused", "'/v1/predict' does not take GET. See /openapi.json for what it takes.")),
    "type": (
        "POST",
        "/v1/predict",
        {"content": b"a=1", "headers": {"content-type": "text/plain"}},
        (415, "RequestRefused", "A request's body must be application/json, or an image where images are asked about, but 'text/plain' came."),
    ),
    "column": (
        "POST",
        "/v1/predict",
        {"json": {"rows": [{"siz": 1}]}},
        (422, "ColumnMissing", "Column 'size' is an input, but the table does not have it. Did you mean 'siz'?"),
    ),
    "id": (
        "POST",
        "/v1/predict",
        {"json": {"rows": [{}], "ids": ["a\u0000"]}},
        (422, "RequestRefused", "A prediction id must have 1 to 200 printable characters, but 'a\\x00' came. Give another one."),
    ),
}


@pytest.mark.parametrize(("method", "path", "request_", "expected"), REFUSED.values(), ids=REFUSED)
def test_every_refusal_is_one_clear_message(deployed: Ledger, method: str, path: str, request_: dict[str, Any], expected: tuple[int, str, str]) -> None:
    assert error_of(ask(deployed, method, path, **request_)) == expected


def test_the_first_row_that_cannot_be_read_is_named_by_its_place(deployed: Ledger) -> None:
    first, second, third = json_rows(3)

    reply = ask(deployed, "POST", "/v1/predict", json={"rows": [first, second | {"color": [1]}, third]})
    mixed = ask(deployed, "POST", "/v1/predict", json={"rows": [first, second | {"size": "tall"}, third | {"size": 1}]})

    told = "Column 'color' must hold one value a row, but row 2 holds a list. Give text, a number, true, false or null."
    assert error_of(reply) == (422, "ColumnUnusable", told)
    told = (
        "Column 'size' must hold numbers, but it also holds other text (first: 'tall' in row 2). "
        "Correct it, or leave the cell empty where the value is missing."
    )
    assert error_of(mixed) == (422, "ColumnUnusable", told)


def test_too_large_a_body_is_refused_and_the_connection_closed(deployed: Ledger) -> None:
    reply = ask(deployed, "POST", "/v1/predict", ServeSettings(most_body_bytes=100), content=b" " * 101)

    assert error_of(reply) == (413, "RequestRefused", "A request's body may have 100 bytes, but more came. Send it in parts.")
    assert reply.headers["connection"] == "close"


def test_a_body_that_does_not_come_in_time_is_refused(deployed: Ledger) -> None:
    async def slow(client: httpx.AsyncClient) -> httpx.Response:
        async def parts() -> Any:
            yield b"{"
            await asyncio.Event().wait()

        return await client.post("/v1/predict", content=parts())

    reply = asking(deployed, slow, ServeSettings(request_seconds=0.05))

    assert error_of(reply) == (408, "RequestRefused", "A request's body must come within 0.05 s, but it did not. Send it faster, or in parts.")


def test_where_others_can_reach_the_service_a_token_opens_what_it_is_for(deployed: Ledger) -> None:
    async def scenario(client: httpx.AsyncClient) -> list[int]:
        replies = [await client.get("/health/live"), await client.get("/v1/model")]
        for secret in ("wrong", predict):
            bearer = {"authorization": f"Bearer {secret}"}
            replies.append(await client.post("/v1/predict", json={"rows": json_rows(1)}, headers=bearer))
            replies.append(await client.post("/v1/labels", json={"labels": []}, headers=bearer))
        return [reply.status_code for reply in replies]

    predict = deployed.tokens.create("front", ["predict"])

    assert asking(deployed, scenario, ServeSettings(host="0.0.0.0"), address="http://models.example") == [200, 401, 401, 401, 200, 403]


def test_health_metrics_and_facts_are_told(deployed: Ledger) -> None:
    async def scenario(client: httpx.AsyncClient) -> tuple[Any, Any, Any, str]:
        await client.post("/v1/predict", json={"rows": json_rows(3)})
        live, ready, model = [(await client.get(path)).json() for path in ("/health/live", "/health/ready", "/v1/model")]
        return live, ready, model, (await client.get("/metrics")).text

    live, ready, model, page = asking(deployed, scenario)

    champion = deployed.deployments.get(NAME).champion
    assert live == {"live": True}
    assert ready == {"ready": True, "deployment": NAME, "version": 1, "bundle": champion, "troubles": []}
    assert (model["bundle"], model["recording"]) == (champion, {"durable": True, "window_seconds": 0.0})
    assert 'luthier_requests_total{route="/v1/predict",status="200"} 1.0' in page
    assert "luthier_rows_total 3.0" in page
    assert f'luthier_in_service{{bundle="{champion}",challenger="",deployment="{NAME}"}} 1.0' in page


def test_a_fault_of_the_service_is_told_without_its_inside(deployed: Ledger) -> None:
    class Failing(Service):
        async def answer(self, question: Any) -> Any:
            raise ZeroDivisionError("secret")

    service = Failing(deployed, NAME)

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(service), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post("/v1/predict", json={"rows": [{}]})

    told = "The service failed at this request, which is no fault of yours. Its log says more; tell whoever runs it."
    assert error_of(serving(service, run)) == (500, "Fault", told)
