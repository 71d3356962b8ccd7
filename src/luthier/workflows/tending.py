"""Tending: one turn of the loop that keeps a deployment in tune: watch, take back what proved worse, retrain where it is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from luthier.core.errors import DeploymentMoved, LuthierError
from luthier.ledger import Deployment, Ledger
from luthier.workflows.policy import Policy
from luthier.workflows.promoting import Promoted, rollback
from luthier.workflows.triggers import due
from luthier.workflows.watching import Watch, watch

if TYPE_CHECKING:  # it trains, and whoever only watches needs no torch
    from luthier.workflows.retraining import Retraining

WHO = "luthier monitor"
"Who decided, in the record."
Retrainer: TypeAlias = "Callable[[str], Retraining]"
"Trains a challenger for the reason that it is given: `lambda why: retrain(ledger, name, promote=True, who=WHO, why=why)`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one turn came to."""

    watch: Watch
    rolled_back: Promoted | None = None
    "The former champion came back, because the present one was proven worse."
    retraining: Retraining | None = None
    problems: tuple[str, ...] = ()
    "What did not come about: a retraining that was due, a notice that nobody took."

    def with_problems(self, more: tuple[str, ...]) -> Turn:
        """The same turn, with more that did not come about."""
        return replace(self, problems=(*self.problems, *more))


def tend(ledger: Ledger, name: str, *, retrainer: Retrainer | None = None) -> Turn:
    """Watch a deployment; give it back to the former champion if that proves better; else train a challenger where that is due.

    The deployment's policy may say `auto_rollback: false`.

    Args:
        retrainer: trains the challenger; None trains none.

    Raises:
        DeploymentMissing: nothing is deployed under that name.
        BundleError: the model keeps no rows to compare with.
    """
    watched = watch(ledger, name)
    rolled_back = _take_back(ledger, ledger.deployments.get(name))
    if retrainer is None or rolled_back is not None or not (called := due(ledger, name)).is_due:
        return Turn(watch=watched, rolled_back=rolled_back)
    try:
        return Turn(watch=watched, retraining=retrainer(called.why))
    except LuthierError as error:
        return Turn(watch=watched, problems=(f"No challenger was trained: {error}",))


def _take_back(ledger: Ledger, deployment: Deployment) -> Promoted | None:
    """The rollback after a promotion that proved a mistake; None where nothing was changed."""
    last = ledger.deployments.history(deployment.name)[-1]
    if last.kind != "promote" or last.before is None or not Policy.of(deployment).auto_rollback:
        return None
    try:
        rolled = rollback(ledger, deployment.name, last.before, who=WHO, why="the new champion proved worse", only_proven=True)
    except DeploymentMoved:  # somebody else acted in the meantime
        return None
    return rolled if rolled.changed else None
