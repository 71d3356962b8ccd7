"""Label shares: how much of what was answered has a label by now, looked up now and then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import final

from luthier.ledger import Coverage, Ledger

DAYS = 7
"The days before now that count."
_REMEMBERED = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    at: datetime
    coverage: Coverage


@final
class LabelShares:
    """The label coverage of deployments, remembered for a minute: pages that change by themselves ask every other second. Threads may share it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._looked: dict[str, _Looked] = {}

    def of(self, deployment: str) -> Coverage:
        """Predictions of the last days and how many of them have a label."""
        now, before = self._ledger.now(), self._looked.get(deployment)
        if before is None or now - before.at >= _REMEMBERED:
            coverage = self._ledger.labels.coverage(deployment, since=now - timedelta(days=DAYS))
            before = self._looked[deployment] = _Looked(at=now, coverage=coverage)
        return before.coverage
