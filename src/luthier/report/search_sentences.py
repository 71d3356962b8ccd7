"""The sentences of the section about the search: what was tried, what is noise, and how much picking the best flatters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import isfinite

from luthier.report.numerals import counted, decimals_for_interval, listing, number
from luthier.report.record import ReportRecord
from luthier.report.search import LEAST_TRIALS, SearchStory, TrialFacts


def summary(story: SearchStory) -> str:
    """How many recipes were tried and what became of them, in one sentence."""
    if not story.trials:
        return "No recipe was tried."
    families = f"of {len(story.families)} families" if len(story.families) > 1 else f"of the family {''.join(story.families)}"
    outcomes = [_stopped(story), *_others(story.trials), _finished(story), _in_ensemble(story)]
    tried = counted(len(story.trials), "recipe")
    return f"{tried} {families} {_were(len(story.trials))} tried: {listing([outcome for outcome in outcomes if outcome])}."


def how_proposed(story: SearchStory) -> str:
    """Who proposed, and how fast the trials went; empty where neither is known."""
    speed = f"{number(story.trials_per_minute, 0 if story.trials_per_minute >= 10 else 1)} trials a minute" if story.trials_per_minute else ""
    parts = [f"Proposals: {story.proposer}" if story.proposer else "", speed]
    return "; ".join(part for part in parts if part) + "." if any(parts) else ""


def noise_sentence(story: SearchStory) -> str:
    """How much of the differences between recipes is noise."""
    if story.seed_noise is None:
        return "How much a score moves from seed to seed was not measured: small differences between recipes may be noise."
    decimals = decimals_for_interval(0.0, story.seed_noise)
    start = (
        f"Trained again with another seed, the score of one recipe moves by {number(story.seed_noise, decimals)} (one standard deviation), "
        f"so two recipes less than {number(story.noise_reach, decimals)} apart cannot be told apart"
    )
    others, close = len(story.compared) - 1, len(story.as_good)
    return f"{start}: {_standings(others, close)}." if others > 0 else f"{start}."


def too_few(story: SearchStory) -> str:
    """Why nothing is said about what mattered; empty where there are trials enough."""
    if story.has_enough:
        return ""
    scored = len(story.ranked)
    came = f"{counted(scored, 'trial')} ended with a score" if scored else "No trial ended with a score"
    return f"{came}: what mattered, and how the settings go together, is left out below {LEAST_TRIALS}, where chance would do the talking."


def expected_optimism(record: ReportRecord) -> str:
    """How much picking the best flatters it, and what the sealed rows say to that."""
    story = record.search
    if story is None or not story.ranked:
        return ""
    if story.expected_optimism is None or story.seed_noise is None:
        return "How much picking the best flatters it cannot be foretold here: the noise between seeds was not measured."
    decimals = decimals_for_interval(0.0, story.seed_noise)
    expected, sigma = number(story.expected_optimism, decimals), number(story.seed_noise, decimals)
    start = (
        f"The best of {counted(len(story.ranked), 'noisy score')} owes some of its score to luck: "
        f"in {story.metric_label} up to about {expected} if all were equally good (σ √(2 ln n) with σ = {sigma} between seeds)."
    )
    if record.optimism is None or not isfinite(record.optimism.gap):
        return start
    gap = record.optimism.gap
    if gap <= 0:
        return f"{start} The sealed {record.rows_called} did not take it back: the final score is better than the best fold score."
    size = "no more than that" if gap <= story.expected_optimism else f"more than that, and the draw of the {record.rows_called} has its part in it"
    return f"{start} From the folds to the sealed {record.rows_called} the score got worse by {number(gap, decimals)}: {size}."


def rest_sentence(story: SearchStory, *, shown: int) -> str:
    """What became of the trials after the first `shown` of the ranking; empty where there are none."""
    told = {trial.number for trial in story.ranked[:shown]}
    rest = tuple(trial for trial in story.trials if trial.number not in told)
    if not rest:
        return ""
    finished = sum(trial.state == "finished" for trial in rest)
    stopped = [f"{count:,} stopped on {name}" for name, count in _stops(story, rest)]
    ended = [*([f"{finished:,} trained on every fold"] if finished else []), *stopped, *_others(rest)]
    return f"{counted(len(rest), 'more trial')}: {listing(ended)}."


def _standings(others: int, close: int) -> str:
    """How many of the others that came as far as the best can be told from it."""
    if not close:
        apart = "the only other one that came as far as the best is" if others == 1 else f"all {others:,} others that came as far as the best are"
        return f"{apart} further than that from it"
    if others == 1:
        part, verb = "the only other one", "is"
    else:
        part, verb = (f"all {others:,} others", "are") if close == others else (f"{close:,} of the {others:,} others", "is" if close == 1 else "are")
    return f"{part} that came as far as the best {verb} as close as that to it, so which of them is first is noise"


def _stopped(story: SearchStory) -> str:
    if not story.stopped_early:
        return "none was stopped early"
    stops, start = _stops(story, story.trials), f"{story.stopped_early:,} {_were(story.stopped_early)} stopped early"
    if sum(count for _, count in stops) != story.stopped_early:
        return start
    return f"{start} ({listing([f'{count:,} on {name}' for name, count in stops])})"


def _stops(story: SearchStory, trials: Iterable[TrialFacts]) -> list[tuple[str, int]]:
    counts = Counter(trial.rung for trial in trials if trial.state == "stopped")
    return [(story.rung_name(rung), counts[rung]) for rung in sorted(counts)]


def _others(trials: Iterable[TrialFacts]) -> list[str]:
    """Trials that neither stopped nor finished."""
    states = Counter(trial.state for trial in trials if trial.state not in ("stopped", "finished"))
    failed, unfinished = states.pop("failed", 0), sum(states.values())
    return [*([f"{failed:,} failed"] if failed else []), *([f"{unfinished:,} unfinished when the time ended"] if unfinished else [])]


def _finished(story: SearchStory) -> str:
    finished = sum(trial.state == "finished" for trial in story.trials)
    return f"{finished:,} {_were(finished)} trained on every fold" if finished else "none was trained on every fold"


def _in_ensemble(story: SearchStory) -> str:
    weighty = sum(trial.weight > 0 for trial in story.trials)
    return f"{weighty:,} {'is' if weighty == 1 else 'are'} in the ensemble" if weighty else ""


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
