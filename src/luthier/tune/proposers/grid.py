"""Grids: every combination of a few values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from luthier.core.recipe import Setting
from luthier.core.seeds import numpy_rng
from luthier.tune.proposers.proposer import NOTHING, Proposal
from luthier.tune.proposers.questions import Candidate, Question, ask_families
from luthier.tune.space import Space
from luthier.tune.trials import Point, Trial

STEPS = 5
"Values of a path."
PATHS = ("learning_rate",)
"The setting that matters most."


@dataclass(frozen=True, slots=True)
class Grid:
    """Every combination of some settings, the others as expected; in random order, so that a part of it covers the whole.

    It ends when all were tried. A path that a family does not search is left out there.
    """

    space: Space
    paths: tuple[str, ...] = PATHS
    "What is combined."
    steps: int = STEPS
    "Values of each path, evenly from end to end; choices have all of theirs."

    def ask(self, count: int, history: Sequence[Trial], *, seed: int, fixed: Point = NOTHING) -> list[Proposal]:
        """What to try next."""
        return ask_families(self.space, count, history, seed=seed, fixed=fixed, thinks=self._candidates)

    def _candidates(self, question: Question) -> Iterator[Candidate]:
        for values in cells(question, self.paths, self.steps):
            yield values, "grid"


@dataclass(frozen=True, slots=True)
class GridRandom:
    """A full grid over the few settings that matter, the rest random: each value of the few is seen with many values of the rest.

    It goes through the grid again and again, with new random values each time.
    """

    space: Space
    paths: tuple[str, ...] = PATHS
    "What is combined."
    steps: int = STEPS
    "As in `Grid`."

    def ask(self, count: int, history: Sequence[Trial], *, seed: int, fixed: Point = NOTHING) -> list[Proposal]:
        """What to try next."""
        return ask_families(self.space, count, history, seed=seed, fixed=fixed, thinks=self._candidates)

    def _candidates(self, question: Question) -> Iterator[Candidate]:
        plan, rng, number = cells(question, self.paths, self.steps), question.rng, len(question.trials)
        rest = [path for path in question.free_paths if path not in self.paths]
        while True:
            drawn = {path: question.family.domains[path].at(rng.random()) for path in rest}
            yield {**plan[number % len(plan)], **drawn}, "grid-random"
            number += 1


def cells(question: Question, paths: Sequence[str], steps: int) -> list[dict[str, Setting]]:
    """The combinations of a family in an order that hangs on the seed alone."""
    searched = [path for path in paths if path in question.free_paths]
    combined = [dict(zip(searched, values, strict=True)) for values in product(*(question.family.domains[path].grid(steps) for path in searched))]
    order: np.ndarray = numpy_rng(question.seed, "grid").permutation(len(combined))
    return [combined[number] for number in order]
