"""SpeedBook: how long a training row takes, learned from every training that has ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from luthier.core.recipe import Recipe
from luthier.fit import stack_key

LEARNING = 0.5
"Weight of the newest measurement against what was known."


@dataclass(slots=True, kw_only=True)
class SpeedBook:
    """Seconds a training row and member, by what makes a population.

    A shape that was never trained is guessed from the one nearest in size: the time grows with the number of weights.
    """

    size_of: Callable[[Recipe], int]
    "Trained numbers of a recipe's network."
    _known: dict[str, tuple[float, int, str]] = field(default_factory=dict)  # key: seconds a row, size, architecture

    def learn(self, recipe: Recipe, *, seconds: float, rows: int) -> None:
        """Take in what a training took; nothing where no clock ran."""
        if not (rows > 0 and seconds > 0):
            return
        key, measured = stack_key(recipe), seconds / rows
        if key in self._known:
            before, size, name = self._known[key]
            self._known[key] = (LEARNING * measured + (1 - LEARNING) * before, size, name)
        else:
            self._known[key] = (measured, self.size_of(recipe), recipe.net.name)

    def seconds_per_row(self, recipe: Recipe) -> float:
        """What a row of a recipe will take; 0 while nothing is known at all."""
        key = stack_key(recipe)
        if key in self._known:
            return self._known[key][0]
        if not self._known:
            return 0.0
        size = self.size_of(recipe)
        kin = [entry for entry in self._known.values() if entry[2] == recipe.net.name] or list(self._known.values())
        seconds, nearest, _ = min(kin, key=lambda entry: max(entry[1] / size, size / entry[1]))
        return seconds * max(size / nearest, 0.25)
