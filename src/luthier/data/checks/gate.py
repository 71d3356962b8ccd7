"""The gate before a fit: every check is run, and what one refuses goes no further unless it is forced through."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches

from luthier.core.errors import CheckRefused, SettingInvalid
from luthier.core.findings import Finding, Severity
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

_ORDER = {Severity.REFUSE: 0, Severity.WARN: 1, Severity.NOTE: 2}


def run_checks(dataset: Dataset, *, force_through: Collection[str] = ()) -> tuple[Finding, ...]:
    """All findings, the gravest first.

    Args:
        force_through: names of checks whose refusal is overridden; such findings carry `forced=True`.

    Raises:
        CheckRefused: a check refuses and was not forced through; all findings are attached.
        SettingInvalid: a name in `force_through` is no check.
    """
    _refuse_unknown(force_through)
    findings = [finding for check in CHECKS.values() for finding in check(dataset)]
    findings = [replace(finding, forced=finding.severity is Severity.REFUSE and finding.name in force_through) for finding in findings]
    findings.sort(key=lambda finding: _ORDER[finding.severity])
    refusals = [finding for finding in findings if finding.severity is Severity.REFUSE and not finding.forced]
    if refusals:
        raise CheckRefused(_message(dataset, refusals), findings=findings)
    return tuple(findings)


def _refuse_unknown(names: Collection[str]) -> None:
    for name in names:
        if name not in CHECKS:
            near = get_close_matches(name, CHECKS, n=1)
            advice = f"Did you mean {near[0]!r}?" if near else f"The checks are {', '.join(CHECKS)}."
            raise SettingInvalid(f"--force-through must name a check, but {name!r} came. {advice}")


def _message(dataset: Dataset, refusals: Collection[Finding]) -> str:
    names = dict.fromkeys(finding.name for finding in refusals)
    lines = [f"{finding.name}: {finding.evidence} {finding.remedy}" for finding in refusals]
    override = " ".join(f"--force-through {name}" for name in names)
    return "\n".join([f"{dataset.name!r} is not fit to learn from as it is.", *lines, f"If you know better, override with {override}."])
