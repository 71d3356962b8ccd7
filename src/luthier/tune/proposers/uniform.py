"""Random search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from luthier.tune.proposers.proposer import NOTHING, Proposal
from luthier.tune.proposers.questions import Candidate, Question, ask_families
from luthier.tune.space import Space
from luthier.tune.trials import Point, Trial


@dataclass(frozen=True, slots=True)
class Random:
    """Every setting evenly over its domain, whatever was found before."""

    space: Space

    def ask(self, count: int, history: Sequence[Trial], *, seed: int, fixed: Point = NOTHING) -> list[Proposal]:
        """What to try next."""
        return ask_families(self.space, count, history, seed=seed, fixed=fixed, thinks=uniform_candidates)


def uniform_candidates(question: Question) -> Iterator[Candidate]:
    """Independent uniform values, without end."""
    rng = question.rng
    while True:
        yield {path: domain.at(rng.random()) for path, domain in question.family.domains.items()}, "random"
