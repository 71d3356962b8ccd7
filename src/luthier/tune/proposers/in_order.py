"""Proposers made of others: one after another, on some settings only, or with known places first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from luthier.core.recipe import Setting
from luthier.tune.proposers.proposer import NOTHING, Proposal, Proposer
from luthier.tune.proposers.questions import key_of, ranked
from luthier.tune.space import FAMILY, Space
from luthier.tune.trials import Point, Trial, TrialState

FACTORS = (3.0, 1 / 3, 3.0**0.5, 3.0**-0.5)
"Steps from the best learning rate: half a decade either way, then half of that."


@dataclass(frozen=True, slots=True)
class InOrder:
    """Asks its proposers in turn: each gives what the ones before it do not have."""

    space: Space
    proposers: tuple[Proposer, ...]
    "The last one should never run out."

    def ask(self, count: int, history: Sequence[Trial], *, seed: int, fixed: Point = NOTHING) -> list[Proposal]:
        """What to try next."""
        proposals: list[Proposal] = []
        for proposer in self.proposers:
            if len(proposals) < count:
                known = [*history, *(self._running(proposal, len(history) + place) for place, proposal in enumerate(proposals))]
                proposals += proposer.ask(count - len(proposals), known, seed=seed, fixed=fixed)
        return proposals

    def _running(self, proposal: Proposal, number: int) -> Trial:
        return Trial(number=number, point=proposal.point, recipe=self.space.recipe(proposal.point), origin=proposal.origin, state=TrialState.RUNNING)


@dataclass(frozen=True, slots=True)
class Defaults:
    """The families' own recipes, in the order of the space; then nothing more."""

    space: Space

    def ask(self, count: int, history: Sequence[Trial], *, seed: int, fixed: Point = NOTHING) -> list[Proposal]:
        """What to try next."""
        points = [self.space.default_point(name) for name in self.space.families]
        return first_new(self.space, [(point, "default") for point in points], count, history, fixed=fixed, bent=True)


@dataclass(frozen=True, slots=True)
class Past:
    """Places that were good before, on a table of the same schema, moved into the space; then nothing more."""

    space: Space
    points: tuple[Point, ...]
    "The most promising first."

    def ask(self, count: int, history: Sequence[Trial], *, seed: int, fixed: Point = NOTHING) -> list[Proposal]:
        """What to try next."""
        moved = [inside for point in self.points if (inside := self.space.moved_inside(point)) is not None]
        return first_new(self.space, [(point, "past") for point in moved], count, history, fixed=fixed)


@dataclass(frozen=True, slots=True)
class Steps:
    """The best trial with its learning rate multiplied and divided; then nothing more, until another trial is the best."""

    space: Space

    def ask(self, count: int, history: Sequence[Trial], *, seed: int, fixed: Point = NOTHING) -> list[Proposal]:
        """What to try next."""
        inside = [trial for trial in history if self.space.contains(trial.point) and agrees(trial.point, fixed)]
        points = [self._stepped(best.point, factor) for best in ranked(inside)[:1] if "learning_rate" in best.point for factor in FACTORS]
        return first_new(self.space, [(point, "incumbent") for point in points], count, history, fixed=fixed)

    def _stepped(self, point: Point, factor: float) -> Point:
        domain = self.space.families[str(point[FAMILY])].domains["learning_rate"]
        return {**point, "learning_rate": domain.clip(float(point["learning_rate"]) * factor)}  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Narrow:
    """Another proposer that moves a few settings only; the others stay at the family's own recipe."""

    space: Space
    proposer: Proposer
    paths: tuple[str, ...]
    "What moves, together with all that is fixed in the question."

    def ask(self, count: int, history: Sequence[Trial], *, seed: int, fixed: Point = NOTHING) -> list[Proposal]:
        """What to try next, all of one family where none is fixed: the one of the best trial, else the first."""
        self.space.refuse_unknown(fixed)
        best = ranked([trial for trial in history if self.space.contains(trial.point)])
        name = str(fixed.get(FAMILY, best[0].point[FAMILY] if best else next(iter(self.space.families))))
        return self.proposer.ask(count, history, seed=seed, fixed=self._resting(name, fixed))

    def _resting(self, name: str, fixed: Point) -> Point:
        """What does not move: what hangs on a setting that moves is no part of it."""
        domains = self.space.families[name].domains
        resting: dict[str, Setting] = {}
        for path, value in self.space.point(name, {**self.space.default_point(name), **fixed}).items():
            moves = path in self.paths or (path in domains and any(other in domains and other not in resting for other in domains[path].when))
            if path in fixed or not moves:
                resting[path] = value
        return resting


def first_new(
    space: Space, candidates: Sequence[tuple[Point, str]], count: int, history: Sequence[Trial], *, fixed: Point, bent: bool = False
) -> list[Proposal]:
    """The first of some places that nobody knows and that have what is fixed, or are bent to have it."""
    space.refuse_unknown(fixed)
    known, proposals = {key_of(trial.point) for trial in history}, []
    for point, origin in candidates:
        if bent and point[FAMILY] == fixed.get(FAMILY, point[FAMILY]):
            point = space.point(str(point[FAMILY]), {path: value for path, value in {**point, **fixed}.items() if path != FAMILY})
        if agrees(point, fixed) and key_of(point) not in known:
            known.add(key_of(point))
            proposals.append(Proposal(point=point, origin=origin))
    return proposals[:count]


def agrees(point: Point, fixed: Point) -> bool:
    """True where a place has everything that is fixed."""
    return all(path in point and point[path] == value for path, value in fixed.items())
