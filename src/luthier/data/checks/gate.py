"""The gate before a fit: every check is run, and what one refuses goes no further unless it is forced through."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from luthier.core.findings import Finding
from luthier.data.checks import (
    after_the_fact,
    all_missing_column,
    class_too_small,
    constant_column,
    duplicate_rows,
    few_rows,
    group_column,
    identifier_column,
    imbalance,
    many_categories,
    non_finite,
    target_code,
    target_leak,
    time_column,
)
from luthier.data.dataset import Dataset
from luthier.data.verdict import passed_findings

Check = Callable[[Dataset], Iterable[Finding]]
"A pure function of the dataset: it changes nothing, and equal data gives equal findings."

_MODULES = (
    non_finite,
    class_too_small,
    target_leak,
    after_the_fact,
    time_column,
    group_column,
    target_code,
    few_rows,
    imbalance,
    duplicate_rows,
    many_categories,
    identifier_column,
    all_missing_column,
    constant_column,
)
CHECKS: Mapping[str, Check] = {module.NAME: module.check for module in _MODULES}
"Every check by its name, in the order in which they are run and shown."


def run_checks(dataset: Dataset, *, force_through: Collection[str] = ()) -> tuple[Finding, ...]:
    """All findings, the gravest first.

    Args:
        force_through: names of checks whose refusal is overridden; such findings carry `forced=True`.

    Raises:
        CheckRefused: a check refuses and was not forced through; all findings are attached.
        SettingInvalid: a name in `force_through` is no check.
    """
    return passed_findings(dataset, CHECKS, name=dataset.name, force_through=force_through)
