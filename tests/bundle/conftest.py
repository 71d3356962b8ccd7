from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from luthier.bundle import Calibration
from tests.bundle.made_up import CLASSES, NUMBER, MadeUp, make_bundle
from tests.bundle.made_up_images import COLOR, GRAY, PRICE, PRODUCTS, MadeUpImages, make_image_bundle


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> MadeUp:
    return make_bundle(tmp_path_factory.mktemp("classifier") / "model", CLASSES, Calibration(temperature=1.7, set_threshold=0.3))


@pytest.fixture(scope="session")
def regressor(tmp_path_factory: pytest.TempPathFactory) -> MadeUp:
    return make_bundle(tmp_path_factory.mktemp("regressor") / "model", NUMBER, Calibration(interval_edges=(-1.0, 0.5), interval_half_widths=(1.0, 2.0, 4.0)))


@pytest.fixture(scope="session")
def image_classifier(tmp_path_factory: pytest.TempPathFactory) -> MadeUpImages:
    """Sees color."""
    return make_image_bundle(tmp_path_factory.mktemp("image_classifier") / "model", PRODUCTS, COLOR)


@pytest.fixture(scope="session")
def image_regressor(tmp_path_factory: pytest.TempPathFactory) -> MadeUpImages:
    """Sees gray."""
    return make_image_bundle(tmp_path_factory.mktemp("image_regressor") / "model", PRICE, GRAY)


@pytest.fixture
def copied(classifier: MadeUp, tmp_path: Path) -> Path:
    """A copy of the classifier's folder, to be spoiled."""
    return Path(shutil.copytree(classifier.folder, tmp_path / "model"))
