"""From trained networks to one model: the graph that answers, and the weights that a later training can start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import onnx

from luthier.bundle.calibration import Calibration
from luthier.bundle.combine import NetworkGraph, combined_graph
from luthier.bundle.export import export_network
from luthier.bundle.feature_graph import feature_graph
from luthier.bundle.preprocess import preprocessing_graph
from luthier.bundle.resize import pixel_graph
from luthier.core.recipe import Recipe
from luthier.core.task import InputShape, PixelShape, Schema, Task
from luthier.data.encoding import Encoding

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stack:
    """Trained networks of one recipe."""

    recipe: Recipe
    network: nn.Module
    "What `export_network` takes: rows to probabilities or numbers [rows, outputs], for any member's tensors."
    tensors: Mapping[str, np.ndarray]
    "Weights and buffers by their name in the network, members first."
    folds: tuple[int, ...]
    "Which fold each member was trained on; of a table, it uses that fold's encoding."
    weights: tuple[float, ...]
    "Each member's share in the answer; those of all stacks together add up to 1."


def build_graph(task: Task, schema: Schema, encodings: Sequence[Encoding], stacks: Sequence[Stack], calibration: Calibration) -> bytes:
    """The model.onnx of these networks: raw columns in, calibrated answers out."""
    networks = [network for stack in stacks for network in _members(stack, encodings[0].layout.input_shape, by_fold=True)]
    return _combined(preprocessing_graph(schema, encodings), networks, task, calibration)


def build_image_graph(task: Task, shape: PixelShape, stacks: Sequence[Stack], calibration: Calibration) -> bytes:
    """The model.onnx of networks that see images: uint8 images of any size in, calibrated answers out.

    What the networks know of their folds' images, such as the mean of a channel, is in their own buffers.
    """
    return _combined(pixel_graph(shape), [network for stack in stacks for network in _members(stack, shape, by_fold=False)], task, calibration)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrozenBackbone:
    """What comes before networks that see features: one for all of them."""

    model: onnx.ModelProto
    "Pixels to features, as `export_network` gives it."
    tensors: Mapping[str, np.ndarray]
    "Its weights and buffers by name."
    features: int
    "Numbers that an image becomes."


def build_feature_graph(task: Task, shape: PixelShape, backbone: FrozenBackbone, stacks: Sequence[Stack], calibration: Calibration) -> bytes:
    """The model.onnx of networks that see the features of a frozen backbone: uint8 images of any size in, calibrated answers out.

    The backbone stands in it once, however many networks there are.
    """
    preprocessing, seen = feature_graph(shape, backbone.model, backbone.tensors), InputShape(numbers=backbone.features)
    return _combined(preprocessing, [network for stack in stacks for network in _members(stack, seen, by_fold=False)], task, calibration)


def _combined(preprocessing: onnx.ModelProto, networks: Sequence[NetworkGraph], task: Task, calibration: Calibration) -> bytes:
    graph: bytes = combined_graph(preprocessing, networks, task, calibration).SerializeToString()
    return graph


def _members(stack: Stack, shape: InputShape | PixelShape, *, by_fold: bool) -> list[NetworkGraph]:
    model = export_network(stack.network, shape=shape)
    folds: Sequence[int | None] = stack.folds if by_fold else [None] * len(stack.folds)
    return [
        NetworkGraph(model=model, tensors={name: np.ascontiguousarray(stacked[place]) for name, stacked in stack.tensors.items()}, fold=fold, weight=weight)
        for place, (fold, weight) in enumerate(zip(folds, stack.weights, strict=True))
    ]


def stored_tensors(encodings: Sequence[Encoding], stacks: Sequence[Stack]) -> dict[str, np.ndarray]:
    """Everything that was learned, by name: `encoding/FOLD/...` (of images there is none) and `stack/NUMBER/...`."""
    learned = {f"encoding/{fold}/{name}": array for fold, encoding in enumerate(encodings) for name, array in encoding.to_arrays().items()}
    learned |= {f"stack/{number}/{name}": array for number, stack in enumerate(stacks) for name, array in stack.tensors.items()}
    return {name: np.ascontiguousarray(array) for name, array in learned.items()}
