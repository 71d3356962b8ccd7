"""Encoding as an ONNX graph: raw columns in, the numbers and codes of every fold out.

Built for one row as much as for many: columns of one type are laid side by side first, so that the number of nodes
hardly grows with the number of columns. Statistics of all folds are stacked, so that one pass serves all folds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto

from luthier.bundle.graph import GraphBuilder
from luthier.bundle.inputs import TEXT_KINDS, input_name
from luthier.core.task import Schema
from luthier.data.columns import CodeFeature, Layout
from luthier.data.dates import DATE_PARTS, PERIODS
from luthier.data.encoding import LARGEST_SCALED, Encoding
from luthier.data.text import BUCKETS, PAIR_FACTOR, WORD


def preprocessing_graph(schema: Schema, encodings: Sequence[Encoding]) -> onnx.ModelProto:
    """A graph equal to `Encoding.encode` of each encoding.

    Inputs: as `bundle.onnx_inputs` gives them, one a column, [rows].
    Outputs, first and second: numbers float [folds, rows, numbers], codes int64 [folds, rows, codes]; named `numbers` and
    `codes`, with underscores before it where a column's name begins so.
    """
    layout, graph = encodings[0].layout, GraphBuilder(_free_name("encode", schema) + "/")
    columns = _Columns(graph, schema)
    numbers = _numbers(graph, columns, layout, encodings)
    codes = _codes(graph, columns, layout, encodings)
    graph.output(numbers, _free_name("numbers", schema), TensorProto.FLOAT, [len(encodings), "rows", len(layout.numbers)])
    graph.output(codes, _free_name("codes", schema), TensorProto.INT64, [len(encodings), "rows", len(layout.codes)])
    return graph.model("preprocessing")


class _Columns:
    """The inputs: strings one by one, everything else as one matrix [columns, rows] in double precision."""

    def __init__(self, graph: GraphBuilder, schema: Schema) -> None:
        self._graph = graph
        self.strings = {
            column.name: graph.input(input_name(column.name), TensorProto.STRING, ["rows"]) for column in schema.inputs if column.kind in TEXT_KINDS
        }
        doubles = {column.name: graph.input(input_name(column.name), TensorProto.DOUBLE, ["rows"]) for column in schema.inputs if column.kind not in TEXT_KINDS}
        self._places = {name: place for place, name in enumerate(doubles)}
        self.anything = next(iter([*doubles.values(), *self.strings.values()]))
        if doubles:
            self._matrix = graph.node("Reshape", graph.concatenated(list(doubles.values()), axis=0), graph.constant(np.array([len(doubles), -1])))

    def doubles(self, names: Sequence[str]) -> str:
        """The values of these columns, [columns, rows]."""
        places = np.array([self._places[name] for name in names])
        if np.array_equal(places, np.arange(len(self._places))):
            return self._matrix
        return self._graph.node("Gather", self._matrix, self._graph.constant(places), axis=0)

    def nothing(self, folds: int, dtype: type) -> str:
        """An empty result, [folds, rows, 0]."""
        graph = self._graph
        shape = graph.node("Concat", graph.constant(np.array([folds])), graph.node("Shape", self.anything), graph.constant(np.array([0])), axis=0)
        return graph.node("Expand", graph.constant(np.zeros((1, 1, 1), dtype=dtype)), shape)


def _numbers(graph: GraphBuilder, columns: _Columns, layout: Layout, encodings: Sequence[Encoding]) -> str:
    if not layout.numbers:
        return columns.nothing(len(encodings), np.float32)
    raw = _raw_numbers(graph, columns, layout, encodings)  # [1 or folds, numbers, rows]
    center = graph.constant(np.stack([encoding.center for encoding in encodings])[:, :, None])
    scale = graph.constant(np.stack([encoding.scale for encoding in encodings])[:, :, None])
    scaled = graph.node("Mul", graph.node("Sub", raw, center), scale)
    filled = graph.node("Where", graph.node("IsNaN", scaled), graph.constant(np.array(0.0)), scaled)
    cut = graph.node("Clip", filled, graph.constant(np.array(-LARGEST_SCALED)), graph.constant(np.array(LARGEST_SCALED)))
    z = graph.node("Cast", cut, to=TensorProto.FLOAT)
    third = graph.node("Div", z, graph.constant(np.array(3, dtype=np.float32)))
    length = graph.node("Sqrt", graph.node("Add", graph.node("Mul", third, third), graph.constant(np.array(1, dtype=np.float32))))
    return graph.node("Transpose", graph.node("Div", z, length), perm=[0, 2, 1])


def _raw_numbers(graph: GraphBuilder, columns: _Columns, layout: Layout, encodings: Sequence[Encoding]) -> str:
    """The numbers before scaling, [1, numbers, rows]; with texts [folds, numbers, rows], as topics differ between folds."""
    blocks = [(column, parts) for column, _, parts in layout.number_blocks()]
    values = [column for column, parts in blocks if parts == ("value",)]
    dates = {column: parts for column, parts in blocks if parts[0] in DATE_PARTS}
    texts = [column for column, _ in blocks if column in columns.strings]
    shared = [columns.doubles(values)] if values else []
    if dates:
        shared.append(_date_numbers(graph, columns, dates))
    topics = [_topics(graph, columns.strings[column], [encoding.topics[column] for encoding in encodings]) for column in texts]
    if not shared:
        return graph.concatenated(topics, axis=1)
    numbers = graph.node("Unsqueeze", graph.concatenated(shared, axis=0), graph.constant(np.array([0])))
    if not topics:
        return numbers
    every_fold = graph.node("Concat", *[numbers] * len(encodings), axis=0)
    return graph.concatenated([every_fold, *topics], axis=1)


def _date_numbers(graph: GraphBuilder, columns: _Columns, dates: dict[str, tuple[str, ...]]) -> str:
    """The wanted parts of all dates, [parts, rows]."""
    seconds = graph.node("Unsqueeze", columns.doubles(list(dates)), graph.constant(np.array([0])))  # [1, dates, rows]
    lengths, shifts = (np.array(column).reshape(-1, 1, 1) for column in zip(*PERIODS.values(), strict=True))
    turns = graph.node("Div", graph.node("Add", seconds, graph.constant(shifts)), graph.constant(lengths))  # [periods, dates, rows]
    fraction = graph.node("Sub", turns, graph.node("Floor", turns))
    angle = graph.node("Mul", fraction, graph.constant(np.array(2 * np.pi)))
    every_part = graph.node("Concat", seconds, fraction, graph.node("Sin", angle), graph.node("Cos", angle), axis=0)
    flat = graph.node("Reshape", every_part, graph.constant(np.array([len(DATE_PARTS) * len(dates), -1])))
    order = ["timestamp", *PERIODS, *(f"{name}_sin" for name in PERIODS), *(f"{name}_cos" for name in PERIODS)]
    wanted = [order.index(part) * len(dates) + place for place, parts in enumerate(dates.values()) for part in parts]
    return graph.node("Gather", flat, graph.constant(np.array(wanted)), axis=0)


def _topics(graph: GraphBuilder, texts: str, directions: Sequence[np.ndarray]) -> str:
    """The topics of a text column, [folds, topics, rows]: see `data.text` for what is computed."""
    lower = graph.node("StringNormalizer", texts, case_change_action="LOWER", is_case_sensitive=1, locale="C")
    words = graph.node("Tokenizer", lower, domain="com.microsoft", mark=0, pad_value="", mincharnum=1, tokenexp=WORD)  # [rows, words]
    hashes = graph.node("Cast", graph.node("MurmurHash3", words, domain="com.microsoft", seed=0, positive=1), to=TensorProto.INT64)
    there = graph.node("Cast", graph.node("Not", graph.node("Equal", words, graph.constant(np.array("", dtype=object)))), to=TensorProto.DOUBLE)

    buckets = graph.constant(np.array(BUCKETS))
    first = graph.node("Slice", hashes, *_range(graph, 0, -1))
    second = graph.node("Slice", hashes, *_range(graph, 1, 2**62))
    pairs = graph.node("Div", graph.node("Add", graph.node("Mul", first, graph.constant(np.array(PAIR_FACTOR))), second), buckets)
    place = graph.node("Mod", graph.node("Concat", hashes, pairs, axis=1), buckets)
    counted = graph.node("Concat", there, graph.node("Slice", there, *_range(graph, 1, 2**62)), axis=1)

    size = graph.node("Concat", graph.node("Shape", texts), graph.constant(np.array([BUCKETS])), axis=0)
    empty = graph.node("Expand", graph.constant(np.zeros((1, 1))), size)
    counts = graph.node("ScatterElements", empty, place, counted, axis=1, reduction="add")
    total = graph.node("Max", graph.node("ReduceSum", counted, graph.constant(np.array([1])), keepdims=1), graph.constant(np.array(1.0)))
    weights = graph.node("Sqrt", graph.node("Div", counts, total))
    topics = graph.node("MatMul", weights, graph.constant(np.stack(directions).astype(np.float64)))
    return graph.node("Transpose", topics, perm=[0, 2, 1])


def _range(graph: GraphBuilder, start: int, stop: int) -> tuple[str, str, str]:
    """Slice's start, stop and axis: a range of words."""
    return graph.constant(np.array([start])), graph.constant(np.array([stop])), graph.constant(np.array([1]))


