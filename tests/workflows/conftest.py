from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from luthier.bundle import Calibration
from luthier.ledger import Deployment, Ledger
from luthier.workflows.deploying import deploy
from luthier.workflows.fit import fit
from luthier.workflows.result import FitResult
from tests.bundle.made_up import CLASSES, NUMBER, MadeUp, make_bundle
from tests.ledger.made_up import Clock
from tests.workflows.in_service import NAME, model_with_reference
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


@pytest.fixture(scope="session")
def unsure(tmp_path_factory: pytest.TempPathFactory) -> MadeUp:
    """A classifier whose probabilities are nearly even, with rows of its reference."""
    made = make_bundle(tmp_path_factory.mktemp("unsure") / "made", CLASSES, Calibration(temperature=1.7))
    return replace(made, folder=model_with_reference(made, made.folder.parent / "unsure"))


@pytest.fixture(scope="session")
def sure(tmp_path_factory: pytest.TempPathFactory) -> MadeUp:
    """The same networks with sharp probabilities: where these are right, a better model."""
    made = make_bundle(tmp_path_factory.mktemp("sure") / "made", CLASSES, Calibration(temperature=0.1))
    return replace(made, folder=model_with_reference(made, made.folder.parent / "sure"))


@pytest.fixture(scope="session")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> MadeUp:
    """A regression without a reference."""
    return make_bundle(tmp_path_factory.mktemp("numbers") / "numbers", NUMBER, Calibration(interval_half_widths=(1.0,)))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    """Empty; its time is that of `clock`."""
    with Ledger.open(tmp_path / "ledger.db", clock=clock) as opened:
        yield opened


@pytest.fixture
def clinic(ledger: Ledger, unsure: MadeUp, clock: Clock) -> Deployment:
    """The unsure classifier in use, since a second ago."""
    deployment = deploy(ledger, unsure.folder, name=NAME, who="a test")
    clock.forward(1)
    return deployment
