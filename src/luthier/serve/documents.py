"""Documents: the OpenAPI of the native routes, written for the model that answers."""

from __future__ import annotations

from typing import Any

from luthier.bundle.manifest import Manifest
from luthier.core.task import ColumnKind, Task
from luthier.serve.model_facts import example_row
from luthier.serve.question import MOST_ID_CHARACTERS
from luthier.serve.routes import IMAGE_TYPES

_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "object", "required": ["type", "message"], "properties": {"type": {"type": "string"}, "message": {"type": "string"}}},
    },
}
COMMON_REFUSALS = {
    "400": "The body cannot be read.",
    "401": "A token is needed, or the one that came opens nothing.",
    "403": "The token lacks a scope, or a page of another site asks.",
    "404": "There is nothing at this path.",
    "405": "The path does not take this method.",
    "408": "The body did not come in time.",
    "409": "A prediction id stands for another question.",
    "413": "Too many bytes, rows, images or pixels.",
    "415": "The body is of a type that is not taken.",
    "422": "The content does not fit the model.",
    "429": "Too much waits: come again after Retry-After seconds.",
    "500": "A fault of the service, which is in its log.",
    "503": "The ledger cannot be written, or the service is stopping: come again after Retry-After seconds.",
}
"What every operation may reply beside its answer."
_ID = {"type": "string", "minLength": 1, "maxLength": MOST_ID_CHARACTERS, "pattern": r"^[!-~]+$", "examples": ["order-4711"]}
_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg=="
"A PNG of one gray pixel, in base64."
_CELLS: dict[ColumnKind, dict[str, Any]] = {
    ColumnKind.NUMERIC: {"type": ["number", "boolean", "null"]},
    ColumnKind.BOOLEAN: {"type": ["boolean", "null"]},
    ColumnKind.CATEGORY: {"type": ["string", "number", "boolean", "null"]},
    ColumnKind.TEXT: {"type": ["string", "null"]},
    ColumnKind.DATETIME: {"type": ["string", "null"], "format": "date-time"},
}


def native_paths(manifest: Manifest) -> dict[str, Any]:
    """The paths of the native protocol."""
    return {
        "/v1/predict": {"post": _operation("predict", "Predictions for rows or images.", _answers(manifest.task), body=_question_body(manifest))},
        "/v1/labels": {
            "post": _operation("label", "What turned out to be true: facts that are only ever added.", _RECEIPT, body=_json(_labels(manifest.task)))
        },
        "/v1/model": {"get": _operation("describe_model", "What answers, and what it takes.", _MODEL)},
        "/health/live": {"get": _operation("is_live", "Whether the process answers.", _LIVE)},
        "/health/ready": {"get": _operation("is_ready", "Whether requests should come here.", _READY, not_ready=_READY)},
        "/metrics": {"get": _operation("read_metrics", "Counters, in the text format of Prometheus.", {"type": "string"}, media_type="text/plain")},
    }


def with_common_refusals(document: dict[str, Any]) -> dict[str, Any]:
    """Every operation of a document with what the guard in front of it may reply; what an operation says itself stays."""
    for operations in document["paths"].values():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            replies = operation.setdefault("responses", {})
            for status, told in COMMON_REFUSALS.items():
                replies.setdefault(status, {"description": told, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}})
    document.setdefault("components", {}).setdefault("schemas", {})["Refusal"] = _ERROR
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return document


def _operation(
    name: str,
    summary: str,
    reply: dict[str, Any],
    *,
    body: dict[str, Any] | None = None,
    media_type: str = "application/json",
    not_ready: dict[str, Any] | None = None,
) -> dict[str, Any]:
    responses: dict[str, Any] = {"200": {"description": "Answered.", "content": {media_type: {"schema": reply}}}}
    if not_ready is not None:
        responses["503"] = {"description": "Not now.", "content": {"application/json": {"schema": {"anyOf": [not_ready, _ERROR]}}}}
    operation: dict[str, Any] = {"operationId": name, "summary": summary, "tags": ["Luthier"], "responses": responses}
    if body is not None:
        operation["requestBody"] = {"required": True, "content": body}
    return operation


