"""What a monitor compares of images: their light, and how the model's first network sees them."""

from __future__ import annotations

import math

import numpy as np
import onnx
import polars as pl
from jaxtyping import Float, UInt8
from onnx import TensorProto, helper

from luthier.bundle.resize import IMAGE
from luthier.bundle.session import Session

EMBEDDING_NUMBERS = 16
"Numbers of an image's embedding: a fixed rotation of what stands before the network's last layer."
NETWORK = "network0/"
"Before every name of the first network of a model, which has the largest share in its answers."
BLOCK_ROWS = 64
"Images that are measured at once."


class ImageTraits:
    """Measures decoded images [rows, height, width, channel] as a table with a row an image."""

    def __init__(self, model: bytes) -> None:
        part = _embedding_model(model)
        self._embedding = Session(part) if part is not None else None

    def __call__(self, pixels: UInt8[np.ndarray, "rows height width channel"]) -> pl.DataFrame:
        """`brightness_C` and `contrast_C` of each channel, in levels of 0 to 255, and `embedding_1` ... `embedding_16`.

        A network that does not end in a linear layer has no embedding.
        """
        blocks = [pixels[start : start + BLOCK_ROWS] for start in range(0, len(pixels), BLOCK_ROWS)] or [pixels]
        return pl.concat([self._block(np.ascontiguousarray(block)) for block in blocks])

    def _block(self, pixels: UInt8[np.ndarray, "rows height width channel"]) -> pl.DataFrame:
        places = range(pixels.shape[3])
        light = {f"brightness_{place + 1}": pixels[..., place].mean(axis=(1, 2)) for place in places}
        light |= {f"contrast_{place + 1}": pixels[..., place].std(axis=(1, 2)) for place in places}
        if self._embedding is None:
            return pl.DataFrame(light)
        embedded = _rotated(self._embedding.run({IMAGE: pixels}, 0), len(pixels))
        return pl.DataFrame(light | {f"embedding_{place + 1}": embedded[:, place] for place in range(embedded.shape[1])})


def _rotated(seen: np.ndarray, rows: int) -> Float[np.ndarray, "rows numbers"]:
    """The mean over the views of each image, turned: a network that looks at mirror images, too, sees all images, then all of their mirror images."""
    numbers = math.prod(seen.shape[1:])
    flat = seen.reshape(len(seen) // rows if rows else 1, rows, numbers).mean(axis=0, dtype=np.float64)
    rotation, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((flat.shape[1], min(EMBEDDING_NUMBERS, flat.shape[1]))))
    return flat @ rotation


def _embedding_model(model: bytes) -> bytes | None:
    """The graph that ends before the last linear layer of the first network; None where there is none."""
    graph = onnx.load_model_from_string(model)
    linear = [node for node in graph.graph.node if node.op_type in ("Gemm", "MatMul") and node.output[0].startswith(NETWORK)]
    if not linear:
        return None
    del graph.graph.output[:]
    graph.graph.output.append(helper.make_tensor_value_info(linear[-1].input[0], TensorProto.FLOAT, None))
    content: bytes = graph.SerializeToString()
    return content
