from __future__ import annotations

import pytest

from luthier.core.errors import SettingInvalid
from luthier.evaluate import PromotionRules
from luthier.ledger import Deployment, Ledger
from luthier.workflows.policy import Policy, set_policy
from tests.workflows.in_service import NAME


def test_the_defaults_are_those_of_the_rules_and_the_budget() -> None:
    assert Policy().rules == PromotionRules()
    assert (Policy().spending.false_alarms, Policy().spending.weeks) == (1.0, 26.0)


def test_a_choice_is_written_down_and_the_others_stay(ledger: Ledger, clinic: Deployment) -> None:
    set_policy(ledger, NAME, ["margin=0.01", "auto_rollback=no"])
    set_policy(ledger, NAME, ["weeks=52"])

    policy = Policy.of(ledger.deployments.get(NAME))

    assert (policy.margin, policy.auto_rollback, policy.weeks) == (0.01, False, 52.0)
    assert dict(ledger.deployments.get(NAME).policy) == {"margin": 0.01, "auto_rollback": False, "weeks": 52.0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("margn=1", "A choice of the policy must look like margin=0.01, but 'margn=1' came. Did you mean 'margin'?"),
        ("margin=much", "margin must be a number, but 'much' came. Correct it."),
        ("auto_rollback=perhaps", "auto_rollback must be true or false, but 'perhaps' came. Give one of these."),
        ("cool_down=soon", "A duration must look like 90s, 5m or 1h30m, but 'soon' came."),
        ("alpha=0.9", "alpha must be above 0 and below 0.5, but it is 0.9. Give 0.05 for one wrong promotion in twenty."),
    ],
)
def test_a_choice_that_there_is_not_or_that_makes_no_sense_is_refused(text: str, message: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        Policy().changed([text])

    assert str(refusal.value) == message


def test_nothing_is_changed_where_one_choice_is_refused(ledger: Ledger, clinic: Deployment) -> None:
    with pytest.raises(SettingInvalid):
        set_policy(ledger, NAME, ["margin=0.5", "alpha=2"])

    assert Policy.of(ledger.deployments.get(NAME)) == Policy()
