from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from luthier.workflows.fit import fit
from luthier.workflows.result import FitResult
from tests.workflows.tables import inputs_and


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Decoded images are kept in a folder of these tests."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LUTHIER_CACHE", str(folder))
        yield folder


def small_fit(target: str, folder: Path, **settings: object) -> FitResult:
    return fit(inputs_and(target), target=target, **{"work": "8k", "folds": 2, "out": folder / "model", **settings})


@pytest.fixture(scope="session")
def multiclass(tmp_path_factory: pytest.TempPathFactory) -> FitResult:
    return small_fit("kind", tmp_path_factory.mktemp("multiclass"))


@pytest.fixture(scope="session")
def binary(tmp_path_factory: pytest.TempPathFactory) -> FitResult:
    return small_fit("sold", tmp_path_factory.mktemp("binary"), cost="miss=10,false=1")


@pytest.fixture(scope="session")
def regression(tmp_path_factory: pytest.TempPathFactory) -> FitResult:
    return small_fit("weight", tmp_path_factory.mktemp("regression"))
