"""Networks that learn from a stream: its batches keep the laws of a row source, and the networks learn."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from luthier.core.recipe import Member
from luthier.data import typed_frame
from luthier.data.stream import RowStream, Window
from luthier.fit import FoldTensors, Pace, Population, fold_tensors, train
from luthier.fit.batches import FoldRows
from luthier.fit.sources import row_source
from luthier.fit.streamed import StreamedRows
from tests.data.large_tables import Opened, made_up, opened, written
from tests.fit.conftest import make_data, make_members, make_recipe

WINDOWS_OF_SOME_BLOCKS = 120_000


def tensors(large: Opened) -> FoldTensors:
    """The sample's training rows, as a fit encodes them."""
    sample, split = large.table.sample, large.split
    frame = typed_frame(sample.frame, sample.schema)
    place = np.full(sample.rows, -1)
    place[split.train] = np.arange(len(split.train))
    encoded = [encoding.encode(frame[split.train]) for encoding in large.encodings]
    return fold_tensors(
        kind=sample.task.kind,
        shape=large.encodings[0].layout.input_shape,
        outputs=sample.task.outputs,
        inputs=[(inputs.numbers, inputs.codes) for inputs in encoded],
        truth=sample.target[split.train],
        folds=[(place[fold.train], place[fold.validation]) for fold in split.folds],
        device=torch.device("cpu"),
    )


@pytest.fixture(scope="module", params=["sold", "price"])
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with opened(written(made_up(), tmp_path_factory.mktemp("streamed"), rows_of_group=256), target=request.param) as table:
        yield table


def with_streams(large: Opened, *, window_bytes: int = WINDOWS_OF_SOME_BLOCKS) -> FoldTensors:
    return replace(tensors(large), streams=large.streams(window_bytes=window_bytes))


def rows(large: Opened, members: list[Member], *, window_bytes: int = WINDOWS_OF_SOME_BLOCKS) -> StreamedRows:
    return StreamedRows(members, with_streams(large, window_bytes=window_bytes))


def flat(source: StreamedRows, step: int) -> list[torch.Tensor]:
    """Inputs and targets of a step, one after the other."""
    inputs, targets = source.batch(step, 0.0)
    return [*inputs, targets]


def learned_first(stream: RowStream, epoch: int) -> np.ndarray:
    """The targets of an epoch in the order of the stream."""
    windows = map(stream.read, stream.windows(epoch))
    return np.concatenate([window.target[window.order] for window in windows])


@pytest.mark.parametrize("window_bytes", [WINDOWS_OF_SOME_BLOCKS, 1 << 30])
def test_the_batches_of_an_epoch_are_the_streams_rows_in_their_order(large: Opened, window_bytes: int) -> None:
    source = rows(large, make_members(make_recipe(batch_size=64)), window_bytes=window_bytes)

    targets = torch.cat([source.batch(source.steps_per_epoch + step, 0.0)[1] for step in range(source.steps_per_epoch)], dim=1)

    expected = learned_first(source.data.streams[0], 1)[: targets.shape[1]]
    scales = source.data.scales
    for fold in range(3):
        values = expected if not scales else (expected - scales[fold].mean) / scales[fold].deviation
        np.testing.assert_allclose(targets[fold].numpy(), values, rtol=1e-5, atol=1e-5)
    assert source.data.streams[0].rows - targets.shape[1] < 64


def test_a_batch_hangs_on_its_step_and_not_on_those_before(large: Opened) -> None:
    members = make_members(make_recipe(batch_size=50))
    walking, jumping = rows(large, members), rows(large, members)
    steps = [0, 3, walking.steps_per_epoch - 1, walking.steps_per_epoch, 2 * walking.steps_per_epoch + 5]

    walked = {step: flat(walking, step) for step in range(max(steps) + 1)}

    for step in reversed(steps):
        for one, other in zip(flat(jumping, step), walked[step], strict=True):
            assert torch.equal(one, other)


