"""Policy: how to search with so many trials."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from luthier.tune.proposers.in_order import Defaults, InOrder, Narrow, Past, Steps
from luthier.tune.proposers.prior_weighted import PriorWeighted
from luthier.tune.proposers.proposer import Proposer
from luthier.tune.proposers.quasi_random import sobol_candidates
from luthier.tune.proposers.tpe import Tpe
from luthier.tune.space import Space
from luthier.tune.trials import Point

FEW_SETTINGS = ("learning_rate", "decay_rate", "net.dropout", "net.hidden_dropout", "net.width")
"What matters most, for searches that can afford no more: rate, then width beside the two regularizations."

POLICY: tuple[tuple[float, str, Callable[[Space], tuple[Proposer, ...]]], ...] = (
    (4, "the families' own recipes, no search", lambda space: (Defaults(space),)),
    (16, "the families' own recipes, then learning rates around the best", lambda space: (Defaults(space), Steps(space))),
    (
        32,
        "the families' own recipes, then few settings of the best family: quasi-random places until it has 8 usable trials, then TPE",
        lambda space: (Defaults(space), Narrow(space, Tpe(space, startup=8, before=sobol_candidates), FEW_SETTINGS)),
    ),
    (128, "near the recipes, near the best and anywhere; TPE from 12 usable trials of a family", lambda space: (Defaults(space), Tpe(space, startup=12))),
    (
        float("inf"),
        "near the recipes, near the best and anywhere; TPE from 24 usable trials of a family",
        lambda space: (Defaults(space), Tpe(space, startup=24)),
    ),
)
"""(fewer affordable trials than this, what is done, who proposes): after the "Deep Learning Tuning Playbook" on learning rate first and
quasi-random before Bayesian search, PriorBand (arXiv 2306.12370), and the 20 to 30 first points of published TPE searches of 100 trials.
A Gaussian process is left to those who ask for it: it costs half a second a proposal, and its last digits hang on the machine."""


def policy(space: Space, affordable_trials: float, *, past: Sequence[Point] = ()) -> Proposer:
    """Who proposes where so many full trainings fit into the budget: the first row of `POLICY` that allows for them.

    Example:
        >>> from luthier.core.task import TaskKind
        >>> from luthier.tune.ready_spaces import ready_space
        >>> proposer = policy(ready_space(TaskKind.BINARY, rows=5_000), affordable_trials=60)
        >>> [proposal.point["family"] for proposal in proposer.ask(2, [], seed=0)]
        ['tabm-mini', 'realmlp']

    Args:
        affordable_trials: trainings to the end that the budget pays for; those that stop early count for less.
        past: places that were good on a table of the same schema; they come first.
    """
    chosen = next(make for limit, _, make in POLICY if affordable_trials < limit)
    known = (Past(space, tuple(past)),) if past else ()
    return InOrder(space, (*known, *chosen(space), PriorWeighted(space)))


def policy_words(affordable_trials: float) -> str:
    """What `policy` does with so many trials, in words."""
    return next(words for limit, words, _ in POLICY if affordable_trials < limit)
