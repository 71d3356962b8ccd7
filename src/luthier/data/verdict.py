"""Verdict: what a gate makes of the findings of its checks: the order, what is forced through, and the refusal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import TypeVar

from luthier.core.errors import CheckRefused, SettingInvalid
from luthier.core.findings import Finding, Severity

Data = TypeVar("Data")

_ORDER = {Severity.REFUSE: 0, Severity.WARN: 1, Severity.NOTE: 2}


def passed_findings(
    data: Data, checks: Mapping[str, Callable[[Data], Iterable[Finding]]], *, name: str, of_what: str = "", force_through: Collection[str] = ()
) -> tuple[Finding, ...]:
    """All findings of all checks, the gravest first, where none of them stops the fit.

    Args:
        name: of the data, as people know it.
        of_what: what tells these checks from others, such as ` of images`.
        force_through: names of checks whose refusal is overridden; such findings carry `forced=True`.

    Raises:
        CheckRefused: a check refuses and was not forced through; all findings are attached.
        SettingInvalid: a name in `force_through` is no check.

    Example:
        >>> slow = Finding(name="slow", severity=Severity.REFUSE, evidence="It is slow.", remedy="Wait.")
        >>> [finding.forced for finding in passed_findings("a snail", {"slow": lambda data: [slow]}, name="snail", force_through=["slow"])]
        [True]
    """
    _refuse_unknown(force_through, checks, of_what)
    findings = [finding for check in checks.values() for finding in check(data)]
    findings = [replace(finding, forced=finding.severity is Severity.REFUSE and finding.name in force_through) for finding in findings]
    findings.sort(key=lambda finding: _ORDER[finding.severity])
    refusals = [finding for finding in findings if finding.severity is Severity.REFUSE and not finding.forced]
    if refusals:
        raise CheckRefused(_message(name, refusals), findings=findings)
    return tuple(findings)


def _refuse_unknown(names: Collection[str], checks: Collection[str], of_what: str) -> None:
    for name in names:
        if name not in checks:
            near = get_close_matches(name, checks, n=1)
            advice = f"Did you mean {near[0]!r}?" if near else f"The checks{of_what} are {', '.join(checks)}."
            raise SettingInvalid(f"--force-through must name a check, but {name!r} came. {advice}")


def _message(name: str, refusals: Collection[Finding]) -> str:
    names = dict.fromkeys(finding.name for finding in refusals)
    lines = [f"{finding.name}: {finding.evidence} {finding.remedy}" for finding in refusals]
    override = " ".join(f"--force-through {name}" for name in names)
    return "\n".join([f"{name!r} is not fit to learn from as it is.", *lines, f"If you know better, override with {override}."])
