"""The verdict: one sentence that says how good, compared to what, and how sure; and what to keep in mind."""

from __future__ import annotations

from luthier.core.findings import Severity
from luthier.report.numerals import decimals_for_interval, listing, number, percent
from luthier.report.record import ReportRecord
from luthier.report.scores import Comparison, Score

_PHRASES = {"constant": "a constant guess", "linear": "a linear model", "gradient boosting": "gradient boosting"}
_VERDICTS = {"better": "better than {}", "not distinguishable": "not distinguishable from {}", "worse": "worse than {}"}


def verdict(record: ReportRecord) -> str:
    """How good, how sure, compared to what: one sentence.

    Reads like: On 1,433 rows that it had never seen, the model names the right diagnosis 96.2 % of the time (95.1 to 97.1 %);
    by log-loss it is better than a linear model.
    """
    opening = f"On {record.sealed_rows:,} {record.rows_called} that it had never seen, the model {_quality(record)}"
    compared = _compared(record)
    return f"{opening}; {compared}." if compared else f"{opening}."


def cautions(record: ReportRecord) -> tuple[str, ...]:
    """What limits the verdict, in sentences; empty where nothing does."""
    candidates = [_forced(record), _not_better(record), _undercovered(record), _few_rows(record), _warned(record)]
    return tuple(sentence for sentence in candidates if sentence)


def interval_text(score: Score, decimals: int | None = None) -> str:
    """The value and its interval, both with the decimals that the interval deserves where none are given."""
    if decimals is None:
        decimals = decimals_for_interval(score.lower, score.upper)
    if score.lower is None or score.upper is None:
        return number(score.value, decimals)
    return f"{number(score.value, decimals)} ({number(score.lower, decimals)} to {number(score.upper, decimals)})"


def _quality(record: ReportRecord) -> str:
    accuracy = record.model.score("accuracy") if record.model else None
    if record.task != "regression" and accuracy:
        return f"names the right {record.target} {percent(accuracy.value)} of the time{_beside_accuracy(record, accuracy)}"
    mae = record.model.score("mae") if record.model else None
    if record.task == "regression" and mae:
        unit = f" {record.unit}" if record.unit else ""
        return f"misses {record.target} by {interval_text(mae)}{unit} on average"
    chosen = record.model.score(record.metric) if record.model else None
    return f"reaches a {chosen.label.lower()} of {interval_text(chosen)}" if chosen else "was not scored"


def _beside_accuracy(record: ReportRecord, accuracy: Score) -> str:
    """The interval, and what a constant guess reaches: with unequal classes an accuracy alone says little."""
    parts = [] if accuracy.lower is None else [f"{percent(accuracy.lower).removesuffix(' %')} to {percent(accuracy.upper)}"]
    constant = next((baseline.score("accuracy") for baseline in record.baselines if baseline.name == "constant"), None)
    parts += [f"a constant guess: {percent(constant.value)}"] if constant else []
    return f" ({'; '.join(parts)})" if parts else ""


def _compared(record: ReportRecord) -> str:
    parts = {}
    for name, words in _VERDICTS.items():
        baselines = [_phrase(comparison) for comparison in record.comparisons if comparison.verdict == name]
        if baselines:
            parts[name] = words.format(listing(baselines))
    if not parts:
        return ""
    better, rest = parts.pop("better", ""), " and ".join(parts.values())
    return f"by {_inner(record.comparisons[0].metric_label)} it is {', but '.join(part for part in (better, rest) if part)}"


def _phrase(comparison: Comparison) -> str:
    return _PHRASES.get(comparison.baseline, _inner(comparison.label))


def _inner(label: str) -> str:
    """A label inside a sentence: the first letter small, but not in RMSE or R²."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _forced(record: ReportRecord) -> str:
    names = [finding.name for finding in record.findings if finding.forced]
    return f"A refusal was overridden ({listing(names)}): the scores may be too good to be true." if names else ""


def _warned(record: ReportRecord) -> str:
    warned = [finding for finding in record.findings if finding.severity is Severity.WARN]
    if not warned:
        return ""
    return f"The data checks have {'one warning' if len(warned) == 1 else f'{len(warned)} warnings'}; see what was checked."


def _not_better(record: ReportRecord) -> str:
    worse = [_phrase(comparison) for comparison in record.comparisons if comparison.verdict == "worse"]
    if worse:
        return f"On these {record.rows_called} {listing(worse)} did better: it may be the better choice here."
    names = [_phrase(comparison) for comparison in record.comparisons if comparison.verdict != "better"]
    sealed = f"The sealed {record.rows_called} do not show this model to be better than"
    return f"{sealed} {listing(names)}, which may serve as well." if names else ""


def _undercovered(record: ReportRecord) -> str:
    detail = record.classification or record.regression
    coverage = detail.coverage if detail else None
    if coverage is None or coverage.upper is None or coverage.upper >= coverage.promised:
        return ""
    kind = "prediction sets" if record.classification else "prediction intervals"
    shares = f"promise {percent(coverage.promised, 0)} and hold {percent(coverage.measured)} on the sealed {record.rows_called}"
    return f"The {kind} {shares}: read them as narrower than they should be."


def _few_rows(record: ReportRecord) -> str:
    return (
        f"Only {record.sealed_rows:,} {record.rows_called} were sealed: the intervals are wide, and a small class may be missing among them."
        if record.sealed_rows < 100
        else ""
    )
