"""Search: recipes in, trained candidates out: the published ones first, then round after round of better ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

import numpy as np

from luthier.core.errors import Interrupted, TrainingFailed
from luthier.core.findings import Event
from luthier.core.recipe import Member, Recipe
from luthier.core.seeds import derive_seed
from luthier.fit import FoldTensors
from luthier.tune.candidates import Candidate, oof_truth
from luthier.tune.executor import STOPPED
from luthier.tune.opening import MOST_SHARE, RUNG, Opening
from luthier.tune.proposers import Proposal, Proposer
from luthier.tune.rungs import FEWEST_EPOCHS, FULL, Bracket, Rung, bracket_for, survivors
from luthier.tune.space import FAMILY, Space
from luthier.tune.trials import Score, Trial, TrialState
from luthier.tune.workbench import Length, Trained, Workbench, without_weights

REPEATS_SHARE = 0.2
"Share of the search that is kept for training its best recipes again with other seeds."
LONGEST_REPEAT = 3.0
"A recipe is trained again as long as at least a third of what it cost is left: its schedule is compressed to fit."
MOST_REPEATS = 6
"Trainings with other seeds."
HELD = 24
"Candidates whose networks are kept: an ensemble is chosen from the best ones."
ON_OTHER_ROWS, SHORT = 100, 99
"The round numbers of a training on other rows than those of the search, and of one that is no longer than an opening's."
STALLED_ROUNDS = 10
"The search ends early after so many rounds without a candidate among the best three."
LONGER = 1.25
"A full training is planned so much longer than those before it needed."

Say = Callable[[str, float, float], None]
"Hears what is trained, how far that is (0 to 1), and the best error of it so far."


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One bracket that was played."""

    bracket: Bracket
    first_trial: int
    "Number of its first trial."


