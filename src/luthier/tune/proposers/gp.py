"""GP: a Gaussian process over the settings, and the place where the most is to be expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from luthier.evaluate.threads import few_threads
from luthier.fit import one_thread
from luthier.tune.proposers.prior_weighted import prior_candidates
from luthier.tune.proposers.proposer import NOTHING, Proposal
from luthier.tune.proposers.questions import Candidate, Question, Thinks, ask_families
from luthier.tune.proposers.tpe import sampled
from luthier.tune.space import Space
from luthier.tune.trials import Point, Trial

STARTUP = 8
"Usable trials of a family before a process is fitted to them."


@dataclass(frozen=True, slots=True)
class Gp:
    """Optuna's Gaussian process with expected improvement, a study for each family.

    It is for few trials of few settings: a proposal costs about half a second, and its last digits hang on the machine.

    All trials are compared on the highest rung that has `startup` of them; a failed one counts as the worst there.

    Source: Turner et al., "Bayesian Optimization is Superior to Random Search", arXiv 2104.10201.
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
        rung = self._rung(question)
        if rung is None or not question.free_paths:
            return self.before(question)
        return _alone(sampled(question, "gp", sampler=_sampler, evidence=lambda optuna, asked: _told(optuna, asked, rung)))

    def _rung(self, question: Question) -> int | None:
        """The highest rung with enough trials to compare."""
        counts = Counter(score.rung for trial in question.usable for score in trial.scores)
        return max((rung for rung, count in counts.items() if count >= self.startup), default=None)


def _alone(candidates: Iterator[Candidate]) -> Iterator[Candidate]:
    """The same with one thread: on busy cores the small products of a fit take ten times as long with two."""
    while True:
        with one_thread(), few_threads():
            candidate = next(candidates)
        yield candidate


def _sampler(optuna: Any, seed: int) -> Any:
    return optuna.samplers.GPSampler(seed=seed, n_startup_trials=1)


def _told(optuna: Any, question: Question, rung: int) -> list[dict[str, Any]]:
    states = optuna.trial.TrialState
    errors = {trial.number: score.error for trial in question.usable if (score := trial.score_at(rung)) is not None}
    worst = max(errors.values())
    told: list[dict[str, Any]] = []
    for trial in question.trials:
        if trial.number in errors:
            told.append({"state": states.COMPLETE, "value": errors[trial.number]})
        elif trial.scores and not trial.usable:
            told.append({"state": states.COMPLETE, "value": worst})
        else:
            told.append({"state": states.PRUNED if trial.scores else states.RUNNING})
    return told
