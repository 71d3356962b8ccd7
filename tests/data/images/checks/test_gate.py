from __future__ import annotations

from pathlib import Path

import pytest

from luthier.core.errors import CheckRefused, SettingInvalid
from luthier.core.findings import Severity
from luthier.data.images import run_image_checks
from tests.data.images.pictures import image_set, pictures

LABELS = ["cat", "dog"] * 10 + ["owl"]


def test_a_refusal_names_the_reason_and_the_way_past_it(tmp_path: Path) -> None:
    with pytest.raises(CheckRefused) as refusal:
        run_image_checks(image_set(tmp_path, pictures(21), LABELS))

    assert str(refusal.value).splitlines() == [
        "'pictures' is not fit to learn from as it is.",
        "class-too-small: A class needs 2 different images, one to learn from and one to judge by, but these have one: 'owl'. "
        "Add images, join the class with another, or remove it.",
        "If you know better, override with --force-through class-too-small.",
    ]
    assert {finding.name for finding in refusal.value.findings} >= {"class-too-small", "few-images"}


def test_what_is_forced_through_is_kept_as_the_first_finding(tmp_path: Path) -> None:
    first, *_ = run_image_checks(image_set(tmp_path, pictures(21), LABELS), force_through=["class-too-small"])

    assert (first.name, first.severity, first.forced) == ("class-too-small", Severity.REFUSE, True)


def test_a_name_that_is_no_check_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        run_image_checks(image_set(tmp_path, pictures(12), ["a", "b"] * 6), force_through=["class-to-small"])

    assert str(refusal.value) == "--force-through must name a check, but 'class-to-small' came. Did you mean 'class-too-small'?"
