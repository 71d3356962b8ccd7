"""From trained networks to one model: the graph that answers, and the weights that a later training can start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from luthier.bundle.calibration import Calibration
from luthier.bundle.combine import NetworkGraph, combined_graph
from luthier.bundle.export import export_network
from luthier.bundle.preprocess import preprocessing_graph
from luthier.core.recipe import Recipe
from luthier.core.task import InputShape, Schema, Task
from luthier.data.encoding import Encoding

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stack:
    """Trained networks of one recipe."""

    recipe: Recipe
    network: nn.Module
    "(numbers [rows, numbers], codes [rows, codes]) to probabilities or numbers [rows, outputs], for any member's tensors."
    tensors: Mapping[str, np.ndarray]
    "Weights and buffers by their name in the network, members first."
    folds: tuple[int, ...]
    "Which encoding each member uses."
    weights: tuple[float, ...]
    "Each member's share in the answer; those of all stacks together add up to 1."


def build_graph(task: Task, schema: Schema, encodings: Sequence[Encoding], stacks: Sequence[Stack], calibration: Calibration) -> bytes:
    """The model.onnx of these networks: raw columns in, calibrated answers out."""
    shape = encodings[0].layout.input_shape
    members = [member for stack in stacks for member in _members(stack, shape)]
    graph: bytes = combined_graph(preprocessing_graph(schema, encodings), members, task, calibration).SerializeToString()
    return graph


def _members(stack: Stack, shape: InputShape) -> list[NetworkGraph]:
    model = export_network(stack.network, shape=shape)
    return [
        NetworkGraph(model=model, tensors={name: np.ascontiguousarray(stacked[place]) for name, stacked in stack.tensors.items()}, fold=fold, weight=weight)
        for place, (fold, weight) in enumerate(zip(stack.folds, stack.weights, strict=True))
    ]


def stored_tensors(encodings: Sequence[Encoding], stacks: Sequence[Stack]) -> dict[str, np.ndarray]:
    """Everything that was learned, by name: `encoding/FOLD/...` and `stack/NUMBER/...`."""
    learned = {f"encoding/{fold}/{name}": array for fold, encoding in enumerate(encodings) for name, array in encoding.to_arrays().items()}
    learned |= {f"stack/{number}/{name}": array for number, stack in enumerate(stacks) for name, array in stack.tensors.items()}
    return {name: np.ascontiguousarray(array) for name, array in learned.items()}
