"""Promotion and rollback over HTTP, for whoever has a token with the scope `promote`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from luthier.core.errors import BundleUnknown, DeploymentMoved, PromotionRefused, RequestRefused
from luthier.ledger import Ledger
from luthier.serve.bodies import parse_json
from luthier.serve.protocols.documents import json_content
from luthier.workflows.promoting import Promoted, promote, rollback

_KEYS = ("bundle", "who", "why", "dry_run")
_BODY = {
    "type": "object",
    "properties": {
        "bundle": {"type": "string", "description": "Hash of a stored model; without it the challenger in the shadow, or the champion before."},
        "who": {"type": "string"},
        "why": {"type": "string"},
        "dry_run": {"type": "boolean"},
    },
    "additionalProperties": False,
}
_REPLY = {
    "type": "object",
    "required": ["deployment", "version", "champion", "changed", "evidence"],
    "properties": {
        "deployment": {"type": "string"},
        "version": {"type": "integer"},
        "champion": {"type": "string"},
        "changed": {"type": "boolean"},
        "evidence": {"type": ["object", "null"]},
    },
}
_REPLIES: dict[int | str, dict[str, Any]] = {
    200: {"description": "What was decided, with its evidence.", "content": json_content(_REPLY)},
    409: {"description": "The evidence does not carry it, or somebody else changed the deployment in the meantime."},
}


def promotion_routes(ledger: Ledger, deployment: str) -> APIRouter:
    """`POST /v1/promote` and `POST /v1/rollback` of one deployment."""
    routes = APIRouter(tags=["promotion"])

    async def promoting(request: Request) -> Response:
        """Make a challenger the champion, if the evidence carries it."""
        asked = _asked(await request.body())
        return await _decided(lambda: promote(ledger, deployment, asked.pop("bundle", None), **asked))

    async def rolling_back(request: Request) -> Response:
        """Give the deployment back to a former champion."""
        asked = _asked(await request.body())
        return await _decided(lambda: rollback(ledger, deployment, asked.pop("bundle", None), **asked))

    body = {"requestBody": {"required": False, "content": json_content(_BODY, example={"why": "the evidence", "dry_run": True})}}
    routes.add_api_route("/v1/promote", promoting, methods=["POST"], responses=_REPLIES, openapi_extra=body)
    routes.add_api_route("/v1/rollback", rolling_back, methods=["POST"], responses=_REPLIES, openapi_extra=body)
    return routes


def _asked(body: bytes) -> dict[str, Any]:
    """The settings of a request; an empty body has none."""
    asked = parse_json(body) if body.strip() else {}
    if not isinstance(asked, dict) or any(name not in _KEYS for name in asked):
        raise RequestRefused(f"A request for a change may hold {', '.join(_KEYS)}, but something else came. Leave it out.", status=422)
    for name, kind in (("bundle", str), ("who", str), ("why", str), ("dry_run", bool)):
        if name in asked and not isinstance(asked[name], kind):
            raise RequestRefused(f"{name} must be {'true or false' if kind is bool else 'text'}, but {asked[name]!r} came. Correct it.", status=422)
    return asked


async def _decided(decide: Callable[[], Promoted]) -> Response:
    """What a decision came to; it reads labels and runs models, so it is made in a thread."""
    try:
        decision = await asyncio.to_thread(decide)
    except (PromotionRefused, DeploymentMoved) as refusal:
        raise RequestRefused(str(refusal), status=409) from refusal
    except BundleUnknown as unknown:
        raise RequestRefused(str(unknown), status=422) from unknown
    deployment, evidence = decision.deployment, decision.evidence
    plain = evidence.to_json() if evidence is not None else None
    told = {"deployment": deployment.name, "version": deployment.version, "champion": deployment.champion, "changed": decision.changed, "evidence": plain}
    return Response(orjson.dumps(told), media_type="application/json")
