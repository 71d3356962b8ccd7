"""Features of images: a frozen backbone looks at every image once, by the graph that the saved model serves with."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cached_property

import numpy as np
import onnx
import torch
from jaxtyping import Float32, UInt8

from luthier.bundle import Session
from luthier.bundle.combine import with_tensors
from luthier.bundle.export import export_network
from luthier.core.clock import Deadline
from luthier.core.errors import BudgetTooSmall
from luthier.core.listener import Listener
from luthier.core.recipe import Choice
from luthier.core.task import PixelShape
from luthier.nets.images.backbones.feature_net import FeatureNet

BLOCK, PART = 64, 16
"Images between two looks at the clock, and in one call of the graph: the cores take turns with the parts."
FIRST_SHARE, MOST_SHARE = 0.5, 0.65
"Shares of the budget: all features must be there within the first by the pace of the first block, and within the second whatever happens."
SLACK = 1.2
"The smallest budget is told with so much room."

Answer = Callable[[UInt8[np.ndarray, "rows channel height width"]], Float32[np.ndarray, "rows features"]]
"""Pixels to features."""


class FeatureExtractor:
    """A frozen backbone: computes features, and stands before the networks in the graph.

    Args:
        choice: of a frozen backbone.
        mirror: True takes the mean over an image and its mirror image.
    """

    def __init__(self, choice: Choice, shape: PixelShape, *, mirror: bool) -> None:
        self.choice, self.shape = choice, shape
        self.net = FeatureNet(choice, shape, mirror=mirror)

    @property
    def architecture(self) -> str:
        """What people call the backbone."""
        return str(self.choice.settings["architecture"])

    @cached_property
    def model(self) -> onnx.ModelProto:
        """Its graph, exported once."""
        return export_network(self.net, shape=self.shape)

    @property
    def tensors(self) -> dict[str, np.ndarray]:
        """Its weights and statistics by name, as they are now."""
        return {name: tensor.detach().cpu().numpy() for name, tensor in (*self.net.named_parameters(), *self.net.named_buffers())}

    def answer(self, device: torch.device) -> Answer:
        """What computes features on a device: onnxruntime on processors, where it is the faster, and torch on a GPU."""
        if device.type != "cpu":
            return self._on_device(device)
        session = Session(with_tensors(self.model, self.tensors).SerializeToString())
        return lambda pixels: session.run({"pixels": pixels}, 0, block_rows=PART)

    def _on_device(self, device: torch.device) -> Answer:
        net = self.net.to(device)

        def answer(pixels: np.ndarray) -> np.ndarray:
            with torch.inference_mode(), torch.backends.cudnn.flags(allow_tf32=False):
                values: np.ndarray = net(torch.from_numpy(pixels).to(device)).cpu().numpy()
            return values

        return answer


def features_in_blocks(
    answer: Answer, pixels: UInt8[np.ndarray, "rows height width channel"], *, deadline: Deadline, listener: Listener
) -> Iterator[np.ndarray]:
    """The features of all images, block by block.

    Raises:
        BudgetTooSmall: they take more of the budget than leaves time for an honest answer.
    """
    rows = len(pixels)
    answer(_by_channel(pixels[:1]))  # a first call takes longer
    begun = deadline.seconds_used
    for first in range(0, rows, BLOCK):
        yield answer(_by_channel(pixels[first : first + BLOCK]))
        done = min(first + BLOCK, rows)
        needed = deadline.seconds_used + (deadline.seconds_used - begun) * (rows - done) / done
        if needed > deadline.budget_seconds * (FIRST_SHARE if first == 0 else MOST_SHARE):
            raise BudgetTooSmall(given_seconds=deadline.budget_seconds, smallest_seconds=math.ceil(needed / FIRST_SHARE * SLACK))
        listener.progress(0.0, f"features of image {done:,} of {rows:,}", math.inf)


def _by_channel(pixels: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
