"""Claims: prediction ids that callers gave and whose answers are not in the ledger yet."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from luthier.core.errors import PredictionDiffers, RequestRefused
from luthier.serve.answers import AnsweredRow


class Claim:
    """One id: what was asked under it, and the answer that will come."""

    __slots__ = ("answer", "content")

    def __init__(self, content: str, answer: asyncio.Future[AnsweredRow]) -> None:
        self.content, self.answer = content, answer


class Claims:
    """Who asks first under an id has it answered; who asks the same meanwhile gets the same answer. Belongs to one event loop."""

    def __init__(self) -> None:
        self._held: dict[str, Claim] = {}

    def __len__(self) -> int:
        return len(self._held)

    def take(self, ids: Sequence[str], contents: Sequence[str]) -> tuple[list[int], dict[int, Claim]]:
        """Which places are the caller's to answer, and for the others the claims that will bring the answers.

        Raises:
            PredictionDiffers: an id is being answered for another question; nothing was taken.
        """
        others = {place: self._held[name] for place, name in enumerate(ids) if name in self._held}
        for place, claim in others.items():
            if claim.content != contents[place]:
                raise differing(ids[place])
        own = [place for place in range(len(ids)) if place not in others]
        loop = asyncio.get_running_loop()
        for place in own:
            self._held[ids[place]] = Claim(contents[place], loop.create_future())
        return own, others

    def fulfil(self, answer: AnsweredRow) -> None:
        """Tell all who wait for it; the claim is held until it is released."""
        claim = self._held.get(answer.prediction_id)
        if claim is not None and not claim.answer.done():
            claim.answer.set_result(answer)

    def release(self, ids: Sequence[str]) -> None:
        """Give ids up: their answers are in the ledger, or will never be. Who still waits is asked to ask again."""
        for name in ids:
            claim = self._held.pop(name, None)
            if claim is not None and not claim.answer.done():
                claim.answer.set_exception(
                    RequestRefused(
                        f"The same prediction id {name!r} was being answered for another request, which failed. Ask again.", status=503, retry_after_seconds=1
                    )
                )
                claim.answer.exception()  # nobody may be waiting


def differing(name: str) -> PredictionDiffers:
    """The refusal of an id that stands for another question."""
    return PredictionDiffers(f"A prediction id stands for one question, but {name!r} was used before with another content. Give a new id.")
