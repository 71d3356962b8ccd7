"""The ONNX graph of an encoding gives what the encoding gives."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import onnxruntime
import polars as pl
import pytest
from hypothesis import example, given, settings

from luthier.bundle.inputs import onnx_inputs
from luthier.bundle.preprocess import preprocessing_graph
from luthier.core.task import Column, ColumnKind, Schema
from luthier.data.columns import fit_layout
from luthier.data.encoding import Encoding, fit_encoding
from tests.data.typed_frames import DTYPES, KINDS, schema_of, typed_frames

WITHOUT_TEXT = tuple(name for name in KINDS if name != "note")


def run(schema: Schema, encodings: Sequence[Encoding], frame: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    model = preprocessing_graph(schema, encodings)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return tuple(session.run(None, onnx_inputs(frame, schema)))


def assert_equal(encodings: Sequence[Encoding], frame: pl.DataFrame, numbers: np.ndarray, codes: np.ndarray) -> None:
    for fold, encoding in enumerate(encodings):
        inputs = encoding.encode(frame)
        np.testing.assert_allclose(numbers[fold], inputs.numbers, atol=1e-6, rtol=0)
        np.testing.assert_array_equal(codes[fold], inputs.codes)


def rows_of_notes(*notes: str) -> pl.DataFrame:
    return pl.DataFrame([{"note": note} for note in notes], schema={name: DTYPES[kind] for name, kind in KINDS.items()})


@cache
def texts_and_all_other_kinds() -> tuple[Schema, tuple[Encoding, ...], onnxruntime.InferenceSession]:
    rng, rows = np.random.default_rng(0), 80
    words = ["hello", "world", "don", "foo", "bar", "école", "日本語"]
    frame = pl.DataFrame(
        {
            "note": [" ".join(rng.choice(words, 5)) if k % 7 else None for k in range(rows)],
            "size": [float(k) if k % 5 else None for k in range(rows)],
            "color": rng.choice(["red", "blue", "grün", ""], rows),
            "smoker": [k % 2 if k % 9 else None for k in range(rows)],
            "seen": pl.datetime_range(pl.datetime(1969, 12, 1), pl.datetime(1970, 2, 18), "1d", eager=True),
            "weight": rng.normal(size=rows),
            "shape": ["round", None] * 40,
        },
        schema_overrides={name: DTYPES[kind] for name, kind in KINDS.items()},
    )
    schema = schema_of(*KINDS)
    layout = fit_layout(frame, schema)
    encodings = (fit_encoding(frame[:30], layout), fit_encoding(frame[30:], layout))
    model = preprocessing_graph(schema, encodings)
    return schema, encodings, onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


@settings(max_examples=60, deadline=None)
@given(frame=typed_frames())
@example(frame=rows_of_notes("V\U00013460", "İSTANBUL Éé", "a\u2028b", "\ufeffx", "\U0010fffe"))  # letters of Unicode 16, signs that are no letters
def test_the_graph_equals_the_encodings_on_any_rows(frame: pl.DataFrame) -> None:
    schema, encodings, session = texts_and_all_other_kinds()

    numbers, codes = session.run(None, onnx_inputs(frame, schema))

    assert_equal(encodings, frame, numbers, codes)


@settings(max_examples=25, deadline=None)
@given(train=typed_frames(names=WITHOUT_TEXT, min_rows=2), frame=typed_frames(names=WITHOUT_TEXT))
def test_the_graph_equals_encodings_of_any_training_rows(train: pl.DataFrame, frame: pl.DataFrame) -> None:
    schema = schema_of(*WITHOUT_TEXT)
    layout = fit_layout(train, schema)
    encodings = (fit_encoding(train, layout), fit_encoding(train[:1], layout))

    numbers, codes = run(schema, encodings, frame)

    assert_equal(encodings, frame, numbers, codes)


@pytest.mark.parametrize("name", KINDS)
def test_one_column_alone_makes_a_graph(name: str) -> None:
    schema, _, _ = texts_and_all_other_kinds()
    frame = {
        "size": [1.0, 2.0, None],
        "weight": [1.0, 1.0, 1.0],
        "smoker": [0.0, 1.0, None],
        "color": ["red", "red", "blue"],
        "shape": ["all", "different", "here"],
        "seen": pl.datetime_range(pl.datetime(1960, 1, 1), pl.datetime(1960, 1, 3), "1d", eager=True),
        "note": ["one word", "", "two Words"],
    }
    column = pl.DataFrame({name: frame[name]}, schema={name: DTYPES[KINDS[name]]})
    alone = Schema(columns=(schema[name],))
    encoding = fit_encoding(column, fit_layout(column, alone))

    numbers, codes = run(alone, [encoding], column)

    assert numbers.shape[:2] == codes.shape[:2] == (1, 3)
    assert_equal([encoding], column, numbers, codes)


def test_columns_may_have_any_name() -> None:
    columns = tuple(Column(name=name, kind=ColumnKind.NUMERIC, dtype="Float64") for name in ("codes", "numbers", "encode/1", "", "a b/ü"))
    schema = Schema(columns=columns)
    frame = pl.DataFrame({column.name: [1.0, 2.0, 4.0] for column in columns})
    encoding = fit_encoding(frame, fit_layout(frame, schema))

    numbers, codes = run(schema, [encoding], frame)

    assert_equal([encoding], frame, numbers, codes)


def test_more_numeric_columns_need_no_more_nodes() -> None:
    # What one row costs is the number of nodes: 60 columns take 0.1 ms this way.
    def nodes(columns: int) -> int:
        schema = Schema(columns=tuple(Column(name=f"x{k}", kind=ColumnKind.NUMERIC, dtype="Float64") for k in range(columns)))
        frame = pl.DataFrame({column.name: [1.0, None, 2.0] for column in schema.columns})
        return len(preprocessing_graph(schema, [fit_encoding(frame, fit_layout(frame, schema))]).graph.node)

    assert nodes(60) == nodes(2)


def test_inputs_mark_what_is_missing() -> None:
    frame = pl.DataFrame(
        {"size": [1.5, None], "color": ["red", None], "smoker": [1.0, None], "seen": ["1969-12-31", None]},
        schema_overrides={"seen": pl.String},
    ).with_columns(pl.col("seen").str.to_datetime("%Y-%m-%d", time_unit="us"))

    inputs = onnx_inputs(frame, schema_of("size", "color", "smoker", "seen"))

    assert inputs["color"].tolist() == ["red", ""]
    for name, value in (("size", 1.5), ("smoker", 1.0), ("seen", -86_400.0)):
        np.testing.assert_array_equal(inputs[name], [value, np.nan])
