"""Images of any size as a network sees them: one graph resizes, for the saved model and for the pixels of a training alike."""

from __future__ import annotations

import numpy as np
import onnx
from jaxtyping import UInt8
from onnx import TensorProto

from luthier.bundle.graph import GraphBuilder
from luthier.bundle.session import Session
from luthier.core.task import PixelShape

IMAGE = "image"
"The input of an image model's graph."


def pixel_graph(shape: PixelShape) -> onnx.ModelProto:
    """A graph that resizes images.

    Every pixel that is made is the mean of those that it covers, weighted by a triangle (bilinear, with antialiasing). Images
    that have the right size already pass through as they are.

    Input: `image` uint8 [rows, height, width, channels] of any height and width, the same for all rows of one call.
    Output: `pixels` uint8 [rows, channels, height, width] of the shape.
    """
    graph = GraphBuilder("resize/")
    image = graph.input(IMAGE, TensorProto.UINT8, ["rows", "height", "width", shape.channels])
    size = graph.node("Concat", graph.node("Shape", image, end=1), graph.constant(np.array([shape.channels, shape.height, shape.width])), axis=0)
    by_channel = graph.node("Transpose", image, perm=[0, 3, 1, 2])
    resized = graph.node("Resize", by_channel, "", "", size, mode="linear", antialias=1, exclude_outside=1)
    graph.output(resized, "pixels", TensorProto.UINT8, ["rows", shape.channels, shape.height, shape.width])
    return graph.model("pixels")


class Resizer:
    """Gives an image the size that a network sees, exactly as the saved model does. Threads may share it.

    Shape: uint8 [height, width, channel] of any height and width to that of the `PixelShape`; the channels stay.

    Example:
        >>> Resizer(PixelShape(channels=1, height=2, width=2))(np.full((8, 6, 1), 200, dtype=np.uint8))[..., 0].tolist()
        [[200, 200], [200, 200]]
    """

    def __init__(self, shape: PixelShape) -> None:
        self.shape = shape
        self._session = Session(pixel_graph(shape).SerializeToString())

    def __call__(self, image: np.ndarray) -> UInt8[np.ndarray, "height width channel"]:
        """The image in the right size."""
        if image.shape == (self.shape.height, self.shape.width, self.shape.channels):
            return image
        pixels = self._session.run({IMAGE: image[None]}, 0)[0]
        return np.ascontiguousarray(pixels.transpose(1, 2, 0))
