"""The routes of MLflow's scoring protocol, which are also those of SageMaker's containers."""

from __future__ import annotations

from functools import partial
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Request, Response

from luthier.bundle.manifest import Manifest
from luthier.core.errors import RequestRefused
from luthier.serve.model_facts import example_row
from luthier.serve.protocols.bodies import plain_body, without_blocking
from luthier.serve.protocols.documents import json_content, refusals_in
from luthier.serve.protocols.invocations import parse_csv, parse_invocation, render_invocation
from luthier.serve.protocols.refusals import json_reply, mlflow_words, route_that_says
from luthier.serve.protocols.served import Served

_PARSERS = {"application/json": parse_invocation, "text/csv": parse_csv}
_REQUEST = {
    "type": "object",
    "properties": {
        "dataframe_split": {
            "type": "object",
            "required": ["columns", "data"],
            "properties": {"columns": {"type": "array", "items": {"type": "string"}}, "data": {"type": "array", "items": {"type": "array"}}},
        },
        "dataframe_records": {"type": "array", "items": {"type": "object"}},
        "instances": {"type": "array"},
        "inputs": {"anyOf": [{"type": "array"}, {"type": "object"}]},
        "params": {
            "type": "object",
            "properties": {
                "abstain": {"type": "boolean"},
                "details": {"type": "boolean"},
                "prediction_ids": {"type": ["array", "null"], "items": {"type": "string"}},
                "widest_interval": {"type": ["number", "null"], "minimum": 0},
            },
            "additionalProperties": False,
        },
    },
    "oneOf": [{"required": [form]} for form in ("dataframe_split", "dataframe_records", "instances", "inputs")],
}
_REPLY = {
    "type": "object",
    "required": ["predictions", "prediction_ids"],
    "properties": {
        "predictions": {"type": "array"},
        "prediction_ids": {"type": "array", "items": {"type": "string"}},
        "deployment": {"type": "string"},
        "version": {"type": "integer"},
        "bundle": {"type": "string"},
    },
}
_REFUSAL = {"type": "object", "required": ["error_code", "message"], "properties": {"error_code": {"type": "string"}, "message": {"type": "string"}}}
_REPLIES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The predictions, in the order of the rows.", "content": json_content(_REPLY)},
    **refusals_in(_REFUSAL, 400, 401, 403, 408, 409, 413, 415, 422, 429, 503),
}
_TEXT = {"text/plain": {"schema": {"type": "string"}}}


def router(served: Served) -> APIRouter:
    """The routes `/invocations`, `/ping` and `/version`."""
    own = Invocations(served)
    routes = APIRouter(tags=["MLflow"], route_class=route_that_says(mlflow_words))
    content = json_content(_REQUEST, example=_example(served.manifest)) | {"text/csv": {"schema": {"type": "string"}}}
    body = {"requestBody": {"required": True, "content": content}}
    routes.add_api_route("/invocations", own.invoke, methods=["POST"], responses=_REPLIES, openapi_extra=body)
    healthy: dict[int | str, dict[str, Any]] = {200: {"description": "It would answer.", "content": _TEXT}}
    not_healthy: dict[int | str, dict[str, Any]] = {503: {"description": "It would not answer.", "content": _TEXT}}
    routes.add_api_route("/ping", own.ping, responses=healthy | not_healthy, response_class=Response)
    told: dict[int | str, dict[str, Any]] = {200: {"description": "The version of Luthier.", "content": _TEXT}}
    routes.add_api_route("/version", own.version, responses=told | refusals_in(_REFUSAL, 401, 403), response_class=Response)
    return routes


class Invocations:
    """Answers the requests of the protocol out of a service."""

    def __init__(self, served: Served) -> None:
        self._served = served

    async def invoke(self, request: Request) -> Response:
        """Predictions for rows or images, in JSON or CSV."""
        parse = _parser(request.headers.get("Content-Type", ""))
        body = await plain_body(request)
        invocation = await without_blocking(partial(parse, body, self._served.manifest, self._served.require_few), size=len(body))
        return json_reply(render_invocation(invocation, await self._served.answer(invocation.question)))

    async def ping(self) -> Response:
        """Whether the model would answer."""
        return Response("\n", 200 if self._served.ready else 503, media_type="text/plain")

    async def version(self) -> Response:
        """The version of Luthier."""
        return Response(version("luthier"), media_type="text/plain")


def _example(manifest: Manifest) -> dict[str, Any]:
    if manifest.pixels is not None:
        return {"instances": [{"b64": "iVBORw0KGgo..."}]}
    return {"dataframe_records": [example_row(manifest.schema.inputs)]}


def _parser(content_type: str) -> Any:
    kind, _, settings = content_type.lower().partition(";")
    charset = settings.strip().removeprefix("charset=").strip('"')
    if kind.strip() not in _PARSERS or (settings.strip().startswith("charset=") and charset not in ("utf-8", "utf8")):
        raise RequestRefused(
            f"The body must be {' or '.join(_PARSERS)} in UTF-8, but it came with the Content-Type {content_type[:60]!r}. Say what it is.", status=415
        )
    return _PARSERS[kind.strip()]
