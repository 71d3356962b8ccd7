"""Triggers: whether a deployment is due for retraining, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from luthier.core.clock import parse_duration
from luthier.ledger import Alarm, Deployment, Ledger
from luthier.monitor import TRIGGER_ORDER
from luthier.workflows.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Whether a retraining is called for."""

    is_due: bool
    why: str
    "What calls for it, or what speaks against it."


def due(ledger: Ledger, name: str) -> Due:
    """Whether a deployment is due for retraining.

    An open alarm of the present champion calls for it, and after that the policy's `retrain_every`; but not within its `cool_down`.

    Raises:
        DeploymentMissing: nothing is deployed under that name.
    """
    deployment, now = ledger.deployments.get(name), ledger.now()
    policy = Policy.of(deployment)
    last = max((run.started_at for run in ledger.runs.find(state="done") if run.facts.get("deployment") == name), default=None)
    cool_down = _seconds(policy.cool_down)
    if last is not None and now - last < cool_down:
        return Due(is_due=False, why=f"{name!r} was retrained {_span(now - last)} ago, and its policy wants {_span(cool_down)} in between.")
    if (alarm := first_trigger(ledger, deployment)) is not None:
        return Due(is_due=True, why=f"{alarm.kind}: {alarm.text}")
    if policy.retrain_every and now - (last or deployment.created_at) >= _seconds(policy.retrain_every):
        return Due(is_due=True, why=f"schedule: every {policy.retrain_every}")
    return Due(is_due=False, why=f"{name!r} is not due for retraining: no alarm is open and no schedule has come.")


def first_trigger(ledger: Ledger, deployment: Deployment) -> Alarm | None:
    """The open alarm of the present champion that counts most: realised quality before estimated, drift and data quality."""
    alarms = [alarm for alarm in ledger.alarms.open(deployment.name) if alarm.bundle == deployment.champion and alarm.kind in TRIGGER_ORDER]
    return min(alarms, key=lambda alarm: (TRIGGER_ORDER.index(alarm.kind), alarm.raised_at), default=None)


def _seconds(text: str) -> timedelta:
    return timedelta(seconds=parse_duration(text))


def _span(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours / 24:.1f} days" if hours >= 48 else f"{hours:.1f} hours" if hours >= 2 else f"{hours * 60:.0f} minutes"
