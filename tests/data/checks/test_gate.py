from __future__ import annotations

import numpy as np
import pytest
from sklearn import datasets

from luthier.core.errors import CheckRefused, SettingInvalid
from luthier.core.findings import Severity
from luthier.data import build_dataset, run_checks
from tests.data.checks.tables import honest

TABLE = honest()
LEAKING = {**TABLE, "noise": np.r_[np.inf, np.zeros(999)], "discharge": (np.asarray(TABLE["ill"]) == "yes") * 1.0}


def test_a_refusal_names_every_reason_and_the_way_past_it() -> None:
    with pytest.raises(CheckRefused) as refusal:
        run_checks(build_dataset(LEAKING, target="ill"))

    lines = str(refusal.value).splitlines()
    assert lines[0] == "'dict' is not fit to learn from as it is."
    assert lines[1] == (
        "non-finite-number: Inputs must be finite numbers, but these columns hold infinite ones: 'noise' (1). "
        "Put the right number there, or leave the cell empty if it is not known."
    )
    assert lines[2].startswith("target-leak: Column 'discharge' alone takes 100% off the error of a constant guess, and the best other column takes ")
    assert lines[3:] == ["If you know better, override with --force-through non-finite-number --force-through target-leak."]
    assert {finding.name for finding in refusal.value.findings} == {"non-finite-number", "target-leak"}


def test_what_is_forced_through_is_kept_as_a_finding() -> None:
    findings = run_checks(build_dataset(LEAKING, target="ill"), force_through=["target-leak", "non-finite-number"])

    assert [(finding.name, finding.severity, finding.forced) for finding in findings] == [
        ("non-finite-number", Severity.REFUSE, True),
        ("target-leak", Severity.REFUSE, True),
    ]


def test_forcing_one_check_leaves_the_others_standing() -> None:
    with pytest.raises(CheckRefused, match=r"override with --force-through non-finite-number\.$"):
        run_checks(build_dataset(LEAKING, target="ill"), force_through=["target-leak"])


def test_a_name_that_is_no_check_is_refused() -> None:
    with pytest.raises(SettingInvalid) as refusal:
        run_checks(build_dataset(TABLE, target="ill"), force_through=["target-leaks"])

    assert str(refusal.value) == "--force-through must name a check, but 'target-leaks' came. Did you mean 'target-leak'?"


def test_the_gravest_finding_comes_first() -> None:
    table = {**TABLE, "site": ["x"] * 1_000, "room": [None] * 1_000, "id": range(1_000)}

    severities = [finding.severity for finding in run_checks(build_dataset(table, target="ill"))]

    assert severities == [Severity.WARN, Severity.NOTE, Severity.NOTE]


@pytest.mark.parametrize("load", [datasets.load_iris, datasets.load_wine, datasets.load_breast_cancer, datasets.load_digits, datasets.load_diabetes])
def test_a_well_known_honest_table_is_not_refused(load: object) -> None:
    frame = load(as_frame=True).frame  # type: ignore[operator]

    findings = run_checks(build_dataset(frame, target="target"))

    assert "target-leak" not in {finding.name for finding in findings}
