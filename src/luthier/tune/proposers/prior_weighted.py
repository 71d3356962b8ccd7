"""Prior-weighted search: near the published recipe, near the best so far, and anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from luthier.core.recipe import Setting
from luthier.tune.domains import BROAD
from luthier.tune.proposers.proposer import NOTHING, Proposal
from luthier.tune.proposers.questions import Candidate, Question, ask_families
from luthier.tune.space import Space
from luthier.tune.trials import Point, Trial

FROM_PRIOR, FROM_INCUMBENT = 0.5, 0.3
"Shares of the proposals; the rest is uniform. Without an incumbent its share goes to the other two."
MOVED = 0.5
"Chance that a setting of the incumbent is moved at all, as in PriorBand."
NARROWEST = 0.03
"The deviation around an incumbent goes no lower."
SETTLES = 8
"Usable trials after which that deviation is the broad one over the square root of 2."


@dataclass(frozen=True, slots=True)
class PriorWeighted:
    """Half of the proposals around the family's own recipe, three in ten around the best trials, the rest anywhere.

    A good recipe is found soon where the published one is good, and not much later than by random search where it is bad.

    Source: Mallik et al., "PriorBand", arXiv 2306.12370. There the shares move with the evidence; here they stand, and the deviation
    around the incumbents shrinks with it instead.
    """

    space: Space

    def ask(self, count: int, history: Sequence[Trial], *, seed: int, fixed: Point = NOTHING) -> list[Proposal]:
        """What to try next."""
        return ask_families(self.space, count, history, seed=seed, fixed=fixed, thinks=prior_candidates)


def prior_candidates(question: Question) -> Iterator[Candidate]:
    """Candidates of all three kinds, without end."""
    rng, family = question.rng, question.family
    incumbents = [question.values_of(trial) for trial in question.usable]
    chances = np.array([FROM_PRIOR, FROM_INCUMBENT if incumbents else 0.0, 1 - FROM_PRIOR - FROM_INCUMBENT])
    while True:
        kind = rng.choice(["prior", "incumbent", "random"], p=chances / chances.sum())
        if kind == "prior":
            values: dict[str, Setting] = {path: domain.near(family.center(path), BROAD, rng) for path, domain in family.domains.items()}
        elif kind == "incumbent":
            values = _moved(question, incumbents, rng)
        else:
            values = {path: domain.at(rng.random()) for path, domain in family.domains.items()}
        yield values, str(kind)


def _moved(question: Question, incumbents: list[dict[str, Setting]], rng: np.random.Generator) -> dict[str, Setting]:
    """One of the best, some of its settings moved: the best is taken half of the time, the second a quarter, and so on."""
    values = dict(incumbents[min(int(rng.geometric(0.5)) - 1, len(incumbents) - 1)])
    spread = max(BROAD / np.sqrt(1 + len(incumbents) / SETTLES), NARROWEST)
    for path in question.free_paths:
        if rng.random() < MOVED:
            values[path] = question.family.domains[path].near(values[path], spread, rng)
    return values
