"""One copy of the weights: model.onnx refers to weights.safetensors, and to nothing else."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper
from safetensors.numpy import load_file, save

from luthier.bundle import Session, onnx_inputs
from luthier.bundle.weights import with_weights, without_weights
from luthier.core.errors import BundleDamaged
from tests.bundle.made_up import MadeUp, training_rows

STACK = np.arange(600, dtype=np.float32).reshape(3, 20, 10)
REFUSED = "The model.onnx of a bundle may refer to weights.safetensors and to nothing else, but this one does not keep to that. Do not use this bundle."


def product_with(weights: np.ndarray) -> onnx.ModelProto:
    rows, result = helper.make_tensor_value_info("rows", TensorProto.FLOAT, [None, 20]), helper.make_tensor_value_info("result", TensorProto.FLOAT, [None, 10])
    constant = onnx.numpy_helper.from_array(weights, "weights")
    graph = helper.make_graph([helper.make_node("MatMul", ["rows", "weights"], ["result"])], "product", [rows], [result], [constant])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def test_a_member_of_a_stack_is_a_reference_and_comes_back() -> None:
    graph, stored = product_with(STACK[1]).SerializeToString(), save({"other": np.ones(7), "stack": STACK})

    referring = without_weights(graph, stored)

    assert len(referring) < len(graph) - STACK[1].nbytes / 2
    answers = Session(with_weights(referring, stored)).run({"rows": np.eye(20, dtype=np.float32)}, 0)
    np.testing.assert_array_equal(answers, STACK[1])


def test_what_is_not_stored_stays_in_the_model() -> None:
    graph = product_with(STACK[1] + 0.5).SerializeToString()

    assert without_weights(graph, save({"stack": STACK})) == graph


def test_a_bundle_holds_its_large_tensors_once(classifier: MadeUp) -> None:
    tensors = load_file(classifier.folder / "weights.safetensors")

    model = onnx.load(classifier.folder / "model.onnx", load_external_data=False)

    references = [constant for constant in model.graph.initializer if constant.data_location == TensorProto.EXTERNAL]
    assert len(references) == 3  # the first layer of each member: the others are small
    assert sum(tensor.nbytes for tensor in tensors.values()) > 1_000
    assert set(classifier.contents.tensors) == set(tensors)


def test_any_runtime_can_open_the_model_by_its_path(classifier: MadeUp) -> None:
    session = onnxruntime.InferenceSession(classifier.folder / "model.onnx", providers=["CPUExecutionProvider"])

    probabilities, _ = session.run(None, onnx_inputs(training_rows(), classifier.manifest.schema))

    np.testing.assert_allclose(probabilities, classifier.answers(training_rows()), atol=1e-5)


def referring_to(**told: str) -> onnx.ModelProto:
    model = product_with(STACK[1])
    constant = model.graph.initializer[0]
    constant.ClearField("raw_data")
    constant.data_location = TensorProto.EXTERNAL
    for key, value in told.items():
        constant.external_data.add(key=key, value=value)
    return model


def with_constant_node() -> onnx.ModelProto:
    model = referring_to(location="weights.safetensors", offset="0", length="800")
    node = helper.make_node("Constant", [], ["weights"], value=onnx.numpy_helper.from_array(STACK[1]))
    node.attribute[0].t.CopyFrom(model.graph.initializer.pop())
    model.graph.node.insert(0, node)
    return model


def with_graph_in_graph() -> onnx.ModelProto:
    model = product_with(STACK[1])
    model.graph.node.append(helper.make_node("If", ["rows"], ["other"], then_branch=model.graph, else_branch=model.graph))
    return model


ESCAPES: dict[str, Callable[[], onnx.ModelProto]] = {
    "parent": lambda: referring_to(location="../weights.safetensors", offset="0", length="800"),
    "absolute": lambda: referring_to(location="/etc/passwd", offset="0", length="800"),
    "sibling": lambda: referring_to(location="report.html", offset="0", length="800"),
    "behind-the-end": lambda: referring_to(location="weights.safetensors", offset="2400", length="800"),
    "before-the-start": lambda: referring_to(location="weights.safetensors", offset="-800", length="800"),
    "no-place": lambda: referring_to(location="weights.safetensors"),
    "no-number": lambda: referring_to(location="weights.safetensors", offset="x", length="800"),
    "in-a-node": with_constant_node,
    "graph-in-graph": with_graph_in_graph,
}


@pytest.mark.parametrize("model", ESCAPES.values(), ids=ESCAPES)
def test_a_model_that_refers_to_anything_else_is_refused(model: Callable[[], onnx.ModelProto]) -> None:
    with pytest.raises(BundleDamaged) as refusal:
        with_weights(model().SerializeToString(), save({"stack": STACK}))

    assert str(refusal.value) == REFUSED


def test_bytes_that_are_no_model_are_refused() -> None:
    with pytest.raises(BundleDamaged):
        with_weights(b"\xff\xff no model", b"")
