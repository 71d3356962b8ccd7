from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from luthier.ledger import Ledger
from tests.ledger.made_up import Clock
from tests.web.made_up import Visitor, clinic, pages_of


@pytest.fixture(scope="session")
def clinic_ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """For reading only."""
    ledger, _ = clinic(tmp_path_factory.mktemp("clinic"))
    with ledger:
        yield ledger


@pytest.fixture(scope="session")
def visitor(clinic_ledger: Ledger) -> Visitor:
    """Of the ledger that is for reading only."""
    return pages_of(clinic_ledger)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    """Empty."""
    with Ledger.open(tmp_path / "ledger.db", clock=clock) as opened:
        yield opened
