"""A network as an ONNX graph. The only file of this folder that imports torch, and only when it is called."""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import logging
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import onnx

from luthier.bundle.graph import OPSETS
from luthier.core.task import InputShape, PixelShape

if TYPE_CHECKING:
    from torch import Tensor, nn

EXAMPLE_ROWS = 5
"Rows of the example that the exporter follows; any number of rows may come later."


def export_network(module: nn.Module, *, shape: InputShape | PixelShape) -> onnx.ModelProto:
    """The graph of a module (numbers [rows, numbers], codes [rows, codes]) -> [rows, outputs], or of one that sees images,
    (pixels uint8 [rows, channel, height, width]) -> [rows, outputs].

    Its inputs are named as above, its output `predictions`, and its constants as the module names its weights and
    buffers, so that they can be exchanged for those of another member. The number of rows is free. The module is not changed.
    """
    import torch

    example = _example(shape)
    free = tuple({0: torch.export.Dim("rows")} for _ in example)
    with _quietly():
        program = torch.onnx.export(
            _with_distinct_weights(module),
            tuple(example.values()),
            dynamo=True,
            input_names=list(example),
            output_names=["predictions"],
            dynamic_shapes=free if _names_its_inputs(module) else (free,),
            opset_version=OPSETS[""],
            optimize=False,
            custom_translation_table={torch.ops.aten.lerp.Tensor: _lerp()},
            verbose=False,
        )
    assert program is not None
    model: onnx.ModelProto = program.model_proto
    return model


def _names_its_inputs(module: nn.Module) -> bool:
    """False for `forward(self, *inputs)`, which the exporter sees as one input that is a tuple."""
    return all(parameter.kind is not parameter.VAR_POSITIONAL for parameter in inspect.signature(module.forward).parameters.values())


def _example(shape: InputShape | PixelShape) -> dict[str, Tensor]:
    import torch

    if isinstance(shape, PixelShape):
        return {"pixels": torch.zeros(EXAMPLE_ROWS, shape.channels, shape.height, shape.width, dtype=torch.uint8)}
    return {"numbers": torch.zeros(EXAMPLE_ROWS, shape.numbers), "codes": torch.zeros(EXAMPLE_ROWS, len(shape.cardinalities), dtype=torch.long)}


def _with_distinct_weights(module: nn.Module) -> nn.Module:
    """A copy in which no two weights are equal: an exporter may store equal ones once, and members differ there."""
    import torch

    copied = copy.deepcopy(module).eval()
    generator = torch.Generator().manual_seed(0)
    for tensor in (*copied.parameters(), *copied.buffers()):
        if tensor.is_floating_point():
            tensor.data = torch.rand(tensor.shape, generator=generator)
    return copied


def _lerp() -> Callable[..., Any]:
    """torch.lerp in three operators; the exporter's own form computes both ends and chooses, which took a fifth of a RealMLP's time."""
    from onnxscript import opset20

    def lerp(start: Any, end: Any, weight: Any) -> Any:
        return opset20.Add(start, opset20.Mul(opset20.Sub(end, start), weight))

    return lerp


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """The exporter talks about packages that are not needed here."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "torch.onnx._internal.exporter._registration")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
