"""One graph from raw columns or images to calibrated answers: preprocessing, networks, their weighted mean, calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, compose, helper, numpy_helper

from luthier.bundle.calibration import Calibration
from luthier.bundle.graph import GraphBuilder, checked_model
from luthier.core.task import Task

SMALLEST_PROBABILITY = 1e-38
"Probabilities are lifted to this before a logarithm is taken."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetworkGraph:
    """One member: a graph with its weights."""

    model: onnx.ModelProto
    "Of its architecture, as `export_network` gives it; the constants named in `tensors` are exchanged."
    tensors: Mapping[str, np.ndarray]
    "The member's weights and buffers by name."
    fold: int | None
    "Which encoding it uses; None where the preprocessing is the same for all."
    weight: float
    "Its share in the answer; those of all members add up to 1."


def combined_graph(preprocessing: onnx.ModelProto, networks: Sequence[NetworkGraph], task: Task, calibration: Calibration) -> onnx.ModelProto:
    """The whole model.

    Args:
        preprocessing: its outputs are what the networks take, in that order; with folds first where the networks have a fold.

    Outputs: of a classification `probabilities` float [rows, classes] and `label` string [rows]; of a regression
    `prediction`, `lower` and `upper` float [rows]. An underscore stands before a name that is a column's too.
    """
    encoded = [output.name for output in preprocessing.graph.output]
    columns = {value.name for value in preprocessing.graph.input}
    feed, answer = (GraphBuilder(_free(name, columns) + "/") for name in ("feed", "answer"))
    folds = sorted({network.fold for network in networks if network.fold is not None})
    own = {None: encoded} | {fold: [feed.node("Gather", name, feed.constant(np.array(fold)), axis=0) for name in encoded] for fold in folds}
    graphs = [_member(network, f"{_free(f'network{place}', columns)}/", own[network.fold]) for place, network in enumerate(networks)]
    weights = [answer.constant(np.array(network.weight, dtype=np.float32)) for network in networks]
    shares = [answer.node("Mul", graph.output[0].name, weight) for graph, weight in zip(graphs, weights, strict=True)]
    mean = answer.node("Sum", *shares)
    if task.kind.is_classification:
        _answer_classes(answer, mean, task, calibration, columns)
    else:
        _answer_number(answer, mean, calibration, columns)
    return _in_a_row([preprocessing.graph, feed.graph("feed"), *graphs, answer.graph("answer")])


def with_tensors(model: onnx.ModelProto, tensors: Mapping[str, np.ndarray]) -> onnx.ModelProto:
    """A copy of an exported network with the weights and buffers of another member."""
    own = onnx.ModelProto()
    own.CopyFrom(model)
    for constant in own.graph.initializer:
        if constant.name in tensors:
            constant.CopyFrom(numpy_helper.from_array(tensors[constant.name], constant.name))
        else:  # a weight under another name would keep the value that it was exported with
            assert constant.data_type != TensorProto.FLOAT or not list(constant.dims), f"{constant.name} belongs to no member"
    return own


def _member(network: NetworkGraph, prefix: str, encoded: Sequence[str]) -> onnx.GraphProto:
    """The network's graph with its own weights, fed from its fold's encoding; all its names begin with the prefix."""
    graph = compose.add_prefix(with_tensors(network.model, network.tensors), prefix).graph
    sources = dict(zip((value.name for value in graph.input), encoded, strict=True))
    for node in graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = sources.get(name, name)
    return graph


def _in_a_row(graphs: Sequence[onnx.GraphProto]) -> onnx.ModelProto:
    """One model of graphs of which each uses what those before it made: inputs of the first, outputs of the last."""
    nodes = [node for graph in graphs for node in graph.node]
    constants = [constant for graph in graphs for constant in graph.initializer]
    return checked_model(helper.make_graph(nodes, "luthier", graphs[0].input, graphs[-1].output, constants))


def _free(name: str, columns: set[str]) -> str:
    while any(column == name or column.startswith(f"{name}/") for column in columns):
        name = f"_{name}"
    return name


def _answer_classes(builder: GraphBuilder, mean: str, task: Task, calibration: Calibration, columns: set[str]) -> None:
    lifted = builder.node("Log", builder.node("Max", mean, builder.constant(np.array(SMALLEST_PROBABILITY, dtype=np.float32))))
    probabilities = builder.node("Softmax", builder.node("Div", lifted, builder.constant(np.array(calibration.temperature, dtype=np.float32))), axis=-1)
    if calibration.decision_threshold is None:
        place = builder.node("ArgMax", probabilities, axis=-1, keepdims=0)
    else:
        second = builder.node("Gather", probabilities, builder.constant(np.array(1)), axis=1)
        reached = builder.node("GreaterOrEqual", second, builder.constant(np.array(calibration.decision_threshold, dtype=np.float32)))
        place = builder.node("Cast", reached, to=TensorProto.INT64)
    names = builder.constant(np.array(task.classes, dtype=object))
    builder.output(probabilities, _free("probabilities", columns), TensorProto.FLOAT, ["rows", len(task.classes)])
    builder.output(builder.node("Gather", names, place, axis=0), _free("label", columns), TensorProto.STRING, ["rows"])


def _answer_number(builder: GraphBuilder, mean: str, calibration: Calibration, columns: set[str]) -> None:
    prediction = builder.node("Squeeze", mean, builder.constant(np.array([1])))
    edges = builder.constant(np.array([*calibration.interval_edges, np.inf], dtype=np.float32))
    reached = builder.node("GreaterOrEqual", builder.node("Unsqueeze", prediction, builder.constant(np.array([1]))), edges)
    place = builder.node("ReduceSum", builder.node("Cast", reached, to=TensorProto.INT64), builder.constant(np.array([1])), keepdims=0)
    half = builder.node("Gather", builder.constant(np.array(calibration.interval_half_widths, dtype=np.float32)), place, axis=0)
    builder.output(prediction, _free("prediction", columns), TensorProto.FLOAT, ["rows"])
    builder.output(builder.node("Sub", prediction, half), _free("lower", columns), TensorProto.FLOAT, ["rows"])
    builder.output(builder.node("Add", prediction, half), _free("upper", columns), TensorProto.FLOAT, ["rows"])
