from __future__ import annotations

import numpy as np
import pytest
import torch

from luthier.core.task import TaskKind
from luthier.tune.executors.shelf import ALIGNMENT, Shelf
from tests.fit.conftest import make_data


@pytest.fixture
def values() -> dict[str, object]:
    return {"matrix": torch.arange(6.0).reshape(2, 3).T, "none": torch.empty(3, 0), "one": torch.tensor(4), "rows": np.arange(5), "name": "table"}


def test_what_is_read_is_what_was_put_there(values: dict[str, object]) -> None:
    read = Shelf.of(values).read()

    assert torch.equal(read["matrix"], values["matrix"])
    assert (read["none"].shape, read["one"].item(), read["rows"].tolist(), read["name"]) == ((3, 0), 4, [0, 1, 2, 3, 4], "table")


@pytest.mark.parametrize("kind", [TaskKind.MULTICLASS, TaskKind.REGRESSION])
def test_the_rows_of_folds_arrive_whole(kind: TaskKind) -> None:
    data = make_data(kind)

    read = Shelf.of(data).read()

    assert torch.equal(read.inputs[0], data.inputs[0])
    assert torch.equal(read.targets, data.targets)
    assert all(torch.equal(one, other) for one, other in zip(read.train_rows, data.train_rows, strict=True))
    assert np.array_equal(read.truth, data.truth)
    assert (read.kind, read.shape, read.scales) == (data.kind, data.shape, data.scales)


def test_what_a_reader_writes_stays_with_it() -> None:
    shelf = Shelf.of(torch.zeros(4))

    shelf.read().fill_(1.0)

    assert torch.equal(shelf.read(), torch.zeros(4))


def test_arrays_begin_at_a_cache_line(values: dict[str, object]) -> None:
    read = Shelf.of(values).read()

    assert read["matrix"].data_ptr() % ALIGNMENT == read["rows"].ctypes.data % ALIGNMENT == 0


def test_what_was_read_outlives_the_shelf() -> None:
    shelf = Shelf.of(torch.arange(3))
    read = shelf.read()

    shelf.close()
    shelf.close()

    assert read.tolist() == [0, 1, 2]
