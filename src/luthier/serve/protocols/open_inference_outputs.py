"""The tensors that answer a request of the Open Inference Protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import nan
from typing import Any

import numpy as np

from luthier.bundle.manifest import Manifest
from luthier.serve.answers import AnsweredRow, Answers
from luthier.serve.protocols.tensors import DATATYPES, Tensor

PREDICTION, PROBABILITIES, PREDICTION_SET, LOWER, UPPER = "prediction", "probabilities", "prediction_set", "lower", "upper"


def output_names(manifest: Manifest) -> tuple[str, ...]:
    """What a model answers with, in this order."""
    if not manifest.task.kind.is_classification:
        own: tuple[str, ...] = (PREDICTION, LOWER, UPPER)
    elif manifest.calibration.set_threshold is None:
        own = (PREDICTION, PROBABILITIES)
    else:
        own = (PREDICTION, PROBABILITIES, PREDICTION_SET)
    return (*own, "abstained", "prediction_id")


def output_datatype(name: str, manifest: Manifest) -> str:
    """Of one of `output_names`."""
    if name == PREDICTION:
        return "BYTES" if manifest.task.kind.is_classification else "FP64"
    return _DATATYPES[name]


def output_tensor(name: str, answers: Answers) -> Tensor:
    """One of the outputs for all rows.

    Where the model abstained, the prediction is empty text or NaN; where an id was answered earlier by a model of other classes, the
    probabilities are NaN.
    """
    datatype = ("BYTES" if answers.classes else "FP64") if name == PREDICTION else _DATATYPES[name]
    values = [_VALUES[name](row, answers.classes) for row in answers.rows]
    array = np.array(values, dtype=DATATYPES[datatype])
    return Tensor(name=name, datatype=datatype, values=array.reshape(len(values), len(answers.classes)) if name in _A_VALUE_EACH_CLASS else array)


def class_name(prediction: Any, classes: Sequence[str]) -> str:
    """A class, given in the target's own type, as text.

    Example:
        >>> class_name(True, ["false", "true"]), class_name(2.0, ["1", "2"]), class_name(None, ["1", "2"])
        ('true', '2', '')
    """
    if prediction is None:
        return ""
    if isinstance(prediction, str):
        return prediction
    if isinstance(prediction, bool):
        return "true" if prediction else "false"
    return next((name for name in classes if name == str(prediction) or float(name) == prediction), str(prediction))


def _prediction(row: AnsweredRow, classes: Sequence[str]) -> Any:
    return class_name(row.prediction, classes) if classes else row.prediction


def _members(row: AnsweredRow, classes: Sequence[str]) -> list[bool]:
    return [name in (row.prediction_set or ()) for name in classes]


_VALUES: Mapping[str, Callable[[AnsweredRow, Sequence[str]], Any]] = {
    PREDICTION: _prediction,
    PROBABILITIES: lambda row, classes: row.probabilities if row.probabilities is not None else [nan] * len(classes),
    PREDICTION_SET: _members,
    LOWER: lambda row, _: row.lower,
    UPPER: lambda row, _: row.upper,
    "abstained": lambda row, _: row.abstained,
    "prediction_id": lambda row, _: row.prediction_id,
}
_DATATYPES = {PROBABILITIES: "FP64", PREDICTION_SET: "BOOL", LOWER: "FP64", UPPER: "FP64", "abstained": "BOOL", "prediction_id": "BYTES"}
_A_VALUE_EACH_CLASS = (PROBABILITIES, PREDICTION_SET)
