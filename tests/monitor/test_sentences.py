from __future__ import annotations

from dataclasses import replace

import pytest

from luthier.monitor.sentences import alert_of
from tests.monitor.test_evidence import EVIDENCE

SURE = "Chance alone shows as much in 1 of 1,000 such windows (p = 0.001; this test may use 0.004 of the error budget)."


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"since": 1.7e9},
            f"Column 'age' drifted since 2023-11-14 22:13 UTC: median 41 then, 47 now. Its values moved by 0.3 standard deviations (0.05 matter). {SURE}",
        ),
        (
            {"kind": "data-quality", "aspect": "unseen", "unit": "share of rows", "detail": "20 of 200 rows hold new ones", "examples": ("'Ulm'", "'Kiel'")},
            "Column 'age' holds new categories: 20 of 200 rows hold new ones, such as 'Ulm', 'Kiel'. "
            f"That is a change in 30 % of the rows (5 % matter). {SURE}",
        ),
        (
            {"aspect": "multivariate", "name": "All columns together", "unit": "AUC above 0.5", "effect": 0.12, "smallest": 0.02, "detail": "most of it there"},
            f"All columns together drifted: most of it there. New rows are told from old ones with an AUC of 0.62 (0.5 is not at all, 0.52 matters). {SURE}",
        ),
    ],
    ids=["numbers", "unseen", "together"],
)
def test_an_alert_says_what_since_when_how_big_and_how_sure(changes: dict, text: str) -> None:
    assert alert_of(replace(EVIDENCE, allowed=0.004, **changes)).text == text


def test_an_alert_says_what_to_do() -> None:
    alert = alert_of(EVIDENCE)

    assert alert.remedy == "Find out what changed where the column comes from. If the change is real, label some of the new rows and retrain."
    assert (alert.kind, alert.subject, alert.effect) == ("drift", "age", 0.3)
