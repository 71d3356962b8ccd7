"""GraphBuilder: an ONNX graph written down node by node, as one writes an expression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

OPSETS: dict[str, int] = {"": 20, "ai.onnx.ml": 4, "com.microsoft": 1}
"The operator sets in use; com.microsoft holds onnxruntime's Tokenizer and MurmurHash3."
IR_VERSION = 10
"The ONNX file format: read by onnxruntime 1.18 and later."


class GraphBuilder:
    """Collects nodes and constants; every result has a fresh name that begins with the prefix.

    Example:
        >>> from onnx import TensorProto
        >>> graph = GraphBuilder("double/")
        >>> x = graph.input("x", TensorProto.DOUBLE, ["rows"])
        >>> twice = graph.node("Mul", x, graph.constant(np.array(2.0)))
        >>> graph.output(twice, "y", TensorProto.DOUBLE, ["rows"])
        >>> [node.op_type for node in graph.model("double").graph.node]
        ['Mul', 'Identity']
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._names = 0

    def input(self, name: str, element_type: int, shape: Sequence[str | int]) -> str:
        """Declare an input of the graph."""
        self._inputs.append(helper.make_tensor_value_info(name, element_type, shape))
        return name

    def constant(self, value: np.ndarray) -> str:
        """Store an array."""
        name = self._fresh()
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value).reshape(value.shape), name))
        return name

    def node(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Apply an operator that has one result."""
        name = self._fresh()
        self._nodes.append(helper.make_node(operator, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def concatenated(self, parts: Sequence[str], *, axis: int) -> str:
        """The parts one after the other; a single part is itself."""
        return parts[0] if len(parts) == 1 else self.node("Concat", *parts, axis=axis)

    def output(self, value: str, name: str, element_type: int, shape: Sequence[str | int]) -> None:
        """Give a value out under a name."""
        self._nodes.append(helper.make_node("Identity", [value], [name], name=name))
        self._outputs.append(helper.make_tensor_value_info(name, element_type, shape))

    def graph(self, name: str) -> onnx.GraphProto:
        """What was written so far."""
        return helper.make_graph(self._nodes, name, self._inputs, self._outputs, self._constants)

    def model(self, name: str) -> onnx.ModelProto:
        """The whole graph, checked."""
        return checked_model(self.graph(name))

    def _fresh(self) -> str:
        self._names += 1
        return f"{self._prefix}{self._names}"


def checked_model(graph: onnx.GraphProto) -> onnx.ModelProto:
    """A graph with the operator sets in use, checked."""
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid(*opset) for opset in OPSETS.items()], ir_version=IR_VERSION)
    onnx.checker.check_model(model)
    return model
