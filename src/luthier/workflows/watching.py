"""Watching: a pass of the monitor over what a deployment answered, written into the ledger with its alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from luthier.bundle import Bundle
from luthier.ledger import Alarm, Deployment, Ledger, Pass
from luthier.monitor import (
    Alert,
    Examination,
    LabelCoverage,
    MonitorSettings,
    RealisedQuality,
    SelfTest,
    examine,
    realised_quality,
    self_test,
)
from luthier.monitor.alerts import in_trigger_order
from luthier.workflows.policy import Policy
from luthier.workflows.samples import Watched, answered_sample, watched, window_sample

FEWEST_ROWS = 50
"Answers below which a window waits for more."
MOST_ROWS = 20_000
"Answers of a window that are looked at, evenly spread."
MOST_LABELED = 50_000
"Labeled answers of a champion that are looked at, evenly spread."


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What one pass came to."""

    deployment: Deployment
    examination: Examination | None
    "None where the window waits for more rows."
    realised: RealisedQuality | None
    "What the labels of the champion say, whether or not there is an examination; None without labels."
    recorded: Pass | None
    raised: tuple[Alarm, ...]
    "Alarms that were not open already."
    open: tuple[Alarm, ...]
    "All alarms that nobody has closed, these among them; newest first."
    rows: int
    "Answers since the last pass that were looked at, or that wait for more."

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """What changed, the most important first."""
        if self.examination is not None:
            return self.examination.alarms
        return () if self.realised is None or self.realised.alert is None else (self.realised.alert,)

    @property
    def sentence(self) -> str:
        """The pass in one plain sentence or two."""
        if self.examination is not None:
            return self.examination.sentence
        return f"{self.deployment.name}: {self.rows:,} answers since the last pass; a pass needs {FEWEST_ROWS}, so these wait for more."


def watch(ledger: Ledger, name: str, *, settings: MonitorSettings | None = None, until: datetime | None = None) -> Watch:
    """Compare what was answered since the last pass with the model's reference, and all labeled answers of the champion with its sealed rows.

    The windows of a champion follow each other without overlap, so that its error budget adds up; what its labels say is judged anew
    at every pass, by tests that hold however often one looks.

    Args:
        settings: None takes the defaults; its `alpha` is replaced by what the deployment's budget gives a window of this length.
        until: end of the window; None is now.

    Raises:
        DeploymentMissing: nothing is deployed under that name.
        BundleError: the model keeps no rows to compare with.
    """
    deployment, settings = ledger.deployments.get(name), settings or MonitorSettings()
    model = watched(Bundle.load(ledger.bundles.fetch(deployment.champion)))
    began, until = _began(ledger, deployment), until or ledger.now()
    since = _since(ledger, deployment, began)
    realised = _realised(ledger, deployment, model, settings, coverage=label_coverage(ledger, name, began, until))
    window = ledger.predictions.window(name, since=since, until=until, bundle=deployment.champion, limit=MOST_ROWS)
    examination = recorded = None
    if window.height >= FEWEST_ROWS:
        alpha = Policy.of(deployment).spending.alpha((until - since).total_seconds())
        examination = with_realised(examine(model.subject, model.reference, window_sample(model.bundle, window), replace(settings, alpha=alpha)), realised)
        recorded = _record(ledger, deployment, examination, since, until)
    seen = Watch(
        deployment=deployment, examination=examination, realised=realised, recorded=recorded, raised=(), open=ledger.alarms.open(name), rows=window.height
    )
    raised = _raise(ledger, deployment, seen.alerts, saw_new_rows=recorded is not None)
    return replace(seen, raised=raised, open=ledger.alarms.open(name))


def prove(ledger: Ledger, name: str, *, rows_now: int = 500) -> SelfTest:
    """The A/A self-test on the champion's own reference, before alarms are switched on."""
    deployment = ledger.deployments.get(name)
    model = watched(Bundle.load(ledger.bundles.fetch(deployment.champion)))
    return self_test(model.subject, model.reference, rows_now=rows_now)


def with_realised(examination: Examination, realised: RealisedQuality | None) -> Examination:
    """The examination with what the labels say."""
    if realised is None:
        return examination
    alert = (realised.alert,) if realised.alert is not None else ()
    return replace(examination, realised=realised.to_json(), alerts=in_trigger_order([*examination.alerts, *alert]))


def _record(ledger: Ledger, deployment: Deployment, examination: Examination, since: datetime, until: datetime) -> Pass:
    return ledger.passes.add(
        deployment.name,
        bundle=deployment.champion,
        since=since,
        until=until,
        rows=examination.rows_now,
        labeled=ledger.labels.coverage(deployment.name, since=since, until=until).labeled,
        alpha=examination.alpha,
        record=examination.to_json(),
    )


def label_coverage(ledger: Ledger, name: str, since: datetime, until: datetime) -> LabelCoverage:
    """How far the labels of a window have come, in its oldest and its newest third."""
    third = (until - since) / 3
    whole, oldest, newest = (
        ledger.labels.coverage(name, since=start, until=end) for start, end in ((since, until), (since, since + third), (until - third, until))
    )
    shares = {part: seen.labeled / seen.rows if seen.rows else 0.0 for part, seen in (("oldest", oldest), ("newest", newest))}
    return LabelCoverage(rows=whole.rows, labeled=whole.labeled, median_delay_seconds=whole.median_delay_seconds, unlike="", **shares)


def _began(ledger: Ledger, deployment: Deployment) -> datetime:
    """When the champion became it."""
    return max((change.at for change in ledger.deployments.history(deployment.name)), default=deployment.created_at)


def _since(ledger: Ledger, deployment: Deployment, began: datetime) -> datetime:
    """Where the last window of this champion ended, or where it became champion."""
    latest = ledger.passes.latest(deployment.name)
    return max(began, latest.until) if latest is not None and latest.until is not None else began


def _realised(ledger: Ledger, deployment: Deployment, model: Watched, settings: MonitorSettings, *, coverage: LabelCoverage) -> RealisedQuality | None:
    """The quality on all labels of the champion, in the order in which its answers were given."""
    labeled = ledger.predictions.labeled(deployment.name, bundle=deployment.champion, limit=MOST_LABELED)
    if labeled.is_empty():
        return None
    found = realised_quality(model.subject, model.reference, answered_sample(model.bundle, labeled), settings)
    return found if found is None else replace(found, coverage=coverage)


def _raise(ledger: Ledger, deployment: Deployment, alerts: Sequence[Alert], *, saw_new_rows: bool) -> tuple[Alarm, ...]:
    """Alarms for what is not open already; one that is open stays until somebody closes it or another model answers.

    What somebody has closed is raised anew by new rows only.
    """
    before = ledger.alarms.open(deployment.name) if saw_new_rows else ledger.alarms.all(deployment.name)
    known = {(alarm.kind, alarm.subject) for alarm in before if alarm.bundle == deployment.champion}
    return tuple(
        ledger.alarms.raise_(
            deployment.name,
            bundle=deployment.champion,
            kind=alert.kind,
            subject=alert.subject,
            since=datetime.fromtimestamp(alert.since, UTC) if alert.since is not None else None,
            p_value=alert.p_value,
            effect=alert.effect,
            text=alert.text,
            remedy=alert.remedy,
        )
        for alert in alerts
        if (alert.kind, alert.subject) not in known
    )
