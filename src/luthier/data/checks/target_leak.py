"""target-leak: one column alone gives nearly the whole answer: the class, or the rank of a number.

A column that is known only once the answer is known looks like this; so does, rarely, an honest measurement. Hence two thresholds: only what is
nearly perfect, far above every other column, and seen in enough rows is refused. A table where many columns are that good is an easy one, not a leaking one.
What is NOT found: a leak that takes two columns together, or one inside free text.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from luthier.core.findings import Finding, Severity
from luthier.core.task import ColumnKind
from luthier.data.checks.sample import sample_rows, sampled_words
from luthier.data.checks.single_column import column_values, held_out_skill, ranked_target, rough_share, target_matrix
from luthier.data.dataset import Dataset
from luthier.data.wording import kind_option, listed

NAME = "target-leak"
PERFECT_CLASSES, PERFECT_NUMBER = 0.98, 0.998
"Held-out skill from which a column alone counts as the whole answer, for classes and for numbers."
STRONG, REST_OF_STRONG = 0.9, 0.7
"A column this good while the next best is below the second number is worth a warning."
REST_OF_PERFECT = 0.9
"Where another column reaches this as well, the task is easy."
_LOOKED_AT = (ColumnKind.NUMERIC, ColumnKind.BOOLEAN, ColumnKind.CATEGORY)
"Dates tell neighbors in time, which is a matter of how to split: see time-like-column."
_ROWS, _ROUGH_ROWS, _CLOSER_LOOKS, _ENOUGH_ROWS, _RARE_ROWS = 10_000, 2_000, 20, 500, 10


def check(dataset: Dataset) -> Iterable[Finding]:
    """Look for columns that hold the answer."""
    rows = sample_rows(dataset, most=_ROWS, purpose=NAME)
    if dataset.task.kind.is_classification and len(rows) - target_matrix(dataset, rows).sum(0).max() < _RARE_ROWS:
        return
    skills = _skills(dataset, rows)
    if not skills:
        return
    threshold = PERFECT_CLASSES if dataset.task.kind.is_classification else PERFECT_NUMBER
    perfect = [name for name, skill in skills.items() if skill >= threshold]
    others = {name: skill for name, skill in skills.items() if name not in perfect}
    rest = max(others.values(), default=None)
    if perfect:
        stand_out = len(perfect) <= max(1, len(dataset.schema.inputs) // 4)
        refuses = rest is not None and rest < REST_OF_PERFECT and stand_out and len(rows) >= _ENOUGH_ROWS
        yield _finding(perfect, skills, rest, Severity.REFUSE if refuses else Severity.WARN, sampled_words(rows, dataset))
        return
    best = max(skills, key=skills.__getitem__)
    rest = max((skill for name, skill in skills.items() if name != best), default=None)
    if skills[best] >= STRONG and (rest is None or rest < REST_OF_STRONG):
        yield _finding([best], skills, rest, Severity.WARN, sampled_words(rows, dataset))


def _skills(dataset: Dataset, rows: np.ndarray) -> dict[str, float]:
    """Held-out skill of the columns that a quick look finds best."""
    kinds = {column.name: column.kind for column in dataset.schema.inputs if column.kind in _LOOKED_AT}
    sampled = dataset.frame.select(list(kinds))[rows]
    rough_rows = rows[:_ROUGH_ROWS]
    targets = target_matrix(dataset, rough_rows)
    rough = {name: rough_share(column_values(sampled[name].head(_ROUGH_ROWS), kind), kind, targets) for name, kind in kinds.items()}
    best = sorted(rough, key=rough.__getitem__, reverse=True)[:_CLOSER_LOOKS]
    classify = dataset.task.kind.is_classification
    target = ranked_target(dataset, rows)
    return {name: held_out_skill(column_values(sampled[name], kinds[name]), kinds[name], target, classify=classify) for name in best}


def _finding(columns: list[str], skills: dict[str, float], rest: float | None, severity: Severity, sampled: str) -> Finding:
    shown = min(skills[name] for name in columns)
    subject = f"Column {columns[0]!r} alone takes" if len(columns) == 1 else f"Each of the columns {listed(columns)} alone takes"
    next_best = "there is no other column" if rest is None else f"the best other column takes {_percent(rest)}"
    return Finding(
        name=NAME,
        severity=severity,
        evidence=f"{subject} {_percent(shown)} off the error of a constant guess, and {next_best} (held-out halves of {sampled}).",
        remedy="Is it known before the answer is? If not, leave it out: " + " ".join(map(kind_option, columns[:3])) + ".",
        columns=tuple(columns),
    )


def _percent(share: float) -> str:
    return f"{min(share, 0.9999):.2%}" if 0.99 < share < 1 else f"{share:.0%}"
