from __future__ import annotations

import math

import numpy as np
import pytest

from luthier.bundle import Manifest
from luthier.serve.answers import AnsweredRow, Answers
from luthier.serve.protocols.open_inference_outputs import output_datatype, output_names, output_tensor
from tests.bundle.made_up import MadeUp
from tests.bundle.made_up_images import MadeUpImages

CLASSES = ("false", "true")


def answers(*rows: AnsweredRow, classes: tuple[str, ...] = CLASSES) -> Answers:
    return Answers(deployment="shapes", bundle="b1", version=3, classes=classes, rows=rows)


def test_a_model_answers_with_what_its_task_has(classifier: MadeUp, regressor: MadeUp, image_classifier: MadeUpImages) -> None:
    def told(manifest: Manifest) -> dict[str, str]:
        return {name: output_datatype(name, manifest) for name in output_names(manifest)}

    of_classes = {"prediction": "BYTES", "probabilities": "FP64", "prediction_set": "BOOL", "abstained": "BOOL", "prediction_id": "BYTES"}
    assert told(classifier.manifest) == told(image_classifier.manifest) == of_classes
    assert told(regressor.manifest) == {"prediction": "FP64", "lower": "FP64", "upper": "FP64", "abstained": "BOOL", "prediction_id": "BYTES"}


@pytest.mark.parametrize(
    ("prediction", "classes", "name"),
    [(True, CLASSES, "true"), (3, ("1", "3"), "3"), (3.0, ("1", "3"), "3"), (2.5, ("1", "2.5"), "2.5"), ("red", ("red",), "red"), (None, CLASSES, "")],
)
def test_a_prediction_is_the_name_of_its_class(prediction: object, classes: tuple[str, ...], name: str) -> None:
    tensor = output_tensor("prediction", answers(AnsweredRow(prediction_id="p", prediction=prediction), classes=classes))  # type: ignore[arg-type]

    assert tensor.values.tolist() == [name]


def test_a_prediction_set_is_one_truth_value_a_class() -> None:
    row = AnsweredRow(prediction_id="p", prediction=True, prediction_set=("true",))

    assert output_tensor("prediction_set", answers(row)).values.tolist() == [[False, True]]


def test_what_was_recorded_without_probabilities_has_nan() -> None:
    rows = [AnsweredRow(prediction_id="p", prediction=True, probabilities=None), AnsweredRow(prediction_id="q", prediction=True, probabilities=(0.25, 0.75))]

    np.testing.assert_array_equal(output_tensor("probabilities", answers(*rows)).values, [[math.nan, math.nan], [0.25, 0.75]])


def test_a_regression_that_abstained_is_nan_with_its_interval() -> None:
    told = answers(AnsweredRow(prediction_id="p", prediction=None, lower=1.0, upper=9.0, abstained=True), classes=())

    assert math.isnan(output_tensor("prediction", told).values.item())
    assert [output_tensor(name, told).values.tolist() for name in ("lower", "upper", "abstained")] == [[1.0], [9.0], [True]]


def test_no_rows_are_tensors_of_no_rows() -> None:
    assert [output_tensor(name, answers()).values.shape for name in ("prediction", "probabilities")] == [(0,), (0, 2)]
