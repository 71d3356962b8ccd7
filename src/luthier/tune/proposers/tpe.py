"""TPE: where good trials are dense and poor ones are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from luthier.tune.proposers.prior_weighted import prior_candidates
from luthier.tune.proposers.proposer import NOTHING, Proposal
from luthier.tune.proposers.questions import Candidate, Question, Thinks, ask_families
from luthier.tune.space import Space
from luthier.tune.studies import decoded, distributions, encoded, quiet_optuna, study_seed
from luthier.tune.trials import Point, Trial

STARTUP = 12
"Usable trials of a family before its densities say anything; published searches of 100 trials begin with 20 for all settings (arXiv 2410.24210)."


@dataclass(frozen=True, slots=True)
class Tpe:
    """Optuna's multivariate tree-structured Parzen estimator, a study for each family.

    A trial that came further is better than any that did not, and a failed one is worse than all. What is being tried counts as poor, so
    that a batch spreads.

    Source: Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NeurIPS 2011; Falkner et al., "BOHB", arXiv 1807.01774.
    """

    space: Space
    startup: int = STARTUP
    "Usable trials that a family needs first."
    before: Thinks = prior_candidates
    "Who proposes until then."

    def ask(self, count: int, history: Sequence[Trial], *, seed: int, fixed: Point = NOTHING) -> list[Proposal]:
        """What to try next."""
        return ask_families(self.space, count, history, seed=seed, fixed=fixed, thinks=self._candidates)

    def _candidates(self, question: Question) -> Iterator[Candidate]:
        if len(question.usable) < self.startup or not question.free_paths:
            return self.before(question)
        return sampled(question, "tpe", sampler=_sampler, evidence=_told)


def _sampler(optuna: Any, seed: int) -> Any:
    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=0, multivariate=True, constant_liar=True)


def _told(optuna: Any, question: Question) -> list[dict[str, Any]]:
    """Trials that came as far as any are complete; the others were pruned at their rung, the failed ones before the first."""
    states, furthest = optuna.trial.TrialState, question.usable[0].rung
    told: list[dict[str, Any]] = []
    for trial in question.trials:
        if trial.usable and trial.rung == furthest:
            told.append({"state": states.COMPLETE, "value": trial.error})
        elif trial.usable:
            told.append({"state": states.PRUNED, "intermediate_values": {trial.rung: trial.error}})
        else:
            told.append({"state": states.PRUNED if trial.scores else states.RUNNING})
    return told


def sampled(
    question: Question, origin: str, *, sampler: Callable[[Any, int], Any], evidence: Callable[[Any, Question], list[dict[str, Any]]]
) -> Iterator[Candidate]:
    """Candidates of one of Optuna's samplers, without end; a study of its own sees them all as running.

    Args:
        sampler: (optuna, seed) -> sampler.
        evidence: (optuna, question) -> what Optuna is told of each trial of the family, beside its values.
    """
    domains = {path: question.family.domains[path] for path in question.free_paths}
    with quiet_optuna() as optuna:
        study = optuna.create_study(sampler=sampler(optuna, study_seed(question.seed, origin, question.tried)))
        wanted = distributions(optuna, domains)
        for trial, told in zip(question.trials, evidence(optuna, question), strict=True):
            study.add_trial(optuna.trial.create_trial(params=encoded(domains, question.values_of(trial)), distributions=wanted, **told))
    while True:
        with quiet_optuna():
            parameters = study.ask(fixed_distributions=wanted).params
        yield decoded(domains, parameters), origin
