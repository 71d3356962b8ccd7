"""The Open Inference Protocol, version 2: a request to infer into a question, the answers into its reply.

A table comes as one tensor a column, of shape [rows] or [rows, 1]: BYTES for categories, texts and dates, any number or BOOL for the
others. NaN and empty text are missing. Images come as one tensor `image`: UINT8 of shape [rows, height, width, channels], or BYTES of
encoded files. A tensor `prediction_id` of BYTES gives every row an id, the parameters `abstain` and `widest_interval` let the model
abstain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from luthier.bundle.inputs import input_name
from luthier.bundle.manifest import Manifest
from luthier.bundle.resize import IMAGE
from luthier.core.errors import RequestRefused
from luthier.serve.answers import Answers
from luthier.serve.protocols.binary_tensors import TensorMemory, packed, split_body
from luthier.serve.protocols.json_body import json_object
from luthier.serve.protocols.open_inference_outputs import output_names, output_tensor
from luthier.serve.protocols.pixels import as_png, from_base64
from luthier.serve.protocols.tensors import Tensor, tensor_head, tensor_of_json
from luthier.serve.question import Few, Question, any_number

PREDICTION_ID = "prediction_id"
"Name of the tensor of ids, unless a column of the model has it."
_SHARED_MEMORY, _CLASSIFICATION = "shared_memory_region", "classification"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """A request to infer, as it was understood."""

    question: Question
    id: str | None
    "The caller's name of the whole request: the reply repeats it, and it means nothing else."
    outputs: Mapping[str, bool]
    "Names of the tensors that are wanted, each with whether it is wanted as binary."


def parse_inference(body: bytes, manifest: Manifest, *, header_length: str | None = None, few: Few = any_number) -> Inference:
    """The body of a request to infer.

    Args:
        manifest: of the model that is asked.
        header_length: of the HTTP header `Inference-Header-Content-Length`, where it came.
        few: refuses too many rows or images.

    Raises:
        RequestRefused: it is not what the protocol says, with status 400.
    """
    text, memory = split_body(body, header_length)
    record = json_object(text)
    parameters = _parameters(record, "The request")
    tensors = _tensors(record.get("inputs"), memory, few)
    return Inference(
        question=_question(tensors, parameters, manifest),
        id=_text_or_none(record.get("id")),
        outputs=_wanted(record.get("outputs"), manifest, binary=_truth(parameters, "binary_data_output")),
    )


def render_inference(inference: Inference, answers: Answers) -> tuple[bytes, int | None]:
    """The body of the reply, and how many bytes of it are JSON where tensors follow it as binary."""
    outputs, memory = [], []
    for name, binary in inference.outputs.items():
        tensor = output_tensor(name, answers)
        record: dict[str, Any] = {"name": name, "datatype": tensor.datatype, "shape": list(tensor.values.shape)}
        if binary:
            memory.append(packed(tensor))
            outputs.append(record | {"parameters": {"binary_data_size": len(memory[-1])}})
        else:
            outputs.append(record | {"data": tensor.values.ravel().tolist()})
    reply = {"model_name": answers.deployment, "model_version": str(answers.version), "parameters": {"bundle": answers.bundle}, "outputs": outputs}
    text = orjson.dumps(reply if inference.id is None else {"id": inference.id} | reply)
    return b"".join([text, *memory]), len(text) if memory else None


def _tensors(records: Any, memory: memoryview, few: Few) -> dict[str, Tensor]:
    if not isinstance(records, list) or not records:
        raise RequestRefused("A request must have a list `inputs` of one tensor or more, but none came. Send one tensor a column.", status=400)
    rest, tensors = TensorMemory(memory), {}
    for record in records:
        tensor = _tensor(record, rest, few)
        if tensor.name in tensors:
            raise RequestRefused(f"Each tensor must have its own name, but {tensor.name!r} came twice. Rename or remove one.", status=400)
        tensors[tensor.name] = tensor
    rest.require_empty()
    return tensors


def _tensor(record: Any, rest: TensorMemory, few: Few) -> Tensor:
    head = tensor_head(record)
    few(head.shape[0])
    parameters = _parameters(record, f"Tensor {head.name!r}")
    _refuse_shared_memory(parameters, head.name)
    if "binary_data_size" not in parameters:
        return tensor_of_json(head, record.get("data"))
    if "data" in record:
        raise RequestRefused(f"Tensor {head.name!r} must have its values in `data` or behind the JSON, but both came. Send one.", status=400)
    return rest.take(head, parameters["binary_data_size"])


def _question(tensors: Mapping[str, Tensor], parameters: Mapping[str, Any], manifest: Manifest) -> Question:
    columns = {input_name(column.name): column.name for column in manifest.schema.inputs}
    ids = tensors.get(PREDICTION_ID) if PREDICTION_ID not in columns else None
    settings: dict[str, Any] = {
        "ids": None if ids is None else _ids(ids),
        "abstain": _truth(parameters, "abstain"),
        "widest_interval": _number_or_none(parameters, "widest_interval"),
    }
    data = {name: tensor for name, tensor in tensors.items() if tensor is not ids}
    if manifest.pixels is not None:
        return Question(images=_images(data), **settings)
    return Question(rows=_rows({columns.get(name, name): tensor for name, tensor in data.items()}), **settings)


def _rows(tensors: Mapping[str, Tensor]) -> tuple[Mapping[str, Any], ...]:
    columns = {name: _column(tensor) for name, tensor in tensors.items()}
    if not columns:
        raise RequestRefused("A table must come as one tensor a column, but only prediction ids came. Send the columns.", status=400)
    if len(rows := {len(values) for values in columns.values()}) > 1:
        raise RequestRefused(f"All columns must have the same number of rows, but {sorted(rows)} came. Send one value for each row.", status=400)
    return tuple(dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))


def _column(tensor: Tensor) -> list[Any]:
    shape = tensor.values.shape
    if len(shape) > 2 or shape[1:] not in ((), (1,)):
        raise RequestRefused(
            f"A column must have the shape [rows] or [rows, 1], but tensor {tensor.name!r} has {list(shape)}. Send each column alone.", status=400
        )
    values: list[Any] = _texts(tensor) if tensor.datatype == "BYTES" else tensor.values.ravel().tolist()
    if tensor.datatype.startswith("FP"):
        return [None if value != value else value for value in values]
    return [value or None for value in values] if tensor.datatype == "BYTES" else values


def _texts(tensor: Tensor) -> list[str]:
    try:
        return [value if isinstance(value, str) else value.decode() for value in tensor.values.ravel()]
    except UnicodeDecodeError as error:
        raise RequestRefused(f"Text must be in UTF-8, but tensor {tensor.name!r} holds other bytes. Encode it as UTF-8.", status=400) from error


def _images(tensors: Mapping[str, Tensor]) -> tuple[bytes, ...]:
    if tuple(tensors) != (IMAGE,):
        raise RequestRefused(f"A model of images takes one tensor {IMAGE!r}, but {', '.join(map(repr, tensors)) or 'none'} came. Send that one.", status=400)
    tensor = tensors[IMAGE]
    if tensor.datatype == "BYTES":
        return tuple(from_base64(value) if isinstance(value, str) else value for value in tensor.values.ravel())
    if tensor.datatype != "UINT8" or tensor.values.ndim != 4:
        raise RequestRefused(
            f"Images must be UINT8 [rows, height, width, channels] or BYTES of encoded files, but {tensor.datatype} {list(tensor.values.shape)} came.",
            status=400,
        )
    return as_png(tensor.values)


def _ids(tensor: Tensor) -> tuple[str, ...]:
    if tensor.datatype != "BYTES":
        raise RequestRefused(f"Prediction ids must be BYTES, but {tensor.datatype} came. Send them as text.", status=400)
    return tuple(_texts(tensor))


def _wanted(records: Any, manifest: Manifest, *, binary: bool) -> dict[str, bool]:
    names = output_names(manifest)
    if records is None or records == []:
        return dict.fromkeys(names, binary)
    if not isinstance(records, list) or not all(isinstance(record, dict) and isinstance(record.get("name"), str) for record in records):
        raise RequestRefused("Outputs must be a list of objects with a name, but something else came. Name the tensors that you want.", status=400)
    wanted = {}
    for record in records:
        name, parameters = record["name"], _parameters(record, f"Output {record['name']!r}")
        if name not in names:
            raise RequestRefused(f"The outputs of this model are {', '.join(names)}, but {name!r} was asked for. Ask for one of these.", status=400)
        _refuse_shared_memory(parameters, name)
        if parameters.get(_CLASSIFICATION):
            raise RequestRefused(f"Output {name!r} is given as it is, but the {_CLASSIFICATION} extension was asked for. Ask for 'probabilities'.", status=400)
        wanted[name] = _truth(parameters, "binary_data", otherwise=binary)
    return wanted


def _parameters(record: Mapping[str, Any], what: str) -> Mapping[str, Any]:
    parameters = record.get("parameters")
    if parameters is None:
        return {}
    if not isinstance(parameters, dict):
        raise RequestRefused(f"{what} must have its parameters in an object, but something else came. Send an object.", status=400)
    return parameters


def _truth(parameters: Mapping[str, Any], name: str, *, otherwise: bool = False) -> bool:
    value = parameters.get(name, otherwise)
    if not isinstance(value, bool):
        raise RequestRefused(f"The parameter {name} must be true or false, but {value!r} came. Correct it.", status=400)
    return value


def _number_or_none(parameters: Mapping[str, Any], name: str) -> float | None:
    value = parameters.get(name)
    if value is not None and type(value) not in (int, float):
        raise RequestRefused(f"The parameter {name} must be a number, but {value!r} came. Correct it.", status=400)
    return value


def _text_or_none(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise RequestRefused(f"The id of a request must be text, but {value!r} came. Send it as text, or leave it out.", status=400)
    return value


def _refuse_shared_memory(parameters: Mapping[str, Any], name: str) -> None:
    if _SHARED_MEMORY in parameters:
        raise RequestRefused(f"Tensor {name!r} must travel in the message, but shared memory was asked for. Send it as JSON or binary.", status=400)