@dataclass(slots=True, kw_only=True)
class Search:
    """One search. What it found is in `trials` and `candidates`."""

    bench: Workbench
    space: Space
    proposer: Proposer
    say: Say
    opening: Opening | None = None
    "What is tried for a short while before the first full training, where that leaves enough for it."
    kept_share: float = 0.0
    "Share of the allowance that the search leaves for a training on other rows."
    trials: list[Trial] = field(default_factory=list)
    "Everything that was proposed, in its order."
    candidates: list[Candidate] = field(default_factory=list)
    "What was trained on every fold; the networks of all but the best are let go."
    failures: list[str] = field(default_factory=list)
    "Why stacks could not be trained."
    rounds: list[Round] = field(default_factory=list)
    "The rounds that were played."

    def run(self, families: Sequence[str]) -> None:
        """Train the recipes of some families on every fold, then search, then train the best again with other seeds.

        Raises:
            TrainingFailed: no network could be trained at all.
        """
        kept = self.kept_share * self.ask_left()
        if self.opening is None or not self.open(self.opening):
            self.try_defaults(families)
        self._refuse_nothing()
        most = self.ask_left()
        while (bracket := self.next_bracket(most, kept)) is not None:
            self.play(bracket)
        if not kept:
            self.repeat_best()

    @property
    def events(self) -> list[Event]:
        """What was changed or given up on the way."""
        return self.bench.events

    def ask_left(self) -> float:
        """What is left, as the journal has it: the answer is written down; 0 once somebody asked to finish."""
        if self.bench.allowance.stopped:
            return 0.0
        return self.bench.journal.recall("left", lambda: self.bench.allowance.left)

    def full_epochs(self, recipe: Recipe) -> float:
        """Epochs of a full training, by what those of its architecture needed so far."""
        needed = [candidate.epochs for candidate in self.candidates if candidate.recipe.net.name == recipe.net.name and candidate.round_number != SHORT]
        return min(LONGER * median(needed), recipe.epochs) if needed else recipe.epochs

    @property
    def full_cost(self) -> float:
        """What a training on every fold costs, by those so far."""
        return median(self._cost(candidate.rows, candidate.seconds) for candidate in self.candidates if candidate.round_number != SHORT)

    def try_defaults(self, families: Sequence[str]) -> None:
        """The families' own recipes, on every fold: an answer is there after the first."""
        for position, family in enumerate(families):
            if self.candidates and self.bench.allowance.stopped:
                return
            trial = self._new_trial(Proposal(point=self.space.default_point(family), origin="default"))
            self._train_fully([trial], share=(1.0 - self.kept_share) / (len(families) - position))

    def open(self, opening: Opening) -> bool:
        """The first family's recipe beside changed ones, then with what was decided; False where that would cost too much to tell anything."""
        points, bench = opening.points(self.space), self.bench
        recipes, folds = [self.space.recipe(point) for point in points], range(min(RUNG.folds, bench.data.folds))
        members = [self._member(recipe, fold, "opening") for recipe in recipes for fold in folds]
        cost, left = bench.cost_of(members, epochs=opening.epochs), self.ask_left()
        if cost > MOST_SHARE * left:
            return False
        trials = [self._new_trial(Proposal(point=point, origin="opening" if place else "default")) for place, point in enumerate(points)]
        share = cost / left
        self._train_fully(trials[:1], share=share, again=SHORT, epochs=opening.epochs, rung=RUNG.number)
        self._compare(trials[1:], RUNG, share=share, epochs=opening.epochs)
        if not bench.allowance.stopped:
            self._train_fully([self._after_opening(opening, len(points))], share=1.0)
        return True

    def _after_opening(self, opening: Opening, count: int) -> Trial:
        """The own recipe, or a new one with what was decided."""
        point = opening.decided(self.space, self.trials[:count])
        known = next((trial for trial in self.trials[:count] if trial.point == point), None)
        return known or self._new_trial(Proposal(point=point, origin="decided by the opening"))

    def _refuse_nothing(self) -> None:
        """Raise where not one recipe was trained."""
        if self.candidates:
            return
        if STOPPED in self.failures:
            raise Interrupted("Stopped at your request, before the first network was trained. No model was written; the same command with --resume goes on.")
        if self.failures:
            raise TrainingFailed(f"A network that can be trained is required, but the training ended with: {self.failures[0]}")
        raise TrainingFailed(
            "A network with finite weights is required, but every one that was tried diverged. Look for extreme values in the inputs, or exclude them."
        )

    def next_bracket(self, most: float, kept: float) -> Bracket | None:
        """The next round; None where what is left goes to repeats, or where nothing gets better any more."""
        if self._stalled():
            self.events.append(Event(name="search-ended-early", what=f"{STALLED_ROUNDS} rounds in a row brought no better network."))
            return None
        left = self.ask_left()
        if not left:
            return None
        return bracket_for((left - max(REPEATS_SHARE * most, kept)) / self.full_cost)

    def play(self, bracket: Bracket) -> None:
        """One round: propose, compare rung by rung, train who is left on every fold."""
        self.rounds.append(Round(bracket=bracket, first_trial=len(self.trials)))
        running = [self._new_trial(proposal) for proposal in self._proposals(bracket)]
        for number, rung in enumerate(bracket.rungs):
            if running and not self.bench.allowance.stopped:
                running = self._compare(running, rung, share=_share(bracket, number, folds=self.bench.data.folds))
        if running and not self.bench.allowance.stopped:
            self._train_fully(running, share=1.0)

    def repeat_best(self) -> None:
        """The best recipes again with other seeds, for as long as that fits."""
        best = sorted((candidate for candidate in self.candidates if candidate.round_number == 0), key=lambda candidate: candidate.error)
        for place in range(min(MOST_REPEATS, 2 * len(best))):
            candidate = best[place % min(len(best), MOST_REPEATS // 2)]
            share = self._cost(candidate.rows, candidate.seconds) / max(self.ask_left(), 1e-9)
            if share > LONGEST_REPEAT or self.bench.allowance.stopped:
                return
            again = 1 + place // min(len(best), MOST_REPEATS // 2)
            self._train_fully([self.trials[candidate.trial]], share=min(share * LONGER, 1.0), again=again)

    def learn_from(self, data: FoldTensors) -> None:
        """The best recipe once more, on other rows of the same folds, with all that is left."""
        self.bench.learn_from(data)
        if self.candidates and not self.bench.allowance.stopped:
            best = min(self.candidates, key=lambda candidate: candidate.error)
            self._train_fully([self.trials[best.trial]], share=1.0, again=ON_OTHER_ROWS, epochs=best.recipe.epochs)

    def _proposals(self, bracket: Bracket) -> list[Proposal]:
        """Recipes in a few shapes, so that those of one shape are one population."""
        if self.bench.widest == 1:
            return self.proposer.ask(bracket.recipes, self.trials, seed=self.bench.seed)
        leaders = self.proposer.ask(bracket.groups, self.trials, seed=self.bench.seed)
        proposals = list(leaders)
        for leader in leaders:
            shape = {path: leader.point[path] for path in self.space.structural_paths(str(leader.point[FAMILY])) if path in leader.point}
            asked = self._pending(proposals)
            fixed = {FAMILY: leader.point[FAMILY], **shape}
            proposals += self.proposer.ask(bracket.recipes // bracket.groups - 1, asked, seed=self.bench.seed, fixed=fixed)
        return proposals

    def _pending(self, proposals: Sequence[Proposal]) -> list[Trial]:
        """The history with what was just proposed, so that it is not proposed again."""
        return [*self.trials, *(self._trial(len(self.trials) + place, proposal) for place, proposal in enumerate(proposals))]

    def _trial(self, number: int, proposal: Proposal) -> Trial:
        return Trial(number=number, point=proposal.point, recipe=self.space.recipe(proposal.point), origin=proposal.origin)

    def _new_trial(self, proposal: Proposal) -> Trial:
        trial = self._trial(len(self.trials), proposal)
        self.trials.append(trial)
        return trial

    def _compare(self, running: Sequence[Trial], rung: Rung, *, share: float, epochs: float | None = None) -> list[Trial]:
        """Train some trials as long as the rung is, or for so many epochs, and let the better ones go on."""
        folds = range(min(rung.folds, self.bench.data.folds))
        members = [self._member(trial.recipe, fold, f"rung {rung.number}") for trial in running for fold in folds]
        what = f"{len(running)} recipes on {len(folds)} of {self.bench.data.folds} folds"
        length: Length = lambda recipe: epochs or max(self.full_epochs(recipe) * rung.epochs, FEWEST_EPOCHS)  # noqa: E731
        results = self.bench.train(members, epochs=length, share=share, keep=False, tell=self._teller(what))
        scored = [self._scored(trial, rung.number, tuple(folds), results[place * len(folds) : (place + 1) * len(folds)]) for place, trial in enumerate(running)]
        earlier = [trial for trial in self.trials if trial.number < running[0].number]
        going_on = survivors(scored, earlier, rung.number, keep=rung.keep)
        kept = {trial.number for trial in going_on}
        for trial in scored:
            self._record(trial if trial.number in kept or not trial.usable else replace(trial, state=TrialState.STOPPED))
        return going_on

    def _train_fully(self, trials: Sequence[Trial], *, share: float, again: int = 0, epochs: float | None = None, rung: int = FULL) -> None:
        """Train trials on every fold; those that end well are candidates.

        Args:
            again: round number of the candidates; a repeat changes no score.
            epochs: how long at most; None is the length of a full training.
            rung: that the scores stand for.
        """
        folds = range(self.bench.data.folds)
        members = [self._member(trial.recipe, fold, f"full {again}") for trial in trials for fold in folds]
        length: Length = self.full_epochs if epochs is None else lambda recipe: epochs
        what = ", ".join(dict.fromkeys(trial.recipe.name for trial in trials)) + (" again" if again else "")
        results = self.bench.train(members, epochs=length, share=share, keep=True, tell=self._teller(what))
        self.failures += [result.failure for result in results if result.failure]
        for place, trial in enumerate(trials):
            own = results[place * len(folds) : (place + 1) * len(folds)]
            if again in (0, SHORT):
                trial = self._scored(trial, rung, tuple(folds), own)
                self._record(replace(trial, state=TrialState.FINISHED) if trial.usable and again == 0 else trial)
            self._add_candidate(trial, own, again)

    def _add_candidate(self, trial: Trial, results: Sequence[Trained], again: int) -> None:
        trained = tuple(result.entry for result in results if result.entry is not None and result.entry.usable)
        if any(result.failure == STOPPED for result in results):
            return
        if len(trained) < len(results):
            why = next((result.failure for result in results if result.failure), "a fold's network diverged before it had learned anything")
            self.events.append(Event(name="recipe-dropped", what=f"{trial.recipe.name} (trial {trial.number + 1}) was dropped: {why}."))
            return
        self.events.extend(_rollback_event(trial, fold, entry.rollbacks) for fold, entry in enumerate(trained) if entry.rollbacks)
        predictions = np.concatenate([entry.predictions for entry in trained])
        self.candidates.append(
            Candidate(
                trial=trial.number,
                recipe=trial.recipe,
                round_number=again,
                trained=trained,
                predictions=predictions,
                error=self.bench.judge(oof_truth(self.bench.data), predictions),
                seconds=sum(result.seconds for result in results),
                rows=sum(result.rows for result in results),
            )
        )
        self._let_go()

    def _let_go(self) -> None:
        """Keep the networks of the best candidates only: a long search needs no more memory than a short one."""
        for candidate in sorted(self.candidates, key=lambda candidate: candidate.error)[HELD:]:
            light = replace(candidate, trained=tuple(map(without_weights, candidate.trained)), predictions=np.empty(0))
            self.candidates[self.candidates.index(candidate)] = light

    def _scored(self, trial: Trial, rung: int, folds: tuple[int, ...], results: Sequence[Trained]) -> Trial:
        return trial.with_score(
            Score(
                rung=rung,
                folds=folds,
                errors=tuple(result.entry.error if result.entry is not None else float("inf") for result in results),
                epochs=max((result.entry.curve.epochs[-1] for result in results if result.entry and result.entry.curve.epochs), default=0.0),
                rows=sum(result.rows for result in results),
                seconds=sum(result.seconds for result in results),
            )
        )

    def _record(self, trial: Trial) -> None:
        self.trials[trial.number] = trial

    def _member(self, recipe: Recipe, fold: int, purpose: str) -> Member:
        return Member(recipe=recipe, fold=fold, seed=derive_seed(self.bench.seed, "member", recipe.id, purpose, fold))

    def _cost(self, rows: float, seconds: float) -> float:
        return self.bench.allowance.cost(rows=rows, seconds=seconds)

    def _stalled(self) -> bool:
        """True when the last rounds brought nothing among the best three."""
        best = sorted(self.candidates, key=lambda candidate: candidate.error)[:3]
        newest = max((candidate.trial for candidate in best), default=0)
        return sum(round_.first_trial > newest for round_ in self.rounds) >= STALLED_ROUNDS

    def _teller(self, what: str) -> Callable[[float, float], None]:
        return lambda progress, error: self.say(what, progress, error)


def _share(bracket: Bracket, number: int, *, folds: int) -> float:
    """The share of what is left that a rung may cost, twice what is planned for it: the rungs and full trainings after it need theirs."""
    came = [bracket.recipes, *(rung.keep for rung in bracket.rungs)]
    costs = [came[place] * rung.epochs * min(rung.folds, folds) / folds for place, rung in enumerate(bracket.rungs)]
    return min(2 * costs[number] / (sum(costs[number:]) + bracket.finalists), 0.6)


def _rollback_event(trial: Trial, fold: int, rollbacks: int) -> Event:
    who = f"{trial.recipe.name} (trial {trial.number + 1}), fold {fold + 1}"
    return Event(name="member-rolled-back", what=f"{who}: diverged {rollbacks} times; went on from its best weights with a smaller learning rate.")
