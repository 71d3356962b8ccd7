"""Opening: the first recipe beside a few changed ones, before anything is trained fully.

Every combination of the changes is trained on the same folds, so that each of them is judged by many pairs that differ in nothing else. What must
be known before a full training, such as whether mirrored images help, is decided here; the rest is told in the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from luthier.core.recipe import Setting
from luthier.tune.rungs import MIDDLE
from luthier.tune.space import FAMILY, Space
from luthier.tune.trials import Point, Trial

RUNG = replace(MIDDLE, folds=2)
"What is compared here is trained about as long as on the middle rung of a search."
MOST_SHARE = 0.5
"An opening may cost this share of the search; where that pays only for trainings that are too short to tell anything, it is left out."
SURE = 2.0
"A change is kept where its mean gain is more than so many standard errors."

Change = Mapping[str, Setting]
"Values by path that take the place of the recipe's own; an empty one is the recipe itself."


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Which changes are tried."""

    factors: tuple[tuple[Change, ...], ...]
    "Of each factor the recipe itself, `{}`, and what takes its place: one of each is combined with one of every other."
    deciding: frozenset[str] = field(default_factory=frozenset)
    "Paths that move together and go on as they were better here. The others are better or worse by the length of a training, and stay as they are."
    epochs: float
    "Passes over the training rows that are long enough."

    def points(self, space: Space) -> list[Point]:
        """The first family's own place, then every combination of the changes, each once."""
        combined = [self._changed(space, {path: value for change in changes for path, value in change.items()}) for changes in product(*self.factors)]
        return [point for place, point in enumerate(combined) if point not in combined[:place]]

    def decided(self, space: Space, trials: list[Trial]) -> Point:
        """The own place with every deciding value that was better for sure.

        Args:
            trials: of `points`, in their order.
        """
        own, changes = trials[0].point, {}
        for path in self.deciding:
            for value in sorted({trial.point[path] for trial in trials if path in trial.point and trial.point[path] != own.get(path)}, key=str):
                gains = np.array(list(self._gains(space, trials, path, own.get(path), value)))
                if len(gains) > 1 and gains.mean() > SURE * gains.std(ddof=1) / np.sqrt(len(gains)):
                    changes[path] = value
        return self._changed(space, changes)

    def _gains(self, space: Space, trials: list[Trial], path: str, before: Setting, after: Setting) -> Iterator[float]:
        """How much smaller the error became, of all pairs of trials that differ in what is decided alone, fold by fold."""
        others = set(space.families[str(trials[0].point[FAMILY])].domains) - self.deciding
        for one, other in product(trials, trials):
            alike = all(one.point.get(place) == other.point.get(place) for place in others)
            if alike and (one.point.get(path), other.point.get(path)) == (before, after):
                yield from (a - b for a, b in zip(_errors(one), _errors(other), strict=False) if np.isfinite([a, b]).all())

    @staticmethod
    def _changed(space: Space, change: Change) -> Point:
        family = next(iter(space.families))
        domains, own = space.families[family].domains, space.default_point(family)
        values = {path: domains[path].clip(value) for path, value in change.items() if path in domains}
        return space.point(family, {path: value for path, value in {**own, **values}.items() if path != FAMILY})


def _errors(trial: Trial) -> tuple[float, ...]:
    score = trial.score_at(RUNG.number)
    return score.errors[: RUNG.folds] if score is not None else ()
