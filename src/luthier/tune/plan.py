"""The time plan: how many folds and recipes the budget can train well, told before it starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from luthier.tune.rungs import bracket_for

LEAST_EPOCHS = 40.0
"Epochs below which a further recipe is not worth starting: the first would lose more than the second brings."
LEAST_FOLD_EPOCHS = 12.0
"Epochs a fold below which fewer folds are trained."


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


def plan_training(*, epochs_of_one_member: float, folds: int, recipes: int) -> Plan:
    """Divide the budget: first folds, then recipes.

    Args:
        epochs_of_one_member: passes over a fold's training rows that the whole budget pays for, one member at a time.
        folds: folds of the split.
        recipes: families of the space.
    """
    trained = int(min(max(epochs_of_one_member / LEAST_FOLD_EPOCHS, 1), folds))
    affordable = epochs_of_one_member / trained / LEAST_EPOCHS
    return Plan(folds=trained, recipes=int(min(max(affordable, 1), recipes)), trials=affordable)
