"""The time plan: how many folds and recipes the budget can train well, and how long each may take."""

from __future__ import annotations

from dataclasses import dataclass

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
    "Recipes of the portfolio that are tried."


def plan_training(*, epochs_of_one_member: float, folds: int, recipes: int) -> Plan:
    """Divide the budget: first folds, then recipes.

    Args:
        epochs_of_one_member: passes over a fold's training rows that the whole budget pays for, one member at a time.
        folds: folds of the split.
        recipes: recipes of the portfolio.
    """
    trained = int(min(max(epochs_of_one_member / LEAST_FOLD_EPOCHS, 1), folds))
    affordable = epochs_of_one_member / trained / LEAST_EPOCHS
    return Plan(folds=trained, recipes=int(min(max(affordable, 1), recipes)))
