"""What the section about the search shows: which trials and settings are drawn, and the table of the best."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from luthier.report.charts import Lane
from luthier.report.charts.parallel import MOST_LINES, best_third
from luthier.report.charts.setting_axis import SettingAxis
from luthier.report.numerals import counted, decimals_for_interval, number, percent, setting_text
from luthier.report.search import SearchStory, TrialFacts, setting_label

MOST_SLICES = 4
MOST_ROWS = 12
MOST_SETTINGS = 8
"Settings in a chart of importance."
CLEAR_SHARE = 0.1
"Importance from which a setting is drawn strong: the estimate is rough."


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRow:
    """One trial of the table."""

    family: str
    number: int
    score: str
    note: str
    "`best`, or whether it can be told from the best; empty where that cannot be said."
    weight: float
    epochs: str
    folds: str
    settings: tuple[tuple[str, str], ...]
    "Label and value."


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportanceGroup:
    """The importances of one family, or across families."""

    title: str
    note: str
    lanes: tuple[Lane, ...]


def sliced_settings(story: SearchStory) -> tuple[str, ...]:
    """The settings that get a slice: the learning rate, then the most important ones, of those that vary."""
    worth = _worth(story)
    paths = [path for path in _paths(story.ranked) if SettingAxis.over([trial.settings[path] for trial in story.ranked if path in trial.settings]).varies]
    return tuple(sorted(paths, key=lambda path: (path != "learning_rate", -worth.get(path, 0.0)))[:MOST_SLICES])


def outside_count(story: SearchStory, scores: tuple[float, float]) -> int:
    """Trials whose score lies beyond the range of the slices."""
    low, high = min(scores), max(scores)
    return sum(not low <= (trial.score or 0.0) <= high for trial in story.ranked)


def main_family(story: SearchStory) -> str:
    """The family whose trials are drawn together: the one with the most scores, of several that of the best trial."""
    counts = Counter(trial.family for trial in story.ranked)
    return max(dict.fromkeys(trial.family for trial in story.ranked), key=lambda family: counts[family], default="")


def parallel_trials(story: SearchStory) -> tuple[TrialFacts, ...]:
    """The trials of the main family, best first."""
    family = main_family(story)
    return tuple(trial for trial in story.ranked if trial.family == family)


def parallel_settings(story: SearchStory) -> tuple[str, ...]:
    """Their settings that vary, the most important first; empty where there are too few trials or settings for the picture."""
    trials, worth = parallel_trials(story), _worth(story)
    paths = [path for path in _paths(trials) if SettingAxis.over([trial.settings.get(path) for trial in trials]).varies]
    ordered = tuple(sorted(paths, key=lambda path: (path != "learning_rate", -worth.get(path, 0.0))))
    return ordered if story.has_enough and len(trials) >= 3 and len(ordered) >= 2 else ()


def parallel_note(story: SearchStory) -> str:
    """What the lines are."""
    trials = parallel_trials(story)
    left_out = f"; the first {MOST_LINES} of them are drawn" if len(trials) > MOST_LINES else ""
    return f"a line is one of its {len(trials):,} trials: the best {best_third(trials)} in color, the best one in ink, its values at the right{left_out}"


def importance_groups(story: SearchStory) -> tuple[ImportanceGroup, ...]:
    """Importances across families first, then each family, the largest first."""
    counts = Counter(trial.family for trial in story.ranked)
    groups = []
    for family in ("", *story.families):
        shares = sorted(((part.share, part.path) for part in story.importance if part.family == family and isfinite(part.share)), reverse=True)
        if shares and story.has_enough:
            trials = counts[family] if family else len(story.ranked)
            lanes = tuple(_importance_lane(path, share) for share, path in shares[:MOST_SETTINGS])
            groups.append(ImportanceGroup(title=family or "Across families", note=f"from {counted(trials, 'trial')}", lanes=lanes))
    return tuple(groups)


def best_trials(story: SearchStory) -> tuple[TrialRow, ...]:
    """The first rows of the ranking."""
    decimals = _score_decimals(story)
    as_good = {trial.number for trial in story.as_good}
    compared = {trial.number for trial in story.compared}
    return tuple(_row(story, trial, decimals, as_good, compared) for trial in story.ranked[:MOST_ROWS])


def _paths(trials: Iterable[TrialFacts]) -> list[str]:
    """Every setting that a trial has, in the order of their first appearance; the family is told apart by color."""
    return [path for path in dict.fromkeys(path for trial in trials for path in trial.settings) if path != "family"]


def _worth(story: SearchStory) -> dict[str, float]:
    """Importance of each setting over all families, each weighted by its trials."""
    counts = Counter(trial.family for trial in story.ranked)
    worth: dict[str, float] = defaultdict(float)
    for part in story.importance:
        if isfinite(part.share):
            worth[part.path] += part.share * (counts[part.family] if part.family else len(story.ranked))
    return worth


def _importance_lane(path: str, share: float) -> Lane:
    return Lane(label=setting_label(path), value=share, text=percent(share, 0), strong=share >= CLEAR_SHARE)


def _row(story: SearchStory, trial: TrialFacts, decimals: int | None, as_good: set[int], compared: set[int]) -> TrialRow:
    return TrialRow(
        family=trial.family,
        number=trial.number,
        score=number(trial.score, decimals),
        note=_standing(story, trial, as_good, compared),
        weight=trial.weight,
        epochs=f"{number(trial.epochs)} {'epoch' if trial.epochs == 1 else 'epochs'}",
        folds=counted(trial.folds, "fold"),
        settings=tuple((setting_label(path), setting_text(value)) for path, value in trial.settings.items() if path != "family"),
    )


def _standing(story: SearchStory, trial: TrialFacts, as_good: set[int], compared: set[int]) -> str:
    if trial == story.best:
        return "best"
    if trial.number not in compared:
        return f"{story.rung_name(trial.rung)}: not comparable"
    if story.seed_noise is None:
        return ""
    return "within the noise" if trial.number in as_good else "worse"


def _score_decimals(story: SearchStory) -> int | None:
    """Decimals that show the noise with two digits, or the range of the scores where it is unknown."""
    scores: Sequence[float] = [trial.score for trial in story.ranked[:MOST_ROWS] if trial.score is not None]
    reach = story.seed_noise or (max(scores) - min(scores) if scores else 0.0)
    return decimals_for_interval(0.0, reach)
