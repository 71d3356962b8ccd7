from __future__ import annotations

from typing import Any

import pytest

from luthier.core.errors import SettingInvalid
from luthier.monitor.settings import MonitorSettings


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"alpha": 0.0}, "alpha must be above 0 and at most 0.5, but it is 0. Give 0.05 for one comparison."),
        ({"smallest_shift": -1.0}, "smallest_shift must not be negative, but it is -1. Give 0 to let every sure change count."),
        ({"most_rows": 10}, "most_rows must be at least 100, but it is 10. Tests on fewer tell nothing."),
    ],
    ids=["alpha", "smallest", "rows"],
)
def test_settings_that_make_no_sense_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        MonitorSettings(**given)

    assert str(refusal.value) == message
