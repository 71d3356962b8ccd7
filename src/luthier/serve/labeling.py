"""Labeling: labels on their way into the ledger, a bounded number at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from luthier.core.errors import RequestRefused
from luthier.core.task import Task
from luthier.ledger import Labels
from luthier.ledger.records import Label, LabelReceipt
from luthier.serve.label_facts import LabelFact, require_number

_MOST_WAITING = 64
"Requests with labels that may wait for the ledger."


class Labeling:
    """Writes labels down, always before it is said that they are. Belongs to one event loop.

    Args:
        labels: of the ledger.
        deployment: whose predictions they are about.
    """

    def __init__(self, labels: Labels, deployment: str) -> None:
        self._labels, self._deployment = labels, deployment
        self._thread, self._waiting = ThreadPoolExecutor(1, thread_name_prefix="luthier-labels"), 0

    async def add(self, facts: Sequence[LabelFact], task: Task, received: datetime) -> LabelReceipt:
        """Return when the labels are on the disk.

        Raises:
            RequestRefused: a label that cannot be one, or too many requests at once.
            LedgerError: the ledger cannot be written.
        """
        if self._waiting >= _MOST_WAITING:
            raise RequestRefused(
                f"At most {_MOST_WAITING} requests with labels may wait for the ledger, and so many do. Send yours again in a second.",
                status=503,
                retry_after_seconds=1,
            )
        if not task.kind.is_classification:
            for fact in facts:
                require_number(fact, task.target)
        labels = [self._label(fact, received) for fact in facts]
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._labels.add, labels)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Write what was taken, and let go of the thread."""
        self._thread.shutdown()

    def _label(self, fact: LabelFact, received: datetime) -> Label:
        return Label(
            deployment=self._deployment,
            prediction_id=fact.prediction_id,
            label=fact.text,
            observed_at=fact.observed or received,
            received_at=received,
            source=fact.source,
        )
