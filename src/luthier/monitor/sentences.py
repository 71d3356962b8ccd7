"""Sentences: evidence in plain words, as an alert."""

from __future__ import annotations

from luthier.monitor.alerts import Alert, chance_words, since_words
from luthier.monitor.evidence import Evidence
from luthier.monitor.score_pairs import percent

_REMEDIES = {
    "input": "Find out what changed where the column comes from. If the change is real, label some of the new rows and retrain.",
    "prediction": "Look at the columns that drifted too, and at the labels of these rows as soon as some come.",
    "multivariate": "Look at how these columns are made and joined. If the change is real, label some of the new rows and retrain.",
    "missing": "Look at what fills this column: a sensor, a form field or a join may have changed.",
    "unseen": "Check whether the new categories are spelled as in training. If they are truly new, label rows that have them and retrain.",
    "range": "Check the unit and the source of the column. The model has never seen such values: do not trust its answers there.",
    "unreadable": "Correct the cells at their source; they count as missing until then.",
}
_VERBS = {
    "input": "drifted",
    "prediction": "drifted",
    "multivariate": "drifted",
    "missing": "changed in how many cells are missing",
    "unseen": "holds new categories",
    "range": "is out of range",
    "unreadable": "cannot be read",
}


def alert_of(evidence: Evidence) -> Alert:
    """The alert that a piece of evidence raises."""
    shown = f", such as {', '.join(evidence.examples[:3])}" if evidence.examples else ""
    what = f"{evidence.name} {_VERBS[evidence.aspect]}{since_words(evidence.since)}: {evidence.detail}{shown}."
    return Alert(
        kind=evidence.kind,
        subject=evidence.subject,
        since=evidence.since,
        p_value=evidence.p_value,
        effect=evidence.effect,
        text=f"{what} {_size(evidence)} {chance_words(evidence.p_value, evidence.allowed)}",
        remedy=_REMEDIES[evidence.aspect],
    )


def _size(evidence: Evidence) -> str:
    if evidence.unit == "sigma":
        return f"Its values moved by {evidence.effect:.2g} standard deviations ({evidence.smallest:g} matter)."
    if evidence.unit == "share of rows":
        return f"That is a change in {percent(evidence.effect)} of the rows ({100 * evidence.smallest:g} % matter)."
    return f"New rows are told from old ones with an AUC of {0.5 + evidence.effect:.2f} (0.5 is not at all, {0.5 + evidence.smallest:g} matters)."
