from __future__ import annotations

import pytest

from luthier.core.errors import SettingInvalid
from luthier.monitor.spending import Spending, divided


@pytest.mark.parametrize("passes", [26, 26 * 7, 26 * 7 * 24], ids=["weekly", "daily", "hourly"])
def test_however_the_weeks_are_cut_the_passes_spend_one_false_alarm(passes: int) -> None:
    seconds = 26 * 7 * 86_400 / passes

    assert passes * Spending(weeks=26).alpha(seconds) == pytest.approx(1.0)


def test_no_pass_spends_more_than_a_single_comparison_may() -> None:
    assert Spending(weeks=1).alpha(10 * 86_400) == 0.05
    assert Spending().alpha(None) == 0.05


def test_the_promise_is_told_in_plain_words() -> None:
    assert Spending().sentence == "At most 1 pass with a false alarm expected in 26 weeks, over everything that is watched."


def test_a_budget_of_nothing_is_refused() -> None:
    with pytest.raises(SettingInvalid) as refusal:
        Spending(weeks=0)

    assert str(refusal.value) == (
        "An error budget needs some false alarms in some weeks, but 1 in 0 weeks came. Give 1 in 26 for an alarm that is false twice a year."
    )


def test_what_is_not_there_spends_nothing() -> None:
    assert divided(0.05, ["inputs"]) == {"inputs": 0.05}
    assert sum(divided(0.05, ["inputs", "estimated-quality", "realised-quality"]).values()) == pytest.approx(0.05)
