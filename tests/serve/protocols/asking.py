"""The same rows, asked as each protocol asks."""

from __future__ import annotations

from typing import Any

import httpx
import numpy as np
import polars as pl
import tritonclient.http as triton

from tests.serve.protocols.serving import DEPLOYMENT


def tensor(name: str, values: np.ndarray, *, binary: bool = True) -> triton.InferInput:
    """A tensor as `tritonclient` sends it."""
    datatype = triton_datatype(values)
    made = triton.InferInput(name, list(values.shape), datatype)
    made.set_data_from_numpy(values, binary_data=binary)
    return made


def triton_datatype(values: np.ndarray) -> str:
    if values.dtype == object:
        return "BYTES"
    return {"f": "FP", "i": "INT", "u": "UINT"}[values.dtype.kind] + str(8 * values.itemsize)


def columns_of(frame: pl.DataFrame) -> dict[str, np.ndarray]:
    """Arrays of a typed frame: NaN and empty text where values are missing, dates as ISO text."""
    return {
        column.name: column.to_numpy().astype(np.float64)
        if column.dtype == pl.Float64
        else np.array(["" if value is None else value if isinstance(value, str) else value.isoformat() for value in column], dtype=object)
        for column in frame
    }


def records_of(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows of a typed frame as JSON has them: null where a value is missing, dates as ISO text."""
    return [{name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()} for row in frame.iter_rows(named=True)]


def infer(address: str, columns: dict[str, np.ndarray], *, binary: bool, outputs: list[str] | None = None, **settings: Any) -> triton.InferResult:
    """The answer to `tritonclient`, which asks for all outputs in binary where it names none."""
    wanted = None if outputs is None else [triton.InferRequestedOutput(name, binary_data=binary) for name in outputs]
    with triton.InferenceServerClient(address) as client:
        inputs = [tensor(name, values, binary=binary) for name, values in columns.items()]
        return client.infer(DEPLOYMENT, inputs, outputs=wanted, **settings)


def post(address: str, path: str, content: Any) -> dict[str, Any]:
    """The JSON of a reply that must be an answer."""
    reply = httpx.post(f"http://{address}{path}", json=content)
    assert reply.status_code == 200, reply.text
    return reply.json()