def test_every_member_sees_the_same_rows_as_its_own_fold_encodes_them(large: Opened) -> None:
    source = rows(large, make_members(make_recipe(batch_size=32)))
    plan = source.data.streams[0].windows(0)[0]
    window = source.data.streams[0].read(plan)

    (numbers, codes), _ = source.batch(0, 0.0)

    assert (numbers.dtype, codes.dtype) == (torch.float32, torch.int64)
    for fold in range(3):
        np.testing.assert_array_equal(numbers[fold].numpy(), window.numbers[fold, window.order[:32]])
        np.testing.assert_array_equal(codes[fold].numpy(), window.codes[fold, window.order[:32]])
    assert not torch.equal(numbers[0], numbers[1])


def test_members_that_are_left_keep_their_batches(large: Opened) -> None:
    members = make_members(make_recipe(batch_size=32))
    whole, fewer = rows(large, members), rows(large, members)

    fewer.keep([2])

    assert torch.equal(flat(fewer, 4)[0], flat(whole, 4)[0][[2]])


def test_no_more_than_two_windows_are_in_memory(large: Opened) -> None:
    gc.collect()
    source = rows(large, make_members(make_recipe(batch_size=64)))

    most = 0
    for step in range(0, source.steps_per_epoch, 4):
        source.batch(step, 0.0)
        most = max(most, sum(type(thing) is Window for thing in gc.get_objects()))

    assert len(source.data.streams[0].windows(0)) > 3
    assert 1 <= most <= 2


def test_data_without_a_stream_is_learned_from_in_memory() -> None:
    assert isinstance(row_source(make_members(make_recipe()), make_data()), FoldRows)


def test_networks_learn_from_a_stream_and_are_judged_on_the_sample(large: Opened) -> None:
    data = with_streams(large)
    members = make_members(make_recipe(batch_size=64, learning_rate=1e-2))
    population = Population(members, data)

    trained = train(population, Pace(steps=150, most_steps=150), lambda truth, prediction: judged(data, truth, prediction))

    assert population.steps_per_epoch == data.streams[0].rows // 64
    for entry in trained:
        assert len(entry.predictions) == len(data.validation_rows[entry.member.fold])
        assert entry.error < 0.85 * guessing(data)


def test_members_whose_folds_have_streams_of_their_own_learn_from_those(tmp_path: Path) -> None:
    with opened(written(made_up(), tmp_path), time="day") as in_time:
        data = with_streams(in_time)
        source = StreamedRows(make_members(make_recipe(batch_size=32)), data)
        _, targets = source.batch(0, 0.0)
        source.keep([1])
        left = source.batch(0, 0.0)[1]

    assert source.steps_per_epoch == data.streams[0].rows // 32
    for fold in range(3):
        assert targets[fold].tolist() == learned_first(data.streams[fold], 0)[:32].tolist()
    assert torch.equal(left[0], targets[1])


def test_a_member_alone_learns_from_the_same_rows_as_among_others(large: Opened) -> None:
    data = with_streams(large)
    members = make_members(make_recipe(batch_size=32))
    together, alone = Population(members, data), Population(members[1:2], data)

    for step in range(6):
        together.step_together(step / 6)
        alone.step_together(step / 6)

    torch.testing.assert_close(together.weights[1], alone.weights[0], rtol=1e-3, atol=2e-5)


def judged(data: FoldTensors, truth: np.ndarray, prediction: np.ndarray) -> float:
    """Share of wrong classes, or the root of the mean squared error."""
    if data.kind.is_classification:
        return float((prediction.argmax(axis=1) != truth).mean())
    return float(np.sqrt(np.mean((prediction - truth) ** 2)))


def guessing(data: FoldTensors) -> float:
    """The error of the best constant answer."""
    return float(1 - np.bincount(data.truth).max() / len(data.truth)) if data.kind.is_classification else float(data.truth.std())
