"""The page of a deployment: what answers, how it does, what changed, and how it came to that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from luthier.ledger import Alarm, Deployment, Ledger, Pass, Promotion, StoredBundle
from luthier.monitor.alerts import TRIGGER_ORDER
from luthier.web.drift import DriftStory, drift_story
from luthier.web.examined import Examined
from luthier.web.label_shares import LabelShares
from luthier.web.overview import DeploymentLine, deployment_line, known_bundle
from luthier.web.quality import QualityStory, quality_story
from luthier.web.sealed_score import SealedScore, sealed_scores
from luthier.web.spans import Span, span_named
from luthier.web.traffic import TrafficStory, traffic_story
from luthier.web.weighed import Weighed

MOST_PASSES = 60
"Passes that the quality is drawn over."
MOST_CLOSED = 20
"Closed alarms that are listed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of champion with what spoke for it."""

    promotion: Promotion
    weighed: Weighed | None
    "None where nothing was weighed."


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentPage:
    """Everything on the page but the traffic, which moves."""

    line: DeploymentLine
    challenger: StoredBundle | None
    changes: tuple[Change, ...]
    "Newest first."
    open_alarms: tuple[Alarm, ...]
    "In the order in which they matter."
    closed_alarms: tuple[Alarm, ...]
    quality: QualityStory | None
    "None before the first pass that could tell."
    drift: DriftStory
    latest: Pass | None
    examined: Examined | None
    "What the latest pass saw."

    @property
    def deployment(self) -> Deployment:
        """The deployment itself."""
        return self.line.deployment

    @property
    def between(self) -> Change | None:
        """The newest change whose evidence compares the models of today, whichever was the champion then."""
        today = {self.deployment.champion, self.deployment.challenger}
        of_today = (change for change in self.changes if {change.promotion.before, change.promotion.after} == today)
        return next((change for change in of_today if change.weighed is not None), None)

    @property
    def side_by_side(self) -> tuple[tuple[SealedScore, SealedScore | None], ...]:
        """The champion's sealed scores, each beside the challenger's."""
        theirs = {score.metric: score for score in sealed_scores(self.challenger)} if self.challenger is not None else {}
        ours = sealed_scores(self.line.model) if self.line.model is not None else ()
        return tuple((score, theirs.get(score.metric)) for score in ours)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTraffic:
    """The part of the page that moves."""

    line: DeploymentLine
    story: TrafficStory


def deployment_page(ledger: Ledger, line: DeploymentLine) -> DeploymentPage:
    """The page of one deployment."""
    deployment, name = line.deployment, line.deployment.name
    passes, alarms = ledger.passes.all(name, MOST_PASSES), _by_weight(ledger.alarms.open(name))
    return DeploymentPage(
        line=line,
        challenger=known_bundle(ledger, deployment.challenger),
        changes=tuple(_change(promotion) for promotion in reversed(ledger.deployments.history(name))),
        open_alarms=alarms,
        closed_alarms=_closed(ledger.alarms.all(name, MOST_CLOSED + len(alarms))),
        quality=quality_story(passes),
        drift=drift_story(passes),
        latest=passes[0] if passes else None,
        examined=Examined.of(passes[0].record) if passes else None,
    )


def live_traffic(ledger: Ledger, shares: LabelShares, name: str, span_key: str | None) -> LiveTraffic:
    """Traffic over a span until now.

    Raises:
        DeploymentMissing: nothing is deployed under that name.
    """
    deployment = ledger.deployments.get(name)
    return LiveTraffic(line=deployment_line(ledger, shares, deployment), story=traffic_story(ledger, deployment, _span(ledger, deployment, span_key)))


def _span(ledger: Ledger, deployment: Deployment, key: str | None) -> Span:
    return span_named(key, age_seconds=(ledger.now() - deployment.created_at).total_seconds())


def _change(promotion: Promotion) -> Change:
    return Change(promotion=promotion, weighed=Weighed.of(promotion.evidence))


def _by_weight(alarms: Sequence[Alarm]) -> tuple[Alarm, ...]:
    """By kind, as alerts of one pass are, then the surest first."""
    rank = {kind: index for index, kind in enumerate(TRIGGER_ORDER)}
    return tuple(sorted(alarms, key=lambda alarm: (rank.get(alarm.kind, len(rank)), 1.0 if alarm.p_value is None else alarm.p_value)))


def _closed(alarms: Sequence[Alarm]) -> tuple[Alarm, ...]:
    return tuple(alarm for alarm in alarms if alarm.closed_at is not None)[:MOST_CLOSED]
