from __future__ import annotations

from collections.abc import Iterator

import pytest

from luthier.serve import Service
from tests.bundle.made_up import MadeUp
from tests.bundle.made_up_images import MadeUpImages
from tests.serve.protocols.serving import answering, deployed


@pytest.fixture(scope="session")
def classifier_service(classifier: MadeUp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with deployed(classifier.folder, tmp_path_factory.mktemp("ledger")) as service:
        yield service


@pytest.fixture(scope="session")
def classifier_address(classifier_service: Service) -> Iterator[str]:
    with answering(classifier_service) as address:
        yield address


@pytest.fixture(scope="session")
def regressor_address(regressor: MadeUp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with deployed(regressor.folder, tmp_path_factory.mktemp("ledger")) as service, answering(service) as address:
        yield address


@pytest.fixture(scope="session")
def image_address(image_classifier: MadeUpImages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with deployed(image_classifier.folder, tmp_path_factory.mktemp("ledger")) as service, answering(service) as address:
        yield address
