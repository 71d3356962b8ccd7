"""The time plan: how many folds and recipes the budget can train well, told before it starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from luthier.tune.rungs import BRACKETS, bracket_for

LEAST_EPOCHS, LEAST_FOLD_EPOCHS = 40.0, 12.0
"Of a table: see `Lengths`."
IMAGES = 48_000
"So many images are learned in `IMAGE_EPOCHS`; fewer need more passes, by the root of their number. Measured on Fashion-MNIST and 1,900 emoji."
IMAGE_EPOCHS = 6.0
MOST_IMAGE_EPOCHS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """How many passes over a fold's training rows a training should have."""

    recipe: float = LEAST_EPOCHS
    "Below which a further recipe is not worth starting: the first would lose more than the second brings."
    fold: float = LEAST_FOLD_EPOCHS
    "Below which fewer folds are trained."
    few_folds: int | None = None
    """Networks that cannot be stacked: one network gets all cores until the budget pays for one a lane, then folds in multiples of the lanes, and so
    many are enough while it does not pay for a search on all of them. None is for networks that can: as many folds as it pays for."""

    def folds(self, epochs: float, folds: int, *, lanes: int) -> int:
        """How many of the folds are trained, where the budget pays for so many passes over the training rows of one."""
        affordable = int(min(max(epochs / self.fold, 1), folds))
        if self.few_folds is None or epochs / folds / self.recipe >= BRACKETS[0][0]:
            return affordable
        return min(max(affordable - affordable % lanes, lanes), self.few_folds, folds) if epochs >= lanes * self.recipe else 1


def lengths_for_images(rows: int) -> Lengths:
    """The lengths for networks that see images.

    Args:
        rows: training rows of a fold.
    """
    fold = min(max(IMAGE_EPOCHS * (IMAGES / rows) ** 0.5, IMAGE_EPOCHS), MOST_IMAGE_EPOCHS)
    return Lengths(recipe=2 * fold, fold=fold, few_folds=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be trained, told before it starts."""

    folds: int
    "Folds that are trained; the others of the split only give training rows."
    recipes: int
    "Families whose own recipe is tried."
    trials: float
    "Trainings on every fold that the whole budget pays for, by a guess that the first of them corrects."

    def sentences(self, families: Sequence[str], *, bound: str) -> Iterator[str]:
        """The plan in words.

        Args:
            families: names, in their order.
            bound: what it has, such as `95 s`.
        """
        folds = f"{self.folds} folds" if self.folds > 1 else "one fold"
        yield f"Plan: the published recipes of {', '.join(families[: self.recipes])} on {folds} within {bound}."
        bracket = bracket_for(self.trials - self.recipes)
        if bracket is None:
            yield "A search follows if these trainings leave time for one."
        else:
            lengths = " and ".join(f"1/{round(1 / rung.epochs)}" for rung in bracket.rungs)
            yield (
                f"Then rounds of about {bracket.recipes} recipes: the worse stop after {lengths} of a full training, "
                f"the best {bracket.finalists} train on {folds}; the last fifth trains the best again with other seeds."
            )


def plan_training(*, epochs_of_one_member: float, folds: int, recipes: int, lengths: Lengths | None = None, lanes: int = 1) -> Plan:
    """Divide the budget: first folds, then recipes.

    Args:
        epochs_of_one_member: passes over a fold's training rows that the whole budget pays for, one member at a time.
        folds: folds of the split.
        recipes: families of the space.
        lengths: None is those of a table.
        lanes: trainings that run at the same time.
    """
    lengths = lengths or Lengths()
    trained = lengths.folds(epochs_of_one_member, folds, lanes=lanes)
    affordable = epochs_of_one_member / trained / lengths.recipe
    return Plan(folds=trained, recipes=int(min(max(affordable, 1), recipes)), trials=affordable)
