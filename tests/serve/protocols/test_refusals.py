from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from luthier.core.errors import LedgerUnwritable, LuthierError, PredictionDiffers, RequestRefused
from luthier.serve.protocols.refusals import mlflow_words, open_inference_words, route_that_says, words_for


async def reply_to(error: LuthierError) -> httpx.Response:
    async def fail() -> None:
        raise error

    routes, app = APIRouter(route_class=route_that_says(mlflow_words)), FastAPI()
    routes.add_api_route("/fail", fail)
    app.include_router(routes)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
        return await client.get("/fail")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RequestRefused("Too much.", status=429, retry_after_seconds=3), 429, "REQUEST_LIMIT_EXCEEDED"),
        (PredictionDiffers("Another row."), 409, "RESOURCE_CONFLICT"),
        (LedgerUnwritable("The disk is full."), 503, "TEMPORARILY_UNAVAILABLE"),
    ],
)
def test_an_error_is_told_with_its_status_in_the_words_of_the_route(error: LuthierError, status: int, code: str) -> None:
    reply = asyncio.run(reply_to(error))

    assert (reply.status_code, reply.json()) == (status, {"error_code": code, "message": str(error)})


def test_who_is_refused_for_the_moment_is_told_when_to_come_again() -> None:
    assert asyncio.run(reply_to(RequestRefused("Too much.", status=429, retry_after_seconds=3))).headers["Retry-After"] == "3"


@pytest.mark.parametrize(
    ("path", "words"),
    [("/v2", open_inference_words), ("/v2/models/a/infer", open_inference_words), ("/invocations", mlflow_words), ("/v1/predict", None), ("/v2x", None)],
)
def test_each_path_has_the_words_of_its_protocol(path: str, words: object) -> None:
    assert words_for(path) is words
