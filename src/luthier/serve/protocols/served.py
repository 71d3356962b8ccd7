"""Served: what the other protocols need of a `Service`."""

from __future__ import annotations

from typing import Protocol

from luthier.bundle.manifest import Manifest
from luthier.serve.answers import Answers
from luthier.serve.question import Question


class Served(Protocol):
    """One deployment and the model that answers for it now.

    Laws: all are used on one event loop; `manifest` may be another one after every `await`, as a promotion changes it.
    """

    deployment: str
    "Its name: what these protocols call the model."

    @property
    def version(self) -> int:
        """The deployment's version now."""

    @property
    def manifest(self) -> Manifest:
        """Of the model that answers now."""

    @property
    def ready(self) -> bool:
        """Whether a question would be answered."""

    def require_few(self, rows: int) -> None:
        """Refuse more rows or images than one request may hold."""

    async def answer(self, question: Question) -> Answers:
        """The answers, in the order of the question.

        Raises:
            RequestRefused, DataError, LedgerError: it cannot be answered.
        """
