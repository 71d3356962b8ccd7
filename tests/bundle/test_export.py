"""A network in torch and its ONNX graph give the same answers, for every architecture and any number of rows."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from luthier.bundle.combine import with_tensors
from luthier.bundle.export import export_network
from luthier.core.recipe import Choice
from luthier.core.task import InputShape, PixelShape, TaskKind
from luthier.fit.stacked import Predictor
from luthier.nets import build
from luthier.nets.registry import architectures_that_see
from tests.nets.images.images import COLOR, levels, started

EVERY_INPUT = InputShape(numbers=5, cardinalities=(3, 5, 30))


def network(name: str, shape: InputShape, *, seed: int, kind: TaskKind = TaskKind.MULTICLASS) -> nn.Module:
    net = build(Choice(name=name), shape, 3 if kind.is_classification else 1, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    numbers, codes = rows_for(shape, 200, seed=seed)
    if hasattr(net, "initialize_"):
        net.initialize_(numbers, codes, generator=generator)
    for parameter in net.parameters():
        parameter.data += 0.1 * torch.randn(parameter.shape, generator=generator)
    predictor = Predictor(net, kind=kind).eval()
    if not kind.is_classification:
        scale = {"target_mean": 50.0 + seed, "target_deviation": 10.0, "target_low": 45.0, "target_high": 55.0 + seed}
        predictor.load_state_dict({name: torch.tensor(value) for name, value in scale.items()}, strict=False)
    return predictor


def rows_for(shape: InputShape, rows: int, *, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    codes = [torch.randint(cardinality, (rows,), generator=generator) for cardinality in shape.cardinalities]
    return torch.randn(rows, shape.numbers, generator=generator), torch.stack(codes, dim=1) if codes else torch.zeros(rows, 0, dtype=torch.long)


def assert_equal_answers(name: str, shape: InputShape, kind: TaskKind = TaskKind.MULTICLASS) -> None:
    """The graph is made of one member and then given the weights of another."""
    exported = export_network(network(name, shape, seed=0, kind=kind), shape=shape)
    other = network(name, shape, seed=1, kind=kind)

    model = with_tensors(exported, {key: tensor.numpy() for key, tensor in other.state_dict().items()})
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])

    for count in (1, 7, 300):
        numbers, codes = rows_for(shape, count, seed=count)
        with torch.no_grad():
            expected = other(numbers, codes).numpy()
        feed = {"numbers": numbers.numpy(), "codes": codes.numpy()}
        (answers,) = session.run(None, {value.name: feed[value.name] for value in session.get_inputs()})
        np.testing.assert_allclose(answers, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", architectures_that_see(InputShape))
def test_every_architecture_answers_in_onnx_as_in_torch(name: str) -> None:
    assert_equal_answers(name, EVERY_INPUT)


def test_rows_without_numbers_are_answered_as_in_torch() -> None:
    assert_equal_answers("mlp", InputShape(numbers=0, cardinalities=(4, 30)))


def test_a_regression_without_codes_answers_in_the_targets_unit_and_range() -> None:
    assert_equal_answers("mlp", InputShape(numbers=4), TaskKind.REGRESSION)


def members_of_images(name: str) -> tuple[nn.Module, nn.Module]:
    """Two networks that differ in every weight and every statistic."""
    members = [started(name, seed=seed, mirror=name == "fast-cnn") for seed in (0, 1)]
    for tensor in (*members[1].parameters(), *members[1].buffers()):
        tensor.data += 0.05 * torch.rand(tensor.shape, generator=torch.Generator().manual_seed(1)) if tensor.is_floating_point() else 0
    return tuple(Predictor(member, kind=TaskKind.MULTICLASS).eval() for member in members)


@pytest.mark.parametrize("name", architectures_that_see(PixelShape))
def test_every_architecture_for_images_answers_in_onnx_as_in_torch_with_the_tensors_of_another_member(name: str) -> None:
    first, other = members_of_images(name)
    exported = export_network(first, shape=COLOR)

    model = with_tensors(exported, {key: tensor.numpy() for key, tensor in other.state_dict().items()})

    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    for count in (1, 7):
        with torch.no_grad():
            expected, before = other(levels(COLOR, count)).numpy(), first(levels(COLOR, count)).numpy()
        np.testing.assert_allclose(session.run(None, {"pixels": levels(COLOR, count).numpy()})[0], expected, atol=1e-5, rtol=1e-5)
        assert np.abs(expected - before).max() > 1e-3


def test_an_export_says_nothing_and_leaves_the_network_as_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    net = network("mlp", EVERY_INPUT, seed=0).train()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}

    export_network(net, shape=EVERY_INPUT)

    assert capfd.readouterr() == ("", "")
    assert net.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())
