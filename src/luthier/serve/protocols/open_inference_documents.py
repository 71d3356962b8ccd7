"""What the service's OpenAPI says of the Open Inference Protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luthier.bundle.manifest import Manifest
from luthier.serve.protocols.binary_tensors import HEADER_LENGTH
from luthier.serve.protocols.documents import json_content, refusals_in
from luthier.serve.protocols.open_inference_metadata import example_request
from luthier.serve.protocols.tensors import DATATYPES

_BINARY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_TENSOR = {
    "type": "object",
    "required": ["name", "shape", "datatype"],
    "properties": {
        "name": {"type": "string"},
        "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1},
        "datatype": {"enum": list(DATATYPES)},
        "parameters": {"type": "object"},
        "data": {"type": "array", "description": "Flat or nested, in row-major order; left out where the values follow as binary."},
    },
}
_REQUEST = {
    "type": "object",
    "required": ["inputs"],
    "properties": {
        "id": {"type": "string"},
        "parameters": {
            "type": "object",
            "properties": {"binary_data_output": {"type": "boolean"}, "abstain": {"type": "boolean"}, "widest_interval": {"type": "number", "minimum": 0}},
        },
        "inputs": {"type": "array", "items": _TENSOR, "minItems": 1},
        "outputs": {
            "type": "array",
            "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "parameters": {"type": "object"}}},
        },
    },
}
_REPLY = {
    "type": "object",
    "required": ["model_name", "model_version", "outputs"],
    "properties": {
        "id": {"type": "string"},
        "model_name": {"type": "string"},
        "model_version": {"type": "string"},
        "parameters": {"type": "object", "properties": {"bundle": {"type": "string"}}},
        "outputs": {"type": "array", "items": _TENSOR},
    },
}
_REFUSAL = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
_OBJECT: Mapping[str, Any] = {"type": "object"}

REPLIES: dict[int | str, dict[str, Any]] = {
    200: {"description": "What was asked for.", "content": json_content(_OBJECT)},
    **refusals_in(_REFUSAL, 401, 403, 404),
}
INDEX_REPLIES = REPLIES | {200: {"description": "The models.", "content": json_content({"type": "array", "items": _OBJECT})}}
READY_REPLIES = REPLIES | {503: {"description": "Not ready.", "content": json_content(_OBJECT)}}
INFERENCE_REPLIES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": f"The outputs; as binary, the header {HEADER_LENGTH} says how many bytes of JSON come first.",
        "content": json_content(_REPLY) | _BINARY,
    },
    **refusals_in(_REFUSAL, 400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 503),
}


def inference_request(manifest: Manifest) -> dict[str, Any]:
    """The body of a request to infer, with an example for this model."""
    return {"requestBody": {"required": True, "content": json_content(_REQUEST, example=example_request(manifest)) | _BINARY}}


def path_parameters(*names: str) -> dict[str, Any]:
    """Parts of a path that are free."""
    return {"parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]}
