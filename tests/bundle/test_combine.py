"""The combined graph: encodings, networks, their weighted mean and calibration, as NumPy computes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
import polars as pl
import pytest
from onnx import TensorProto

from luthier.bundle import Calibration, Session, onnx_inputs, preprocessing_graph
from luthier.bundle.combine import NetworkGraph, combined_graph
from luthier.bundle.graph import GraphBuilder
from luthier.core.task import Column, ColumnKind, Schema, Task, TaskKind
from luthier.data import Encoding, fit_encoding, fit_layout
from luthier.evaluate import IntervalRule, apply_interval_rule, apply_temperature

BINARY = Task(kind=TaskKind.BINARY, target="sold", classes=("no", "yes"))
NUMBER = Task(kind=TaskKind.REGRESSION, target="price")
NAMES = ("x", "y")


def frame_of(names: Sequence[str] = NAMES, rows: int = 50) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    return pl.DataFrame({name: rng.normal(size=rows) for name in names})


def schema_of(names: Sequence[str] = NAMES) -> Schema:
    return Schema(columns=tuple(Column(name=name, kind=ColumnKind.NUMERIC, dtype="Float64") for name in names))


def encodings_of(names: Sequence[str] = NAMES) -> tuple[Encoding, ...]:
    frame = frame_of(names)
    layout = fit_layout(frame, schema_of(names))
    return tuple(fit_encoding(part, layout) for part in (frame[:25], frame[25:]))


def linear(outputs: int) -> onnx.ModelProto:
    graph = GraphBuilder("net/")
    numbers = graph.input("numbers", TensorProto.FLOAT, ["rows", 2])
    graph.input("codes", TensorProto.INT64, ["rows", 0])
    answers = graph.node("MatMul", numbers, graph.constant(np.zeros((2, outputs), dtype=np.float32)))
    graph.output(graph.node("Softmax", answers) if outputs > 1 else answers, "predictions", TensorProto.FLOAT, ["rows", outputs])
    return graph.model("linear")


def members_of(weights: Sequence[np.ndarray], *, folds: Sequence[int], shares: Sequence[float]) -> list[NetworkGraph]:
    model = linear(weights[0].shape[1])
    return [NetworkGraph(model=model, tensors={"net/1": weight}, fold=fold, weight=share) for weight, fold, share in zip(weights, folds, shares, strict=True)]


def answered(task: Task, calibration: Calibration, members: Sequence[NetworkGraph], names: Sequence[str] = NAMES) -> tuple[np.ndarray, ...]:
    model = combined_graph(preprocessing_graph(schema_of(names), encodings_of(names)), members, task, calibration)
    return Session(model.SerializeToString()).run_all(onnx_inputs(frame_of(names), schema_of(names)))


def logits_of(weight: np.ndarray, fold: int) -> np.ndarray:
    return encodings_of()[fold].encode(frame_of()).numbers.astype(np.float64) @ weight


def softmax(logits: np.ndarray) -> np.ndarray:
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


WEIGHTS = [np.random.default_rng(seed).normal(size=(2, 2)).astype(np.float32) for seed in range(3)]
FOLDS, SHARES = (0, 1, 1), (0.5, 0.2, 0.3)


def test_probabilities_are_the_calibrated_weighted_mean_over_the_members() -> None:
    probabilities, labels = answered(BINARY, Calibration(temperature=0.6), members_of(WEIGHTS, folds=FOLDS, shares=SHARES))

    mean = sum(share * softmax(logits_of(weight, fold)) for weight, fold, share in zip(WEIGHTS, FOLDS, SHARES, strict=True))
    expected = apply_temperature(mean, 0.6)
    np.testing.assert_allclose(probabilities, expected, atol=1e-6)
    np.testing.assert_array_equal(labels, np.array(["no", "yes"])[expected.argmax(axis=1)])


def test_a_decision_threshold_moves_the_label_and_not_the_probabilities() -> None:
    plain, _ = answered(BINARY, Calibration(), members_of(WEIGHTS, folds=FOLDS, shares=SHARES))

    probabilities, labels = answered(BINARY, Calibration(decision_threshold=0.2), members_of(WEIGHTS, folds=FOLDS, shares=SHARES))

    np.testing.assert_array_equal(probabilities, plain)
    np.testing.assert_array_equal(labels == "yes", plain[:, 1] >= 0.2)
    assert (labels == "yes").sum() > (plain[:, 1] >= 0.5).sum()


def test_certain_networks_give_certain_and_finite_probabilities() -> None:
    probabilities, _ = answered(BINARY, Calibration(temperature=0.5), members_of([WEIGHTS[0] * 1e4], folds=(0,), shares=(1.0,)))

    assert np.isfinite(probabilities).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-6)


def test_interval_ends_follow_the_range_of_the_prediction() -> None:
    rule = IntervalRule(coverage=0.9, edges=(-0.5, 0.5), half_widths=(1.0, 2.0, 3.0))
    weights = [weight[:, :1] for weight in WEIGHTS]

    calibration = Calibration(interval_edges=rule.edges, interval_half_widths=rule.half_widths)
    prediction, lower, upper = answered(NUMBER, calibration, members_of(weights, folds=FOLDS, shares=SHARES))

    expected = sum(share * logits_of(weight, fold) for weight, fold, share in zip(weights, FOLDS, SHARES, strict=True))[:, 0]
    np.testing.assert_allclose(prediction, expected, atol=1e-6)
    np.testing.assert_allclose((lower, upper), apply_interval_rule(expected, rule), atol=1e-6)


def test_a_prediction_on_an_edge_belongs_to_the_range_above() -> None:
    calibration = Calibration(interval_edges=(0.0,), interval_half_widths=(1.0, 5.0))

    prediction, lower, upper = answered(NUMBER, calibration, members_of([np.zeros((2, 1), dtype=np.float32)], folds=(0,), shares=(1.0,)))

    assert set(prediction) == {0.0}
    assert set(upper - lower) == {10.0}


@pytest.mark.parametrize("names", [("probabilities", "label"), ("network0/net/1", "feed/1"), ("answer/1", "numbers")], ids="-".join)
def test_columns_may_have_the_names_of_what_is_in_the_graph(names: tuple[str, str]) -> None:
    plain, _ = answered(BINARY, Calibration(), members_of(WEIGHTS, folds=FOLDS, shares=SHARES))

    probabilities, _ = answered(BINARY, Calibration(), members_of(WEIGHTS, folds=FOLDS, shares=SHARES), names)

    np.testing.assert_array_equal(probabilities, plain)
