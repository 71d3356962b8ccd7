"""The routes of the Open Inference Protocol, version 2."""

from __future__ import annotations

import time
from functools import partial

from fastapi import APIRouter, Request, Response

from luthier.core.errors import RequestRefused
from luthier.serve.protocols.binary_tensors import HEADER_LENGTH
from luthier.serve.protocols.bodies import plain_body, without_blocking
from luthier.serve.protocols.open_inference import parse_inference, render_inference
from luthier.serve.protocols.open_inference_documents import INDEX_REPLIES, INFERENCE_REPLIES, READY_REPLIES, REPLIES, inference_request, path_parameters
from luthier.serve.protocols.open_inference_metadata import Statistics, model_config, model_metadata, server_metadata
from luthier.serve.protocols.refusals import json_reply, open_inference_words, route_that_says
from luthier.serve.protocols.served import Served

_NOT_OFFERED = (
    "repository/models/{rest:path}",
    "models/{model}/trace/setting",
    "systemsharedmemory/{rest:path}",
    "cudasharedmemory/{rest:path}",
    "trace/{rest:path}",
    "logging",
)


def router(served: Served) -> APIRouter:
    """The routes below `/v2`; `{model}` is the name of the deployment."""
    own = OpenInference(served)
    routes = APIRouter(prefix="/v2", tags=["Open Inference Protocol"], route_class=route_that_says(open_inference_words))
    routes.add_api_route("", own.server, responses=REPLIES)
    routes.add_api_route("/health/live", own.live, responses=REPLIES)
    routes.add_api_route("/health/ready", own.ready, responses=READY_REPLIES)
    # One route takes both methods, so that a wrong one is told of both; the other two only document it, each under its own name.
    routes.add_api_route("/repository/index", own.index, methods=["GET", "POST"], include_in_schema=False)
    routes.add_api_route("/repository/index", own.index, responses=INDEX_REPLIES)
    routes.add_api_route("/repository/index", own.index, methods=["POST"], responses=INDEX_REPLIES)
    routes.add_api_route("/models/stats", own.all_statistics, responses=REPLIES)
    for path, names in (("/models/{model}", ("model",)), ("/models/{model}/versions/{version}", ("model", "version"))):
        free = path_parameters(*names)
        routes.add_api_route(path, own.model, responses=REPLIES, openapi_extra=free)
        routes.add_api_route(f"{path}/ready", own.model_ready, responses=READY_REPLIES, openapi_extra=free)
        routes.add_api_route(f"{path}/config", own.config, responses=REPLIES, openapi_extra=free)
        routes.add_api_route(f"{path}/stats", own.statistics, responses=REPLIES, openapi_extra=free)
        asked = free | inference_request(served.manifest)
        routes.add_api_route(f"{path}/infer", own.infer, methods=["POST"], responses=INFERENCE_REPLIES, openapi_extra=asked)
    for path in _NOT_OFFERED:
        routes.add_api_route(f"/{path}", own.refuse_extension, methods=["GET", "POST"], include_in_schema=False)
    return routes


class OpenInference:
    """Answers the requests of the protocol out of a service."""

    def __init__(self, served: Served) -> None:
        self._served, self._statistics = served, Statistics()

    async def server(self) -> Response:
        """Name, version and extensions of the server."""
        return json_reply(server_metadata())

    async def live(self) -> Response:
        """Whether the server runs."""
        return json_reply({"live": True})

    async def ready(self) -> Response:
        """Whether the model would answer."""
        ready = self._served.ready
        return json_reply({"ready": ready}, status=200 if ready else 503)

    async def index(self) -> Response:
        """The one model that is served."""
        ready = self._served.ready
        state = {"state": "READY", "reason": ""} if ready else {"state": "UNAVAILABLE", "reason": "not ready"}
        return json_reply([{"name": self._served.deployment, "version": str(self._served.version), **state}])

    async def model(self, request: Request) -> Response:
        """The tensors that the model takes and gives."""
        self._require_known(request)
        return json_reply(model_metadata(self._served.deployment, self._served.version, self._served.manifest))

    async def model_ready(self, request: Request) -> Response:
        """Whether the model would answer."""
        self._require_known(request)
        ready = self._served.ready
        return json_reply({"name": self._served.deployment, "ready": ready}, status=200 if ready else 503)

    async def config(self, request: Request) -> Response:
        """The tensors of the model, as Triton writes a configuration."""
        self._require_known(request)
        return json_reply(model_config(self._served.deployment, self._served.manifest))

    async def statistics(self, request: Request) -> Response:
        """How many requests came by this protocol since the service began."""
        self._require_known(request)
        return await self.all_statistics()

    async def all_statistics(self) -> Response:
        """How many requests came by this protocol since the service began."""
        return json_reply(self._statistics.to_json(self._served.deployment, self._served.version))

    async def infer(self, request: Request) -> Response:
        """Predictions for the rows or images of a request, as JSON or as binary tensors."""
        began = time.perf_counter_ns()
        try:
            self._require_known(request)
            reply, rows = await self._answer(request)
        except Exception:
            self._statistics.count_refused(nanoseconds=time.perf_counter_ns() - began)
            raise
        self._statistics.count_answered(rows=rows, nanoseconds=time.perf_counter_ns() - began)
        return reply

    async def refuse_extension(self) -> Response:
        """What Triton offers beyond inference, and this service does not."""
        raise RequestRefused("This service offers no shared memory, tracing, logging or loading of models. Send tensors in the message.", status=404)

    async def _answer(self, request: Request) -> tuple[Response, int]:
        body = await plain_body(request)
        length = request.headers.get(HEADER_LENGTH)
        parse = partial(parse_inference, body, self._served.manifest, header_length=length, few=self._served.require_few)
        inference = await without_blocking(parse, size=len(body))
        answers = await self._served.answer(inference.question)
        content, header_length = render_inference(inference, answers)
        if header_length is None:
            return Response(content, media_type="application/json"), len(answers.rows)
        return Response(content, headers={HEADER_LENGTH: str(header_length)}, media_type="application/octet-stream"), len(answers.rows)

    def _require_known(self, request: Request) -> None:
        model, number = request.path_params["model"], request.path_params.get("version")
        if model != self._served.deployment:
            raise RequestRefused(f"The model served here is {self._served.deployment!r}, but {model[:60]!r} was asked for. Ask for that one.", status=404)
        if number is not None and number != str(self._served.version):
            raise RequestRefused(
                f"The version served here is {self._served.version}, but {number[:30]!r} was asked for. Ask for that one, or leave it out.", status=404
            )
