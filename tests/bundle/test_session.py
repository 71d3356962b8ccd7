from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto

from luthier.bundle import Session
from luthier.bundle.graph import GraphBuilder
from luthier.bundle.session import BLOCK_ROWS


def doubled_and_named(threads: int) -> Session:
    graph = GraphBuilder("net/")
    x, name = graph.input("x", TensorProto.DOUBLE, ["rows"]), graph.input("name", TensorProto.STRING, ["rows"])
    graph.output(graph.node("Mul", x, graph.constant(np.array(2.0))), "twice", TensorProto.DOUBLE, ["rows"])
    graph.output(name, "same", TensorProto.STRING, ["rows"])
    return Session(graph.model("made up").SerializeToString(), threads=threads)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("rows", [0, 1, BLOCK_ROWS, BLOCK_ROWS + 1, 10 * BLOCK_ROWS + 17])
def test_every_row_is_answered_once_and_in_its_place(rows: int, threads: int) -> None:
    inputs = {"x": np.arange(rows, dtype=np.float64), "name": np.array([str(row) for row in range(rows)], dtype=object)}

    twice, same = doubled_and_named(threads).run_all(inputs)

    np.testing.assert_array_equal(twice, 2.0 * np.arange(rows))
    np.testing.assert_array_equal(same, inputs["name"])


def test_one_output_may_be_asked_for() -> None:
    session = doubled_and_named(1)

    assert session.outputs == ("twice", "same")
    assert session.run({"x": np.array([1.0]), "name": np.array(["a"], dtype=object)}, 0).tolist() == [2.0]
