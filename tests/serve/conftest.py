from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from luthier.bundle import Bundle, Calibration
from luthier.ledger import Ledger
from tests.bundle.made_up import CLASSES, NUMBER, MadeUp, make_bundle
from tests.bundle.made_up_images import COLOR, PRODUCTS, MadeUpImages, make_image_bundle
from tests.serve.made_up import deploy


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> MadeUp:
    return make_bundle(tmp_path_factory.mktemp("classifier") / "model", CLASSES, Calibration(temperature=1.7, set_threshold=0.34))


@pytest.fixture(scope="session")
def regressor(tmp_path_factory: pytest.TempPathFactory) -> MadeUp:
    return make_bundle(tmp_path_factory.mktemp("regressor") / "model", NUMBER, Calibration(interval_edges=(-1.0, 0.5), interval_half_widths=(1.0, 2.0, 4.0)))


@pytest.fixture(scope="session")
def image_classifier(tmp_path_factory: pytest.TempPathFactory) -> MadeUpImages:
    """Sees color."""
    return make_image_bundle(tmp_path_factory.mktemp("image_classifier") / "model", PRODUCTS, COLOR)


@pytest.fixture(scope="session")
def classifier_bundle(classifier: MadeUp) -> Bundle:
    return Bundle.load(classifier.folder)


@pytest.fixture(scope="session")
def regressor_bundle(regressor: MadeUp) -> Bundle:
    return Bundle.load(regressor.folder)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Empty."""
    with Ledger.open(tmp_path / "ledger.db") as opened:
        yield opened


@pytest.fixture
def deployed(ledger: Ledger, classifier: MadeUp) -> Ledger:
    """With the classifier deployed."""
    deploy(ledger, classifier.folder)
    return ledger