def _codes(graph: GraphBuilder, columns: _Columns, layout: Layout, encodings: Sequence[Encoding]) -> str:
    if not layout.codes:
        return columns.nothing(len(encodings), np.int64)
    codes = graph.node("Add", _all_codes(graph, columns, layout), graph.constant(layout.offsets[:, None]))
    within = np.concatenate([np.arange(cardinality) for cardinality in layout.input_shape.cardinalities])
    known = graph.constant(np.stack([within * encoding.known for encoding in encodings]))
    return graph.node("Transpose", graph.node("Gather", known, codes, axis=1), perm=[0, 2, 1])


def _all_codes(graph: GraphBuilder, columns: _Columns, layout: Layout) -> str:
    """The codes before each fold masks what it does not know, [codes, rows]."""
    booleans = [feature.column for feature in layout.codes if feature.purpose == "boolean"]
    gaps = [feature.column for feature in layout.codes if feature.purpose == "missing" and feature.column not in columns.strings]
    parts = _looked_up(graph, columns, [feature for feature in layout.codes if feature.purpose == "category"])
    if booleans:
        values = columns.doubles(booleans)
        false = graph.node("Cast", graph.node("Equal", values, graph.constant(np.array(0.0))), to=TensorProto.INT64)
        true = graph.node("Cast", graph.node("Equal", values, graph.constant(np.array(1.0))), to=TensorProto.INT64)
        parts.append(graph.node("Add", false, graph.node("Mul", true, graph.constant(np.array(2)))))
    if gaps:
        parts.append(graph.node("Add", graph.node("Cast", graph.node("IsNaN", columns.doubles(gaps)), to=TensorProto.INT64), graph.constant(np.array(1))))
    parts += _looked_up(graph, columns, [feature for feature in layout.codes if feature.purpose == "missing" and feature.column in columns.strings])
    return graph.concatenated(parts, axis=0)


def _looked_up(graph: GraphBuilder, columns: _Columns, features: Sequence[CodeFeature]) -> list[str]:
    """The codes of string columns as at most one part, [columns, rows]."""
    found = [_look_up(graph, columns.strings[feature.column], feature) for feature in features]
    return [graph.node("Reshape", graph.concatenated(found, axis=0), graph.constant(np.array([len(found), -1])))] if found else []


def _look_up(graph: GraphBuilder, strings: str, feature: CodeFeature) -> str:
    levels = {"": 2} if feature.purpose == "missing" else {level: code for code, level in enumerate(feature.levels, start=1)}
    unseen = 1 if feature.purpose == "missing" else 0
    return graph.node("LabelEncoder", strings, domain="ai.onnx.ml", keys_strings=list(levels), values_int64s=list(levels.values()), default_int64=unseen)


def _free_name(name: str, schema: Schema) -> str:
    """The name, with underscores before it until no column begins like that."""
    while any(column.name.startswith(name) for column in schema.inputs):
        name = f"_{name}"
    return name
