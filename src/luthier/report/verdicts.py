"""The verdict: one sentence that says how good, compared to what, and how sure; and what to keep in mind."""

from __future__ import annotations

from luthier.core.findings import Severity
from luthier.report.numerals import decimals_for_interval, listing, number, percent
from luthier.report.record import ReportRecord
from luthier.report.scores import Comparison, Score

_PHRASES = {"constant": "a constant guess", "linear": "a linear model", "gradient boosting": "gradient boosting"}
_VERDICTS = (("better", "better than {}"), ("not distinguishable", "not distinguishable from {}"), ("worse", "worse than {}"))


def verdict(record: ReportRecord) -> str:
    """How good, how sure, compared to what: one sentence.

    Example: On 1,433 rows that it had never seen, the model names the right diagnosis for 96.2 % (95.1 to 97.1): by log-loss better than a linear model.
    """
    opening = f"On {record.sealed_rows:,} rows that it had never seen, the model {_quality(record)}"
    compared = _compared(record)
    return f"{opening}: {compared}." if compared else f"{opening}."


def cautions(record: ReportRecord) -> tuple[str, ...]:
    """What limits the verdict, in sentences; empty where nothing does."""
    candidates = [_forced(record), _not_better(record), _undercovered(record), _few_rows(record), _warned(record)]
    return tuple(sentence for sentence in candidates if sentence)


def interval_text(score: Score) -> str:
    """The value and its interval, both with the decimals that the interval deserves."""
    decimals = decimals_for_interval(score.lower, score.upper)
    if decimals is None:
        return number(score.value)
    return f"{number(score.value, decimals)} ({number(score.lower, decimals)} to {number(score.upper, decimals)})"


def _quality(record: ReportRecord) -> str:
    accuracy = record.model.score("accuracy") if record.model else None
    if record.task != "regression" and accuracy:
        interval = f" ({percent(accuracy.lower).removesuffix(' %')} to {percent(accuracy.upper)})" if accuracy.lower is not None else ""
        return f"names the right {record.target} for {percent(accuracy.value)}{interval}"
    mae = record.model.score("mae") if record.model else None
    if record.task == "regression" and mae:
        unit = f" {record.unit}" if record.unit else ""
        return f"misses {record.target} by {interval_text(mae)}{unit} on average"
    chosen = record.model.score(record.metric) if record.model else None
    return f"reaches a {chosen.label.lower()} of {interval_text(chosen)}" if chosen else "was not scored"


def _compared(record: ReportRecord) -> str:
    parts = []
    for verdict_name, words in _VERDICTS:
        names = [_phrase(comparison) for comparison in record.comparisons if comparison.verdict == verdict_name]
        if names:
            parts.append(words.format(listing(names)))
    return f"by {_inner(record.comparisons[0].metric_label)} {listing(parts)}" if parts else ""


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
    names = [_phrase(comparison) for comparison in record.comparisons if comparison.verdict != "better"]
    if not names:
        return ""
    return f"The evidence does not show this model to be better than {listing(names)}: a simpler model may serve as well."


def _undercovered(record: ReportRecord) -> str:
    detail = record.classification or record.regression
    coverage = detail.coverage if detail else None
    if coverage is None or coverage.upper is None or coverage.upper >= coverage.promised:
        return ""
    kind = "prediction sets" if record.classification else "prediction intervals"
    return f"The {kind} promise {percent(coverage.promised, 0)} and hold {percent(coverage.measured)} on the sealed rows: read them as narrower than they should be."


def _few_rows(record: ReportRecord) -> str:
    return f"Only {record.sealed_rows:,} rows were sealed: the intervals are wide, and a small class may have no row among them." if record.sealed_rows < 100 else ""