def _question_body(manifest: Manifest) -> dict[str, Any]:
    options: dict[str, Any] = {"ids": {"type": "array", "items": _ID, "uniqueItems": True, "description": "One a row; a repeat is answered from the record."}}
    if not manifest.task.kind.is_classification:
        options |= {"abstain": {"const": False}}
    elif manifest.calibration.set_threshold is not None:
        options |= {"abstain": {"type": "boolean", "description": "No prediction where the prediction set is not a single class."}}
    if manifest.pixels is not None:
        images = {"type": "array", "items": {"type": "string", "contentEncoding": "base64"}, "description": "Each a PNG, JPEG, WebP, BMP, GIF or TIFF."}
        plain = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in IMAGE_TYPES}
        return _json(_question("images", images, options), {"images": [_PIXEL]}) | plain
    columns = manifest.schema.inputs
    row = {"type": "object", "required": [column.name for column in columns], "properties": {column.name: _CELLS[column.kind] for column in columns}}
    return _json(_question("rows", {"type": "array", "items": row}, options), {"rows": [example_row(columns)]})


def _question(asked: str, schema: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": [asked], "properties": {asked: schema, **options}, "additionalProperties": False}


def _json(schema: dict[str, Any], example: Any = None) -> dict[str, Any]:
    return {"application/json": {"schema": schema} | ({} if example is None else {"example": example})}


def _answers(task: Task) -> dict[str, Any]:
    own: dict[str, Any] = {"prediction_id": {"type": "string"}, "abstained": {"type": "boolean"}, "bundle": {"type": "string"}}
    if task.kind.is_classification:
        own["prediction"] = {"type": ["string", "number", "boolean", "null"]}
        own["probabilities"] = {"type": ["array", "null"], "items": {"type": "number", "minimum": 0, "maximum": 1.0000001}}
        own["prediction_set"] = {"type": ["array", "null"], "items": {"type": "string"}}
        needed = ["prediction_id", "prediction", "abstained", "probabilities", "prediction_set"]
    else:
        own |= {name: {"type": ["number", "null"]} for name in ("prediction", "lower", "upper")}
        needed = ["prediction_id", "prediction", "abstained", "lower", "upper"]
    facts = {"deployment": {"type": "string"}, "version": {"type": "integer"}, "bundle": {"type": "string"}}
    row = {"type": "object", "required": needed, "properties": own}
    properties = {**facts, "classes": {"type": "array", "items": {"type": "string"}}, "predictions": {"type": "array", "items": row}}
    return {"type": "object", "required": list(properties), "properties": properties}


def _labels(task: Task) -> dict[str, Any]:
    value: dict[str, Any] = (
        {"type": ["string", "number", "boolean"], "maxLength": 1000, "pattern": "^[^\\u0000]*$"} if task.kind.is_classification else {"type": "number"}
    )
    moment = {"type": "string", "format": "date-time", "examples": ["2026-11-23T13:04:00Z"], "description": "When it was seen to be true; now, unless given."}
    source = {"type": "string", "maxLength": 1000, "pattern": r"^[ -~]*$"}
    properties = {"prediction_id": _ID, "label": value, "observed_at": moment, "source": source}
    label = {"type": "object", "required": ["prediction_id", "label"], "properties": properties, "additionalProperties": False}
    labels = {"type": "array", "items": label}
    return {"type": "object", "required": ["labels"], "properties": {"labels": labels}, "additionalProperties": False}


_RECEIPT = {
    "type": "object",
    "required": ["new", "repeated", "unknown"],
    "properties": {
        "new": {"type": "integer"},
        "repeated": {"type": "integer"},
        "unknown": {"type": "integer", "description": "Kept; their predictions have not come."},
    },
}
_LIVE = {"type": "object", "required": ["live"], "properties": {"live": {"const": True}}}
_READY = {
    "type": "object",
    "required": ["ready", "troubles"],
    "properties": {"ready": {"type": "boolean"}, "troubles": {"type": "array", "items": {"type": "string"}}},
}
_MODEL = {
    "type": "object",
    "required": ["deployment", "version", "bundle", "task", "classes", "inputs", "scores", "recording"],
    "properties": {"deployment": {"type": "string"}, "version": {"type": "integer"}, "bundle": {"type": "string"}, "challenger": {"type": ["string", "null"]}},
}
