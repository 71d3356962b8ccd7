"""Questions: what a proposer is asked, dealt out to the families; what is known already is left out of the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from luthier.core.recipe import Setting
from luthier.core.seeds import derive_seed, numpy_rng
from luthier.tune.proposers.proposer import Proposal
from luthier.tune.space import FAMILY, Family, Space
from luthier.tune.trials import Point, Trial

EVIDENCE = 0.5
"What the best trials say about the family to take next; the rest goes by the families' shares, so that each keeps a minimum."
BEST = 0.25
"The share of the trials that have a say in it."
TRIES = 200
"Known places in a row, beside all that are known, after which a family has no others as far as anybody can tell."


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one family is asked."""

    name: str
    family: Family
    trials: tuple[Trial, ...]
    "Of this family, inside its domains."
    fixed: Mapping[str, Setting]
    "Paths whose value is given."
    seed: int
    "Of the search and the family: the same in every question."
    tried: int
    "Trials of all families so far."

    @property
    def rng(self) -> np.random.Generator:
        """A generator of this question's own, at its start."""
        return numpy_rng(self.seed, "question", self.tried)

    @property
    def usable(self) -> list[Trial]:
        """The trials with a number to compare: the longest trained first, the better first among these."""
        return ranked(self.trials)

    @property
    def free_paths(self) -> tuple[str, ...]:
        """The paths that are open: not fixed, and not excluded by what is fixed."""
        excluded = lambda when: any(path in self.fixed and self.fixed[path] not in allowed for path, allowed in when.items())  # noqa: E731
        return tuple(path for path, domain in self.family.domains.items() if path not in self.fixed and not excluded(domain.when))

    def values_of(self, trial: Trial) -> dict[str, Setting]:
        """A trial's value for every path; the expected one where the setting does not exist."""
        return {path: trial.point.get(path, self.family.center(path)) for path in self.family.domains}


Candidate: TypeAlias = tuple[Mapping[str, Setting], str]
"""Values for paths of a family (those that do not exist are dropped, those left out are as expected), and their origin."""

Thinks: TypeAlias = Callable[[Question], Iterator[Candidate]]
"""A family's candidates, as many as wanted; what is fixed need not be in them."""


def ask_families(space: Space, count: int, history: Sequence[Trial], *, seed: int, fixed: Point, thinks: Thinks) -> list[Proposal]:
    """New proposals: each place of the answer is given to a family, whose next candidate that nobody knows yet takes it."""
    space.refuse_unknown(fixed)
    questions = _questions(space, history, seed=seed, fixed=fixed)
    known = {key_of(trial.point) for trial in history}
    fresh = {name: _fresh(space, question, thinks(question), known) for name, question in questions.items()}
    proposals = []
    for name in _dealt(space, questions, count, seed=seed, tried=len(history)):
        order = [name, *(other for other in fresh if other != name)]
        proposal = next((found for other in order if (found := next(fresh[other], None)) is not None), None)
        if proposal is None:
            break
        proposals.append(proposal)
    return proposals


def key_of(point: Point) -> tuple[tuple[str, Setting], ...]:
    """The same for equal places, whatever the order of their paths."""
    return tuple(sorted(point.items()))


def ranked(trials: Sequence[Trial]) -> list[Trial]:
    """The trials with a number to compare: the highest rung first, the smaller error first on each."""
    return sorted((trial for trial in trials if trial.usable), key=lambda trial: (-trial.rung, trial.error, trial.number))


def _questions(space: Space, history: Sequence[Trial], *, seed: int, fixed: Point) -> dict[str, Question]:
    names = [str(fixed[FAMILY])] if FAMILY in fixed else list(space.families)
    values = {path: value for path, value in fixed.items() if path != FAMILY}
    inside = [trial for trial in history if space.contains(trial.point)]
    return {
        name: Question(
            name=name,
            family=space.families[name],
            trials=tuple(trial for trial in inside if trial.point[FAMILY] == name),
            fixed=values,
            seed=derive_seed(seed, "family", name),
            tried=len(history),
        )
        for name in names
    }


def _fresh(space: Space, question: Question, candidates: Iterator[Candidate], known: set[tuple[tuple[str, Setting], ...]]) -> Iterator[Proposal]:
    in_vain = 0
    for values, origin in candidates:
        point = space.point(question.name, {**values, **question.fixed})
        if (key := key_of(point)) not in known:
            known.add(key)
            in_vain = 0
            yield Proposal(point=point, origin=origin)
        elif (in_vain := in_vain + 1) > TRIES + len(known):
            return


def _dealt(space: Space, questions: Mapping[str, Question], count: int, *, seed: int, tried: int) -> list[str]:
    """A family for each place: evenly spread over their weights, so that a batch holds of each what it should."""
    names = list(questions)
    weights = np.array([space.families[name].share for name in names])
    weights = weights / weights.sum()
    best = ranked([trial for question in questions.values() for trial in question.trials])
    best = best[: round(len(best) * BEST)]
    if best:
        found = np.array([sum(trial.point[FAMILY] == name for trial in best) for name in names])
        weights = (1 - EVIDENCE) * weights + EVIDENCE * found / len(best)
    rng = numpy_rng(seed, "families", tried)
    marks = (rng.random() + np.arange(count)) / max(count, 1)
    places = np.minimum(np.searchsorted(np.cumsum(weights), marks, side="right"), len(names) - 1)
    return [names[place] for place in rng.permutation(places)]
