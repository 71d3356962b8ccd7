from __future__ import annotations

import pytest

from luthier.core.errors import CheckRefused, SettingInvalid
from luthier.core.findings import Finding, Severity
from luthier.data.verdict import passed_findings


def finding(name: str, severity: Severity) -> Finding:
    return Finding(name=name, severity=severity, evidence=f"It is {name}.", remedy="Look.")


CHECKS = {
    "small": lambda data: [finding("small", Severity.NOTE)],
    "odd": lambda data: [finding("odd", Severity.REFUSE)] * len(data),
    "pale": lambda data: [finding("pale", Severity.WARN)],
}


def test_the_gravest_findings_come_first_and_an_overridden_refusal_says_so() -> None:
    findings = passed_findings("x", CHECKS, name="photos", force_through=["odd", "pale"])

    assert [(found.name, found.forced) for found in findings] == [("odd", True), ("pale", False), ("small", False)]


def test_a_check_that_refuses_twice_is_overridden_by_one_name() -> None:
    with pytest.raises(CheckRefused) as refusal:
        passed_findings("xx", CHECKS, name="photos")

    assert str(refusal.value).splitlines() == [
        "'photos' is not fit to learn from as it is.",
        "odd: It is odd. Look.",
        "odd: It is odd. Look.",
        "If you know better, override with --force-through odd.",
    ]
    assert [found.name for found in refusal.value.findings] == ["odd", "odd", "pale", "small"]


@pytest.mark.parametrize(("of_what", "told"), [("", "The checks are small, odd, pale."), (" of images", "The checks of images are small, odd, pale.")])
def test_a_name_like_none_is_answered_with_all_names(of_what: str, told: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        passed_findings("x", CHECKS, name="photos", of_what=of_what, force_through=["qqq"])

    assert str(refusal.value) == f"--force-through must name a check, but 'qqq' came. {told}"
