"""Images of any size to the features of a frozen backbone: the first part of a model whose networks see features."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx
from onnx import TensorProto, compose

from luthier.bundle.combine import with_tensors
from luthier.bundle.graph import GraphBuilder, checked_model
from luthier.bundle.resize import pixel_graph
from luthier.core.task import PixelShape

PIXELS = "pixels"
"Where the resized images are handed on."


def feature_graph(shape: PixelShape, backbone: onnx.ModelProto, tensors: Mapping[str, np.ndarray]) -> onnx.ModelProto:
    """A graph that resizes images and computes their features.

    Input: `image` uint8 [rows, height, width, channels] of any height and width, the same for all rows of one call.
    Outputs: what a network for rows of numbers takes: `numbers` float [rows, features] and `codes` int64 [rows, 0].

    Args:
        backbone: pixels [rows, channel, height, width] to features, as `export_network` gives it.
        tensors: its weights and buffers by name.
    """
    resize = pixel_graph(shape).graph
    body = compose.add_prefix(with_tensors(backbone, tensors), "backbone/").graph
    for node in body.node:
        for place, name in enumerate(node.input):
            if name == body.input[0].name:
                node.input[place] = PIXELS
    rows = GraphBuilder("features/")
    features = body.output[0].name
    none = rows.node("Concat", rows.node("Shape", features, end=1), rows.constant(np.array([0])), axis=0)
    zero = onnx.numpy_helper.from_array(np.zeros(1, dtype=np.int64))
    rows.output(features, "numbers", TensorProto.FLOAT, ["rows", "features"])
    rows.output(rows.node("ConstantOfShape", none, value=zero), "codes", TensorProto.INT64, ["rows", 0])
    last = rows.graph("rows")
    nodes = [*resize.node, *body.node, *last.node]
    constants = [*resize.initializer, *body.initializer, *last.initializer]
    return checked_model(onnx.helper.make_graph(nodes, "features", resize.input, last.output, constants))
